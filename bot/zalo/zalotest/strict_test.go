package zalotest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"canbobot/bot/zalo/zalotest"
)

// post calls the fake and returns the error of its answer.
func post(t *testing.T, s *zalotest.Server, path, kind, body string, headers ...string) (code float64,
	data map[string]any) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, s.URL+"/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	access, _ := s.Tokens()
	request.Header.Set("access_token", access)
	request.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Error float64        `json:"error"`
		Data  map[string]any `json:"data"`
	}
	raw, _ := io.ReadAll(response.Body)
	if err := json.Unmarshal(raw, &answer); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", path, response.Status, raw)
	}
	return answer.Error, answer.Data
}

const send = "v3.0/oa/message/cs"

func TestWhatZaloRefuses(t *testing.T) {
	now := time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)
	s := zalotest.New(t)
	s.Clock = func() time.Time { return now }
	s.Issue()
	s.Known("1", "Lan")
	s.User("2", "chưa quan tâm")
	s.Known("3", "chặn").Block()
	s.Known("4", "khoá").Ban()
	to := func(user, message string) string {
		return fmt.Sprintf(`{"recipient":{"user_id":%q},"message":%s}`, user, message)
	}
	text := func(text string) string {
		quoted, _ := json.Marshal(text)
		return to("1", `{"text":`+string(quoted)+`}`)
	}
	buttons := func(one string, n int) string {
		return to("1", `{"text":"a","attachment":{"type":"template","payload":{"buttons":[`+
			strings.Trim(strings.Repeat(one+",", n), ",")+`]}}}`)
	}
	const query = `{"title":"Xem","type":"oa.query.hide","payload":"#a"}`
	for name, test := range map[string]struct {
		body string
		want float64
	}{
		"a text":                {text("xin chào"), 0},
		"2,000 letters":         {text(strings.Repeat("ắ", 2000)), 0},
		"2,001 letters":         {text(strings.Repeat("ắ", 2001)), -210},
		"not composed":          {text("a\u0323"), -210},
		"no text":               {text(""), -201},
		"blank":                 {text("  \n"), -201},
		"nobody":                {to("9", `{"text":"a"}`), -201},
		"does not follow":       {to("2", `{"text":"a"}`), -213},
		"blocked":               {to("3", `{"text":"a"}`), -217},
		"banned":                {to("4", `{"text":"a"}`), -227},
		"null":                  {to("1", `{"text":null}`), -201},
		"unknown field":         {to("1", `{"text":"a","buttons":[]}`), -201},
		"five buttons":          {buttons(query, 5), 0},
		"six buttons":           {buttons(query, 6), -210},
		"no buttons":            {buttons("", 0), -201},
		"a button without name": {buttons(`{"title":"","type":"oa.query.hide","payload":"#a"}`, 1), -201},
		"a thing as payload":    {buttons(`{"title":"a","type":"oa.query.hide","payload":{"a":"b"}}`, 1), -201},
		"a text as page":        {buttons(`{"title":"a","type":"oa.open.url","payload":"https://a"}`, 1), -201},
		"a page":                {buttons(`{"title":"a","type":"oa.open.url","payload":{"url":"https://a"}}`, 1), 0},
		"a number from abroad":  {buttons(`{"title":"a","type":"oa.open.phone","payload":{"phone_code":"0239"}}`, 1), -201},
		"another button":        {buttons(`{"title":"a","type":"postback","payload":"a"}`, 1), -233},
		"another template": {to("1", `{"text":"a","attachment":{"type":"template","payload":{"template_type":"list"}}}`),
			-233},
		"another attachment": {to("1", `{"attachment":{"type":"video","payload":{}}}`), -233},
		"an unknown upload":  {to("1", `{"attachment":{"type":"file","payload":{"token":"x"}}}`), -201},
		"two forms": {to("1", `{"attachment":{"type":"template",`+
			`"payload":{"template_type":"request_user_info","elements":[{"title":"a","subtitle":"b",`+
			`"image_url":"https://a"},{"title":"a","subtitle":"b","image_url":"https://a"}]}}}`), -201},
	} {
		if code, _ := post(t, s, send, "application/json", test.body); code != test.want {
			t.Errorf("%s: %v, want %v", name, code, test.want)
		}
	}
	for name, test := range map[string]struct {
		path, kind, body string
		want             float64
	}{
		"no JSON":        {send, "text/plain", text("a"), -201},
		"the API of old": {"v2.0/oa/message", "application/json", text("a"), -240},
		"a sign on nothing": {"v2.0/oa/message", "application/json",
			`{"recipient":{"user_id":"1"},"sender_action":{"react_icon":"/-strong","react_message_id":"x"}}`, -201},
		"no such template": {"v3.0/oa/message/template", "application/json",
			`{"user_id":"1","template_id":"9","template_data":{}}`, -131},
		"a number with a nought": {"message/template", "application/json",
			`{"phone":"0912345678","template_id":"7","template_data":{"ten":"a"},"tracking_id":"x"}`, -108},
		"nobody's number": {"message/template", "application/json",
			`{"phone":"84912345678","template_id":"7","template_data":{"ten":"a"},"tracking_id":"x"}`, -118},
		"a gap unfilled": {"v3.0/oa/message/template", "application/json",
			`{"user_id":"1","template_id":"7","template_data":{}}`, -1122},
		"a gap too many": {"v3.0/oa/message/template", "application/json",
			`{"user_id":"1","template_id":"7","template_data":{"ten":"a","b":"c"}}`, -112},
	} {
		s.AddTemplate("7", "ten")
		if code, _ := post(t, s, test.path, test.kind, test.body); code != test.want {
			t.Errorf("%s: %v, want %v", name, code, test.want)
		}
	}
	for name, headers := range map[string][]string{"no token": {"access_token", ""},
		"a bearer": {"Authorization", "Bearer x"}, "another token": {"access_token", "x"}} {
		if code, _ := post(t, s, send, "application/json", text("a"), headers...); code != -216 {
			t.Errorf("%s: %v", name, code)
		}
	}
	// Two days are free, then billed, a week later nothing goes.
	before := s.Billed()
	for _, step := range []struct {
		pass  time.Duration
		want  float64
		quota bool
	}{{20 * time.Hour, 0, true}, {29 * time.Hour, -220, false}} {
		now = now.Add(step.pass)
		code, data := post(t, s, send, "application/json", text("a"))
		if code != step.want || (data["quota"] != nil) != step.quota {
			t.Errorf("after %s: %v %v", step.pass, code, data)
		}
	}
	s.Issue()
	if code, data := post(t, s, send, "application/json", text("a")); code != 0 || data["quota"] != nil ||
		s.Billed() != before+1 {
		t.Errorf("after two days: %v %v, billed %d", code, data, s.Billed()-before)
	}
	now = now.Add(6 * 24 * time.Hour)
	s.Issue()
	if code, _ := post(t, s, send, "application/json", text("a")); code != -230 {
		t.Errorf("after eight days: %v", code)
	}
}

