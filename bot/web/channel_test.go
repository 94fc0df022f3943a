package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/uuid"

	"canbobot/bot"
	"canbobot/bot/web"
)

func send(t *testing.T, channel *web.Channel, chat string, reply bot.Reply) string {
	t.Helper()
	ref, err := channel.Send(t.Context(), chat, reply)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func texts(frames []frame) []string {
	var all []string
	for _, f := range frames {
		all = append(all, f.Message.Text)
	}
	return all
}

func TestStreamTellsWhatHappensInOrder(t *testing.T) {
	channel, _, server := open(t)
	p := visit(t, server)
	l := listen(t, server, "", "officer-1", "clerk-1")
	if hello, messages := l.snapshot(); hello.Token != p.token || !hello.Reset || len(messages) != 0 {
		t.Fatalf("a fresh stream begins with %+v and %d messages", hello, len(messages))
	}
	<-l.beats
	p.say("officer-1", "Đề nghị thay cấp phó")
	// A stream tells the latest of each bubble; Order is its place in the chat.
	latest := map[string]frame{}
	l.until(func(f frame) bool {
		if f.Kind == "message" {
			latest[f.Chat+" "+f.Message.Text] = f
		}
		return f.Message.Mine && f.Message.State == "sent"
	})
	mine, card, done := latest["officer-1 Đề nghị thay cấp phó"].Message, latest["clerk-1 Đề nghị thay cấp phó"].Message,
		latest["officer-1 Đã gửi phường."].Message
	if !mine.Mine || mine.Order == 0 || card.Order <= mine.Order || done.Order <= card.Order {
		t.Errorf("said %d, card %d, answer %d: out of order", mine.Order, card.Order, done.Order)
	}
	if card.Title != "Đề nghị số 214" || len(card.Rows) != 2 || card.Rows[0][0].Style != "positive" || !card.Private {
		t.Errorf("the clerk sees %+v", card)
	}

	send(t, channel, "clerk-1", bot.Reply{Text: "một"})
	ref := send(t, channel, "clerk-1", bot.Reply{Text: "hai"})
	l.until(func(f frame) bool { return f.Message.Text == "hai" })
	again := bot.Reply{Text: "hai, sửa"}
	for range 2 { // the second changes nothing
		if err := channel.Edit(t.Context(), "clerk-1", ref, again); err != nil {
			t.Fatal(err)
		}
	}
	edited := l.until(func(f frame) bool { return f.Message.ID == ref })
	if edited.Message.ID != ref || edited.Message.Text != "hai, sửa" || !edited.Message.Edited {
		t.Errorf("redrawn %+v", edited)
	}
	send(t, channel, "clerk-1", bot.Reply{Text: "ba"})
	if after := l.next(); after.Message.Text != "ba" {
		t.Errorf("an edit that changes nothing was told: %+v", after)
	}
}

func TestStreamGoesOnWhereItWasCut(t *testing.T) {
	channel, _, server := open(t)
	first := send(t, channel, "clerk-1", bot.Reply{Text: "một"})
	send(t, channel, "clerk-1", bot.Reply{Text: "hai"})
	l := listen(t, server, "", "clerk-1")
	_, messages := l.snapshot()
	if got := texts(messages); !slices.Equal(got, []string{"một", "hai"}) {
		t.Fatalf("snapshot %q", got)
	}
	position := messages[1].ID
	l.Close()
	send(t, channel, "clerk-1", bot.Reply{Text: "ba"})
	if err := channel.Edit(t.Context(), "clerk-1", first, bot.Reply{Text: "một, sửa"}); err != nil {
		t.Fatal(err)
	}
	hello, missed := listen(t, server, position, "clerk-1").snapshot()
	if got := texts(missed); hello.Reset || !slices.Equal(got, []string{"ba", "một, sửa"}) {
		t.Errorf("reset %t, missed %q", hello.Reset, got)
	}
	if missed[1].Message.Order >= missed[0].Message.Order {
		t.Error("the redrawn message lost its place")
	}
	for _, foreign := range []string{"00000000-2", "rubbish", position + "999"} {
		if hello, all := listen(t, server, foreign, "clerk-1").snapshot(); !hello.Reset || len(all) != 3 {
			t.Errorf("from %q: reset %t, %d messages; want all three", foreign, hello.Reset, len(all))
		}
	}
}

func TestAnEventIsDeliveredOnce(t *testing.T) {
	_, behind, server := open(t)
	p := visit(t, server)
	l := listen(t, server, "", "officer-1")
	l.snapshot()
	body := fields{"chat": "officer-1", "event": uuid.NewString(), "text": "xin chào"}
	behind.set(1, nil)
	if status, code := p.post("say", body, nil); status != http.StatusBadGateway || code != "undelivered" {
		t.Fatalf("a failed event is answered %d %q", status, code)
	}
	l.until(func(f frame) bool { return f.Message.State == "failed" })
	changed := fields{"chat": "officer-1", "event": body["event"], "text": "lời khác"}
	for _, want := range []int{http.StatusNoContent, http.StatusNoContent} { // delivered, then known
		if status, _ := p.post("say", changed, nil); status != want {
			t.Errorf("sent again: %d", status)
		}
	}
	if status, _ := p.post("retry", fields{"chat": "officer-1", "event": body["event"]},
		nil); status != http.StatusNoContent {
		t.Errorf("retry of what is delivered: %d", status)
	}
	heard := behind.all()
	if len(heard) != 2 || heard[0].EventID != heard[1].EventID || heard[1].Text != "xin chào" {
		t.Errorf("heard %+v, want the same twice", heard)
	}

	// Four at once are one.
	hold := make(chan struct{})
	behind.set(0, hold)
	body["event"] = uuid.NewString()
	var posts sync.WaitGroup
	statuses := make(chan int, 4)
	for range 4 {
		posts.Go(func() { status, _ := p.post("say", body, nil); statuses <- status })
	}
	for range 3 {
		if status := <-statuses; status != http.StatusAccepted {
			t.Errorf("a repetition underway is answered %d", status)
		}
	}
	close(hold)
	posts.Wait()
	if status := <-statuses; status != http.StatusNoContent || len(behind.all()) != 3 {
		t.Errorf("answered %d after %d deliveries", status, len(behind.all()))
	}
}

func TestAHandlerThatPanicsLeavesARetry(t *testing.T) {
	channel := web.New(config())
	server := httptest.NewUnstartedServer(channel.Routes(
		handlerFunc(func(context.Context, bot.Inbound) error { panic("broken screen") })))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(func() { channel.Close(); server.Close() })
	l := listen(t, server, "", "officer-1")
	l.snapshot()
	p := visit(t, server)
	request := strings.NewReader(fmt.Sprintf(`{"chat":"officer-1","event":%q,"text":"chào"}`, uuid.NewString()))
	post, _ := http.NewRequest(http.MethodPost, server.URL+"/try/say", request)
	post.Header.Set("X-Try-Token", p.token)
	post.Header.Set("Content-Type", "application/json")
	if answer, err := server.Client().Do(post); err == nil {
		t.Errorf("answered %s", answer.Status)
		answer.Body.Close()
	}
	l.until(func(f frame) bool { return f.Message.State == "failed" })
}

type handlerFunc func(context.Context, bot.Inbound) error

func (f handlerFunc) Handle(ctx context.Context, in bot.Inbound) error { return f(ctx, in) }

func TestInbound(t *testing.T) {
	channel, behind, server := open(t)
	p := visit(t, server)
	ref := send(t, channel, "officer-1", bot.Reply{Text: "chọn",
		Buttons: [][]bot.Button{bot.Row(bot.Button{Label: "Xem", Action: bot.Act("look", "1")})}})
	nfd := "D\u0323uye\u0323\u0302t\x00\r\n" + strings.Repeat("a", 100_000)
	for _, step := range []struct {
		route string
		body  fields
		want  func(bot.Inbound) bool
	}{
		{"say", fields{"chat": "officer-1", "text": nfd}, func(in bot.Inbound) bool {
			return strings.HasPrefix(in.Text, "Ḍuyệt\naaa") && in.Cut && utf8.RuneCountInString(in.Text) == bot.MaxText
		}},
		{"press", fields{"chat": "officer-1", "action": "look:1", "ref": ref},
			func(in bot.Inbound) bool { return in.Action == "look:1" && in.MessageRef == ref }},
		{"press", fields{"chat": "officer-1", "action": "look:1", "ref": "00000000-1"},
			func(in bot.Inbound) bool { return in.Action == "look:1" && in.MessageRef == "" }},
		{"contact", fields{"chat": "officer-1", "phone": "0900000000"}, func(in bot.Inbound) bool {
			return in.Contact != nil && *in.Contact == bot.Contact{Phone: "+84912345678", Own: true}
		}},
		{"contact", fields{"chat": "guest-3", "phone": "0987.654.321"}, func(in bot.Inbound) bool {
			return *in.Contact == bot.Contact{Phone: "0987.654.321", Own: true}
		}},
		{"start", fields{"chat": "guest-3", "code": "Ab_9-"},
			func(in bot.Inbound) bool { return in.Start == "Ab_9-" && in.Presence == "" }},
		{"start", fields{"chat": "guest-3"}, func(in bot.Inbound) bool {
			return in.Start == "" &&
				in.Presence == bot.Joined
		}},
	} {
		step.body["event"] = uuid.NewString()
		if status, code := p.post(step.route, step.body, nil); status != http.StatusNoContent {
			t.Fatalf("%s: %d %s", step.route, status, code)
		}
		heard := behind.all()
		in := heard[len(heard)-1]
		if in.Channel != "web" || in.EventID != step.body["event"] || in.UserID != step.body["chat"] ||
			in.ChatID != in.UserID || !in.Private || !in.At.Equal(noon) || !step.want(in) {
			t.Errorf("%s %v: heard %+v", step.route, step.body["action"], in)
		}
	}
}

func TestPressedSign(t *testing.T) {
	channel, behind, server := open(t)
	p := visit(t, server)
	ref := send(t, channel, "officer-1", bot.Reply{Text: "chọn",
		Buttons: [][]bot.Button{bot.Row(bot.Button{Label: "Xem", Action: bot.Act("look", "1")})}})
	l := listen(t, server, "", "officer-1")
	l.snapshot()
	hold := make(chan struct{})
	behind.set(0, hold)
	var post sync.WaitGroup
	event := uuid.NewString()
	post.Go(func() {
		p.post("press", fields{"chat": "officer-1", "event": event, "action": "look:1", "ref": ref}, nil)
	})
	waiting := l.until(func(f frame) bool { return f.Message.ID == ref })
	if waiting.Message.Press == nil || waiting.Message.Press.State != "sending" ||
		waiting.Message.Press.Action != "look:1" {
		t.Errorf("pressed: %+v", waiting.Message.Press)
	}
	if err := channel.Pressed(t.Context(), bot.Inbound{ChatID: "officer-1", EventID: event, MessageRef: ref,
		Action: "look:1"}); err != nil {
		t.Fatal(err)
	}
	if taken := l.until(func(f frame) bool { return f.Message.ID == ref }); taken.Message.Press.State != "sent" {
		t.Errorf("taken: %+v", taken.Message.Press)
	}
	close(hold)
	post.Wait()
	if err := channel.Pressed(t.Context(), bot.Inbound{ChatID: "officer-1", EventID: event,
		MessageRef: "gone"}); err != nil {
		t.Errorf("too late: %v", err)
	}
}

func TestFiles(t *testing.T) {
	channel, behind, server := open(t)
	p := visit(t, server)
	picture := chart(t)
	if status, code := p.attach("officer-1", uuid.NewString(), "../quyết định.png",
		picture); status != http.StatusNoContent {
		t.Fatalf("a picture: %d %s", status, code)
	}
	got := *behind.all()[0].Attachment
	if got.Kind != bot.Photo || got.Name != "quyết định.png" || got.Size != int64(len(picture)) {
		t.Errorf("attached %+v", got)
	}
	if content, err := channel.Fetch(t.Context(), got.ID, 2<<20); err != nil || !slices.Equal(content, picture) {
		t.Errorf("fetched %d bytes, %v", len(content), err)
	}
	if _, err := channel.Fetch(t.Context(), got.ID, 10); err == nil {
		t.Error("a file over the limit was fetched")
	}
	if status, _ := p.attach("officer-1", uuid.NewString(), "a.pdf",
		[]byte("%PDF-1.7 ...")); status != http.StatusNoContent || behind.all()[1].Attachment.Kind != bot.Document {
		t.Errorf("a PDF: %d", status)
	}
	if status, code := p.attach("officer-1", uuid.NewString(), "a.png",
		[]byte("<html><script>")); status != http.StatusUnsupportedMediaType || code != "wrong_type" {
		t.Errorf("a page called a picture: %d %s", status, code)
	}
	if status, code := p.attach("officer-1", uuid.NewString(), "a.png",
		append(picture, make([]byte, 2<<20)...)); status != http.StatusRequestEntityTooLarge || code != "too_large" {
		t.Errorf("a large picture: %d %s", status, code)
	}

	send(t, channel, "officer-1", bot.Reply{Text: "tệp", Files: []bot.File{
		{Name: "trang.html", MIME: "text/html", Content: []byte("<script>alert(1)</script>")},
		{Name: "biểu đồ.png", MIME: "text/html", Content: picture}}})
	_, messages := listen(t, server, "", "officer-1").snapshot()
	files := messages[len(messages)-1].Message.Files
	for i, want := range []struct{ kind, disposition string }{{"text/html", "attachment;"}, {"image/png", "inline;"}} {
		answer, raw := get(t, server, files[i].URL, nil)
		if len(raw) != files[i].Size || answer.Header.Get("Content-Type") != want.kind ||
			!strings.HasPrefix(answer.Header.Get("Content-Disposition"), want.disposition) ||
			answer.Header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(answer.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s comes with %v", files[i].Name, answer.Header)
		}
	}
	if answer, _ := get(t, server, "/try/files/000000000000000000000000", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("no file: %s", answer.Status)
	}
}

func TestSendRefusesWhatNoPhoneShows(t *testing.T) {
	channel, _, _ := open(t)
	ok := bot.Reply{Text: "chào"}
	with := func(b bot.Button) bot.Reply { return bot.Reply{Text: "chọn", Buttons: [][]bot.Button{bot.Row(b)}} }
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx   context.Context
		chat  string
		reply bot.Reply
		fate  bot.Fate
	}{
		"no chat":     {t.Context(), "", ok, bot.Refused},
		"a long chat": {t.Context(), strings.Repeat("c", 65), ok, bot.Refused},
		"no label":    {t.Context(), "officer-1", with(bot.Button{Action: bot.Act("a")}), bot.Refused},
		"no action":   {t.Context(), "officer-1", with(bot.Button{Label: "a"}), bot.Refused},
		"action and page": {t.Context(), "officer-1",
			with(bot.Button{Label: "a", Action: bot.Act("a"), URL: "https://a.example"}), bot.Refused},
		"a long action": {t.Context(), "officer-1",
			with(bot.Button{Label: "a", Action: bot.Act(strings.Repeat("a", 65))}), bot.Refused},
		"a script's page":  {t.Context(), "officer-1", with(bot.Button{Label: "a", URL: "javascript:alert(1)"}), bot.Refused},
		"a file unnamed":   {t.Context(), "officer-1", bot.Reply{Files: []bot.File{{Content: []byte("a")}}}, bot.Refused},
		"a cancelled call": {cancelled, "officer-1", ok, bot.Retry},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := channel.Send(test.ctx, test.chat, test.reply)
			if failure := (*bot.SendError)(nil); !errors.As(err, &failure) || failure.Fate != test.fate {
				t.Errorf("%v, want fate %s", err, test.fate)
			}
		})
	}
	ref := send(t, channel, "officer-1", ok)
	for name, edit := range map[string]struct {
		chat, ref string
		reply     bot.Reply
	}{
		"another's message":     {"clerk-1", ref, ok},
		"an earlier process's":  {"officer-1", "00000000-1", ok},
		"too long to redraw":    {"officer-1", ref, bot.Reply{Text: strings.Repeat("a", 4001)}},
		"a reference of no use": {"officer-1", "", ok},
		"nothing in its place":  {"officer-1", ref, bot.Reply{}},
	} {
		if err := channel.Edit(t.Context(), edit.chat, edit.ref, edit.reply); bot.FateOf(err) != bot.Refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLongReplyIsSplitAtLines(t *testing.T) {
	channel, _, server := open(t)
	line := strings.Repeat("đ", 1499)
	ref := send(t, channel, "officer-1", bot.Reply{Title: "Danh sách",
		Text:    strings.Join([]string{line, line, line, line, strings.Repeat("x", 4100)}, "\n"),
		Buttons: [][]bot.Button{bot.Row(bot.Button{Label: "Xem", Action: bot.Act("look", "1")})}})
	_, messages := listen(t, server, "", "officer-1").snapshot()
	if got, want := texts(messages), []string{line + "\n" + line, line + "\n" + line, strings.Repeat("x", 4000),
		strings.Repeat("x", 100)}; !slices.Equal(got, want) {
		t.Fatalf("%d parts of %d, %d ...", len(got), len(got[0]), len(got[1]))
	}
	for i, f := range messages {
		if last := i == len(messages)-1; (f.Message.Title != "") != (i == 0) || (len(f.Message.Rows) > 0) != last ||
			(f.Message.ID == ref) != last {
			t.Errorf("part %d: title %q, %d rows of buttons, ref %t", i, f.Message.Title, len(f.Message.Rows),
				f.Message.ID == ref)
		}
	}
}

func TestTypingEndsWithTheMessage(t *testing.T) {
	channel, _, server := open(t)
	l := listen(t, server, "", "officer-1")
	l.snapshot()
	if err := channel.Typing(t.Context(), "officer-1"); err != nil {
		t.Fatal(err)
	}
	if sign := l.next(); sign.Kind != "typing" || sign.Millis != 5000 {
		t.Errorf("typing: %+v", sign)
	}
	send(t, channel, "officer-1", bot.Reply{Text: "xong"})
	off := l.until(func(f frame) bool { return f.Kind == "typing" })
	if off.Millis != 0 {
		t.Errorf("after the message: %+v", off)
	}
	if err := channel.Typing(t.Context(), ""); bot.FateOf(err) != bot.Refused {
		t.Errorf("typing nowhere: %v", err)
	}
}

func TestWords(t *testing.T) {
	if missing := words.Missing(); len(missing) > 0 {
		t.Errorf("no words for %v", missing)
	}
	if len(words) != len(web.WordKeys) {
		t.Errorf("%d words for %d keys", len(words), len(web.WordKeys))
	}
	if missing := (web.Words{}).Missing(); len(missing) != len(web.WordKeys) {
		t.Errorf("an empty set misses %d of %d", len(missing), len(web.WordKeys))
	}
}
