package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
)

func apiError(code int, description, parameters string) string {
	if parameters != "" {
		parameters = `,"parameters":` + parameters
	}
	return fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q%s}`, code, description, parameters)
}

// Every answer has one fate, whether a text was sent or a file: the library
// loses the code of an upload's answer.
func TestFates(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		want   bot.Fate
	}{
		{403, apiError(403, "Forbidden: bot was blocked by the user", ""), bot.Unreachable},
		{403, apiError(403, "Forbidden: user is deactivated", ""), bot.Unreachable},
		{403, apiError(403, "Forbidden: bot can't initiate conversation with a user", ""), bot.Unreachable},
		{400, apiError(400, "Bad Request: chat not found", ""), bot.Unreachable},
		{400, apiError(400, "Bad Request: message text is empty", ""), bot.Refused},
		{400, apiError(400, "Bad Request: can't parse entities", ""), bot.Refused},
		{401, apiError(401, "Unauthorized", ""), bot.Broken},
		{404, apiError(404, "Not Found", ""), bot.Broken},
		{409, apiError(409, "Conflict: terminated by other getUpdates request", ""), bot.Retry},
		{429, apiError(429, "Too Many Requests: retry after 7", `{"retry_after":7}`), bot.Retry},
		{200, `{"ok":false,"description":"slow down","parameters":{"retry_after":7}}`, bot.Retry},
		{500, apiError(500, "Internal Server Error", ""), bot.Uncertain},
		{503, apiError(503, "Service Unavailable", ""), bot.Retry},
		{504, apiError(504, "Gateway Timeout", ""), bot.Uncertain},
		{403, "<html>blocked in this country</html>", bot.Retry},
		{200, "<html>please log in to the network</html>", bot.Retry},
		{503, "<html>Service Unavailable</html>", bot.Retry},
		{502, "<html>Bad Gateway</html>", bot.Uncertain},
		{500, `{"message":"API method is not supported"}`, bot.Uncertain},
		{413, "<html>Request Entity Too Large</html>", bot.Refused},
		{200, `{"ok":true,"result":`, bot.Uncertain},
		{200, "", bot.Uncertain},
	} {
		for what, reply := range map[string]bot.Reply{
			"text": {Text: "x"}, "file": {Files: []bot.File{{Name: "a.pdf", Content: []byte("x")}}},
		} {
			server, channel := newStub(t)
			server.answers(says(test.status, test.body))
			_, err := channel.Send(t.Context(), "42", reply)
			if got := bot.FateOf(err); got != test.want {
				t.Errorf("%s, %d %s: %s, want %s (%v)", what, test.status, test.body, got, test.want, err)
			}
			failed := (*bot.SendError)(nil)
			if errors.As(err, &failed); strings.Contains(test.body, "retry_after") &&
				!failed.RetryAt.Equal(epoch.Add(7*time.Second)) {
				t.Errorf("%s, %s: again at %v", what, test.body, failed.RetryAt)
			}
		}
	}
}

func TestFatesWithoutAnAnswer(t *testing.T) {
	t.Run("connection refused", func(t *testing.T) {
		server, channel := newStub(t)
		server.Close()
		_, err := channel.Send(t.Context(), "42", bot.Reply{Text: "x"})
		checkFate(t, err, bot.Retry)
	})
	t.Run("unknown host", func(t *testing.T) {
		channel := New(Config{Token: testToken, APIURL: "http://api.invalid", Client: &http.Client{Transport: &http.Transport{
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.DNSError{Err: "no such host", Name: "api.invalid", IsNotFound: true}
			},
		}}})
		_, err := channel.Send(t.Context(), "42", bot.Reply{Text: "x"})
		checkFate(t, err, bot.Retry)
	})
	t.Run("cut after it was asked", func(t *testing.T) {
		server, channel := newStub(t)
		server.answers(func(http.ResponseWriter, request) { panic(http.ErrAbortHandler) })
		_, err := channel.Send(t.Context(), "42", bot.Reply{Text: "x"})
		checkFate(t, err, bot.Uncertain)
	})
	t.Run("timeout after it was asked", func(t *testing.T) {
		server, channel := newStub(t)
		ctx, cancel := context.WithCancel(t.Context())
		server.answers(func(w http.ResponseWriter, _ request) { cancel() })
		release := make(chan struct{})
		t.Cleanup(func() { close(release) })
		server.answers(func(http.ResponseWriter, request) { cancel(); <-release })
		_, err := channel.Send(ctx, "42", bot.Reply{Text: "x"})
		checkFate(t, err, bot.Uncertain)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the cause is lost: %v", err)
		}
	})
	t.Run("nothing is asked with unusable settings", func(t *testing.T) {
		for _, config := range []Config{{}, {Token: "a b"}, {Token: testToken, APIURL: "ftp://x"},
			{Token: testToken, APIURL: "http://[" + testToken}, {Token: testToken, APIURL: "api.telegram.org"}} {
			_, err := New(config).Send(t.Context(), "42", bot.Reply{Text: "x"})
			checkFate(t, err, bot.Broken)
		}
	})
}

func checkFate(t *testing.T, err error, want bot.Fate) {
	t.Helper()
	if got := bot.FateOf(err); got != want {
		t.Errorf("fate %s, want %s: %v", got, want, err)
	}
	if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "AAF-secret") {
		t.Errorf("the token is in %#v", err)
	}
}

// leaky is a transport that says all it knows, as net/http does in url.Error.
type leaky struct{}

func (leaky) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	return nil, &url.Error{Op: "Post", URL: r.URL.String(), Err: fmt.Errorf("proxy says: %s is no good", r.URL)}
}

func TestNoErrorTellsTheToken(t *testing.T) {
	channel := New(Config{Token: testToken, APIURL: "http://127.0.0.1:1", Client: &http.Client{Transport: leaky{}}})
	_, err := channel.Send(t.Context(), "42", bot.Reply{Text: "x"})
	checkFate(t, err, bot.Retry)
	_, err = channel.Send(t.Context(), "42", bot.Reply{Files: []bot.File{{Name: "x", Content: []byte("x")}}})
	checkFate(t, err, bot.Retry)
	_, err = channel.Username(t.Context())
	checkFate(t, err, bot.Retry)

	server, quoting := newStub(t)
	server.answers(says(400, apiError(400, `Bad Request: wrong token `+testToken+` in "riêng tư"`, "")))
	_, err = quoting.Send(t.Context(), "42", bot.Reply{Text: "x"})
	checkFate(t, err, bot.Refused)
	if strings.Contains(err.Error(), "riêng") {
		t.Errorf("what the message said is in %v", err)
	}
}

// An upload is written by a goroutine of the library's, which waits for ever
// when its body is not closed.
func TestUploadsThatAreNotAskedLeaveNothingBehind(t *testing.T) {
	_, channel := newStub(t)
	for range maxUnderway {
		channel.underway <- struct{}{}
	}
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 {
		_, err := channel.Send(ctx, "42", bot.Reply{Files: []bot.File{{Name: "a.pdf", Content: make([]byte, 1<<16)}}})
		checkFate(t, err, bot.Retry)
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

func TestAMovedChatIsFollowedOnce(t *testing.T) {
	server, channel := newStub(t)
	moved := apiError(400, "Bad Request: group chat was upgraded to a supergroup chat", `{"migrate_to_chat_id":-100123}`)
	server.answers(func(w http.ResponseWriter, r request) {
		if r.params["chat_id"] == "-5" {
			say(w, 400, moved)
			return
		}
		say(w, 200, `{"ok":true,"result":{"message_id":8}}`)
	})
	ref, err := channel.Send(t.Context(), "-5",
		bot.Reply{Text: "x", Files: []bot.File{{Name: "a.pdf", Content: []byte("x")}}})
	if ref != "8" || err != nil || len(server.asked("")) != 3 {
		t.Errorf("Send = %q, %v; asked %v", ref, err, server.asked(""))
	}
	server.answers(says(400, moved))
	_, err = channel.Send(t.Context(), "-5", bot.Reply{Text: "x"})
	failed := (*bot.SendError)(nil)
	if !errors.As(err, &failed) || failed.MovedTo != "-100123" || failed.Fate != bot.Refused {
		t.Errorf("Send = %v", err)
	}
	if n := len(server.asked("")); n != 5 {
		t.Errorf("%d requests: a chat that moves for ever is followed once", n-3)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	server, channel := newStub(t)
	server.answers(func(w http.ResponseWriter, _ request) {
		w.Header().Set("Location", server.URL+"/bot"+testToken+"/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	if _, err := channel.Send(t.Context(), "42", bot.Reply{Text: "x"}); err == nil || len(server.asked("elsewhere")) != 0 {
		t.Errorf("%v, asked %v", err, server.asked(""))
	}
}
