package telegram

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
	fromHoa = `"from":{"id":5000000001,"is_bot":false,"first_name":"Hoa"}`
	inChat  = `"date":1795392000,"chat":{"id":5000000001,"type":"private","first_name":"Hoa"}`
	inGroup = `"date":1795392000,"chat":{"id":-100777,"type":"supergroup","title":"Xã"}`
)

func said(fields string) string {
	return `{"update_id":7,"message":{"message_id":3,` + fromHoa + `,` + inChat + `,` + fields + `}}`
}

func TestDecode(t *testing.T) {
	at := time.Unix(1795392000, 0)
	hoa := bot.Inbound{Channel: "telegram", EventID: "7.1795392000", UserID: "5000000001", ChatID: "5000000001",
		Private: true, At: at}
	with := func(change func(in *bot.Inbound)) bot.Inbound {
		in := hoa
		change(&in)
		return in
	}
	text := func(text string) bot.Inbound { return with(func(in *bot.Inbound) { in.Text = text }) }
	contact := func(own bool) bot.Inbound {
		return with(func(in *bot.Inbound) { in.Contact = &bot.Contact{Phone: "84912345678", Own: own} })
	}
	file := func(a bot.Attachment) bot.Inbound { return with(func(in *bot.Inbound) { in.Attachment = &a }) }
	press := func(action, ref string) bot.Inbound {
		return with(func(in *bot.Inbound) { in.EventID, in.Action, in.MessageRef, in.At = "7.438", action, ref, epoch })
	}
	for name, test := range map[string]struct {
		raw  string
		want bot.Inbound
	}{
		"text":                {said(`"text":"phụ cấp tháng này"`), text("phụ cấp tháng này")},
		"decomposed":          {said(`"text":"` + norm.NFD.String("Nguyễn Thị Ổi") + `"`), text("Nguyễn Thị Ổi")},
		"control letters":     {said(`"text":"a\u0000\u0007b\u202ec\r\nd\te"`), text("abc\nd e")},
		"half of an emoji":    {said(`"text":"a\ud83d b"`), text("a\ufffd b")},
		"command":             {said(`"text":"/help"`), text("/help")},
		"command with a name": {said(`"text":"/phucap@canbo_bot tháng 4"`), text("/phucap@canbo_bot tháng 4")},
		"no command":          {said(`"text":"/5/2026"`), text("/5/2026")},
		"start":               {said(`"text":"/start"`), text("/start")},
		"start by a link": {said(`"text":"/start ABcd-12_9"`),
			with(func(in *bot.Inbound) { in.Start = "ABcd-12_9" })},
		"start with what no link has": {said(`"text":"/start a b"`), text("/start a b")},
		"own contact": {said(`"contact":{"phone_number":"84912345678","first_name":"H",` +
			`"user_id":5000000001}`), contact(true)},
		"contact of another": {said(`"contact":{"phone_number":"84912345678","first_name":"H",` +
			`"user_id":5000000002}`), contact(false)},
		"contact of nobody": {said(`"contact":{"phone_number":"84912345678","first_name":"H"}`), contact(false)},
		"own contact passed on": {said(`"forward_origin":{"type":"user"},"contact":{"phone_number":"84912345678",` +
			`"first_name":"H","user_id":5000000001}`), contact(false)},
		"passed on, as of old": {said(`"forward_date":1,"contact":{"phone_number":"84912345678","first_name":"H",` +
			`"user_id":5000000001}`), contact(false)},
		"photo": {said(`"caption":"Quyết định","photo":[{"file_id":"s","width":9,"height":9},{"file_id":"l","width":90,` +
			`"height":90,"file_size":5}]`),
			with(func(in *bot.Inbound) {
				in.Text, in.Attachment = "Quyết định", &bot.Attachment{Kind: bot.Photo, ID: "l", Size: 5}
			})},
		"document": {said(`"document":{"file_id":"d","file_name":"danh\nsách.xlsx","file_size":-1}`),
			file(bot.Attachment{Kind: bot.Document, ID: "d", Name: "danh sách.xlsx"})},
		"voice": {said(`"voice":{"file_id":"v","duration":3}`), file(bot.Attachment{Kind: bot.Voice, ID: "v"})},
		"sticker": {said(`"sticker":{"file_id":"s","width":1,"height":1}`),
			file(bot.Attachment{Kind: bot.Sticker, ID: "s"})},
		"location": {said(`"location":{"latitude":21.0,"longitude":105.8}`),
			file(bot.Attachment{Kind: bot.Location})},
		"something of later": {said(`"hologram":{"file_id":"h"}`), file(bot.Attachment{Kind: bot.Other})},
		"press": {`{"update_id":7,"callback_query":{"id":"438",` + fromHoa +
			`,"data":"change:ok:12.3","message":{"message_id":9,` + inChat + `,"text":"x"}}}`,
			press("change:ok:12.3", "9")},
		"press on an inaccessible message": {`{"update_id":7,"callback_query":{"id":"438",` + fromHoa +
			`,"data":"ok","message":{"message_id":9,"date":0,"chat":{"id":5000000001,"type":"private"}}}}`,
			press("ok", "")},
		"press without a message": {`{"update_id":7,"callback_query":{"id":"438",` + fromHoa + `,"data":"ok"}}`,
			press("ok", "")},
		"press with too long data": {`{"update_id":7,"callback_query":{"id":"438",` + fromHoa + `,"data":"` +
			strings.Repeat("a", 65) + `"}}`, press(bot.Forged, "")},
		"press with data of others": {`{"update_id":7,"callback_query":{"id":"438",` + fromHoa + `,"data":"ok' OR 1=1"}}`,
			press(bot.Forged, "")},
		"press in a group": {`{"update_id":7,"callback_query":{"id":"438",` + fromHoa +
			`,"data":"ok","message":{"message_id":9,` + inGroup + `,"text":"x"}}}`,
			with(func(in *bot.Inbound) {
				in.EventID, in.Action, in.MessageRef, in.At, in.ChatID, in.Private = "7.438", "ok", "9", epoch, "-100777", false
			})},
		"blocked": {`{"update_id":7,"my_chat_member":{` + fromHoa + `,` + inChat +
			`,"new_chat_member":{"status":"kicked"}}}`, with(func(in *bot.Inbound) { in.Presence = bot.Left })},
		"back": {`{"update_id":7,"my_chat_member":{` + fromHoa + `,` + inChat +
			`,"new_chat_member":{"status":"member"}}}`, with(func(in *bot.Inbound) { in.Presence = bot.Joined })},
		"command in a group": {`{"update_id":7,"message":{"message_id":3,` + fromHoa + `,` + inGroup +
			`,"text":"/start CODE"}}`,
			with(func(in *bot.Inbound) { in.Text, in.ChatID, in.Private = "/start CODE", "-100777", false })},
	} {
		in, out := decode([]byte(test.raw), epoch)
		if !out.accepted() || out.ID != 7 {
			t.Errorf("%s: %+v", name, out)
			continue
		}
		if diff := cmp.Diff(test.want, in); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestDecodeCutsWhatIsTooLong(t *testing.T) {
	long := strings.Repeat("ề", bot.MaxText+5)
	in, _ := decode([]byte(said(`"text":"`+long+`"`)), epoch)
	if !in.Cut || utf8.RuneCountInString(in.Text) != bot.MaxText {
		t.Errorf("cut %v, %d letters", in.Cut, utf8.RuneCountInString(in.Text))
	}
	in, _ = decode([]byte(said(`"text":"`+strings.Repeat("ề", bot.MaxText)+`"`)), epoch)
	if in.Cut {
		t.Error("a text that fits was cut")
	}
}

func TestDecodeIgnores(t *testing.T) {
	for name, test := range map[string]struct {
		raw  string
		want outcome
	}{
		"no JSON":                 {`<html>`, outcome{0, unreadable}},
		"null":                    {`null`, outcome{0, unreadable}},
		"no id":                   {`{"message":{}}`, outcome{0, unreadable}},
		"a field of a wrong type": {`{"update_id":7,"message":{"message_id":"three"}}`, outcome{7, unreadable}},
		"a press without an id": {`{"update_id":7,"callback_query":{"id":"",` + fromHoa + `,"data":"ok"}}`,
			outcome{7, unreadable}},
		"edited": {`{"update_id":7,"edited_message":{"message_id":3,` + fromHoa + `,` + inChat +
			`,"text":"x"}}`, outcome{7, editedText}},
		"another kind": {`{"update_id":7,"message_reaction":{}}`, outcome{7, notAsked}},
		"a bot": {`{"update_id":7,"message":{"message_id":3,"from":{"id":9,"is_bot":true},` + inChat +
			`,"text":"x"}}`, outcome{7, noSender}},
		"a channel's post": {`{"update_id":7,"message":{"message_id":3,` + inChat + `,"text":"x"}}`,
			outcome{7, noSender}},
		"anonymous admin": {`{"update_id":7,"message":{"message_id":3,` + fromHoa + `,"sender_chat":{"id":-1},` +
			inGroup + `,"text":"/x"}}`, outcome{7, noSender}},
		"group talk": {`{"update_id":7,"message":{"message_id":3,` + fromHoa + `,` + inGroup +
			`,"text":"chào"}}`, outcome{7, groupTalk}},
		"service": {said(`"pinned_message":{"message_id":1,"date":0,"chat":{"id":1}}`),
			outcome{7, inService}},
		"restricted": {`{"update_id":7,"my_chat_member":{` + fromHoa + `,` + inChat +
			`,"new_chat_member":{"status":"restricted"}}}`, outcome{7, otherStatus}},
		"joined a group": {`{"update_id":7,"my_chat_member":{` + fromHoa + `,` + inGroup +
			`,"new_chat_member":{"status":"member"}}}`, outcome{7, groupMember}},
	} {
		in, out := decode([]byte(test.raw), epoch)
		if out != test.want || in != (bot.Inbound{}) {
			t.Errorf("%s: %+v, %+v", name, out, in)
		}
	}
}

// Ids of updates start anew at random after a quiet week.
func TestEventsOfOneIDDiffer(t *testing.T) {
	first, _ := decode([]byte(said(`"text":"x"`)), epoch)
	again, _ := decode([]byte(strings.Replace(said(`"text":"x"`), "1795392000", "1796392000", 1)), epoch)
	if first.EventID == again.EventID {
		t.Errorf("both are %q", first.EventID)
	}
}

// Whatever comes, decoding ends, and what it lets through keeps the promises of
// bot.Inbound.
func FuzzDecode(f *testing.F) {
	for _, fields := range []string{
		`"text":"/start ABC"`, `"text":"a\u0000\ud83d"`, `"contact":{"phone_number":"1","user_id":5000000001}`,
		`"photo":[{}]`, `"photo":[null]`,
		`"document":{"file_name":"\n"}`, `"dice":{}`, `"venue":{}`, `"new_chat_title":"x"`, `"caption":"x","voice":{}`,
	} {
		f.Add([]byte(said(fields)))
	}
	f.Add([]byte(`{"update_id":7,"callback_query":{"id":"438",` + fromHoa +
		`,"data":"ok","message":{"message_id":9,"date":0}}}`))
	f.Add([]byte(`{"update_id":7,"my_chat_member":{` + fromHoa + `,` + inChat +
		`,"new_chat_member":{"status":"kicked"}}}`))
	f.Add([]byte(`{"update_id":7,"callback_query":{"id":"438",` + fromHoa +
		`,"data":"ĐỒNG Ý","message":{"message_id":9,` + inGroup + `}}}`))
	f.Add([]byte(`{"update_id":7,"message":{"message_id":3,` + fromHoa + `,` + inGroup + `,"text":"/menu@canbo_bot"}}`))
	for _, raw := range []string{`{"update_id":7,"message":[]}`, `{"update_id":"x"}`, `[]`, `{}`, ``, "\xff"} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, out := decode(raw, epoch)
		if again, outAgain := decode(raw, epoch); out != outAgain || in.EventID != again.EventID {
			t.Fatalf("delivered again it is %q and not %q", again.EventID, in.EventID)
		}
		if !out.accepted() {
			if in != (bot.Inbound{}) {
				t.Fatalf("%q leaves %+v", out.Ignored, in)
			}
			return
		}
		if !json.Valid(raw) || out.ID <= 0 {
			t.Fatalf("accepted with the id %d", out.ID)
		}
		for _, id := range []string{in.EventID, in.UserID, in.ChatID} {
			if id == "" || id == "0" || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Fatalf("id %q", id)
			}
		}
		if len(in.UserID) > 64 || len(in.ChatID) > 64 || len(in.Action) > bot.MaxAction || len(in.Start) > 64 {
			t.Fatalf("too long: %+v", in)
		}
		if !utf8.ValidString(in.Text) || !norm.NFC.IsNormalString(in.Text) || utf8.RuneCountInString(in.Text) > bot.MaxText {
			t.Fatalf("text %q", in.Text)
		}
		if strings.ContainsFunc(in.Text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) {
			t.Fatalf("control letters in %q", in.Text)
		}
		if in.Action != "" && bot.Pressed(in.Action) != in.Action {
			t.Fatalf("action %q", in.Action)
		}
		if _, ok := pressOf(in.EventID); !ok || len(in.EventID) > 128 {
			t.Fatalf("event %q", in.EventID)
		}
		if a := in.Attachment; a != nil && (a.Kind == "" || a.Size < 0 || !norm.NFC.IsNormalString(a.Name) ||
			strings.ContainsFunc(a.Name, unicode.IsControl)) {
			t.Fatalf("attachment %+v", a)
		}
		if in.Contact != nil && in.Contact.Own && !in.Private {
			t.Fatal("vouched for in a group")
		}
		whats := 0
		for _, is := range []bool{in.Action != "", in.Start != "", in.Contact != nil, in.Attachment != nil,
			in.Presence != "", in.Text != "" && in.Attachment == nil} {
			if is {
				whats++
			}
		}
		if whats != 1 {
			t.Fatalf("%d things at once: %+v", whats, in)
		}
	})
}
