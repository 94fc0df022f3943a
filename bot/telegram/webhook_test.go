package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"canbobot/bot"
)

type handlerFunc func(ctx context.Context, in bot.Inbound) error

func (f handlerFunc) Handle(ctx context.Context, in bot.Inbound) error { return f(ctx, in) }

const secret = "webhook-secret_1"

func TestWebhook(t *testing.T) {
	message := said(`"text":"riêng tư"`)
	for name, test := range map[string]struct {
		method, secret, body string
		judge                error
		panics               bool
		want, handled        int
	}{
		"taken":             {http.MethodPost, secret, message, nil, false, 200, 1},
		"another method":    {http.MethodGet, secret, "", nil, false, 405, 0},
		"no secret":         {http.MethodPost, "", message, nil, false, 401, 0},
		"a wrong secret":    {http.MethodPost, secret + "x", message, nil, false, 403, 0},
		"poison":            {http.MethodPost, secret, `{"update_id":7,"message":3}`, nil, false, 200, 0},
		"no JSON":           {http.MethodPost, secret, `<html>`, nil, false, 200, 0},
		"ignored":           {http.MethodPost, secret, `{"update_id":7,"poll":{}}`, nil, false, 200, 0},
		"not handled":       {http.MethodPost, secret, message, errors.New("away"), false, 503, 1},
		"the handler falls": {http.MethodPost, secret, message, nil, true, 503, 1},
		"as large as can be": {http.MethodPost, secret, message + strings.Repeat(" ", maxUpdate-len(message)), nil, false,
			200, 1},
		"too large": {http.MethodPost, secret, message + strings.Repeat(" ", maxUpdate), nil, false, 413, 0},
	} {
		server, channel := newStub(t)
		handled := 0
		handler := channel.WebhookHandler(secret, handlerFunc(func(_ context.Context, in bot.Inbound) error {
			if handled++; test.panics {
				panic("riêng tư")
			}
			return test.judge
		}))
		request := httptest.NewRequest(test.method, "/webhooks/telegram", strings.NewReader(test.body))
		request.Header.Set("X-Telegram-Bot-Api-Secret-Token", test.secret)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code != test.want || handled != test.handled || recorder.Body.Len() != 0 {
			t.Errorf("%s: %d, handled %d times, body %q", name, recorder.Code, handled, recorder.Body)
		}
		if logged := server.logs.String(); strings.Contains(logged, "riêng") {
			t.Errorf("%s: the log tells what was written: %s", name, logged)
		}
	}
}

func TestAWebhookWithoutASecretIsShut(t *testing.T) {
	_, channel := newStub(t)
	handler := channel.WebhookHandler("", handlerFunc(func(context.Context, bot.Inbound) error {
		t.Error("handled")
		return nil
	}))
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(said(`"text":"x"`))))
	if recorder.Code != 401 {
		t.Errorf("answered %d", recorder.Code)
	}
	if err := channel.SetWebhook(t.Context(), "https://example.vn/x", ""); bot.FateOf(err) != bot.Refused {
		t.Errorf("set without a secret: %v", err)
	}
}

// Telegram hangs up after a while; what was begun is finished all the same.
func TestAWebhookOutlivesItsCaller(t *testing.T) {
	_, channel := newStub(t)
	ctx, cancel := context.WithCancel(t.Context())
	handler := channel.WebhookHandler(secret, handlerFunc(func(ctx context.Context, _ bot.Inbound) error {
		cancel()
		return ctx.Err()
	}))
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(said(`"text":"x"`)))
	request.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	if recorder.Code != 200 {
		t.Errorf("answered %d", recorder.Code)
	}
}

func TestSetWebhookAsksForAllByName(t *testing.T) {
	server, channel := newStub(t)
	server.answers(says(200, `{"ok":true,"result":true}`))
	if err := channel.SetWebhook(t.Context(), "https://example.vn/webhooks/telegram", secret); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"url": "https://example.vn/webhooks/telegram", "secret_token": secret, "max_connections": "40",
		"allowed_updates": `["message","callback_query","my_chat_member"]`,
	}
	if got := server.asked("setWebhook"); len(got) != 1 || fmt.Sprint(got[0].params) != fmt.Sprint(want) {
		t.Errorf("asked %v", got)
	}
}

// What a webhook costs beside its handler.
func BenchmarkWebhook(b *testing.B) {
	channel := New(Config{Token: testToken})
	handler := channel.WebhookHandler(secret, handlerFunc(func(context.Context, bot.Inbound) error { return nil }))
	body := said(`"text":"phụ cấp tháng này của tôi"`)
	b.ReportAllocs()
	for b.Loop() {
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		request.Header.Set(secretHeader, secret)
		handler.ServeHTTP(httptest.NewRecorder(), request)
	}
}

// What a message costs beside the network.
func BenchmarkSend(b *testing.B) {
	answer := `{"ok":true,"result":{"message_id":3,"date":1795392000,"chat":{"id":5000000001,"type":"private"},` +
		`"text":"phụ cấp"}}`
	channel := New(Config{Token: testToken,
		Client: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			io.Copy(io.Discard, r.Body)
			r.Body.Close()
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer)),
				Request: r}, nil
		})}})
	reply := bot.Reply{Title: "Phụ cấp", Text: "200.000 đ",
		Buttons: [][]bot.Button{bot.Row(bot.Button{Label: "Xem", Action: bot.Act("x")})}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := channel.Send(b.Context(), "42", reply); err != nil {
			b.Fatal(err)
		}
	}
}

type roundTripper func(r *http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
