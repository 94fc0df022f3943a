package web_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// frame is one server-sent event as a page reads it.
type frame struct {
	ID, Kind string
	Token    string
	Reset    bool
	Chat     string
	Millis   int64 `json:"ms"`
	Message  struct {
		ID, Title, Text, Event, State, Contact string
		Order                                  uint64
		Mine, Edited, Private                  bool
		Rows                                   [][]struct{ Label, Action, URL, Style string }
		Files                                  []struct {
			Name, URL string
			Size      int
			Picture   bool
		}
		Press *struct{ Event, Action, State string }
	}
}

// listener reads a stream.
type listener struct {
	t      *testing.T
	frames chan frame
	beats  chan struct{}
	Close  func()
}

// listen opens a stream of chats from a position, empty for the start.
func listen(t *testing.T, server *httptest.Server, position string, chats ...string) *listener {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/try/events?"+
		url.Values{"chat": chats}.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if position != "" {
		request.Header.Set("Last-Event-ID", position)
	}
	answer, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("stream: %s, %s", answer.Status, answer.Header.Get("Content-Type"))
	}
	l := &listener{t: t, frames: make(chan frame, 1000), beats: make(chan struct{}, 1)}
	done := make(chan struct{})
	l.Close = func() { cancel(); <-done }
	t.Cleanup(l.Close)
	go func() {
		defer close(done)
		defer close(l.frames)
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 1<<20)
		var f frame
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				f.ID = value
			case "event":
				f.Kind = value
			case "data":
				if err := json.Unmarshal([]byte(value), &f); err != nil {
					t.Errorf("frame %s: %v", value, err)
				}
				l.frames <- f
				f = frame{}
			case "":
				if value != "" {
					select {
					case l.beats <- struct{}{}:
					default:
					}
				}
			}
		}
	}()
	return l
}

func (l *listener) next() frame {
	l.t.Helper()
	select {
	case f, ok := <-l.frames:
		if !ok {
			l.t.Fatal("the stream ended")
		}
		return f
	case <-time.After(10 * time.Second):
		l.t.Fatal("the stream is silent")
	}
	panic("unreachable")
}

// until reads up to the frame that holds, and returns it.
func (l *listener) until(holds func(frame) bool) frame {
	l.t.Helper()
	for {
		if f := l.next(); holds(f) {
			return f
		}
	}
}

// snapshot reads what a stream begins with: hello, what is there, ready.
func (l *listener) snapshot() (hello frame, messages []frame) {
	l.t.Helper()
	hello = l.next()
	if hello.Kind != "hello" {
		l.t.Fatalf("the stream begins with %+v", hello)
	}
	for f := range l.frames {
		switch f.Kind {
		case "ready":
			return hello, messages
		case "message":
			messages = append(messages, f)
		}
	}
	l.t.Fatal("never ready")
	return
}

// page is a browser's page without a browser.
type page struct {
	t      *testing.T
	server *httptest.Server
	token  string
}

func visit(t *testing.T, server *httptest.Server) *page {
	t.Helper()
	answer, err := server.Client().Get(server.URL + "/try")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`&#34;token&#34;:&#34;([0-9a-f]{32})&#34;`).FindSubmatch(raw)
	if token == nil {
		t.Fatalf("no token on the page: %s", raw)
	}
	return &page{t, server, string(token[1])}
}

// post sends what the page's script sends; change may spoil the request.
func (p *page) post(route string, body any, change func(*http.Request)) (status int, code string) {
	p.t.Helper()
	raw, isRaw := body.([]byte)
	if !isRaw {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			p.t.Fatal(err)
		}
	}
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.server.URL+"/try/"+route,
		bytes.NewReader(raw))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("X-Try-Token", p.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", p.server.URL)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	if change != nil {
		change(request)
	}
	answer, err := p.server.Client().Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	var refusal struct{ Error string }
	_ = json.NewDecoder(answer.Body).Decode(&refusal)
	return answer.StatusCode, refusal.Error
}

type fields map[string]string

// say sends a text as a new event.
func (p *page) say(chat, text string) {
	p.t.Helper()
	if status, code := p.post("say", fields{"chat": chat, "event": uuid.NewString(), "text": text},
		nil); status != http.StatusNoContent {
		p.t.Fatalf("say: %d %s", status, code)
	}
}

func (p *page) attach(chat, event, name string, content []byte) (int, string) {
	p.t.Helper()
	query := url.Values{"chat": {chat}, "event": {event}, "name": {name}}
	return p.post("attach?"+query.Encode(), content,
		func(r *http.Request) { r.Header.Set("Content-Type", "application/octet-stream") })
}

// get reads an address of the server.
func get(t *testing.T, server *httptest.Server, path string, change func(*http.Request)) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(request)
	}
	answer, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, raw
}

func TestOnlyThePageMayAct(t *testing.T) {
	_, behind, server := open(t)
	p := visit(t, server)
	for name, test := range map[string]struct {
		change func(*http.Request)
		status int
		code   string
	}{
		"another site":   {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403, "origin"},
		"a sibling site": {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403, "origin"},
		"an old browser abroad": {func(r *http.Request) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin",
				"https://evil.example")
		}, 403, "origin"},
		"no token": {func(r *http.Request) { r.Header.Del("X-Try-Token") }, 403, "stale"},
		"an earlier token": {func(r *http.Request) { r.Header.Set("X-Try-Token", strings.Repeat("0", 32)) }, 403,
			"stale"},
		"a rebound name":   {func(r *http.Request) { r.Host = "evil.example:8080" }, 421, "host"},
		"a name like ours": {func(r *http.Request) { r.Host = "127.0.0.1.evil.example" }, 421, "host"},
		"a form":           {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415, "bad"},
	} {
		t.Run(name, func(t *testing.T) {
			status, code := p.post("say", fields{"chat": "officer-1", "event": uuid.NewString(), "text": "chào"}, test.change)
			if status != test.status || code != test.code {
				t.Errorf("answered %d %q, want %d %q", status, code, test.status, test.code)
			}
		})
	}
	for _, host := range []string{"localhost:8080", "[::1]:8080", "127.0.0.2"} {
		if answer, _ := get(t, server, "/try", func(r *http.Request) { r.Host = host }); answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", host, answer.Status)
		}
	}
	for _, path := range []string{"/try/events?chat=officer-1", "/try/files/0"} {
		if answer, _ := get(t, server, path, func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site",
				"cross-site")
		}); answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s from another site: %s", path, answer.Status)
		}
	}
	if heard := behind.all(); len(heard) != 0 {
		t.Errorf("the bot heard %d events", len(heard))
	}
}

