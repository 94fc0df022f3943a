package zalobottest

import (
	"io"
	"net/http"
	"time"
)

// Fault is what goes wrong with calls of a method.
type Fault struct {
	Method string // any when empty; "file" for downloads
	Times  int    // how many calls; 0 for all
	Every  int    // only every n-th call; 0 and 1 for each

	Status     int           // answer with this error_code: 401, 403, 429, 500 ...
	HTTP       int           // with this HTTP status; the usual one when 0
	RetryAfter int           // seconds, in the header of that name
	Text       string        // description; a usual one when empty
	Body       string        // answer this instead of JSON, with Status as its HTTP status
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
		if fault.Method != "" && fault.Method != method {
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

var usual = map[int]string{
	401: "Unauthorized", 403: "Internal error", 404: "Not Found", 408: "Request timeout", 426: "Daily limit",
	429: "Quota exceeded",
}

// do answers as the fault says; false when the call goes on as usual.
func (f *Fault) do(s *Server, w http.ResponseWriter, r *http.Request) bool {
	if f.Hang > 0 {
		timer := time.NewTimer(f.Hang)
		defer timer.Stop()
		select {
		case <-timer.C:
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
		text = usual[f.Status]
	}
	if text == "" {
		text = http.StatusText(f.Status)
	}
	s.answer(w, nil, &refusal{code: f.Status, description: text, http: f.HTTP, retryAfter: f.RetryAfter})
	return true
}

// cut drops the connection as a failing network does.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}
