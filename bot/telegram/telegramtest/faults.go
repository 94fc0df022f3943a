package telegramtest

import (
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Fault is what goes wrong with calls of a method.
type Fault struct {
	Method string // any when empty; "file" for downloads
	Times  int    // how many calls; 0 for all
	Every  int    // only every n-th call; 0 and 1 for each

	Status     int           // answer with this code: 429, 500, 403 ...
	RetryAfter int           // seconds, with 429
	Text       string        // description; a usual one when empty
	Body       string        // answer this instead of JSON, such as a proxy's HTML
	Hang       time.Duration // wait before answering, or until the client leaves
	CutAfter   bool          // do it, then drop the connection without an answer

	seen, done int
}

// Fail makes calls go wrong from this moment.
func (s *Server) Fail(fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault)
}

// Recover takes every fault away.
func (s *Server) Recover() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault picks the fault that this call meets.
func (s *Server) fault(method string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fault := range s.faults {
		if fault.Method != "" && !strings.EqualFold(fault.Method, method) {
			continue
		}
		fault.seen++
		if fault.Every > 1 && fault.seen%fault.Every != 0 {
			continue
		}
		if fault.Times > 0 && fault.done >= fault.Times {
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
		case <-r.Context().Done():
			return true
		}
	}
	switch {
	case f.Body != "":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(max(f.Status, http.StatusOK))
		io.WriteString(w, f.Body)
		return true
	case f.Status == 0:
		return false
	}
	text := f.Text
	if text == "" {
		text = map[int]string{
			401: "Unauthorized", 403: "Forbidden: bot was blocked by the user",
			409: "Conflict: terminated by other getUpdates request",
			429: "Too Many Requests: retry later",
		}[f.Status]
	}
	if text == "" {
		text = http.StatusText(f.Status)
	}
	answer(w, nil, &refusal{code: f.Status, description: text, retryAfter: f.RetryAfter})
	return true
}

// cut drops the connection as a failing network does.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}

// DropIdle closes the connections on which nothing is underway.
func (s *Server) DropIdle() {
	s.conns.Range(func(key, _ any) bool {
		key.(net.Conn).Close()
		return true
	})
}

// watch notes which connections are idle.
func (s *Server) watch(conn net.Conn, state http.ConnState) {
	if state == http.StateIdle {
		s.conns.Store(conn, nil)
		return
	}
	s.conns.Delete(conn)
}

// Migrate moves a chat to another id: calls for the old one are told so.
func (s *Server) Migrate(chat, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if user := s.users[chat]; user != nil {
		user.movedTo = to
		s.users[to] = &User{server: s, ID: to, Name: user.Name, started: true}
	}
}

// Repeat delivers each further update n times: pushed at once to a webhook, or
// one after the other in a batch.
func (s *Server) Repeat(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repeat = n
}
