package zalotest

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Server is the fake. Its zero value is of no use: Start or New.
type Server struct {
	URL                        string
	AppID, AppSecret, OASecret string
	OAID                       string
	// Clock tells how old tokens, uploads and interactions are; to be set before use.
	Clock func() time.Time
	// Quiet keeps no history, for benches: messages are only counted, and of
	// uploaded files only the ids are known.
	Quiet bool
	// Proof demands appsecret_proof with every call.
	Proof bool
	// Unverified accounts may not send.
	Unverified bool

	http      *http.Server
	mu        sync.Mutex
	users     map[string]*User
	uploads   map[string]upload
	files     map[string][]byte
	templates map[string][]string
	faults    []*Fault
	log       []Call
	number    int
	hook      string
	client    *http.Client

	access, refresh string
	issued          time.Time
	refreshes       int64

	calls  sync.Map // path: *atomic.Int64
	sent   atomic.Int64
	billed atomic.Int64

	uploaded atomic.Int64
}

// Call is one request that the bot made.
type Call struct {
	Path string
	Body string
}

// Start listens on a free loopback port.
func Start() (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		URL: "http://" + listener.Addr().String(), AppID: "360846524940903967", AppSecret: "app-secret-of-the-test",
		OASecret: "oa-secret-of-the-test", OAID: "388613280878808645",
		Clock: time.Now, users: map[string]*User{}, uploads: map[string]upload{}, files: map[string][]byte{},
		templates: map[string][]string{},
		client:    &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
	s.issue()
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

// Close ends every request.
func (s *Server) Close() {
	s.http.Close()
	s.client.CloseIdleConnections()
}

// Sent counts messages accepted, templates among them, Billed those of them that
// were paid for.
func (s *Server) Sent() int64   { return s.sent.Load() }
func (s *Server) Billed() int64 { return s.billed.Load() }

// Uploads counts the files that were uploaded and accepted.
func (s *Server) Uploads() int64 { return s.uploaded.Load() }

// Calls counts requests of a path, failed ones included.
func (s *Server) Calls(path string) int64 {
	counter, _ := s.calls.LoadOrStore(path, new(atomic.Int64))
	return counter.(*atomic.Int64).Load()
}

// CallLog lists requests in order; empty when Quiet.
func (s *Server) CallLog() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.log...)
}

// refusal is an answer whose error is not 0: with HTTP 200, as Zalo's are.
type refusal struct {
	code    int
	message string
}

func (r *refusal) Error() string { return r.message }

func refuse(code int, message string) *refusal { return &refusal{code, message} }

// maxBody bounds a request.
const maxBody = 16 << 20

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	counter, _ := s.calls.LoadOrStore(path, new(atomic.Int64))
	counter.(*atomic.Int64).Add(1)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	if !s.Quiet {
		s.mu.Lock()
		s.log = append(s.log, Call{path, string(body)})
		s.mu.Unlock()
	}
	fault := s.fault(path, string(body))
	if fault != nil && fault.do(w, r) {
		return
	}
	var data any
	var refused *refusal
	switch {
	case strings.HasPrefix(path, "files/"):
		s.serveFile(w, path)
		return
	case path == "v4/oa/access_token":
		answer := s.token(r, body)
		if fault != nil && fault.CutAfter {
			cut(w)
			return
		}
		reply(w, answer)
		return
	default:
		data, refused = s.method(path, r, body)
	}
	if fault != nil && fault.CutAfter {
		cut(w)
		return
	}
	w.Header().Set("X-RateLimit-Limit", "4000")
	if refused != nil {
		reply(w, map[string]any{"error": refused.code, "message": refused.message})
		return
	}
	reply(w, map[string]any{"data": data, "error": 0, "message": "Success"})
}

func reply(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(answer)
}

func (s *Server) serveFile(w http.ResponseWriter, path string) {
	s.mu.Lock()
	content, ok := s.files[path]
	s.mu.Unlock()
	if !ok {
		http.Error(w, "gone", http.StatusNotFound)
		return
	}
	w.Write(content)
}

// Fault is what goes wrong with calls of a path.
type Fault struct {
	Path  string // any of the OpenAPI when empty; the token endpoint only by name
	User  string // only calls that name this user
	Times int    // how many calls; 0 for all

	Status   int           // answer with this HTTP status
	Code     int           // answer with this error, with HTTP 200
	Text     string        // its message
	Body     string        // answer this instead of JSON
	Hang     time.Duration // wait before answering, or until the client leaves or Recover
	CutAfter bool          // do it, then drop the connection without an answer

	done int
	over chan struct{}
}

// Fail makes calls go wrong from this moment.
func (s *Server) Fail(fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fault.over = make(chan struct{})
	s.faults = append(s.faults, &fault)
}

// Recover takes every fault away.
func (s *Server) Recover() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fault := range s.faults {
		close(fault.over)
	}
	s.faults = nil
}

func (s *Server) fault(path, body string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fault := range s.faults {
		named := fault.Path == path || fault.Path == "" && !strings.HasPrefix(path, "v4/") &&
			!strings.HasPrefix(path, "files/")
		if !named || fault.User != "" && !strings.Contains(body, `"`+fault.User+`"`) || fault.Times > 0 &&
			fault.done >= fault.Times {
			continue
		}
		fault.done++
		copied := *fault
		return &copied
	}
	return nil
}

// do answers as the fault says; false when the call goes on as usual.
func (f *Fault) do(w http.ResponseWriter, r *http.Request) bool {
	if f.Hang > 0 {
		select {
		case <-time.After(f.Hang):
		case <-f.over:
		case <-r.Context().Done():
			return true
		}
	}
	switch {
	case f.Body != "":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(max(f.Status, http.StatusOK))
		io.WriteString(w, f.Body)
	case f.Code != 0:
		reply(w, map[string]any{"error": f.Code, "message": f.Text})
	case f.Status != 0:
		http.Error(w, http.StatusText(f.Status), f.Status)
	default:
		return false
	}
	return true
}

func cut(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		conn.Close()
	}
}
