package zalo

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

const person = "246845883529197922"

// sample is an event with the fields that all have.
func sample(name, rest string) []byte {
	return fmt.Appendf(nil, `{"app_id":%q,"user_id_by_app":"552177279717587730","event_name":%q,"timestamp":%q,%s}`,
		appID, name, stamp(midday), rest)
}

const (
	fromPerson  = `"sender":{"id":"` + person + `"},"recipient":{"id":"` + accountID + `"}`
	fromAccount = `"sender":{"id":"` + accountID + `"},"recipient":{"id":"` + person + `"}`
)

// message is what a person sent, as a field.
func message(rest string) string { return fromPerson + `,"message":{"msg_id":"m1",` + rest + `}` }

// handledSamples are the events that a person makes, as Zalo's pages show them
// and as they have been seen.
var handledSamples = []struct {
	name, rest string
	want       bot.Inbound // what all have in common is filled in
}{
	{"user_send_text", message(`"text":"message"`), bot.Inbound{Text: "message"}},
	{"user_send_text", message(`"text":"Dạ","quote_msg_id":"m0"`), bot.Inbound{Text: "Dạ"}},
	{"user_send_text", message(`"text":"#menu"`), bot.Inbound{Action: "menu"}},
	{"user_send_text", message(`"text":" #case:12.a_b-c "`), bot.Inbound{Action: "case:12.a_b-c"}},
	{"user_send_text", message(`"text":"#` + strings.Repeat("a", 64) + `"`), bot.Inbound{Action: strings.Repeat("a", 64)}},
	{"user_send_text", message(`"text":"#` + strings.Repeat("a", 65) + `"`),
		bot.Inbound{Text: "#" + strings.Repeat("a", 65)}},
	{"user_send_text", message(`"text":"#Menu"`), bot.Inbound{Text: "#Menu"}},
	{"user_send_text", message(`"text":"#"`), bot.Inbound{Text: "#"}},
	{"user_send_text", message(`"text":"#a b"`), bot.Inbound{Text: "#a b"}},
	{"user_send_text", message(`"text":"#a\nb"`), bot.Inbound{Text: "#a\nb"}},
	{"user_send_text", message(`"text":"","attachments":[{"type":"new"}]`),
		bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Other}}},
	{"user_send_image", message(`"attachments":[{"type":"image","payload":{"thumbnail":"https://a.zdn.vn/t",` +
		`"url":"https://a.zdn.vn/1"}}]`),
		bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Photo, ID: "https://a.zdn.vn/1"}}},
	{"user_send_image", message(`"text":"đây","attachments":[{"type":"image","payload":{}},` +
		`{"payload":{"url":"https://a.zdn.vn/2"}},{"payload":{"url":"https://a.zdn.vn/3"}}]`),
		bot.Inbound{Text: "đây", Attachment: &bot.Attachment{Kind: bot.Photo, ID: "https://a.zdn.vn/2"}}},
	{"user_send_image", message(`"attachments":[{"payload":{"url":"https://a.zdn.vn/` + strings.Repeat("a", 2048) +
		`"}}]`),
		bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Photo}}},
	// of other shapes
	{"user_send_image", message(`"attachments":[5,{"payload":"?"},{"payload":{"url":"https://a.zdn.vn/4","size":[],` +
		`"name":7}}]`),
		bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Photo, ID: "https://a.zdn.vn/4"}}},
	{"user_send_image", message(`"text":""`), bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Photo}}},
	// a caption presses nothing
	{"user_send_image", message(`"text":"#menu"`),
		bot.Inbound{Text: "#menu", Attachment: &bot.Attachment{Kind: bot.Photo}}},
	{"user_send_file", message(`"attachments":[{"type":"file","payload":{"size":"12345","name":"a.pdf","checksum":"0",` +
		`"type":"pdf","url":"https://a.zdn.vn/f"}}]`),
		bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Document, ID: "https://a.zdn.vn/f", Name: "a.pdf", Size: 12345}}},
	{"user_send_file", message(`"attachments":[{"type":"file","payload":{"size":77,"name":"../../etc/passwd",` +
		`"url":"https://a.zdn.vn/f"}}]`),
		bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Document, ID: "https://a.zdn.vn/f", Name: "passwd", Size: 77}}},
	{"user_send_file", message(`"attachments":[{"type":"file","payload":{"size":"-1","name":"..",` +
		`"url":"https://a.zdn.vn/f"}}]`),
		bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Document, ID: "https://a.zdn.vn/f"}}},
	{"user_send_file", message(`"attachments":[{"type":"file","payload":{"size":"1e3","name":"C:\\x\\danh\nsách.xlsx",` +
		`"url":"https://a.zdn.vn/f"}}]`),
		bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Document, ID: "https://a.zdn.vn/f", Name: "danh sách.xlsx"}}},
	{"user_send_audio", message(`"attachments":[{"type":"audio","payload":{"url":"https://a.zdn.vn/a.amr"}}]`),
		bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Voice, ID: "https://a.zdn.vn/a.amr"}}},
	{"user_send_video", message(`"attachments":[{"type":"video","payload":{"url":"https://a.zdn.vn/v","thumbnail":"t",` +
		`"description":"d"}}]`), bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Other, ID: "https://a.zdn.vn/v"}}},
	{"user_send_gif", message(`"attachments":[{"type":"gif","payload":{"thumbnail":"t","url":"https://a.zdn.vn/g"}}]`),
		bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Other, ID: "https://a.zdn.vn/g"}}},
	{"user_send_sticker", message(`"attachments":[{"type":"sticker","payload":{"url":"https://a.zdn.vn/s","id":"5"}}]`),
		bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Sticker, ID: "https://a.zdn.vn/s"}}},
	{"user_send_location", message(`"attachments":[{"type":"location","payload":{"coordinates":{"latitude":"10.7",` +
		`"longitude":"106.6"}}}]`), bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Location}}},
	{"user_send_link", message(`"text":"xem","attachments":[{"type":"link","payload":{"thumbnail":"t",` +
		`"description":"d","url":"https://evil.example/"}}]`),
		bot.Inbound{Text: "xem", Attachment: &bot.Attachment{Kind: bot.Other}}},
	{"user_send_business_card", message(`"attachments":[{"type":"link","payload":{"url":"https://a.zdn.vn/q",` +
		`"description":"{\"phone\":\"84912345678\",\"qrCodeUrl\":\"https://a.zdn.vn/q\"}"}}]`),
		bot.Inbound{Attachment: &bot.Attachment{Kind: bot.Other}}},

	{"follow", `"oa_id":"` + accountID + `","follower":{"id":"` + person + `"},"source":"oa_profile"`,
		bot.Inbound{Presence: bot.Joined}},
	{"follow", `"oa_id":"` + accountID + `","follower":{"id":"` + person + `"},"ref":"HXKPR-23456"`,
		bot.Inbound{Start: "HXKPR-23456"}},
	{"follow", `"oa_id":"` + accountID + `","follower":{"id":"` + person + `"},"payload":"hxkpr23456"`,
		bot.Inbound{Start: "hxkpr23456"}},
	{"follow", `"oa_id":"` + accountID + `","follower":{"id":"` + person + `"},"ref":"oa_profile","state":"HXKPR-23456"`,
		bot.Inbound{Start: "HXKPR-23456"}},
	{"follow", `"oa_id":"` + accountID + `","follower":{"id":"` + person + `"},"query":"HXKPR-23456"`,
		bot.Inbound{Start: "HXKPR-23456"}},
	{"follow", `"oa_id":"` + accountID + `","follower":{"id":"` + person +
		`"},"ref":{"code":"HXKPR-23456"},"payload":"HXKPR-23456'--"`, bot.Inbound{Presence: bot.Joined}},
	{"unfollow", `"oa_id":"` + accountID + `","follower":{"id":"` + person + `"},"source":"oa_profile"`,
		bot.Inbound{Presence: bot.Left}},
	{"user_click_chatnow", `"oa_id":"` + accountID + `","user_id":"` + person + `"`, bot.Inbound{Presence: bot.Joined}},
	{"user_withdraw", `"oa_id":"` + accountID + `","user_id":"` + person + `"`, bot.Inbound{Presence: bot.Withdrawn}},
	{"user_withdraw", `"oa_id":"` + accountID + `","sender":{"id":"` + accountID + `"},"user_id":"` + person + `"`,
		bot.Inbound{Presence: bot.Withdrawn}},
	{"user_withdraw", fromPerson, bot.Inbound{Presence: bot.Withdrawn}},

	{"user_submit_info", fromPerson + `,"info":{"name":"Lan","phone":"84912345678","user_dob":"30/10/1999",` +
		`"gender":"Nam","full_address":{"user_city":"a","user_ward":"b","user_address":"c"}}`,
		bot.Inbound{Contact: &bot.Contact{Phone: "84912345678"}}},
	{"user_submit_info", fromPerson + `,"info":{"phone":84912345678,"address":"a","city":"b","district":"c","ward":"d"}`,
		bot.Inbound{Contact: &bot.Contact{Phone: "84912345678"}}},
	{"user_submit_info", fromPerson + `,"user_info":{"phone":" 0912 345 678\u0000 "}`,
		bot.Inbound{Contact: &bot.Contact{Phone: "0912 345 678"}}},
	{"user_submit_info", fromPerson + `,"info":{"phone":""},"user_info":{"phone":"0912345678"}`,
		bot.Inbound{Contact: &bot.Contact{Phone: "0912345678"}}},
	{"user_submit_info", message(`"text":"{\"phone\":912345678}"`),
		bot.Inbound{Contact: &bot.Contact{Phone: "912345678"}}},
	{"user_submit_info", message(`"text":" {\"info\":{\"phone\":\"0912345678\"}}"`),
		bot.Inbound{Contact: &bot.Contact{Phone: "0912345678"}}},
	{"user_submit_info", message(`"text":"{\"user_info\":{\"phone\":\"0912345678\",\"own\":true}}"`),
		bot.Inbound{Contact: &bot.Contact{Phone: "0912345678"}}},

	{"user_received_message", fromAccount + `,"message":{"msg_id":"ours","delivery_time":"1719000000000"}`,
		bot.Inbound{Report: &bot.DeliveryReport{Refs: []string{"ours"}}}},
	{"user_seen_message", fromAccount + `,"message":{"msg_ids":["a",7,"c"]}`,
		bot.Inbound{Report: &bot.DeliveryReport{Refs: []string{"a", "7", "c"}, Seen: true}}},
	{"user_seen_message", fromAccount + `,"message":{"msg_ids":["` + strings.Repeat("a", 101) + `","ê","b"]}`,
		bot.Inbound{Report: &bot.DeliveryReport{Refs: []string{"b"}, Seen: true}}},
	{"user_received_message", `"sender":{"id":"` + accountID +
		`"},"recipient":{"id":"84912345678"},"message":{"delivery_time":"1","msg_id":"ours","tracking_id":"notice-5"}`,
		bot.Inbound{UserID: "84912345678", Report: &bot.DeliveryReport{Refs: []string{"ours"}}}}, // of a template to a number
	{"user_received_message", `"sender":{"id":"` + accountID + `"},"recipient":{"id":"` + strings.Repeat("af", 32) +
		`"},"message":{"msg_id":"ours","tracking_id":"t"}`,
		bot.Inbound{UserID: strings.Repeat("af", 32), Report: &bot.DeliveryReport{Refs: []string{"ours"}}}}, // or to its hash
}

