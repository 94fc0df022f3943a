package zalo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// When a message may be asked for again after evening, 21:30:30 in Vietnam.
var (
	minuteAfter  = evening.Add(30 * time.Second)
	dayAfter     = time.Date(2026, 11, 24, 0, 5, 0, 0, zone)
	morningAfter = time.Date(2026, 11, 24, 6, 0, 0, 0, zone)
)

// codes are all that the facts name, and what each must come to.
var codes = []struct {
	host    string // where it is tried; "" on both
	code    int
	message string
	fate    bot.Fate
	why     string
	at      time.Time
}{
	{"", -216, "", bot.Broken, "token", time.Time{}}, // when the next token is no better
	{"", -220, "", bot.Broken, "token", time.Time{}},
	{"", -124, "", bot.Broken, "token", time.Time{}},

	{"", -32, "Application reached limit call api", bot.Retry, "", minuteAfter},
	{"", -32, "OA reached limit call api", bot.Retry, "", minuteAfter},
	{"", -200, "", bot.Retry, "", time.Time{}},
	{"api", -100, "", bot.Retry, "", time.Time{}},
	{"business", -100, "", bot.Retry, "", minuteAfter},
	{"", -214, "", bot.Retry, "", time.Time{}},
	{"", -144, "", bot.Retry, "channel_quota", dayAfter},
	{"", -147, "", bot.Retry, "channel_quota", dayAfter},
	{"", -133, "", bot.Retry, "", morningAfter},
	{"", -234, "", bot.Retry, "", morningAfter},
	{"", -223, "Article quota is used up", bot.Retry, "channel_quota", dayAfter},

	{"", -213, "", bot.Unreachable, "left", time.Time{}},
	{"", -217, "", bot.Unreachable, "blocked", time.Time{}},
	{"", -244, "", bot.Unreachable, "blocked", time.Time{}},
	{"", -218, "", bot.Unreachable, "quota", time.Time{}},
	{"", -311, "", bot.Unreachable, "quota", time.Time{}},
	{"", -227, "", bot.Unreachable, "inactive", time.Time{}},
	{"", -230, "", bot.Unreachable, "window", time.Time{}},
	{"", -232, "", bot.Unreachable, "window", time.Time{}},
	{"", -305, "", bot.Unreachable, "window", time.Time{}},
	{"", -114, "", bot.Unreachable, "inactive", time.Time{}},
	{"", -118, "", bot.Unreachable, "inactive", time.Time{}},
	{"", -119, "", bot.Unreachable, "inactive", time.Time{}},
	{"", -139, "", bot.Unreachable, "blocked", time.Time{}},
	{"", -140, "", bot.Unreachable, "blocked", time.Time{}},
	{"", -141, "", bot.Unreachable, "blocked", time.Time{}},

	{"", -204, "", bot.Broken, "suspended", time.Time{}},
	{"", -205, "", bot.Broken, "suspended", time.Time{}},
	{"", -209, "", bot.Broken, "suspended", time.Time{}},
	{"", -212, "", bot.Broken, "suspended", time.Time{}},
	{"", -219, "", bot.Broken, "suspended", time.Time{}},
	{"", -235, "", bot.Broken, "suspended", time.Time{}},
	{"business", -101, "", bot.Broken, "suspended", time.Time{}},
	{"business", -102, "", bot.Broken, "suspended", time.Time{}},
	{"business", -103, "", bot.Broken, "suspended", time.Time{}},
	{"business", -104, "", bot.Broken, "suspended", time.Time{}},
	{"business", -105, "", bot.Broken, "suspended", time.Time{}},
	{"", -1351, "", bot.Broken, "suspended", time.Time{}},
	{"", -211, "", bot.Broken, "plan", time.Time{}},
	{"", -221, "", bot.Broken, "plan", time.Time{}},
	{"", -223, "OA has not granted this API", bot.Broken, "plan", time.Time{}},
	{"", -224, "", bot.Broken, "plan", time.Time{}},
	{"", -320, "", bot.Broken, "plan", time.Time{}},
	{"", -321, "", bot.Broken, "plan", time.Time{}},
	{"", -115, "", bot.Broken, "plan", time.Time{}},
	{"", -135, "", bot.Broken, "plan", time.Time{}},
	{"", -136, "", bot.Broken, "plan", time.Time{}},
	{"", -137, "", bot.Broken, "plan", time.Time{}},
	{"", -242, "", bot.Broken, "proof", time.Time{}},
	{"", -1241, "", bot.Broken, "proof", time.Time{}},

	{"", -201, "", bot.Refused, "", time.Time{}},
	{"", -210, "", bot.Refused, "", time.Time{}},
	{"", -233, "", bot.Refused, "", time.Time{}},
	{"", -237, "", bot.Refused, "", time.Time{}},
	{"", -238, "", bot.Refused, "", time.Time{}},
	{"", -241, "", bot.Refused, "", time.Time{}},
	{"", -403, "", bot.Refused, "", time.Time{}},
	{"", -240, "", bot.Refused, "", time.Time{}},
	{"", -248, "", bot.Refused, "", time.Time{}},
	{"", -249, "", bot.Refused, "", time.Time{}},
	{"", -108, "", bot.Refused, "", time.Time{}},
	{"", -109, "", bot.Refused, "", time.Time{}},
	{"", -111, "", bot.Refused, "", time.Time{}},
	{"", -112, "", bot.Refused, "", time.Time{}},
	{"", -1121, "", bot.Refused, "", time.Time{}},
	{"", -1122, "", bot.Refused, "", time.Time{}},
	{"", -1124, "", bot.Refused, "", time.Time{}},
	{"", -117, "", bot.Refused, "", time.Time{}},
	{"", -127, "", bot.Refused, "", time.Time{}},
	{"", -131, "", bot.Refused, "", time.Time{}},
	{"", -146, "", bot.Refused, "", time.Time{}},

	// Not in any table.
	{"api", -101, "", bot.Refused, "", time.Time{}},
	{"", -9999, "", bot.Refused, "", time.Time{}},
	{"", 17, "", bot.Refused, "", time.Time{}},
}

