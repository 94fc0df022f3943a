package zalobot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
	"canbobot/bot/zalobot/zalobottest"
)

const testToken = "246813579:secret-of-the-bot"

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func faultOf(method string, status int) zalobottest.Fault {
	return zalobottest.Fault{Method: method, Status: status}
}

// answering is a channel whose platform answers everything alike.
func answering(t *testing.T, status int, header, body string) *Channel {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if header != "" {
			w.Header().Set("Retry-After", header)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return New(Config{Token: testToken, APIURL: server.URL, Client: server.Client(),
		Clock: func() time.Time { return noon }})
}

func no(code, description string) string {
	return fmt.Sprintf(`{"ok":false,"error_code":%s,"description":%q}`, code, description)
}

func TestFates(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		want   bot.Fate
		why    string
		after  time.Duration
	}{
		{200, no("401", "Unauthorized"), bot.Broken, bot.WhyToken, 0},
		{401, no("401", "Unauthorized"), bot.Broken, bot.WhyToken, 0},
		{200, no(`"401"`, "Unauthorized"), bot.Broken, bot.WhyToken, 0},
		{200, `{"ok":false,"errorCode":401}`, bot.Broken, bot.WhyToken, 0},
		{401, `{"ok":false}`, bot.Broken, bot.WhyToken, 0},
		{401, "<html>Unauthorized</html>", bot.Broken, bot.WhyToken, 0},
		{404, "404 page not found", bot.Broken, bot.WhyToken, 0},
		{200, no("404", "Not Found"), bot.Broken, bot.WhyToken, 0},
		{200, no("404", "User not found"), bot.Unreachable, bot.WhyLeft, 0},
		{200, no("400", "Bad Request: chat not found"), bot.Unreachable, bot.WhyLeft, 0},
		{200, no("400", "Invalid chat_id"), bot.Unreachable, bot.WhyLeft, 0},
		{200, no("400", "chat_id is empty"), bot.Refused, "", 0},
		{200, no("400", "method not found"), bot.Refused, "", 0},
		{200, no("400", "text is too long"), bot.Refused, "", 0},
		{200, no("403", "Bot was blocked by the user"), bot.Unreachable, bot.WhyBlocked, 0},
		{200, no("403", "User is deactivated"), bot.Unreachable, bot.WhyInactive, 0},
		{200, no("403", "Internal error"), bot.Uncertain, "", 0},
		{200, no("408", "Request timeout"), bot.Uncertain, "", 0},
		{200, no("429", "Quota exceeded"), bot.Retry, "", time.Minute},
		{429, "<html>slow down</html>", bot.Retry, "", time.Minute},
		{200, no("426", "Daily limit"), bot.Retry, "", time.Hour},
		{200, no("500", "Internal Server Error"), bot.Uncertain, "", 0},
		{200, no("409", "Conflict"), bot.Refused, "", 0},
		{200, no("-1", "?"), bot.Uncertain, "", 0},
		{200, `{"ok":false}`, bot.Uncertain, "", 0},
		{502, "<html>Bad Gateway</html>", bot.Uncertain, "", 0},
		{200, "<html>log in to the network</html>", bot.Uncertain, "", 0},
		{403, "<html>firewall</html>", bot.Uncertain, "", 0},
		{413, "<html>too large</html>", bot.Refused, "", 0},
		{200, `{"ok":true,"result":`, bot.Uncertain, "", 0},
		{200, `{"ok":"yes"}`, bot.Uncertain, "", 0},
		{200, `{"message":"hello"}`, bot.Uncertain, "", 0},
		{200, "", bot.Uncertain, "", 0},
		{200, "null", bot.Uncertain, "", 0},
		{302, "", bot.Uncertain, "", 0},
		{200, strings.Repeat(" ", maxAnswer+1), bot.Uncertain, "", 0},
		// `ok` decides.
		{500, `{"ok":true,"result":{"message_id":"m"}}`, "", "", 0},
		{200, `{"ok":true}`, "", "", 0},
		{200, `{"ok":true,"result":"odd"}`, "", "", 0},
	} {
		_, err := answering(t, test.status, "", test.body).Send(t.Context(), "42", bot.Reply{Text: "x"})
		name := fmt.Sprintf("%d %.60s", test.status, test.body)
		if test.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		failed := (*bot.SendError)(nil)
		if !errors.As(err, &failed) || failed.Fate != test.want || failed.Why != test.why {
			t.Errorf("%s: %v, why %q; want %s %q", name, err, bot.WhyOf(err), test.want, test.why)
			continue
		}
		if want := noon.Add(test.after); failed.RetryAt.IsZero() != (test.after == 0) || test.after != 0 &&
			!failed.RetryAt.Equal(want) {
			t.Errorf("%s: again at %s, want %s", name, failed.RetryAt, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"7": 7 * time.Second, "0": quotaPause, "-3": quotaPause, "": quotaPause, "soon": quotaPause,
		"999999999": botapi.LongestRetryAfter,
		noon.Add(90 * time.Second).Format(http.TimeFormat): 90 * time.Second,
		noon.Add(-time.Hour).Format(http.TimeFormat):       quotaPause,
	} {
		_, err := answering(t, 200, header, no("429", "Quota exceeded")).Send(t.Context(), "42", bot.Reply{Text: "x"})
		failed := (*bot.SendError)(nil)
		if !errors.As(err, &failed) || !failed.RetryAt.Equal(noon.Add(want)) {
			t.Errorf("Retry-After %q: %+v, want after %s", header, failed, want)
		}
	}
}

func TestFatesWithoutAnAnswer(t *testing.T) {
	client := func(dial func() (net.Conn, error)) *http.Client {
		return &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn,
			error) {
			return dial()
		}}}
	}
	t.Run("unknown host", func(t *testing.T) {
		channel := New(Config{Token: testToken, APIURL: "http://api.invalid", Client: client(func() (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "api.invalid", IsNotFound: true}
		})})
		_, err := channel.Send(t.Context(), "42", bot.Reply{Text: "x"})
		checkFate(t, err, bot.Retry, "")
	})
	t.Run("its context ends after it was asked", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { cancel(); <-release }))
		defer server.Close()
		defer close(release)
		channel := New(Config{Token: testToken, APIURL: server.URL, Client: server.Client()})
		_, err := channel.Send(ctx, "42", bot.Reply{Text: "x"})
		checkFate(t, err, bot.Uncertain, "")
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the cause is lost: %v", err)
		}
	})
	t.Run("all places are taken", func(t *testing.T) {
		channel := New(Config{Token: testToken})
		for range botapi.MaxUnderway {
			channel.underway <- struct{}{}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := channel.Send(ctx, "42", bot.Reply{Text: "x"})
		checkFate(t, err, bot.Retry, "")
	})
	t.Run("nothing is asked with unusable settings", func(t *testing.T) {
		for _, config := range []Config{{}, {Token: "a b"}, {Token: testToken, APIURL: "ftp://x"},
			{Token: testToken, APIURL: "http://[" + testToken}, {Token: testToken, APIURL: "zalo.me"}} {
			_, err := New(config).Send(t.Context(), "42", bot.Reply{Text: "x"})
			checkFate(t, err, bot.Broken, bot.WhyToken)
		}
	})
}

