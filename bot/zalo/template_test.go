package zalo

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
)

func TestSendTemplate(t *testing.T) {
	notice := bot.Template{ID: "418234", Data: map[string]string{"ten": norm.NFD.String("Thắng"), "ngay": "23/11"},
		Key: "delivery-7"}
	for name, test := range map[string]struct {
		user, phone string
		template    bot.Template
		answer      string
		path, body  string
		ref         string
	}{
		"to an id": {someone, "", notice, `{"error":0,"data":{"message_id":"63ec","user_id":"U"}}`,
			"/v3.0/oa/message/template", `{"user_id":"2512523625412515","template_id":"418234",` +
				`"template_data":{"ngay":"23/11","ten":"Thắng"}}`, "63ec"},
		"an id before a phone": {someone, "+84912345678", notice, `{"error":0,"data":{"message_id":"63ec"}}`,
			"/v3.0/oa/message/template", `{"user_id":"2512523625412515","template_id":"418234",` +
				`"template_data":{"ngay":"23/11","ten":"Thắng"}}`, "63ec"},
		"to a phone": {"", "+84912345678", notice, `{"error":0,"data":{"msg_id":"9ab","sent_time":"1"}}`,
			"/business/message/template",
			`{"phone":"84912345678","template_id":"418234","template_data":{"ngay":"23/11","ten":"Thắng"},` +
				`"tracking_id":"delivery-7"}`, "9ab"},
		"without gaps": {"", "84912345678", bot.Template{ID: "1", Key: "k"}, `{"error":0}`,
			"/business/message/template", `{"phone":"84912345678","template_id":"1","template_data":{},"tracking_id":"k"}`, ""},
	} {
		s, channel := newStandIn(t, nil)
		s.says(200, test.answer)
		ref, err := channel.SendTemplate(t.Context(), test.user, test.phone, test.template)
		all := s.all()
		if err != nil || ref != test.ref || len(all) != 1 {
			t.Fatalf("%s: %q, %v, asked %d times", name, ref, err, len(all))
		}
		if all[0].path != test.path || all[0].body != test.body || all[0].header.Get("access_token") != firstToken {
			t.Errorf("%s: %s %s", name, all[0].path, all[0].body)
		}
	}
	if notice.Data["ten"] != norm.NFD.String("Thắng") {
		t.Error("the caller's data were changed")
	}
}

func TestSendTemplateRefuses(t *testing.T) {
	s, channel := newStandIn(t, nil)
	good := bot.Template{ID: "1", Key: "k"}
	for name, test := range map[string]struct {
		user, phone string
		template    bot.Template
	}{
		"nobody":               {"", "", good},
		"no id":                {"a b", "+84912345678", good},
		"a number abroad":      {"", "+33123456789", good},
		"a short number":       {"", "+8491234", good},
		"letters":              {"", "kín-7431", good},
		"no template":          {someone, "", bot.Template{Key: "k"}},
		"a key without an end": {"", "+84912345678", bot.Template{ID: "1", Key: strings.Repeat("k", 49)}},
	} {
		_, err := channel.SendTemplate(t.Context(), test.user, test.phone, test.template)
		if wantFate(t, err, bot.Refused, ""); t.Failed() {
			t.Fatal(name)
		}
	}
	if asked := s.all(); len(asked) != 0 {
		t.Errorf("asked %+v", asked)
	}
	s.says(502, "<html>")
	_, err := channel.SendTemplate(t.Context(), "", "+84912345678", good)
	wantFate(t, err, bot.Uncertain, "")
}

func TestWindow(t *testing.T) {
	channel := New(Config{})
	for since, want := range map[time.Duration]bot.Window{
		-time.Hour: bot.Free, 0: bot.Free, 48 * time.Hour: bot.Free, 48*time.Hour + 1: bot.Billed,
		7 * 24 * time.Hour: bot.Billed, 7*24*time.Hour + 1: bot.Closed, 1<<63 - 1: bot.Closed,
	} {
		if got := channel.Window(since); got != want {
			t.Errorf("after %s: %s, want %s", since, got, want)
		}
	}
}

