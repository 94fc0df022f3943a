package zalobottest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/bot/zalobot/zalobottest"
)

const poll = `{"timeout":"30"}`

func TestAPollGivesOneUpdateOnce(t *testing.T) {
	s := zalobottest.New(t)
	s.Clock = func() time.Time { return time.UnixMilli(1795392000123) }
	s.Idle = time.Millisecond
	hoa := s.User("a1", "Hoa")
	first := hoa.Say("một")
	hoa.Type("2")
	want := fmt.Sprintf(`{"event_name":"message.text.received","message":{"chat":{"chat_type":"PRIVATE","id":"a1"},`+
		`"date":1795392000123,`+
		`"from":{"display_name":"Hoa","id":"a1","is_bot":false},"message_id":%q,"text":"một"}}`, first)
	if got := must(t, call(t, s, "getUpdates", poll)); string(got.Result) != want {
		t.Errorf("%s\nwant %s", got.Result, want)
	}
	if got := must(t, call(t, s, "getUpdates", `{}`)); !strings.Contains(string(got.Result), `"text":"2"`) {
		t.Errorf("%s", got.Raw)
	}
	if got := call(t, s, "getUpdates", poll); got.OK || got.Code != 408 || got.Status != 200 {
		t.Errorf("idle: HTTP %d %s", got.Status, got.Raw)
	}
	s.Statuses, s.Lists = true, true
	if got := call(t, s, "getUpdates", poll); got.Code != 408 || got.Status != 408 {
		t.Errorf("idle: HTTP %d %s", got.Status, got.Raw)
	}
	hoa.Say("ba")
	if got := must(t, call(t, s, "getUpdates", poll)); !strings.HasPrefix(string(got.Result), `[{"event_name"`) {
		t.Errorf("%s", got.Raw)
	}
}

func TestKindsOfUpdates(t *testing.T) {
	s := zalobottest.New(t)
	hoa := s.User("a1", "Hoa")
	group := s.Group("9f", "Xã")
	for _, one := range []struct {
		do   func()
		want []string
	}{
		{func() { hoa.SendPhoto([]byte("ảnh"), "Quyết định") },
			[]string{`"message.image.received"`, `"photo_url":"` + s.URL + `/files/`, `"caption":"Quyết định"`}},
		{func() { hoa.SendPhoto([]byte("ảnh"), "") }, []string{`"photo_url"`}},
		{func() { hoa.SendSticker() }, []string{`"message.sticker.received"`, `"url":"` + s.URL}},
		{func() { hoa.SendVoice() }, []string{`"message.voice.received"`, `"voice_url":"` + s.URL}},
		{func() { hoa.SendUnsupported() }, []string{`"message.unsupported.received"`}},
		{func() { hoa.SayIn(group, "chào") }, []string{`"chat_type":"GROUP"`, `"id":"9f"`, `"id":"a1"`}},
		{func() { s.Push(`{"anything":true}`) }, []string{`{"anything":true}`}},
	} {
		one.do()
		got := must(t, call(t, s, "getUpdates", poll))
		for _, want := range one.want {
			if !strings.Contains(string(got.Result), want) {
				t.Errorf("%s lacks %s", got.Result, want)
			}
		}
		if len(one.want) == 1 && strings.Contains(string(got.Result), "caption") {
			t.Errorf("an empty caption: %s", got.Result)
		}
	}
}

func TestFilesOfPeople(t *testing.T) {
	s := zalobottest.New(t)
	s.User("a1", "Hoa").SendPhoto([]byte("ảnh"), "")
	got := must(t, call(t, s, "getUpdates", poll))
	_, rest, _ := strings.Cut(string(got.Result), `"photo_url":"`)
	address, _, _ := strings.Cut(rest, `"`)
	for address, want := range map[string]string{address: "ảnh", address + "x": "404 page not found\n"} {
		response, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if string(content) != want {
			t.Errorf("%s: %q", address, content)
		}
	}
	if s.Calls("file") != 2 {
		t.Errorf("%d downloads", s.Calls("file"))
	}
}

// A poll waits for an update; a bot that hangs up takes none with it.
func TestPollsWait(t *testing.T) {
	s := zalobottest.New(t)
	s.Idle = 20 * time.Second
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		request, _ := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/bot"+s.Token+"/getUpdates",
			strings.NewReader(poll))
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
		}
		gone <- err
	}()
	s.WaitPoll(t)
	cancel()
	if err := <-gone; err == nil {
		t.Fatal("the poll was answered")
	}
	s.WaitNoPoll(t)
	s.User("a1", "Hoa").Say("một")
	if s.Pending() != 1 {
		t.Errorf("%d pending", s.Pending())
	}
	must(t, call(t, s, "getUpdates", poll))
	came := make(chan answer, 1)
	go func() { came <- call(t, s, "getUpdates", poll) }()
	s.WaitPoll(t)
	s.User("a1", "Hoa").Say("hai")
	if got := <-came; !strings.Contains(got.Raw, "hai") {
		t.Errorf("%s", got.Raw)
	}
	s.WaitIdle(t)
}

