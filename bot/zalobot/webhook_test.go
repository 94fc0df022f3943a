package zalobot

import (
	"context"
	"errors"
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

const secret = "webhook-secret_1"

func TestWebhook(t *testing.T) {
	message := said("message.text.received", `"text":"riêng tư"`)
	wrapped := `{"ok":true,"result":` + message + `}`
	away := errors.New("away")
	for name, test := range map[string]struct {
		method, secret, body string
		judge                error
		panics               bool
		want, handled        int
	}{
		"wrapped": {http.MethodPost, secret, wrapped, nil, false, 200, 1},
		"bare":    {http.MethodPost, secret, message, nil, false, 200, 1},
		"a list": {http.MethodPost, secret, `{"ok":true,"result":[` + message + `,` + message + `]}`, nil, false,
			200, 2},
		"another method": {http.MethodGet, secret, "", nil, false, 405, 0},
		"no secret":      {http.MethodPost, "", message, nil, false, 401, 0},
		"a wrong secret": {http.MethodPost, secret + "x", message, nil, false, 403, 0},
		"a part of it":   {http.MethodPost, secret[:8], message, nil, false, 403, 0},
		"poison": {http.MethodPost, secret, `{"event_name":"message.text.received","message":3}`, nil, false,
			200, 0},
		"no JSON":           {http.MethodPost, secret, `<html>`, nil, false, 200, 0},
		"empty":             {http.MethodPost, secret, ``, nil, false, 200, 0},
		"unknown":           {http.MethodPost, secret, said("message.hologram.received", ""), nil, false, 200, 0},
		"not handled":       {http.MethodPost, secret, wrapped, away, false, 503, 1},
		"the handler falls": {http.MethodPost, secret, message, nil, true, 503, 1},
		"as large as can be": {http.MethodPost, secret, message + strings.Repeat(" ", maxUpdate-len(message)), nil, false,
			200, 1},
		"too large": {http.MethodPost, secret, message + strings.Repeat(" ", maxUpdate), nil, false, 413, 0},
	} {
		l := newLine(t, nil)
		handled := 0
		handler := l.channel.WebhookHandler(secret, newTaker(func(bot.Inbound, int) error {
			if handled++; test.panics {
				panic("riêng tư")
			}
			return test.judge
		}))
		request := httptest.NewRequest(test.method, "/webhooks/zalobot", strings.NewReader(test.body))
		request.Header.Set("X-Bot-Api-Secret-Token", test.secret)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code != test.want || handled != test.handled || recorder.Body.Len() != 0 {
			t.Errorf("%s: %d, handled %d times, body %q", name, recorder.Code, handled, recorder.Body)
		}
		if text := l.log.String(); strings.Contains(text, "riêng") || strings.Contains(text, secret) {
			t.Errorf("%s: the log tells: %s", name, text)
		}
	}
}

func TestAWebhookWithoutASecretIsShut(t *testing.T) {
	l := newLine(t, nil)
	handler := l.channel.WebhookHandler("", newTaker(func(bot.Inbound, int) error {
		t.Error("handled")
		return nil
	}))
	for given, want := range map[string]int{"": 401, "x": 403} {
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(said("message.text.received", `"text":"x"`)))
		request.Header.Set("X-Bot-Api-Secret-Token", given)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code != want {
			t.Errorf("secret %q: %d", given, recorder.Code)
		}
	}
	for _, bad := range []string{"", "1234567", "12345 78", strings.Repeat("a", 257), "mật-khẩu-1"} {
		checkFate(t, l.channel.SetWebhook(t.Context(), "https://example.vn/x", bad), bot.Refused, "")
	}
	checkFate(t, l.channel.SetWebhook(t.Context(), "http://example.vn/x", secret), bot.Refused, "")
	if n := l.server.Calls("setWebhook"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// The platform hangs up after a while; what was begun is finished all the same.
func TestAWebhookOutlivesItsCaller(t *testing.T) {
	l := newLine(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	handler := l.channel.WebhookHandler(secret, handlerFunc(func(ctx context.Context, _ bot.Inbound) error {
		cancel()
		return ctx.Err()
	}))
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/",
		strings.NewReader(said("message.text.received", `"text":"x"`)))
	request.Header.Set("X-Bot-Api-Secret-Token", secret)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	if recorder.Code != 200 {
		t.Errorf("answered %d", recorder.Code)
	}
}

type handlerFunc func(ctx context.Context, in bot.Inbound) error

func (f handlerFunc) Handle(ctx context.Context, in bot.Inbound) error { return f(ctx, in) }

// hook serves the channel's webhook and tells the platform where.
func (l *line) hook(t *testing.T, handler bot.Handler) {
	t.Helper()
	server := httptest.NewServer(l.channel.WebhookHandler(secret, handler))
	t.Cleanup(server.Close)
	t.Cleanup(l.server.Close) // before: it pushes
	if err := l.channel.SetWebhook(t.Context(), server.URL+"/webhooks/zalobot", secret); err != nil {
		t.Fatal(err)
	}
}

// What the handler could not take is pushed again, before what came later in the
// same chat, and is the same event.
func TestWebhookPushesAgainWhatFailed(t *testing.T) {
	for _, bare := range []bool{false, true} {
		l := newLine(t, nil)
		l.server.Bare = bare
		taken := newTaker(func(in bot.Inbound, times int) error {
			if in.Text == "một" && times < 3 {
				return errAway
			}
			return nil
		})
		hoa := l.person(1)
		hoa.Say("một") // before there is a webhook
		l.hook(t, taken)
		hoa.Say("hai")
		taken.wait(t, 2)
		l.server.WaitIdle(t)
		if got := taken.texts(); !slices.Equal(got, []string{"một", "hai"}) {
			t.Errorf("taken: %q", got)
		}
		if len(taken.times) != 2 {
			t.Errorf("events: %v", taken.times)
		}
	}
}

// However many come at once, only so many are read and handled.
func TestWebhookIsBounded(t *testing.T) {
	l := newLine(t, nil)
	var underway, most atomic.Int64
	release, full := make(chan struct{}), make(chan struct{})
	var once sync.Once
	handler := l.channel.WebhookHandler(secret, newTaker(func(bot.Inbound, int) error {
		n := underway.Add(1)
		defer underway.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		if n == webhookPlaces {
			once.Do(func() { close(full) })
		}
		<-release
		return nil
	}))
	push := func(ctx context.Context, id string) int {
		body := strings.NewReader(event("message.text.received", fromHoa+","+inChat+`,"message_id":"`+id+`","text":"x"`))
		request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", body)
		request.Header.Set("X-Bot-Api-Secret-Token", secret)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		return recorder.Code
	}
	var all sync.WaitGroup
	for i := range webhookPlaces + 20 {
		all.Go(func() {
			if code := push(t.Context(), strconv.Itoa(i)); code != http.StatusOK {
				t.Errorf("answered %d", code)
			}
		})
	}
	<-full
	gone, cancel := context.WithCancel(t.Context())
	cancel() // who has hung up takes no place
	if code := push(gone, "gone"); code != http.StatusServiceUnavailable {
		t.Errorf("answered %d", code)
	}
	close(release)
	all.Wait()
	if most.Load() != webhookPlaces {
		t.Errorf("%d at once", most.Load())
	}
}