func TestCodes(t *testing.T) {
	s, channel := newStandIn(t, nil)
	calls := map[string]func() error{
		"api": func() error {
			_, err := channel.Send(t.Context(), someone, bot.Reply{Text: "kín-7431"})
			return err
		},
		"business": func() error {
			_, err := channel.SendTemplate(t.Context(), "", "+84912345678", bot.Template{ID: "418234", Key: "delivery-1"})
			return err
		},
	}
	tried := map[int]bool{}
	for _, test := range codes {
		tried[test.code] = true
		for host, call := range calls {
			if test.host != "" && test.host != host {
				continue
			}
			for _, code := range []string{fmt.Sprint(test.code), fmt.Sprintf("%q", fmt.Sprint(test.code))} {
				s.says(200, fmt.Sprintf(`{"error":%s,"message":%q}`, code, test.message+" (kín-7431)"))
				failed := wantFate(t, call(), test.fate, test.why)
				if !failed.RetryAt.Equal(test.at) {
					t.Errorf("%s %d: again at %s, want %s", host, test.code, failed.RetryAt, test.at)
				}
				if failed.Cause != nil && !strings.Contains(failed.Cause.Error(), fmt.Sprintf(": %d ", test.code)) {
					t.Errorf("%s %d: the cause is %v", host, test.code, failed.Cause)
				}
			}
		}
	}
	for _, r := range rules {
		if !tried[r.code] || r.meaning == "" {
			t.Errorf("rule %d is not tried, or says nothing", r.code)
		}
	}
}

// Of the two meanings of a code, the log has the one that was meant.
func TestTwoMeanings(t *testing.T) {
	s, channel := newStandIn(t, nil)
	for message, want := range map[string]string{
		"Application reached limit call api": "too many requests of the app",
		"OA reached limit call api":          "too many requests of the account",
	} {
		s.says(200, fmt.Sprintf(`{"error":-32,"message":%q}`, message))
		_, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x"})
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v", message, err)
		}
	}
}

