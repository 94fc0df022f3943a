package telegram

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"testing"
	"time"
)

const testToken = "123456789:AAF-secret-of-the-bot"

var epoch = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// request is what the channel asked for.
type request struct {
	method string
	params map[string]string
	files  map[string]string // field: name of the file
}

// stub is a Bot API of few words: it notes what is asked and answers what a test
// tells it to. telegramtest is the one that knows the rules.
type stub struct {
	*httptest.Server
	t    *testing.T
	logs *syncBuffer

	mu       sync.Mutex
	requests []request
	answer   func(w http.ResponseWriter, r request)
}

// newStub starts a stub that accepts everything, and a channel that uses it. No
// log line may show the token.
func newStub(t *testing.T) (*stub, *Channel) {
	t.Helper()
	s := &stub{t: t, logs: new(syncBuffer)}
	s.Server = httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		if logged := s.logs.String(); strings.Contains(logged, "AAF-secret") {
			t.Errorf("the token is in the log: %s", logged)
		}
	})
	return s, New(Config{
		Token: testToken, APIURL: s.URL, Client: s.Client(), Clock: func() time.Time { return epoch },
		Logger: slog.New(slog.NewTextHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
}

// answers sets what is answered from here on.
func (s *stub) answers(answer func(w http.ResponseWriter, r request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// asked lists the requests for a method, all of them when it is empty.
func (s *stub) asked(method string) []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []request
	for _, r := range s.requests {
		if method == "" || r.method == method {
			found = append(found, r)
		}
	}
	return found
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if want := "/bot" + testToken + "/"; !strings.HasPrefix(r.URL.Path, want) {
		s.t.Errorf("path %q", r.URL.Path)
	}
	got := request{method: path.Base(r.URL.Path), params: map[string]string{}, files: map[string]string{}}
	if err := r.ParseMultipartForm(1 << 20); err != nil && err != http.ErrNotMultipart {
		return // the client left
	}
	for name, values := range r.PostForm {
		got.params[name] = values[0]
	}
	if r.MultipartForm != nil {
		for name, files := range r.MultipartForm.File {
			got.files[name] = files[0].Filename
		}
	}
	s.mu.Lock()
	s.requests = append(s.requests, got)
	id, answer := len(s.requests), s.answer
	s.mu.Unlock()
	if answer == nil {
		say(w, 200, fmt.Sprintf(`{"ok":true,"result":{"message_id":%d}}`, id))
		return
	}
	answer(w, got)
}

func say(w http.ResponseWriter, status int, body string) {
	w.WriteHeader(status)
	io.WriteString(w, body)
}

// says answers every request alike.
func says(status int, body string) func(http.ResponseWriter, request) {
	return func(w http.ResponseWriter, _ request) { say(w, status, body) }
}

// syncBuffer is a buffer for loggers of several goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
