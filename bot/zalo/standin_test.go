package zalo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/bot"
)

const (
	firstToken  = "AT-secret-of-the-account-1"
	testSecret  = "APP-secret-of-the-app"
	testRefresh = "RT-secret+that/works=once"
	someone     = "2512523625412515"
)

// evening is 21:30 in Vietnam, and half a minute.
var evening = time.Date(2026, 11, 23, 14, 30, 30, 0, time.UTC)

// heard is a request as the stand-in heard it.
type heard struct {
	method, path string
	header       http.Header
	body         string
	file, kind   string // of an upload: the file's name and type
}

// standIn is an OpenAPI of few words, on both hosts: it notes what is asked and
// answers what a test tells it to. zalotest is the one that knows the rules.
type standIn struct {
	*httptest.Server
	keeper *keeper
	logs   *noted

	mu     sync.Mutex
	asked  []heard
	answer func(w http.ResponseWriter, h heard)
}

// newStandIn starts a stand-in that accepts everything, and a channel that uses
// it. No log line may show a secret.
func newStandIn(t *testing.T, adjust func(*Config)) (*standIn, *Channel) {
	t.Helper()
	s := &standIn{keeper: &keeper{}, logs: &noted{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		if strings.Contains(s.logs.String(), "secret") {
			t.Errorf("a secret is in the log: %s", s.logs)
		}
	})
	config := Config{
		AppID: "360846524940903967", AppSecret: testSecret, APIURL: s.URL, BusinessURL: s.URL + "/business", Tokens: s.keeper,
		TextLimit: 2000, ButtonLimit: 5, Client: s.Client(), Clock: func() time.Time { return evening },
		Words: Words{
			Numbers:   func(example string) string { return "Gõ số, ví dụ " + example },
			Link:      func(name, address string) string { return "Mở " + name + ":\n" + address },
			FormTitle: "Số điện thoại", FormText: "Để em tìm anh/chị",
		},
		Logger: slog.New(slog.NewTextHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if adjust != nil {
		adjust(&config)
	}
	return s, New(config)
}

// answers sets what is answered from here on.
func (s *standIn) answers(answer func(w http.ResponseWriter, h heard)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// says answers everything alike.
func (s *standIn) says(status int, body string) {
	s.answers(func(w http.ResponseWriter, _ heard) { tell(w, status, body) })
}

func tell(w http.ResponseWriter, status int, body string) {
	w.WriteHeader(status)
	io.WriteString(w, body)
}

func no(code int) string { return fmt.Sprintf(`{"error":%d,"message":"kín-7431 is wrong"}`, code) }

// all is what was asked since it was last read.
func (s *standIn) all() []heard {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.asked
	s.asked = nil
	return all
}

// bodies are the bodies of what was asked.
func (s *standIn) bodies() []string {
	var bodies []string
	for _, h := range s.all() {
		bodies = append(bodies, h.body)
	}
	return bodies
}

// said are the texts of the messages asked for.
func (s *standIn) said(t *testing.T) []string {
	t.Helper()
	var texts []string
	for _, body := range s.bodies() {
		var p posting
		if err := json.Unmarshal([]byte(body), &p); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		texts = append(texts, p.Message.Text)
	}
	return texts
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client left
	}
	h := heard{method: r.Method, path: r.URL.Path, header: r.Header, body: string(raw)}
	if kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil &&
		kind == "multipart/form-data" {
		if part, err := multipart.NewReader(bytes.NewReader(raw), params["boundary"]).NextPart(); err == nil &&
			part.FormName() == "file" {
			file, _ := io.ReadAll(part)
			h.body, h.file, h.kind = string(file), part.FileName(), part.Header.Get("Content-Type")
		}
	}
	s.mu.Lock()
	s.asked = append(s.asked, h)
	n, answer := len(s.asked), s.answer
	s.mu.Unlock()
	switch {
	case answer != nil:
		answer(w, h)
	case strings.HasSuffix(h.path, "/upload/image"):
		tell(w, 200, `{"data":{"attachment_id":"IMG"},"error":0,"message":"Success"}`)
	case strings.HasSuffix(h.path, "/upload/file"):
		tell(w, 200, `{"data":{"token":"DOC"},"error":0,"message":"Success"}`)
	default:
		tell(w, 200, fmt.Sprintf(`{"data":{"message_id":"m%d","user_id":"2512523625412515"},"error":0,"message":"Success"}`,
			n))
	}
}

// keeper keeps a token. Each renewal makes the next.
type keeper struct {
	mu            sync.Mutex
	generation    int
	refused       []string
	noAccess, bad error // what asking for a token, or for the next, ends in
}

func (k *keeper) Access(context.Context) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return fmt.Sprint("AT-secret-of-the-account-", k.generation+1), k.noAccess
}

func (k *keeper) Renew(_ context.Context, refused string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.refused = append(k.refused, refused)
	if k.bad != nil {
		return "", k.bad
	}
	k.generation++
	return fmt.Sprint("AT-secret-of-the-account-", k.generation+1), nil
}

// noted is a buffer for loggers of several goroutines.
type noted struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (n *noted) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.Write(p)
}

func (n *noted) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.String()
}

// wantFate wants a failed send, whose errors hold no secret and no text.
func wantFate(t *testing.T, err error, fate bot.Fate, why string) *bot.SendError {
	t.Helper()
	failed := (*bot.SendError)(nil)
	if !errors.As(err, &failed) || failed.Fate != fate || failed.Why != why || failed.Cause == nil {
		t.Errorf("%v (why %q), want %s %q", err, bot.WhyOf(err), fate, why)
		return &bot.SendError{}
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		for _, hidden := range []string{"secret-of", "kín-7431", someone, "RT-"} {
			if strings.Contains(inner.Error(), hidden) {
				t.Errorf("the error tells %q: %v", hidden, inner)
			}
		}
	}
	return failed
}

// transport is a function as an http.RoundTripper.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