func TestTheRefreshTokenWorksOnce(t *testing.T) {
	s := zalotest.New(t)
	renew := func(secret, refresh string) string {
		t.Helper()
		request, _ := http.NewRequest(http.MethodPost, s.URL+"/v4/oa/access_token",
			strings.NewReader(url.Values{"app_id": {s.AppID}, "grant_type": {"refresh_token"},
				"refresh_token": {refresh}}.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("secret_key", secret)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var answer struct {
			Access string `json:"access_token"`
			Life   string `json:"expires_in"`
		}
		if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != 200 ||
			answer.Access != "" && answer.Life != "90000" {
			t.Fatalf("%s %v", response.Status, err)
		}
		return answer.Access
	}
	access, refresh := s.Tokens()
	if renew("another", refresh) != "" || renew(s.AppSecret, "another") != "" {
		t.Error("renewed without the secret, or the token")
	}
	next := renew(s.AppSecret, refresh)
	if next == "" || next == access || renew(s.AppSecret, refresh) != "" || s.Refreshes() != 1 {
		t.Errorf("renewed to %q, %d times", next, s.Refreshes())
	}
	if code, _ := post(t, s, send, "application/json", "{}", "access_token", access); code != -216 {
		t.Errorf("the former token: %v", code)
	}
}

func TestEventsAreSignedAndTheProbeIsNot(t *testing.T) {
	s := zalotest.New(t)
	var signatures []string
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signatures = append(signatures, r.Header.Get("X-ZEvent-Signature"))
		body, _ := io.ReadAll(r.Body)
		if sign := r.Header.Get("X-ZEvent-Signature"); sign != "" && sign != s.Sign(body) {
			t.Errorf("signed %q", sign)
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	if s.User("1", "Lan").Follow() != 0 {
		t.Error("pushed to nobody")
	}
	if err := s.SetWebhook(server.URL); err != nil {
		t.Fatal(err)
	}
	if s.User("1", "Lan").Say("chào") != 200 || len(signatures) != 2 || signatures[0] != "" ||
		!strings.HasPrefix(signatures[1], "mac=") {
		t.Errorf("signatures %q", signatures)
	}
	status = 500
	if s.SetWebhook(server.URL) == nil || s.User("1", "Lan").Say("chào") != 500 {
		t.Error("a failing webhook was taken")
	}
}
