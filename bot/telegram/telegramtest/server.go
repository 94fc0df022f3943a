// Package telegramtest is a strict Telegram Bot API on loopback: the other end
// of the channel's tests, and of the bench. It refuses what the real server
// refuses, delivers updates by long poll or webhook, and fails when told to.
package telegramtest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Token is the bot's.
const Token = "123456789:AAF-test-token-of-thirty-five-chars_"

// Server is the fake. Its zero value is of no use: Start or New.
type Server struct {
	URL   string
	Token string
	// Quiet keeps no history, for benches: messages are only counted, and of
	// uploaded files only the ids are known. To be set before use.
	Quiet bool

	http     *http.Server
	mu       sync.Mutex
	changed  *sync.Cond
	users    map[int64]*User
	messages map[int64]map[int]*Message // chat, id
	files    map[string][]byte
	kept     map[string]kept // files that the bot uploaded, by their ids
	presses  map[string]bool // callback id: answered
	log      []Call
	faults   []*Fault
	nextID   int

	queue      []update
	nextUpdate int
	polls      int // asked so far
	polling    int // waiting at this moment
	hook       *webhook
	repeat     int
	reverse    bool // give batches out in reverse
	closed     bool

	limit   *limit
	refused int
	words   string
	got     map[int64]int
	last    time.Time

	table map[string]method
	calls sync.Map // method: *atomic.Int64
	conns sync.Map // idle net.Conn
	sent  atomic.Int64

	uploads atomic.Int64
}

// Call is one request that the bot made.
type Call struct {
	Method string
	Params map[string]string
}

// Start listens on a free loopback port.
func Start() (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		URL: "http://" + listener.Addr().String(), Token: Token,
		users: map[int64]*User{}, messages: map[int64]map[int]*Message{}, files: map[string][]byte{}, kept: map[string]kept{},
		presses: map[string]bool{}, nextUpdate: 1000, nextID: 1, repeat: 1,
	}
	s.changed = sync.NewCond(&s.mu)
	s.table = s.methods()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ConnState: s.watch}
	go s.http.Serve(listener)
	return s, nil
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Close ends every poll, push and request.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.changed.Broadcast()
	s.mu.Unlock()
	s.removeHook(true)
	s.http.Close()
}

// Sent counts messages accepted.
func (s *Server) Sent() int64 { return s.sent.Load() }

// Calls counts requests of a method, failed ones included.
func (s *Server) Calls(method string) int64 {
	counter, _ := s.calls.LoadOrStore(strings.ToLower(method), new(atomic.Int64))
	return counter.(*atomic.Int64).Load()
}

// CallLog lists requests in order; empty when Quiet.
func (s *Server) CallLog() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.log...)
}

// refusal is an answer that is not ok.
type refusal struct {
	code        int
	description string
	retryAfter  int
	migrateTo   int64
}

func (r *refusal) Error() string { return r.description }

func bad(description string) *refusal {
	return &refusal{code: 400, description: "Bad Request: " + description}
}

func forbidden(description string) *refusal {
	return &refusal{code: 403, description: "Forbidden: " + description}
}

// maxBody bounds a request; what is too large for a file is refused with words.
const maxBody = 64 << 20

// ServeHTTP speaks /bot<token>/<method> and /file/bot<token>/<path>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	if file, ok := strings.CutPrefix(path, "file/bot"+s.Token+"/files/"); ok {
		if fault := s.fault("file"); fault != nil && fault.do(w, r) {
			return
		}
		s.mu.Lock()
		content, known := s.files[file]
		s.mu.Unlock()
		if !known {
			http.NotFound(w, r)
			return
		}
		w.Write(content)
		return
	}
	rest, ok := strings.CutPrefix(path, "bot")
	token, method, split := strings.Cut(rest, "/")
	if !ok || !split {
		http.NotFound(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	params, uploads, err := readParams(r)
	if err != nil {
		answer(w, nil, bad(err.Error()))
		return
	}
	counter, _ := s.calls.LoadOrStore(strings.ToLower(method), new(atomic.Int64))
	counter.(*atomic.Int64).Add(1)
	if token != s.Token {
		refused := &refusal{code: 401, description: "Unauthorized"}
		if !strings.Contains(token, ":") {
			refused = &refusal{code: 404, description: "Not Found"}
		}
		answer(w, nil, refused)
		return
	}
	if !s.Quiet {
		s.mu.Lock()
		s.log = append(s.log, Call{Method: method, Params: params})
		s.mu.Unlock()
	}
	fault := s.fault(method)
	if fault != nil && !fault.CutAfter && fault.do(w, r) {
		return
	}
	do := s.table[strings.ToLower(method)]
	if do == nil {
		answer(w, nil, &refusal{code: 404, description: "Not Found: method not found"})
		return
	}
	result, err := do(r, params, uploads)
	if fault != nil && fault.CutAfter {
		cut(w)
		return
	}
	answer(w, result, err)
}

func answer(w http.ResponseWriter, result any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err == nil {
		json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": result})
		return
	}
	refused, ok := err.(*refusal)
	if !ok {
		refused = &refusal{code: 500, description: err.Error()}
	}
	body := map[string]any{"ok": false, "error_code": refused.code, "description": refused.description}
	parameters := map[string]any{}
	if refused.retryAfter > 0 {
		parameters["retry_after"] = refused.retryAfter
	}
	if refused.migrateTo != 0 {
		parameters["migrate_to_chat_id"] = refused.migrateTo
	}
	if len(parameters) > 0 {
		body["parameters"] = parameters
	}
	w.WriteHeader(refused.code)
	json.NewEncoder(w).Encode(body)
}

// upload is a file of a multipart request.
type upload struct {
	name    string
	content []byte
}

func readParams(r *http.Request) (map[string]string, map[string]upload, error) {
	params, uploads := map[string]string{}, map[string]upload{}
	for name, values := range r.URL.Query() {
		params[name] = values[0]
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		var body map[string]json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			return nil, nil, fmt.Errorf("can't parse JSON")
		}
		for name, raw := range body {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			params[name] = text
		}
	case "multipart/form-data":
		reader, err := r.MultipartReader()
		if err != nil {
			return nil, nil, err
		}
		for {
			part, err := reader.NextPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, nil, err
			}
			content, err := io.ReadAll(part)
			if err != nil {
				return nil, nil, err
			}
			if part.FileName() != "" {
				uploads[part.FormName()] = upload{part.FileName(), content}
			} else {
				params[part.FormName()] = string(content)
			}
		}
	default:
		if err := r.ParseForm(); err != nil {
			return nil, nil, err
		}
		for name, values := range r.PostForm {
			params[name] = values[0]
		}
	}
	return params, uploads, nil
}

func number(params map[string]string, name string) int64 {
	n, _ := strconv.ParseInt(params[name], 10, 64)
	return n
}