// receiver is a webhook that refuses the first calls.
type receiver struct {
	mu      sync.Mutex
	refuse  int
	bodies  []string // taken
	headers []http.Header
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.headers = append(r.headers, request.Header)
	if r.refuse > 0 {
		r.refuse--
		w.WriteHeader(http.StatusNoContent) // 200 alone is taken
		return
	}
	r.bodies = append(r.bodies, string(body))
}

func hook(t *testing.T, s *zalobottest.Server, refuse int) *receiver {
	t.Helper()
	r := &receiver{refuse: refuse}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	t.Cleanup(s.Close) // before: it pushes
	got := must(t, call(t, s, "setWebhook", fmt.Sprintf(`{"url":%q,"secret_token":"secret-1"}`, server.URL+"/x")))
	if !strings.Contains(got.Raw, server.URL) || !strings.Contains(got.Raw, "updated_at") {
		t.Errorf("%s", got.Raw)
	}
	return r
}

func TestWebhookPushes(t *testing.T) {
	s := zalobottest.New(t)
	s.Idle = time.Millisecond
	hoa := s.User("a1", "Hoa")
	hoa.Say("một") // before there is a webhook
	r := hook(t, s, 2)
	hoa.Say("hai")
	s.Repeat(3)
	s.User("b2", "Lan").Say("ba")
	s.WaitIdle(t)
	order := ""
	for _, body := range r.bodies {
		for _, word := range []string{"một", "hai", "ba"} {
			if strings.Contains(body, `"text":"`+word+`"`) {
				order += word + " "
			}
		}
		if !strings.HasPrefix(body, `{"ok":true,"result":{"event_name":`) {
			t.Errorf("body %s", body)
		}
	}
	if strings.ReplaceAll(order, "ba ", "") != "một hai " || strings.Count(order, "ba") < 3 {
		t.Errorf("taken: %s", order)
	}
	for _, header := range r.headers {
		if header.Get("X-Bot-Api-Secret-Token") != "secret-1" || !strings.HasPrefix(header.Get("User-Agent"), "Java/") {
			t.Errorf("%v", header)
		}
	}
	if got := call(t, s, "getUpdates", poll); got.Code != 408 {
		t.Errorf("a poll beside a webhook: %s", got.Raw)
	}
	if got := must(t, call(t, s, "getWebhookInfo", `{}`)); !strings.Contains(got.Raw, `/x"`) {
		t.Errorf("info: %s", got.Raw)
	}
}

func TestBareWebhook(t *testing.T) {
	s := zalobottest.New(t)
	s.Bare = true
	r := hook(t, s, 0)
	s.User("a1", "Hoa").Say("một")
	s.WaitIdle(t)
	if len(r.bodies) != 1 || !strings.HasPrefix(r.bodies[0], `{"event_name":`) {
		t.Errorf("%q", r.bodies)
	}
}

// What a webhook never took can be polled once it is gone.
func TestDeletedWebhook(t *testing.T) {
	s := zalobottest.New(t)
	must(t, call(t, s, "setWebhook", `{"url":"http://127.0.0.1:1/x","secret_token":"secret-1"}`))
	s.User("a1", "Hoa").Say("một")
	if s.Pending() != 1 {
		t.Errorf("%d pending", s.Pending())
	}
	if got := must(t, call(t, s, "deleteWebhook", `{}`)); !strings.Contains(got.Raw, `"url":""`) {
		t.Errorf("%s", got.Raw)
	}
	if got := must(t, call(t, s, "getUpdates", poll)); !strings.Contains(got.Raw, "một") {
		t.Errorf("%s", got.Raw)
	}
	if got := must(t, call(t, s, "getWebhookInfo", `{}`)); !strings.Contains(got.Raw, `"url":""`) {
		t.Errorf("%s", got.Raw)
	}
}

func TestWaitSeesMessages(t *testing.T) {
	s := zalobottest.New(t)
	hoa := s.Known("a1", "Hoa")
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		call(t, s, "sendMessage", `{"chat_id":"a1","text":"x"}`)
	}()
	defer func() { <-sent }() // the answer may come after the message is seen
	if got := hoa.Wait(t, func(all []zalobottest.Message) bool { return len(all) == 1 }); got[0].Text != "x" {
		t.Errorf("%+v", got)
	}
}
