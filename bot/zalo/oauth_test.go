package zalo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
)

// tokenDesk is an endpoint for tokens that answers everything alike.
func tokenDesk(t *testing.T, status int, body string) *OAuth {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if status/100 == 3 {
			w.Header().Set("Location", "/elsewhere")
		}
		tell(w, status, body)
	}))
	t.Cleanup(server.Close)
	return &OAuth{AppID: "360846", AppSecret: testSecret, URL: server.URL, Client: server.Client()}
}

func TestRenewAsks(t *testing.T) {
	var form url.Values
	var header http.Header
	var asked string
	alone := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		form, header, asked = r.PostForm, r.Header, r.Method+" "+r.RequestURI
		alone = r.Close
		tell(w, 200, `{"access_token":"A2","refresh_token":"R2","expires_in":"90000"}`)
	}))
	defer server.Close()
	oauth := &OAuth{AppID: "360846", AppSecret: testSecret, URL: server.URL + "/", Client: server.Client()}
	access, next, life, err := oauth.Renew(t.Context(), testRefresh)
	if err != nil || access != "A2" || next != "R2" || life != 25*time.Hour {
		t.Errorf("%q, %q, %s, %v", access, next, life, err)
	}
	if asked != "POST /v4/oa/access_token" || header.Get("secret_key") != testSecret ||
		header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("%s with %v", asked, header)
	}
	if !alone {
		t.Error("the connection is kept, and may be closed while the next is asked for")
	}
	want := url.Values{"grant_type": {"refresh_token"}, "app_id": {"360846"}, "refresh_token": {testRefresh}}
	if form.Encode() != want.Encode() {
		t.Errorf("form %v", form)
	}
}

// Only a pair is a success, and what was refused is told from what was not
// heard.
func TestRenewAnswers(t *testing.T) {
	const pair = `"access_token":"A2","refresh_token":"R2"`
	for _, test := range []struct {
		status int
		body   string
		want   bot.Fate
		cause  string // of bot.Broken
		life   time.Duration
	}{
		{200, `{` + pair + `,"expires_in":"90000"}`, "", "", 25 * time.Hour},
		{200, `{` + pair + `,"expires_in":3600}`, "", "", time.Hour},
		{200, `{` + pair + `}`, "", "", 25 * time.Hour},
		{200, `{` + pair + `,"expires_in":"soon"}`, "", "", 25 * time.Hour},
		{200, `{` + pair + `,"expires_in":-5}`, "", "", 25 * time.Hour},
		{200, `{` + pair + `,"expires_in":99999999999999}`, "", "", 25 * time.Hour},
		{200, `{` + pair + `,"error":0}`, "", "", 25 * time.Hour},
		{500, `{` + pair + `}`, "", "", 25 * time.Hour}, // a pair is a pair

		{200, `{"error":-14014,"error_name":"Invalid refresh token.","error_reason":"kín-7431"}`, bot.Broken,
			"-14014 Invalid refresh token", 0},
		{400, `{"error":"-14002","error_name":"Invalid app id"}`, bot.Broken, "-14002 Invalid app id", 0},
		{200, `{"error_name":"Invalid redirect uri"}`, bot.Broken, "no code Invalid redirect uri", 0},
		{200, `{"error":-14014}`, bot.Broken, "-14014", 0},
		{200, `{"error":"kín-7431","error_name":{}}`, bot.Broken, "no code", 0},
		{200, `{"error":-14014,"error_name":"` + testRefresh + ` is used"}`, bot.Broken, "-14014", 0},
		{200, `{"error":-14014,"error_name":"` + strings.Repeat("a", 500) + `"}`, bot.Broken,
			"-14014 " + strings.Repeat("a", 60), 0},
		{200, `{"access_token":"A2","refresh_token":""}`, bot.Broken, "no code", 0},
		{200, `{"access_token":"","refresh_token":"R2"}`, bot.Broken, "no code", 0},
		{200, `{}`, bot.Broken, "no code", 0},

		{200, `{"error":-32,"error_name":"Too many"}`, bot.Retry, "", 0},
		{200, `{"error":"-32"}`, bot.Retry, "", 0},

		{500, `{"error":-14014,"error_name":"Invalid refresh token"}`, bot.Uncertain, "", 0},
		{502, "<html>Bad Gateway</html>", bot.Uncertain, "", 0},
		{200, "<html>log in to the network</html>", bot.Uncertain, "", 0},
		{403, "<html>firewall</html>", bot.Uncertain, "", 0},
		{429, "<html>slow down</html>", bot.Uncertain, "", 0},
		{307, "", bot.Uncertain, "", 0},
		{200, `{"access_token":"A2","refresh_tok`, bot.Uncertain, "", 0},
		{200, "", bot.Uncertain, "", 0},
		{200, "null", bot.Uncertain, "", 0},
		{200, `"-14014"`, bot.Uncertain, "", 0},
		{200, strings.Repeat(" ", maxAnswer) + "{}", bot.Uncertain, "", 0},
	} {
		access, next, life, err := tokenDesk(t, test.status, test.body).Renew(t.Context(), testRefresh)
		name := fmt.Sprintf("%d %.60s", test.status, test.body)
		if test.want == "" {
			if err != nil || access != "A2" || next != "R2" || life != test.life {
				t.Errorf("%s: %q, %q, %s, %v", name, access, next, life, err)
			}
			continue
		}
		why := ""
		if test.want == bot.Broken {
			why = bot.WhyToken
		}
		if wantFate(t, err, test.want, why); access != "" || next != "" || test.cause != "" &&
			errors.Unwrap(err).Error() != test.cause {
			t.Errorf("%s: %q, %q, %v", name, access, next, err)
		}
	}
}