func TestEveryEventOfAPerson(t *testing.T) {
	missing := map[string]bool{}
	for name := range kinds {
		missing[name] = true
	}
	for _, one := range handledSamples {
		delete(missing, one.name)
		body := sample(one.name, one.rest)
		got, why := decode(body, midday.Add(time.Hour))
		want := one.want
		want.Channel, want.Private, want.At = Name, true, midday
		if want.UserID == "" {
			want.UserID = person
		}
		want.ChatID = want.UserID
		if want.EventID = got.EventID; strings.HasPrefix(one.name, "user_send_") {
			want.EventID = "m1"
		} else if head := one.name + ":" + stamp(midday) + ":"; !strings.HasPrefix(got.EventID, head) ||
			len(got.EventID) != len(head)+12 {
			t.Errorf("%s is named %q", body, got.EventID)
		}
		if diff := cmp.Diff(want, got); diff != "" || why != "" {
			t.Errorf("%s, ignored as %q:\n%s", body, why, diff)
		}
	}
	for name := range missing {
		t.Errorf("no sample of %s", name)
	}
}

func TestEveryEventThatIsPassedOver(t *testing.T) {
	handOf := `"sender":{"id":"` + accountID + `","admin_id":"5"},"recipient":{"id":"` + person +
		`"},"message":{"text":"a","msg_id":"m"}`
	for why, samples := range map[ignored][][2]string{
		echo: {
			{"oa_send_text", fromAccount + `,"message":{"text":"a","msg_id":"m"}`}, {"oa_send_image", fromAccount},
			{"oa_send_gif", fromAccount}, {"oa_send_list", fromAccount},
			{"oa_send_file", fromAccount}, {"oa_send_sticker", fromAccount},
			{"oa_send_template", fromAccount + `,"message":{"attachments":[{"payload":{"zinstant_id":"1",` +
				`"link_url":"https://a.vn"}}]}`},
			{"oa_send_consent", fromAccount}, {"oa_send_anonymous_text", fromAccount},
		},
		byHand: {{"oa_send_text", handOf}, {"oa_send_file", handOf}},
		anonymous: {
			{"anonymous_send_text", message(`"text":"a","conversation_id":"c"`)}, {"anonymous_send_image", fromPerson},
			{"anonymous_send_file", fromPerson}, {"anonymous_send_sticker", fromPerson},
		},
		group: {
			{"user_send_group_text", message(`"text":"#menu"`)}, {"user_send_group_image", fromPerson},
			{"oa_send_group_text", handOf}, {"create_group", `"group_id":"g"`},
			{"user_join_group", `"group_id":"g"`}, {"user_out_group", `"group_id":"g"`}, {"user_leave_group", `"group_id":"g"`},
			{"update_group_info", `"group_id":"g"`},
		},
		reacted: {{"user_reacted_message", message(`"react_icon":"/-heart"`)}, {"oa_reacted_message", fromAccount}},
		management: {
			{"add_user_to_tag", `"tag":{"user_ids":["5"],"name":"a"}`}, {"remove_user_from_tag", `"tag":{}`},
			{"remove_tag", `"tag":{}`}, {"update_user_info", `"user_id":"5"`}, {"user_feedback", fromPerson},
			{"change_template_status", `"template_id":"1"`}, {"change_oa_daily_quota", `"oaId":"1"`},
			{"change_oa_template_tags", `"oaId":"1"`}, {"user_reply_consent", fromPerson},
			{"user_call_oa", fromPerson}, {"oa_call_user", fromAccount},
		},
		unknownKind: {{"user_dreams", fromPerson}, {"USER_SEND_TEXT", message(`"text":"a"`)},
			{"user_send_text ", message(`"text":"a"`)}, {"postback", message(`"text":"#menu"`)}},
		blank: {
			{"user_send_text", message(`"text":""`)}, {"user_send_text", message(`"text":" \u0000\u200e\n"`)},
			{"user_send_text", fromPerson},
			{"user_submit_info", fromPerson}, {"user_submit_info", fromPerson + `,"info":{"phone":null}`},
			{"user_submit_info", fromPerson + `,"info":{"phone":"` + strings.Repeat("9", 33) + `"}`},
			{"user_submit_info", message(`"text":"0912345678"`)}, {"user_submit_info", message(`"text":"{\"phone\":"`)},
		},
		unreadable: {
			{"follow", `"oa_id":"` + accountID + `"`}, {"follow", `"follower":{"id":""}`},
			{"follow", `"follower":{"id":"` + strings.Repeat("9", 65) + `"}`}, {"follow", `"follower":{"id":"5 5"}`},
			{"follow", `"follower":{"id":"é"}`},
			{"user_send_text", `"message":{"text":"a","msg_id":"m"}`}, {"user_click_chatnow", `"user_id_by_app":"5"`},
			{"user_seen_message", fromAccount + `,"message":{"msg_ids":[]}`},
			{"user_seen_message", `"message":{"msg_ids":["a"]}`}, {"user_received_message", fromAccount},
			{"user_received_message", fromAccount + `,"message":{"tracking_id":"t"}`},
		},
	} {
		for _, one := range samples {
			in, got := decode(sample(one[0], one[1]), midday)
			if got != why || in != (bot.Inbound{}) {
				t.Errorf("%s with %s is %+v, ignored as %q; want %q", one[0], one[1], in, got, why)
			}
		}
	}
}

