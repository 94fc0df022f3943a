package botapi

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// mostReaders bounds the bodies that are being read of a webhook at once.
	mostReaders = 128
	// BodyPatience is how long a body may take to arrive.
	BodyPatience = 10 * time.Second
)

// Readers read the bodies of calls of which nothing is known yet. Nobody has to
// wait for a place among them: where there are too many, the oldest of the address
// that holds most of them is cut off. A platform's body is there in milliseconds,
// so that those who send slowly keep out only each other.
type Readers struct {
	mu   sync.Mutex
	open []*reader // the oldest first
}

type reader struct {
	from string
	cut  func()
}

// Read reads what was posted, or says with which status to refuse it.
func (s *Readers) Read(w http.ResponseWriter, r *http.Request, most int64) (body []byte, status int) {
	// Not every server can; then its own time limit holds.
	connection := http.NewResponseController(w)
	connection.SetReadDeadline(time.Now().Add(BodyPatience))
	one := &reader{from: caller(r), cut: func() { connection.SetReadDeadline(time.Unix(1, 0)) }}
	s.begin(one)
	body, status = Body(w, r, most)
	s.end(one)
	if status == http.StatusOK {
		connection.SetReadDeadline(time.Time{})
	}
	return body, status
}

func (s *Readers) begin(one *reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) >= mostReaders {
		held := map[string]int{}
		for _, other := range s.open {
			held[other.from]++
		}
		slowest := 0
		for i, other := range s.open {
			if held[other.from] > held[s.open[slowest].from] {
				slowest = i
			}
		}
		s.open[slowest].cut()
		s.open = slices.Delete(s.open, slowest, slowest+1)
	}
	s.open = append(s.open, one)
}

func (s *Readers) end(one *reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = slices.DeleteFunc(s.open, func(other *reader) bool { return other == one })
}

// caller is where a call comes from, as a proxy on this machine or beside it tells
// it. Whoever makes one up changes only who of the slow ones is cut off first.
func caller(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsLoopback() || ip.IsPrivate()) {
		passed := r.Header.Get("X-Forwarded-For")
		if last := strings.TrimSpace(passed[strings.LastIndexByte(passed, ',')+1:]); last != "" {
			return last
		}
	}
	return host
}