// A redirect would carry the app's secret and the token along.
func TestRenewStays(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	_, _, _, err := (&OAuth{AppSecret: testSecret, URL: server.URL}).Renew(t.Context(), testRefresh)
	if wantFate(t, err, bot.Uncertain, ""); len(asked) != 1 {
		t.Errorf("asked %q", asked)
	}
}

func TestRenewWithoutAnAnswer(t *testing.T) {
	t.Run("not connected", func(t *testing.T) {
		oauth := tokenDesk(t, 200, "{}")
		oauth.URL = "http://127.0.0.1:1"
		_, _, _, err := oauth.Renew(t.Context(), testRefresh)
		wantFate(t, err, bot.Retry, "")
	})
	t.Run("no address", func(t *testing.T) {
		_, _, _, err := (&OAuth{URL: "zaloapp.com"}).Renew(t.Context(), testRefresh)
		wantFate(t, err, bot.Retry, "")
	})
	t.Run("told to stop before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, _, err := tokenDesk(t, 200, "{}").Renew(ctx, testRefresh)
		wantFate(t, err, bot.Retry, "")
	})
	t.Run("told to stop after it was asked", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { cancel(); <-release }))
		defer server.Close()
		defer close(release)
		_, _, _, err := (&OAuth{URL: server.URL}).Renew(ctx, testRefresh)
		wantFate(t, err, bot.Uncertain, "")
	})
	t.Run("the line breaks after it was asked", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter,
			_ *http.Request) {
			panic(http.ErrAbortHandler)
		}))
		defer server.Close()
		_, _, _, err := (&OAuth{URL: server.URL}).Renew(t.Context(), testRefresh)
		wantFate(t, err, bot.Uncertain, "")
	})
	t.Run("its own patience", func(t *testing.T) {
		var left time.Duration
		oauth := &OAuth{Client: &http.Client{Timeout: time.Nanosecond,
			Transport: transport(func(r *http.Request) (*http.Response, error) {
				deadline, _ := r.Context().Deadline()
				left = time.Until(deadline).Round(time.Second)
				if r.URL.String() != "https://oauth.zaloapp.com/v4/oa/access_token" {
					t.Errorf("asked at %s", r.URL)
				}
				return nil, fmt.Errorf("leaky: %s", r.Header.Get("secret_key"))
			})}, AppSecret: testSecret}
		_, _, _, err := oauth.Renew(t.Context(), testRefresh)
		if wantFate(t, err, bot.Retry, ""); left != 15*time.Second {
			t.Errorf("%s", left)
		}
	})
}