// A picture may take its time to be fetched, other calls not.
func TestPatience(t *testing.T) {
	patience := map[string]time.Duration{}
	channel := New(Config{Token: testToken, Shelf: newShelf(t),
		Client: &http.Client{Timeout: time.Second, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			deadline, _ := r.Context().Deadline()
			_, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
			patience[method] = time.Until(deadline).Round(time.Second)
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"ok":true}`)),
				Request: r}, nil
		})}})
	if _, err := channel.Send(t.Context(), "42",
		bot.Reply{Text: "x", Files: []bot.File{{Name: "a.png", MIME: "image/png", Content: onePixel}}}); err != nil {
		t.Fatal(err)
	}
	if patience["sendMessage"] != 20*time.Second || patience["sendPhoto"] != 150*time.Second {
		t.Errorf("%v", patience)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := channel.Send(ctx, "42", bot.Reply{Files: []bot.File{{Name: "a.png", MIME: "image/png",
		Content: onePixel}}}); err != nil || patience["sendPhoto"] > 5*time.Second {
		t.Errorf("%v, %v", patience, err)
	}
}

// leaky is a transport that says all it knows, as net/http does in url.Error.
type leaky struct{}

func (leaky) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, &url.Error{Op: "Post", URL: r.URL.String(), Err: fmt.Errorf("proxy says: %s is no good", r.URL)}
}

func TestNoErrorTellsTheToken(t *testing.T) {
	check := func(err error) {
		t.Helper()
		for inner := err; inner != nil; inner = errors.Unwrap(inner) {
			if text := fmt.Sprintf("%v %+v %#v", inner, inner, inner); strings.Contains(text, "secret-of") ||
				strings.Contains(text, "riêng") {
				t.Errorf("the error tells: %s", text)
			}
		}
		if err == nil {
			t.Error("it worked")
		}
	}
	channel := New(Config{Token: testToken, APIURL: "http://127.0.0.1:1", Client: &http.Client{Transport: leaky{}}})
	_, err := channel.Send(t.Context(), "42", bot.Reply{Text: "riêng tư"})
	check(err)
	check(channel.SetWebhook(t.Context(), "https://x.vn", "secret-word"))
	_, err = channel.Fetch(t.Context(), "http://127.0.0.1:1/bot"+testToken, 10)
	check(err)

	_, err = answering(t, 200, "", no("400", "Bad Request: wrong token "+testToken+` in "riêng tư"`)).Send(t.Context(),
		"42", bot.Reply{Text: "x"})
	check(err)
	_, err = answering(t, 200, "", no("400", "không đọc được riêng tư")).Send(t.Context(), "42", bot.Reply{Text: "x"})
	check(err)
}

// A redirect would carry the token along.
func TestRedirectsAreNotFollowed(t *testing.T) {
	asked := 0
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, server.URL+"/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	channel := New(Config{Token: testToken, APIURL: server.URL, Client: server.Client()})
	if _, err := channel.Send(t.Context(), "42", bot.Reply{Text: "x"}); err == nil || asked != 1 {
		t.Errorf("%v, asked %d times", err, asked)
	}
	if _, err := channel.Fetch(t.Context(), server.URL+"/x", 10); err == nil || asked != 2 {
		t.Errorf("%v, asked %d times", err, asked)
	}
}
