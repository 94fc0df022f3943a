package zalo

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
)

var decide = [][]bot.Button{
	bot.Row(bot.Button{Label: "Duyệt", Action: bot.Act("change", "ok", "12")},
		bot.Button{Label: "Trả lại", Action: bot.Act("change", "back", "12")}),
	bot.Row(bot.Button{Label: "Văn bản", URL: "https://example.vn/258?a=1"},
		bot.Button{Label: "Gọi phường", URL: "tel:0239 3555 115"}),
}

// Each kind of message, byte for byte.
func TestSendBodies(t *testing.T) {
	to := `{"recipient":{"user_id":"2512523625412515"},"message":`
	for name, test := range map[string]struct {
		adjust func(*Config)
		reply  bot.Reply
		want   []string
	}{
		"text": {nil, bot.Reply{Text: "Tháng này: 200.000 đ\n\nĐã chi"},
			[]string{to + `{"text":"Tháng này: 200.000 đ\n\nĐã chi"}}`}},
		"title": {nil, bot.Reply{Title: " Phụ\n cấp ", Text: "200.000 đ"},
			[]string{to + `{"text":"Phụ cấp\n200.000 đ"}}`}},
		"only a title": {nil, bot.Reply{Title: "Phụ cấp"}, []string{to + `{"text":"Phụ cấp"}}`}},
		"decomposed text": {nil, bot.Reply{Title: norm.NFD.String("Đề nghị"), Text: norm.NFD.String("Được ạ")},
			[]string{to + `{"text":"Đề nghị\nĐược ạ"}}`}},
		"protected": {nil, bot.Reply{Text: "a", Protect: true, Replace: true}, []string{to + `{"text":"a"}}`}},
		"buttons": {nil, bot.Reply{Text: "Chờ duyệt", Buttons: decide},
			[]string{to + `{"text":"Chờ duyệt","attachment":{"type":"template","payload":{"buttons":[` +
				`{"title":"Duyệt","type":"oa.query.hide","payload":"#change:ok:12"},{"title":"Trả lại","type":"oa.query.hide",` +
				`"payload":"#change:back:12"},` +
				`{"title":"Văn bản","type":"oa.open.url","payload":{"url":"https://example.vn/258?a=1"}},{"title":"Gọi phường",` +
				`"type":"oa.open.phone","payload":{"phone_code":"842393555115"}}]}}}}`}},
		"buttons with a type": {func(c *Config) { c.ButtonType = "button" }, bot.Reply{Text: "a", Buttons: decide[:1]},
			[]string{to + `{"text":"a","attachment":{"type":"template","payload":{"template_type":"button","buttons":[` +
				`{"title":"Duyệt","type":"oa.query.hide","payload":"#change:ok:12"},{"title":"Trả lại","type":"oa.query.hide",` +
				`"payload":"#change:back:12"}]}}}}`}},
		"empty rows": {nil, bot.Reply{Text: "a", Buttons: [][]bot.Button{{}, nil}}, []string{to + `{"text":"a"}}`}},
		"form": {func(c *Config) { c.FormImage = "https://bot.example.vn/form.png" },
			bot.Reply{Text: "Xin số", AskContact: "Gửi số"}, []string{to + `{"text":"Xin số"}}`,
				to + `{"attachment":{"type":"template","payload":{"template_type":"request_user_info",` +
					`"elements":[{"title":"Số điện thoại","subtitle":"Để em tìm anh/chị",` +
					`"image_url":"https://bot.example.vn/form.png"}]}}}}`}},
		"form without a picture": {nil, bot.Reply{Text: "Xin số", AskContact: "Gửi số"}, []string{to + `{"text":"Xin số"}}`}},
		"picture": {nil, bot.Reply{Files: []bot.File{{Name: "a.png", MIME: "image/png", Content: onePixel}}},
			[]string{string(onePixel),
				to + `{"attachment":{"type":"template","payload":{"template_type":"media","elements":[{"media_type":"image",` +
					`"attachment_id":"IMG"}]}}}}`}},
		"document": {nil, bot.Reply{Files: []bot.File{{Name: "a.pdf", MIME: "application/pdf", Content: []byte("%PDF")}}},
			[]string{"%PDF",
				to + `{"attachment":{"type":"file","payload":{"token":"DOC"}}}}`}},
	} {
		s, channel := newStandIn(t, test.adjust)
		ref, err := channel.Send(t.Context(), someone, test.reply)
		if err != nil || ref == "" {
			t.Errorf("%s: reference %q, %v", name, ref, err)
		}
		all := s.all()
		var got []string
		for _, h := range all {
			got = append(got, h.body)
			if h.header.Get("access_token") != firstToken || h.header.Get("appsecret_proof") != "" ||
				h.header.Get("Authorization") != "" || h.method != http.MethodPost {
				t.Errorf("%s: %s with %v", name, h.method, h.header)
			}
			if h.file == "" && (h.path != "/v3.0/oa/message/cs" || h.header.Get("Content-Type") != "application/json") {
				t.Errorf("%s: posted to %s as %s", name, h.path, h.header.Get("Content-Type"))
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
	}
}

func TestSendSaysNothing(t *testing.T) {
	s, channel := newStandIn(t, nil)
	for _, reply := range []bot.Reply{{}, {Buttons: decide, AskContact: "a", Protect: true}} {
		if ref, err := channel.Send(t.Context(), someone, reply); ref != "" || err != nil {
			t.Errorf("%q, %v", ref, err)
		}
	}
	if asked := s.all(); len(asked) != 0 {
		t.Errorf("asked %+v", asked)
	}
}

// Numbers must say what Send does.
func TestSendNumbersWhatCannotBeButtons(t *testing.T) {
	many := func(n int, b bot.Button) (rows [][]bot.Button) {
		for range n {
			rows = append(rows, bot.Row(b))
		}
		return rows
	}
	ok := bot.Button{Label: "a", Action: bot.Act("x")}
	for name, test := range map[string]struct {
		limit int
		reply bot.Reply
		want  string // the text; of buttons when empty
	}{
		"five": {5, bot.Reply{Text: "t", Buttons: many(5, ok)}, ""},
		"six": {5, bot.Reply{Text: "t", Buttons: many(6, ok)},
			"t\n\n1. a\n2. a\n3. a\n4. a\n5. a\n6. a\nGõ số, ví dụ 1"},
		"with a mark": {1, bot.Reply{Text: "t", Buttons: many(2, ok), Mark: "B"},
			"t\n\nB1. a\nB2. a\nGõ số, ví dụ B1"},
		"no buttons at all": {0, bot.Reply{Text: "t", Buttons: many(1, ok)}, "t\n\n1. a\nGõ số, ví dụ 1"},
		"six pages": {5, bot.Reply{Text: "t", Buttons: many(6, bot.Button{Label: "a", URL: "https://b.vn"})},
			"t\n\n" + strings.TrimSpace(strings.Repeat("a: https://b.vn\n", 6))},
		"a long label": {5, bot.Reply{Text: "t",
			Buttons: [][]bot.Button{{ok, {Label: strings.Repeat("ắ", 101), Action: bot.Act("y")}}}},
			"t\n\n1. a\n2. " + strings.Repeat("ắ", 101) + "\nGõ số, ví dụ 1"},
		"just long enough": {5, bot.Reply{Text: "t",
			Buttons: [][]bot.Button{{{Label: norm.NFD.String(strings.Repeat("ắ", 100)),
				Action: bot.Act(strings.Repeat("a", 64))}}}}, ""},
		"no label": {5, bot.Reply{Text: "t", Buttons: [][]bot.Button{{ok, {Label: " ", Action: bot.Act("y")}}}},
			"t\n\n1. a\n2.  \nGõ số, ví dụ 1"},
		"no page": {5, bot.Reply{Text: "t", Buttons: [][]bot.Button{{ok, {Label: "b", URL: "javascript:x"}}}},
			"t\n\n1. a\nb: javascript:x\nGõ số, ví dụ 1"},
		"a page without end": {5, bot.Reply{Text: "t",
			Buttons: [][]bot.Button{{{Label: "b", URL: "https://b.vn/" + strings.Repeat("a", 1000)}}}},
			"t\n\nb: https://b.vn/" + strings.Repeat("a", 1000)},
		"a number abroad": {5, bot.Reply{Text: "t", Buttons: [][]bot.Button{{{Label: "b", URL: "tel:+3312345678"}}}},
			"t\n\nb: tel:+3312345678"},
		"a strange action": {5, bot.Reply{Text: "t",
			Buttons: [][]bot.Button{{{Label: "b", Action: bot.Act("ok", "Ký tên")}}}}, ""},
		"an endless action": {5, bot.Reply{Text: "t",
			Buttons: [][]bot.Button{{{Label: "b", Action: bot.Act(strings.Repeat("a", 65))}}}}, ""},
		"a blank text": {5, bot.Reply{Text: " \n", Buttons: many(1, ok)}, "1. a\nGõ số, ví dụ 1"},
		"only files": {5, bot.Reply{Files: []bot.File{{Name: "a.pdf", Content: []byte("%PDF")}},
			Buttons: many(1, ok)}, "1. a\nGõ số, ví dụ 1"},
	} {
		s, channel := newStandIn(t, func(c *Config) { c.ButtonLimit = test.limit })
		if _, err := channel.Send(t.Context(), someone, test.reply); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		first := s.all()[0].body
		drawn := strings.Contains(first, `"buttons"`)
		if drawn != (test.want == "") {
			t.Errorf("%s: %s", name, first)
		}
		if text := strings.ReplaceAll(test.want, "\n", `\n`); !drawn && !strings.Contains(first, `{"text":"`+text+`"}`) {
			t.Errorf("%s: %s, want %q", name, first, test.want)
		}
		if got := channel.Numbers(test.reply); got != strings.Contains(test.want, "1. ") {
			t.Errorf("%s: Numbers = %t", name, got)
		}
	}
	_, channel := newStandIn(t, nil)
	if channel.Numbers(bot.Reply{}) || channel.Numbers(bot.Reply{Text: "t"}) ||
		channel.Numbers(bot.Reply{Buttons: decide}) {
		t.Error("nothing is there to be numbered")
	}
}

// Buttons are under the last part of a long text, whose id is the reference.
func TestSendSplits(t *testing.T) {
	s, channel := newStandIn(t, nil)
	text := strings.Repeat("ắ", 1899) + "\n" + strings.Repeat("b", 1901)
	ref, err := channel.Send(t.Context(), someone, bot.Reply{Text: text, Buttons: decide})
	bodies := s.bodies()
	if err != nil || len(bodies) != 3 || ref != "m3" {
		t.Fatalf("%d messages, %q, %v", len(bodies), ref, err)
	}
	for i, body := range bodies {
		if strings.Contains(body, "buttons") != (i == 2) {
			t.Errorf("part %d: %.80s", i+1, body)
		}
	}
}

// Numbered choices stay together where they fit, and no message is too long.
func TestSendKeepsChoicesTogether(t *testing.T) {
	list := utf8.RuneCountInString("\n\n1. a\nGõ số, ví dụ 1")
	for name, test := range map[string]struct{ letters, choices, messages int }{
		"fits to the letter":     {190 - list, 1, 1},
		"does not fit any more":  {191 - list, 1, 2},
		"more than one message":  {100, 80, 4},
		"text of three messages": {190*2 + 50, 1, 3},
	} {
		s, channel := newStandIn(t, func(c *Config) { c.TextLimit, c.ButtonLimit = 200, 0 })
		ref, err := channel.Send(t.Context(), someone,
			bot.Reply{Text: strings.Repeat("ắ", test.letters), Buttons: make80(test.choices)})
		got := s.said(t)
		if err != nil || len(got) != test.messages || ref == "" {
			t.Errorf("%s: %d messages, %v", name, len(got), err)
		}
		for _, text := range got {
			if utf8.RuneCountInString(text) > 190 {
				t.Errorf("%s: a message of %d letters", name, utf8.RuneCountInString(text))
			}
		}
		if !strings.HasSuffix(got[len(got)-1], "ví dụ 1") {
			t.Errorf("%s: the last message is %q", name, got[len(got)-1])
		}
	}
}

func make80(n int) (rows [][]bot.Button) {
	for range n {
		rows = append(rows, bot.Row(bot.Button{Label: "a", Action: bot.Act("x")}))
	}
	return rows
}

// The reference is that of the text, whatever is sent after it.
func TestSendReferenceOfTheText(t *testing.T) {
	s, channel := newStandIn(t, func(c *Config) { c.FormImage = "https://bot.example.vn/form.png" })
	file := bot.File{Name: "a.pdf", Content: []byte("%PDF")}
	if ref, err := channel.Send(t.Context(), someone,
		bot.Reply{Text: "a", Files: []bot.File{file}, AskContact: "b"}); ref != "m1" || err != nil {
		t.Errorf("%q, %v", ref, err)
	}
	if asked := s.all(); len(asked) != 4 || !strings.Contains(asked[3].body, "request_user_info") {
		t.Errorf("%+v", asked)
	}
	if ref, err := channel.Send(t.Context(), someone, bot.Reply{Files: []bot.File{file, file}}); ref != "m4" ||
		err != nil {
		t.Errorf("%q, %v", ref, err)
	}
	// A form that Zalo refuses takes nothing back.
	s.answers(func(w http.ResponseWriter, h heard) {
		if strings.Contains(h.body, "request_user_info") {
			tell(w, 200, no(-233))
			return
		}
		tell(w, 200, `{"data":{"message_id":"m"},"error":0}`)
	})
	ref, err := channel.Send(t.Context(), someone, bot.Reply{Text: "a", AskContact: "b"})
	if wantFate(t, err, bot.Refused, ""); ref != "m" {
		t.Errorf("%q", ref)
	}
}

// What was sent before a failure keeps its reference.
func TestSendFailsInTheMiddle(t *testing.T) {
	s, channel := newStandIn(t, nil)
	s.answers(func(w http.ResponseWriter, h heard) {
		if strings.Contains(h.body, `"b`) || h.file != "" {
			tell(w, 200, no(-201))
			return
		}
		tell(w, 200, `{"data":{"message_id":777},"error":"0"}`)
	})
	ref, err := channel.Send(t.Context(), someone, bot.Reply{Text: strings.Repeat("a", 1900) + strings.Repeat("b", 10)})
	wantFate(t, err, bot.Refused, "")
	if ref != "" {
		t.Errorf("reference %q of a message without its end", ref)
	}
	ref, err = channel.Send(t.Context(), someone,
		bot.Reply{Text: "a", Files: []bot.File{{Name: "a.pdf", Content: []byte("%PDF")}}})
	wantFate(t, err, bot.Refused, "")
	if ref != "777" {
		t.Errorf("reference %q, and the text was sent", ref)
	}
}

// What cannot be read of an answer was sent all the same.
func TestSendReference(t *testing.T) {
	s, channel := newStandIn(t, nil)
	for data, want := range map[string]string{
		`{"data":{"message_id":"63ecf43f0df7dba892e6"},"error":0}`: "63ecf43f0df7dba892e6",
		`{"data":{"message_id":98765432109876543210},"error":"0"}`: "98765432109876543210",
		`{"data":{"msg_id":"a1"},"error":0}`:                       "a1",
		`{"error":0}`:                                              "",
		`{"data":[],"error":0}`:                                    "",
		`{"data":{"message_id":{}},"error":0}`:                     "",
		`{"data":{"message_id":"a b"},"error":0}`:                  "",
	} {
		s.says(200, data)
		if ref, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x"}); ref != want || err != nil {
			t.Errorf("%s: %q, %v", data, ref, err)
		}
	}
}

func TestSendRefusesWhatIsNobody(t *testing.T) {
	s, channel := newStandIn(t, nil)
	for _, id := range []string{"", "@everybody", "a b", "a\nb", "á", "../x", strings.Repeat("1", 65)} {
		_, err := channel.Send(t.Context(), id, bot.Reply{Text: "x"})
		wantFate(t, err, bot.Refused, "")
	}
	if asked := s.all(); len(asked) != 0 {
		t.Errorf("asked %+v", asked)
	}
}

// Without words of its own the channel adds none.
func TestSendWithoutWords(t *testing.T) {
	s, channel := newStandIn(t, func(c *Config) { c.Words, c.ButtonLimit, c.TextLimit = Words{}, 0, 0 })
	if _, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x", Buttons: decide[:1]}); err != nil {
		t.Fatal(err)
	}
	if got := s.said(t); !slices.Equal(got, []string{"x\n\n1. Duyệt\n2. Trả lại"}) {
		t.Errorf("%q", got)
	}
}

// onePixel is a PNG.
var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01" +
	"\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x35\x81\x84" +
	"\x00\x00\x00\x00IEND\xaeB`\x82")