func TestReact(t *testing.T) {
	s, channel := newStandIn(t, nil)
	said := bot.Inbound{EventID: "96d3cdf3af150460909", UserID: someone, ChatID: someone, Text: "Phụ cấp của tôi"}
	if err := channel.React(t.Context(), said); err != nil {
		t.Fatal(err)
	}
	if all := s.all(); len(all) != 1 || all[0].path != "/v2.0/oa/message" ||
		all[0].body != `{"recipient":{"user_id":"2512523625412515"},"sender_action":{"react_icon":"/-strong",`+
			`"react_message_id":"96d3cdf3af150460909"}}` {
		t.Errorf("%+v", all)
	}
	if err := channel.React(t.Context(), bot.Inbound{EventID: "a1", UserID: someone,
		Attachment: &bot.Attachment{}}); err != nil || len(s.all()) != 1 {
		t.Errorf("no sign on a picture: %v", err)
	}
	for name, in := range map[string]bot.Inbound{
		"a pressed button": {EventID: "a1", UserID: someone, Action: "menu"},
		"a follow":         {EventID: "follow:" + someone + ":1", UserID: someone, Presence: bot.Joined},
		"a receipt":        {EventID: "a1", UserID: someone, Report: &bot.DeliveryReport{}},
		"no message":       {UserID: someone, Text: "x"},
	} {
		if err := channel.React(t.Context(), in); err != nil || len(s.all()) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.says(200, no(-213))
	wantFate(t, channel.React(t.Context(), said), bot.Unreachable, bot.WhyLeft)
	said.UserID = "a b"
	wantFate(t, channel.React(t.Context(), said), bot.Refused, "")
}

func TestAccount(t *testing.T) {
	for data, want := range map[string]Account{
		`{"oaid":"388613280878808645","name":"Phường Bắc Hồng Lĩnh","is_verified":true,"package_name":"Nâng cao",` +
			`"linked_ZCA":"ZCA-1"}`: {"388613280878808645", "Phường Bắc Hồng Lĩnh", true, "Nâng cao", true},
		`{"oa_id":388613280878808645,"name":"P","is_verified":"true","package_name":" ","linked_ZCA":{"id":1}}`: {
			"388613280878808645", "P", true, "", true,
		},
		`{"oaid":"1","is_verified":false,"linked_ZCA":false}`:                    {ID: "1"},
		`{"oaid":"1","is_verified":"false","linked_ZCA":"","package_name":null}`: {ID: "1"},
		`{"oaid":"1","is_verified":0,"linked_ZCA":null}`:                         {ID: "1"},
		`{"oaid":"1","linked_ZCA":{}}`:                                           {ID: "1"},
		`{"oaid":"1","is_verified":1,"linked_ZCA":true}`: {
			ID: "1", Verified: true, CloudAccount: true,
		},
	} {
		s, channel := newStandIn(t, nil)
		s.says(200, `{"error":0,"data":`+data+`}`)
		got, err := channel.Account(t.Context())
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", data, got, err)
		}
		if own := channel.oa.Load(); own == nil || *own != want.ID {
			t.Errorf("%s: the channel was not told", data)
		}
		if all := s.all(); len(all) != 1 || all[0].method != "GET" || all[0].path != "/v2.0/oa/getoa" || all[0].body != "" {
			t.Errorf("%+v", all)
		}
	}
	s, channel := newStandIn(t, nil)
	for _, answer := range []string{`{"error":0,"data":{"name":"P"}}`, `{"error":0}`, `{"error":0,"data":[]}`} {
		s.says(200, answer)
		_, err := channel.Account(t.Context())
		wantFate(t, err, bot.Retry, "")
	}
	s.says(200, no(-209))
	_, err := channel.Account(t.Context())
	wantFate(t, err, bot.Broken, bot.WhySuspended)
	if channel.oa.Load() != nil {
		t.Error("told of nobody")
	}
}
