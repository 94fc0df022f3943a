package zalobot

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"canbobot/bot"
)

const (
	fromHoa = `"from":{"id":"6ede9afa66b88fe6d6a9","display_name":"Hoa","is_bot":false}`
	inChat  = `"chat":{"id":"6ede9afa66b88fe6d6a9","chat_type":"PRIVATE"}`
	named   = `"message_id":"2d758cb5e222177a4e35","date":1795392000123`
)

func event(name, message string) string {
	return `{"event_name":"` + name + `","message":{` + message + `}}`
}

func said(name, fields string) string {
	return event(name, strings.TrimSuffix(strings.Join([]string{fromHoa, inChat, named, fields}, ","), ","))
}

func TestDecode(t *testing.T) {
	hoa := bot.Inbound{
		Channel: "zalobot", EventID: "2d758cb5e222177a4e35", UserID: "6ede9afa66b88fe6d6a9", ChatID: "6ede9afa66b88fe6d6a9",
		Private: true, At: time.UnixMilli(1795392000123),
	}
	with := func(change func(in *bot.Inbound)) bot.Inbound {
		in := hoa
		change(&in)
		return in
	}
	text := func(text string) bot.Inbound { return with(func(in *bot.Inbound) { in.Text = text }) }
	file := func(kind bot.AttachmentKind, id string) bot.Inbound {
		return with(func(in *bot.Inbound) { in.Attachment = &bot.Attachment{Kind: kind, ID: id} })
	}
	at := func(at time.Time) bot.Inbound {
		return with(func(in *bot.Inbound) { in.Text, in.At = "x", at })
	}
	dated := func(date string) string {
		return event("message.text.received", fromHoa+","+inChat+`,"message_id":"2d758cb5e222177a4e35","date":`+date+
			`,"text":"x"`)
	}
	for name, test := range map[string]struct {
		raw  string
		want bot.Inbound
	}{
		"text": {said("message.text.received", `"text":"phụ cấp tháng này"`), text("phụ cấp tháng này")},
		"decomposed": {said("message.text.received", `"text":"`+norm.NFD.String("Nguyễn Thị Ổi")+`"`),
			text("Nguyễn Thị Ổi")},
		"control letters":  {said("message.text.received", `"text":"a\u0000\u0007b\u202ec\r\nd\te"`), text("abc\nd e")},
		"half of an emoji": {said("message.text.received", `"text":"a\ud83d b"`), text("a\ufffd b")},
		"number as text":   {said("message.text.received", `"text":2`), text("2")},
		"blank":            {said("message.text.received", `"text":" \u200e\u0000"`), file(bot.Other, "")},
		"no text":          {said("message.text.received", ``), file(bot.Other, "")},
		"image": {said("message.image.received", `"photo_url":"https://p.zdn.vn/1","caption":"Quyết định"`),
			with(func(in *bot.Inbound) {
				in.Text, in.Attachment = "Quyết định", &bot.Attachment{Kind: bot.Photo, ID: "https://p.zdn.vn/1"}
			})},
		"image as documented": {said("message.image.received", `"photo":"https://p.zdn.vn/2"`),
			file(bot.Photo, "https://p.zdn.vn/2")},
		"image of both names": {said("message.image.received",
			`"photo":"https://p.zdn.vn/2","photo_url":"https://p.zdn.vn/1"`), file(bot.Photo, "https://p.zdn.vn/1")},
		"image of another shape": {said("message.image.received", `"photo_url":["https://p.zdn.vn/1"],"photo":{"url":"x"}`),
			file(bot.Photo, "")},
		"image of a long name": {said("message.image.received", `"photo_url":"https://p.zdn.vn/`+
			strings.Repeat("a", maxAddress)+`"`), file(bot.Photo, "")},
		"sticker": {said("message.sticker.received",
			`"sticker":"0e07","url":"https://stickers.zaloapp.com/1"`), file(bot.Sticker, "https://stickers.zaloapp.com/1")},
		"voice": {said("message.voice.received", `"voice_url":"https://v.zdn.vn/1.aac"`),
			file(bot.Voice, "https://v.zdn.vn/1.aac")},
		"not passed on": {said("message.unsupported.received", `"message_type":"?"`), file(bot.Other, "")},
		"ids as numbers": {event("message.text.received",
			`"from":{"id":90071992547409931},"chat":{"id":90071992547409933,"chat_type":"private"},`+
				`"message_id":90071992547409935,"date":"1795392000123","text":"x"`),
			with(func(in *bot.Inbound) {
				in.Text, in.UserID, in.ChatID, in.EventID = "x", "90071992547409931", "90071992547409933", "90071992547409935"
			})},
		"group": {event("message.text.received", fromHoa+`,"chat":{"id":"9f","chat_type":"GROUP"},`+named+`,"text":"x"`),
			with(func(in *bot.Inbound) { in.Text, in.ChatID, in.Private = "x", "9f", false })},
		"no kind of chat": {event("message.text.received", fromHoa+`,"chat":{"id":"9f"},`+named+`,"text":"x"`),
			with(func(in *bot.Inbound) { in.Text, in.ChatID, in.Private = "x", "9f", false })},
		"seconds":             {dated("1795392000"), at(time.Unix(1795392000, 0))},
		"no date":             {dated("null"), at(noon)},
		"date before all":     {dated("12"), at(noon)},
		"date of next year":   {dated("1830000000000"), at(noon)},
		"date beyond numbers": {dated("99999999999999999999999"), at(noon)},
		"date of a fraction":  {dated("1.5e12"), at(noon)},
	} {
		in, why := decode([]byte(test.raw), noon)
		if why != "" {
			t.Errorf("%s: ignored as %s", name, why)
			continue
		}
		if diff := cmp.Diff(test.want, in); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// An event is known again by its message, or else by all that it holds.
func TestDecodeNamesEvents(t *testing.T) {
	event := func(id, text string) string {
		in, why := decode([]byte(event("message.text.received", fromHoa+","+inChat+`,"message_id":`+id+`,"text":"`+text+
			`"`)), noon)
		if why != "" || in.EventID == "" || len(in.EventID) > 64 {
			t.Fatalf("%s: %+v", why, in)
		}
		return in.EventID
	}
	for _, odd := range []string{`null`, `""`, `"a b"`, `"` + strings.Repeat("a", 65) + `"`, `{}`} {
		if first, again, other := event(odd, "x"), event(odd, "x"), event(odd, "y"); first != again || first == other {
			t.Errorf("id %s: %q, again %q, another %q", odd, first, again, other)
		}
	}
	if event(`"a"`, "x") != event(`"a"`, "y") {
		t.Error("one message has two names")
	}
}

func TestDecodeCutsWhatIsTooLong(t *testing.T) {
	for _, test := range []struct{ name, field string }{{"message.text.received", "text"},
		{"message.image.received", "caption"}} {
		in, _ := decode([]byte(said(test.name, `"`+test.field+`":"`+strings.Repeat("ề", bot.MaxText+5)+`"`)), noon)
		if !in.Cut || utf8.RuneCountInString(in.Text) != bot.MaxText {
			t.Errorf("cut %v, %d letters", in.Cut, utf8.RuneCountInString(in.Text))
		}
		in, _ = decode([]byte(said(test.name, `"`+test.field+`":"`+strings.Repeat("ề", bot.MaxText)+`"`)), noon)
		if in.Cut {
			t.Error("a text that fits was cut")
		}
	}
}

func TestDecodeIgnores(t *testing.T) {
	for name, test := range map[string]struct {
		raw  string
		want ignored
	}{
		"no JSON":            {`<html>`, unreadable},
		"a list":             {`[]`, unreadable},
		"no name":            {`{"message":{}}`, unreadable},
		"no message":         {`{"event_name":"message.text.received"}`, unreadable},
		"a message of text":  {`{"event_name":"message.text.received","message":"x"}`, unreadable},
		"nobody":             {event("message.text.received", inChat+","+named+`,"text":"x"`), unreadable},
		"nowhere":            {event("message.text.received", fromHoa+","+named+`,"text":"x"`), unreadable},
		"an id of two words": {event("message.text.received", `"from":{"id":"a b"},`+inChat+`,"text":"x"`), unreadable},
		"an endless id": {event("message.text.received", `"from":{"id":"`+strings.Repeat("a", 65)+`"},`+inChat+
			`,"text":"x"`), unreadable},
		"an id of no letter": {event("message.text.received", `"from":{"id":{"$oid":"a"}},`+inChat+`,"text":"x"`),
			unreadable},
		"another name": {said("message.hologram.received", `"text":"x"`), unknownEvent},
		"of a bot": {event("message.text.received", `"from":{"id":"b","is_bot":true},`+inChat+`,"text":"x"`),
			ofABot},
	} {
		if in, why := decode([]byte(test.raw), noon); why != test.want || in.UserID != "" {
			t.Errorf("%s: %q, want %q: %+v", name, why, test.want, in)
		}
	}
}

func TestUpdatesIn(t *testing.T) {
	one := said("message.text.received", `"text":"x"`)
	for name, test := range map[string]struct {
		raw  string
		want []string
	}{
		"bare":          {one, []string{one}},
		"wrapped":       {`{"ok":true,"result":` + one + `}`, []string{one}},
		"a list":        {`{"ok":true,"result":[` + one + `,` + one + `]}`, []string{one, one}},
		"a bare list":   {` [` + one + `]`, []string{one}},
		"an empty list": {`[]`, nil},
		"null":          {`null`, nil},
		"wrapped null":  {`{"ok":true,"result":null}`, nil},
		"nothing":       {" \n", nil},
		"no JSON":       {`<html>`, []string{`<html>`}},
		"a result too":  {`{"event_name":"x","result":3}`, []string{`{"event_name":"x","result":3}`}},
	} {
		var got []string
		for _, raw := range updatesIn([]byte(test.raw)) {
			got = append(got, string(raw))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Whatever comes, what goes on is fit for the bot, and can be kept.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		said("message.text.received", `"text":"phụ cấp"`),
		said("message.image.received", `"photo_url":"https://p.zdn.vn/1","caption":"Quyết định"`),
		said("message.sticker.received", `"url":"https://s.zaloapp.com/1"`),
		said("message.voice.received", `"voice_url":"https://v.zdn.vn/1"`),
		said("message.unsupported.received", ``),
		said("message.hologram.received", ``),
		event("message.text.received", `"from":{"id":1},"chat":{"id":2},"message_id":3,"date":4,"text":5`),
		event("message.text.received", `"from":{"id":"a","is_bot":true},"chat":[]`),
		`{"ok":true,"result":[` + said("message.text.received", `"text":"\ud83d\u202e"`) + `]}`,
		`{"event_name":null,"message":null}`, `[`, `null`, `"`, `{}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, one := range updatesIn(raw) {
			in, why := decode(one, noon)
			if why != "" {
				continue
			}
			if in.Channel != Name || in.EventID == "" || in.UserID == "" || in.ChatID == "" ||
				max(len(in.EventID), len(in.UserID), len(in.ChatID)) > 64 {
				t.Errorf("%+v", in)
			}
			if !utf8.ValidString(in.Text) || !norm.NFC.IsNormalString(in.Text) ||
				utf8.RuneCountInString(in.Text) > bot.MaxText ||
				strings.ContainsFunc(in.Text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) {
				t.Errorf("text %q", in.Text)
			}
			if in.Text == "" && in.Attachment == nil {
				t.Error("an event that says nothing")
			}
			if _, err := json.Marshal(in); err != nil {
				t.Error(err)
			}
		}
	})
}