func TestPauses(t *testing.T) {
	at := func(hour, minute, second int) time.Time {
		return time.Date(2026, 12, 31, hour, minute, second, 0, zone)
	}
	for _, test := range []struct {
		name      string
		pause     func(time.Time) time.Time
		now, want time.Time
	}{
		{"minute", nextMinute, at(9, 59, 59), at(10, 0, 0)},
		{"a full minute", nextMinute, at(9, 59, 0), at(10, 0, 0)},
		{"day", nextDay, at(0, 1, 0), at(24, 5, 0)},
		{"day, told in UTC", nextDay, at(2, 0, 0).UTC(), at(24, 5, 0)},
		{"evening", nextMorning, at(22, 0, 0), at(30, 0, 0)},
		{"night", nextMorning, at(2, 0, 0).UTC(), at(6, 0, 0)},
		{"morning", nextMorning, at(6, 0, 0), at(30, 0, 0)},
	} {
		if got := test.pause(test.now); !got.Equal(test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// What is no answer of the OpenAPI's.
func TestOtherAnswers(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		want   bot.Fate
	}{
		{502, "<html>Bad Gateway</html>", bot.Uncertain},
		{503, "<html>Service Unavailable</html>", bot.Uncertain},
		{200, "<html>log in to the network</html>", bot.Uncertain},
		{403, "<html>firewall</html>", bot.Uncertain},
		{404, "404 page not found", bot.Uncertain},
		{302, "", bot.Uncertain},
		{413, "<html>too large</html>", bot.Refused},
		{429, "<html>slow down</html>", bot.Retry},
		{200, `{"data":{"message_id":"m"},"error":`, bot.Uncertain},
		{200, `{"message":"hello"}`, bot.Uncertain},
		{200, `{"error":null}`, bot.Uncertain},
		{500, `{"status":500,"error":"Internal Server Error"}`, bot.Uncertain},
		{500, `{"error":-9999}`, bot.Uncertain},
		{500, `{"error":-213}`, bot.Unreachable},
		{200, "", bot.Uncertain},
		{200, "null", bot.Uncertain},
		{200, strings.Repeat(" ", maxAnswer+1), bot.Uncertain},
		// `error` decides.
		{500, `{"error":0,"data":{"message_id":"m"}}`, ""},
		{200, `{"error":"0"}`, ""},
	} {
		s, channel := newStandIn(t, nil)
		s.says(test.status, test.body)
		_, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x"})
		if name := fmt.Sprintf("%d %.60s", test.status, test.body); test.want == "" && err != nil || test.want != "" &&
			(err == nil || bot.FateOf(err) != test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	asked := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer elsewhere.Close()
	s, channel := newStandIn(t, nil)
	s.answers(func(w http.ResponseWriter, _ heard) {
		w.Header().Set("Location", elsewhere.URL)
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	_, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x"})
	wantFate(t, err, bot.Uncertain, "")
	if asked {
		t.Error("the token went elsewhere")
	}
}

func TestFatesWithoutAnAnswer(t *testing.T) {
	t.Run("unknown host", func(t *testing.T) {
		_, channel := newStandIn(t, func(c *Config) {
			c.Client = &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn,
				error) {
				return nil, &net.DNSError{Err: "no such host", Name: "api.invalid", IsNotFound: true}
			}}}
		})
		_, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x"})
		wantFate(t, err, bot.Retry, "")
	})
	t.Run("its context ended before", func(t *testing.T) {
		s, channel := newStandIn(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, reply := range []bot.Reply{{Text: "x"}, {Files: []bot.File{{Name: "a.pdf", Content: []byte("%PDF")}}}} {
			_, err := channel.Send(ctx, someone, reply)
			wantFate(t, err, bot.Retry, "")
		}
		if asked := s.all(); len(asked) != 0 {
			t.Errorf("asked %+v", asked)
		}
	})
	t.Run("its context ends after it was asked", func(t *testing.T) {
		s, channel := newStandIn(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		defer close(release)
		s.answers(func(http.ResponseWriter, heard) { cancel(); <-release })
		_, err := channel.Send(ctx, someone, bot.Reply{Text: "x"})
		wantFate(t, err, bot.Uncertain, "")
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the cause is lost: %v", err)
		}
	})
	t.Run("all places are taken", func(t *testing.T) {
		s, channel := newStandIn(t, nil)
		for range botapi.MaxUnderway {
			channel.underway <- struct{}{}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := channel.Send(ctx, someone, bot.Reply{Text: "x"})
		wantFate(t, err, bot.Retry, "")
		if asked := s.all(); len(asked) != 0 {
			t.Errorf("asked %+v", asked)
		}
	})
	t.Run("nothing is asked with unusable settings", func(t *testing.T) {
		for _, config := range []Config{
			{}, {Tokens: &keeper{}, APIURL: "ftp://x"}, {Tokens: &keeper{}, APIURL: "zalo.me"},
			{Tokens: &keeper{}, BusinessURL: "http://["},
			{Tokens: &keeper{}, APIURL: "https://a:b@zalo.me"}, {Tokens: &keeper{}, APIURL: "https://zalo.me?x=1"},
		} {
			_, err := New(config).Send(t.Context(), someone, bot.Reply{Text: "x"})
			wantFate(t, err, bot.Broken, "")
		}
	})
}

// A transport may say all that it knows, and does not know what may be told.
func TestNoErrorTellsASecret(t *testing.T) {
	_, channel := newStandIn(t, func(c *Config) {
		c.Proof = true
		c.Client = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("proxy: %s and %s of %s are no good", r.Header.Get("access_token"),
				r.Header.Get("appsecret_proof"), testSecret)
		})}
	})
	_, err := channel.Send(t.Context(), someone, bot.Reply{Text: "x"})
	wantFate(t, err, bot.Retry, "")
	if strings.Contains(err.Error(), proofOf(firstToken, testSecret)) || strings.Count(err.Error(), "<secret>") != 3 {
		t.Errorf("%v", err)
	}
	_, channel = newStandIn(t, func(c *Config) {
		c.Client = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{},
				Body:    io.NopCloser(strings.NewReader(`{"error":-201,"message":"` + r.Header.Get("access_token") + `"}`)),
				Request: r}, nil
		})}
	})
	_, err = channel.Send(t.Context(), someone, bot.Reply{Text: "x"})
	wantFate(t, err, bot.Refused, "")
}
