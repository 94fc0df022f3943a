// Package zalobottest is a strict Zalo Bot Platform on loopback: the other end
// of the channel's tests, and of the bench. It refuses what the real platform
// is known to refuse, gives each update out once, by long poll or by webhook,
// fetches a picture twice, and fails when told to. Where nobody has written
// down what the real one does, a comment says that the rule is ours.
package zalobottest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
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
const Token = "1357924680:zalo-bot-test-token_of-the-fake"

// Server is the fake. Its zero value is of no use: Start or New. The fields are
// to be set before use.
type Server struct {
	URL   string
	Token string
	// Clock dates what people do; time.Now when nil.
	Clock func() time.Time
	// Idle is how long a poll waits at most before it ends with 408, however
	// patient the bot is.
	Idle time.Duration
	// Quiet keeps no history, for benches: messages are only counted.
	Quiet bool
	// Statuses makes HTTP statuses follow error codes; else all answers in JSON
	// come with 200, as the real platform's do.
	Statuses bool
	// Bare pushes updates without the {"ok":true,"result":...} around them.
	Bare bool
	// Lists makes getUpdates answer with a list of one.
	Lists bool

	http    *http.Server
	fetcher *http.Client

	mu      sync.Mutex
	changed *sync.Cond
	users   map[string]*User
	files   map[string][]byte // what people have sent
	log     []Call
	faults  []*Fault
	nextID  int

	queue   []update
	polling int // waiting at this moment
	hook    *webhook
	repeat  int
	closed  bool

	table map[string]method
	calls sync.Map // method: *atomic.Int64
	sent  atomic.Int64
}

// Call is one request that the bot made.
type Call struct {
	Method string
	Params map[string]any // numbers are json.Number
}

// Start listens on a free loopback port.
func Start() (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		URL: "http://" + listener.Addr().String(), Token: Token, Idle: 2 * time.Second,
		fetcher: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}},
		users:   map[string]*User{}, files: map[string][]byte{}, nextID: 1, repeat: 1,
	}
	s.changed = sync.NewCond(&s.mu)
	s.table = map[string]method{
		"getMe": s.getMe, "getUpdates": s.getUpdates, "setWebhook": s.setWebhook, "deleteWebhook": s.deleteWebhook,
		"getWebhookInfo": s.getWebhookInfo, "sendMessage": s.sendMessage, "sendPhoto": s.sendPhoto,
		"sendChatAction": s.sendChatAction,
	}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
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
	s.removeHook()
	s.http.Close()
	s.fetcher.CloseIdleConnections()
}

// Sent counts messages accepted.
func (s *Server) Sent() int64 { return s.sent.Load() }

// Calls counts requests of a method, failed ones included.
func (s *Server) Calls(method string) int64 { return s.counter(method).Load() }

func (s *Server) counter(method string) *atomic.Int64 {
	counter, _ := s.calls.LoadOrStore(method, new(atomic.Int64))
	return counter.(*atomic.Int64)
}

// CallLog lists requests in order; empty when Quiet.
func (s *Server) CallLog() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.log...)
}

func (s *Server) now() time.Time {
	if s.Clock != nil {
		return s.Clock()
	}
	return time.Now()
}

// newID makes an id as the platform's look: not a number. The lock is held.
func (s *Server) newID(kind string) string {
	id := ID(kind, s.nextID)
	s.nextID++
	return id
}

// ID is the n-th id of a kind, the same for the same n: 20 hexadecimal digits.
func ID(kind string, n int) string {
	sum := sha256.Sum256([]byte(kind + strconv.Itoa(n)))
	return hex.EncodeToString(sum[:10])
}

// refusal is an answer that is not ok.
type refusal struct {
	code        int
	description string
	http        int // status of the answer; the usual one when 0
	retryAfter  int // seconds
}

func (r *refusal) Error() string { return r.description }

func bad(description string) *refusal {
	return &refusal{code: 400, description: "Bad Request: " + description}
}

// maxBody bounds a request: it holds 2,000 letters and little else.
const maxBody = 1 << 20

// ServeHTTP speaks /bot<token>/<method>, and gives out what people have sent.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if name, ok := strings.CutPrefix(r.URL.Path, "/files/"); ok {
		s.serveFile(w, r, name)
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/bot")
	token, method, split := strings.Cut(rest, "/")
	if !ok || !split || !strings.Contains(token, ":") { // no JSON, as the real one
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, "<html><body>404 Not Found</body></html>")
		return
	}
	s.counter(method).Add(1)
	if token != s.Token {
		s.answer(w, nil, &refusal{code: 401, description: "Unauthorized"})
		return
	}
	params, err := readParams(w, r)
	if err != nil {
		s.answer(w, nil, err)
		return
	}
	if !s.Quiet {
		s.mu.Lock()
		s.log = append(s.log, Call{Method: method, Params: params})
		s.mu.Unlock()
	}
	fault := s.fault(method)
	if fault != nil && !fault.CutAfter && fault.do(s, w, r) {
		return
	}
	do := s.table[method]
	if do == nil { // method names are case-sensitive
		s.answer(w, nil, bad("method not found"))
		return
	}
	result, err := do(r, params)
	if fault != nil && fault.CutAfter {
		cut(w)
		return
	}
	s.answer(w, result, err)
}

func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, name string) {
	s.counter("file").Add(1)
	if fault := s.fault("file"); fault != nil && fault.do(s, w, r) {
		return
	}
	s.mu.Lock()
	content, known := s.files[name]
	s.mu.Unlock()
	if !known {
		http.NotFound(w, r)
		return
	}
	w.Write(content)
}

// answer writes what every answer looks like; a nil result is left out.
func (s *Server) answer(w http.ResponseWriter, result any, err error) {
	body, status := map[string]any{"ok": true}, http.StatusOK
	if result != nil {
		body["result"] = result
	}
	if err != nil {
		refused, is := err.(*refusal)
		if !is {
			refused = &refusal{code: 500, description: err.Error()}
		}
		body = map[string]any{"ok": false, "error_code": refused.code, "description": refused.description}
		if s.Statuses {
			status = refused.code
		}
		if refused.http != 0 {
			status = refused.http
		}
		if refused.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(refused.retryAfter))
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// readParams reads a JSON object. The real platform takes forms and queries
// too; that only JSON is taken is ours.
func readParams(w http.ResponseWriter, r *http.Request) (map[string]any, error) {
	if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return nil, bad("a JSON object must be posted")
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.UseNumber()
	var params map[string]any
	if err := decoder.Decode(&params); err != nil || params == nil {
		return nil, bad("can't parse JSON")
	}
	return params, nil
}

// textOf reads a parameter that must be a string.
func textOf(params map[string]any, name string) (string, error) {
	text, ok := params[name].(string)
	if !ok {
		return "", bad(fmt.Sprintf("%s must be a string", name))
	}
	return text, nil
}

// only refuses parameters that are not listed: a slip in a name would go
// unnoticed. It is ours.
func only(params map[string]any, names ...string) error {
	for name := range params {
		known := false
		for _, one := range names {
			known = known || one == name
		}
		if !known {
			return bad("unknown parameter " + name)
		}
	}
	return nil
}