// Ids exceed what a float holds.
func TestIdsKeepTheirDigits(t *testing.T) {
	for _, id := range []string{"9007199254740993", "246845883529197923", "18446744073709551617"} {
		in, why := decode(sample("user_send_text", `"sender":{"id":`+id+`},"message":{"text":"a","msg_id":`+id+`}`), midday)
		if why != "" || in.UserID != id || in.ChatID != id || in.EventID != id {
			t.Errorf("%s is %q in %q by %q, ignored as %q", id, in.UserID, in.ChatID, in.EventID, why)
		}
	}
}

func TestAMessageWithoutAnIdOfItsOwn(t *testing.T) {
	names := map[string]string{}
	for _, id := range []string{``, `"msg_id":"",`, `"msg_id":null,`, `"msg_id":{},`, `"msg_id":"a b",`, `"msg_id":"é",`,
		`"msg_id":"` + strings.Repeat("a", 101) + `",`} {
		body := sample("user_send_text", fromPerson+`,"message":{`+id+`"text":"a"}`)
		in, why := decode(body, midday)
		again, _ := decode(body, midday.Add(time.Hour))
		if why != "" || !strings.HasPrefix(in.EventID, "user_send_text:") || in.EventID != again.EventID ||
			names[in.EventID] != "" {
			t.Errorf("%q is named %q, then %q, ignored as %q; the same as of %q", id, in.EventID, again.EventID, why,
				names[in.EventID])
		}
		names[in.EventID] = id + "."
	}
	for _, at := range []string{`"` + strings.Repeat("1", 300) + `"`, `"soon"`, `[]`} { // a name stays short
		in, why := decode([]byte(`{"event_name":"follow","follower":{"id":"5"},"timestamp":`+at+`}`), midday)
		if why != "" || !strings.HasPrefix(in.EventID, "follow:0:") || len(in.EventID) > 40 {
			t.Errorf("at %s it is named %q, ignored as %q", at, in.EventID, why)
		}
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[botapi.Word]int64{
		"1775451600000": 1775451600000, " 1775451600000 ": 1775451600000, "1775451600": 1775451600000,
		"154390853474": 0, "": 0, "0": 0, "-1775451600000": 0, "1775451600000.5": 0, "1.7e12": 0, "1775451600000000": 0,
		"9999999999999999999": 0, "x": 0,
	} {
		at, known := timeOf(text)
		if known != (want != 0) || known && at.UnixMilli() != want {
			t.Errorf("%q is %s, known: %t", text, at, known)
		}
	}
}

func TestCleanTexts(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"Trần Thị Hoà", "Trần Thị Hoà"},
		{norm.NFD.String("Nguyễn Thị Ánh Tuyết"), "Nguyễn Thị Ánh Tuyết"},
		{"a\r\nb\rc\td\u2028e", "a\nb c d e"},
		{"\x00a\x1b[31mb\x7f\u0085", "a[31mb"},
		{"\ufeffa\u202egnp.exe\u2066\u200f", "agnp.exe"},
		{"a\u200e\u0301", "á"}, // what stood between is gone: composed
		{"a\xff\xc3b", "a\ufffdb"},
		{" \n ", ""},
		{"👩‍🌾 ok", "👩‍🌾 ok"}, // the joiner is part of the picture
	} {
		got, wasCut := botapi.Clean(test.text, 100)
		if got != test.want || wasCut || !norm.NFC.IsNormalString(got) {
			t.Errorf("%q is %q, cut: %t; want %q", test.text, got, wasCut, test.want)
		}
	}
	for _, one := range []struct {
		text, want string
		limit      int
		cut        bool
	}{
		{"ắắắ", "ắắắ", 3, false},
		{norm.NFD.String("ắắắ"), "ắắắ", 3, false}, // counted as it is kept
		{"ắắắắ", "ắắắ", 3, true},
		{"ab cd", "ab", 3, true},
	} {
		if got, wasCut := botapi.Clean(one.text, one.limit); got != one.want || wasCut != one.cut {
			t.Errorf("%q is %q, cut: %t", one.text, got, wasCut)
		}
	}
}

func TestNamesOfFiles(t *testing.T) {
	for name, want := range map[string]string{
		"": "", ".": "", "..": "", "/": "", `\`: "", "a/": "a", "/etc/passwd": "passwd", `C:\Users\a\b.pdf`: "b.pdf",
		`..\../x.csv`: "x.csv", " a .pdf ": "a .pdf",
		"a\r\nb.pdf": "a b.pdf", "a\x00/\u202ecod.exe": "cod.exe", strings.Repeat("ă", 300): strings.Repeat("ă", 200),
	} {
		if got := baseName(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