func TestWhatIsRefused(t *testing.T) {
	_, behind, server := open(t)
	p := visit(t, server)
	id := uuid.NewString()
	for name, test := range map[string]struct {
		route  string
		body   any
		status int
		code   string
	}{
		"not JSON":         {"say", []byte("{"), 400, "bad"},
		"no event":         {"say", fields{"chat": "officer-1", "text": "a"}, 400, "bad"},
		"event not a UUID": {"say", fields{"chat": "officer-1", "event": strings.Repeat("x", 36), "text": "a"}, 400, "bad"},
		"nobody":           {"say", fields{"chat": "officer-9", "event": id, "text": "a"}, 404, "unknown"},
		"a guest too many": {"say", fields{"chat": "guest-10000", "event": id, "text": "a"}, 404, "unknown"},
		"nothing said":     {"say", fields{"chat": "officer-1", "event": id, "text": " \n\x00\x07 "}, 400, "bad"},
		"a megabyte": {"say", fields{"chat": "officer-1", "event": id, "text": strings.Repeat("a", 1<<20)}, 413,
			"too_large"},
		"action too long": {"press", fields{"chat": "officer-1", "event": id, "ref": "00000000-1",
			"action": strings.Repeat("a", 65)}, 400, "bad"},
		"action in caps": {"press", fields{"chat": "officer-1", "event": id, "ref": "00000000-1", "action": "A"}, 400,
			"bad"},
		"ref of no kind":   {"press", fields{"chat": "officer-1", "event": id, "ref": "x", "action": "a"}, 400, "bad"},
		"a code in words":  {"start", fields{"chat": "guest-1", "event": id, "code": "mã mời"}, 400, "bad"},
		"a phone in words": {"contact", fields{"chat": "guest-1", "event": id, "phone": "không có"}, 422, "phone"},
		"no phone":         {"contact", fields{"chat": "guest-1", "event": id}, 422, "phone"},
		"retry of nothing": {"retry", fields{"chat": "officer-1", "event": id}, 404, "unknown"},
		"no such route":    {"shout", fields{}, 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, code := p.post(test.route, test.body, nil)
			if status != test.status || code != test.code {
				t.Errorf("answered %d %q, want %d %q", status, code, test.status, test.code)
			}
		})
	}
	if answer, _ := get(t, server, "/try/events?chat=nobody", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("a stream of nobody: %s", answer.Status)
	}
	if answer, _ := get(t, server, "/try/events?chat=officer-1&chat=clerk-1&chat=leader-1",
		nil); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("a stream of three: %s", answer.Status)
	}
	if heard := behind.all(); len(heard) != 0 {
		t.Errorf("the bot heard %d events", len(heard))
	}
}

func TestPage(t *testing.T) {
	_, _, server := open(t)
	answer, raw := get(t, server, "/try", nil)
	html := string(raw)
	if policy := answer.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") ||
		strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	for _, inline := range []string{`<script[^>]*>[^<]`, `<style`, `\sstyle=`, `\son[a-z]+=`, `(src|href)="https?:`} {
		if found := regexp.MustCompile(inline).FindString(html); found != "" {
			t.Errorf("%q is inline or foreign", found)
		}
	}
	for key, text := range words {
		if !strings.Contains(html, text) {
			t.Errorf("%s is nowhere on the page", key)
		}
	}
	selected := regexp.MustCompile(`data-phone="(left|right)" data-chat="([^"]+)"`).FindAllStringSubmatch(html, -1)
	if got := fmt.Sprint(selected); len(selected) != 2 || selected[0][2] != "officer-1" || selected[1][2] != "clerk-1" {
		t.Errorf("phones belong to %s", got)
	}
	for _, link := range regexp.MustCompile(`(?:src|href)="(/try/[^"]+)"`).FindAllStringSubmatch(html, -1) {
		asset, _ := get(t, server, link[1], nil)
		if asset.StatusCode != http.StatusOK || !strings.Contains(asset.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %s, kept %q", link[1], asset.Status, asset.Header.Get("Cache-Control"))
		}
	}
	if old, _ := get(t, server, "/try/assets/000000000000/main.js", nil); old.StatusCode != http.StatusNotFound {
		t.Errorf("a script of another version: %s", old.Status)
	}
	_, raw = get(t, server, "/try?left=leader-1&right=officer-2", nil)
	for _, want := range []string{`data-phone="left" data-chat="leader-1"`, `data-phone="right" data-chat="officer-2"`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("the address does not choose %s", want)
		}
	}
	p := visit(t, server)
	p.say("guest-1", "chào")
	if _, raw = get(t, server, "/try?start=CODE", nil); !strings.Contains(string(raw),
		`data-phone="left" data-chat="guest-2"`) {
		t.Error("an invite does not open on an unused phone")
	}
}
