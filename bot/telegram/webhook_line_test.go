package telegram_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"canbobot/bot"
)

// hook serves the channel's webhook and tells Telegram where.
func (l *line) hook(t *testing.T, handler bot.Handler) {
	t.Helper()
	const secret = "webhook-secret_1"
	server := httptest.NewServer(l.channel.WebhookHandler(secret, handler))
	t.Cleanup(server.Close)
	t.Cleanup(l.server.Close) // before: it pushes
	if err := l.channel.SetWebhook(t.Context(), server.URL+"/webhooks/telegram", secret); err != nil {
		t.Fatal(err)
	}
}

// What the handler could not take is pushed again, before what came later in
// the same chat.
func TestWebhookPushesAgainWhatFailed(t *testing.T) {
	l := newLine(t, nil)
	taken := newTaker(func(in bot.Inbound, times int) error {
		if in.Text == "một" && times < 3 {
			return errAway
		}
		return nil
	})
	hoa := l.server.User(firstPerson, "Hoa")
	hoa.Say("một") // before there is a webhook
	l.hook(t, taken)
	hoa.Say("hai")
	taken.wait(t, 2)
	l.server.WaitIdleUpdates(t)
	if got := taken.texts(); !slices.Equal(got, []string{"một", "hai"}) {
		t.Errorf("taken: %q", got)
	}
}

// Telegram may push one update several times at once; all of them carry the
// same event, by which the bot knows them.
func TestWebhookRepetitionsAreOneEvent(t *testing.T) {
	l := newLine(t, nil)
	var met sync.WaitGroup
	met.Add(4)
	taken := newTaker(func(bot.Inbound, int) error {
		met.Done()
		met.Wait()
		return nil
	})
	l.hook(t, taken)
	l.server.Repeat(4)
	l.server.User(firstPerson, "Hoa").Say("một")
	taken.wait(t, 4)
	if len(taken.times) != 1 {
		t.Errorf("events: %v", taken.times)
	}
}

// A press is acknowledged with the id that its event carries, whichever way it
// came.
func TestPressedEndsTheSpinner(t *testing.T) {
	l := newLine(t, nil)
	taken := newTaker(nil)
	l.hook(t, taken)
	hoa := l.server.Known(firstPerson, "Hoa")
	if _, err := l.channel.Send(t.Context(), chatOf(hoa),
		bot.Reply{Text: "Mời chọn", Buttons: [][]bot.Button{bot.Row(bot.Button{Label: "Trang chủ",
			Action: bot.Act("menu")})}}); err != nil {
		t.Fatal(err)
	}
	if err := hoa.Press("Trang chủ"); err != nil {
		t.Fatal(err)
	}
	press := taken.wait(t, 1)[0]
	if l.server.Waiting() != 1 {
		t.Fatal("nothing waits")
	}
	for range 2 { // the second time it is too late, which is no error
		if err := l.channel.Pressed(t.Context(), press); err != nil {
			t.Error(err)
		}
	}
	if l.server.Waiting() != 0 {
		t.Error("the button still shows that it waits")
	}
	if press.MessageRef == "" || press.Action != "menu" {
		t.Errorf("%+v", press)
	}
	// On an inaccessible message there is nothing to redraw.
	hoa.PressOld(1, "menu")
	if old := taken.wait(t, 2)[1]; old.MessageRef != "" || old.ChatID != chatOf(hoa) {
		t.Errorf("%+v", old)
	}
}

// However many come at once, only so many are read and handled.
func TestWebhookIsBounded(t *testing.T) {
	l := newLine(t, nil)
	var underway, most atomic.Int64
	release := make(chan struct{})
	full := make(chan struct{})
	var once sync.Once
	taken := newTaker(func(bot.Inbound, int) error {
		n := underway.Add(1)
		defer underway.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		if n == 40 {
			once.Do(func() { close(full) })
		}
		<-release
		return nil
	})
	handler := l.channel.WebhookHandler("s", taken)
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			body := strings.NewReader(`{"update_id":` + strconv.Itoa(i+1) +
				`,"message":{"message_id":1,"from":{"id":7},"chat":{"id":7,"type":"private"},"date":1,"text":"x"}}`)
			request := httptest.NewRequest(http.MethodPost, "/", body)
			request.Header.Set("X-Telegram-Bot-Api-Secret-Token", "s")
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			if recorder.Code != http.StatusOK {
				t.Errorf("answered %d", recorder.Code)
			}
		})
	}
	<-full
	close(release)
	all.Wait()
	if most.Load() != 40 {
		t.Errorf("%d at once", most.Load())
	}
}
