package telegramtest

import (
	"math"
	"strings"
	"time"
)

// limit is how many messages the server takes: a bucket that holds burst of them
// and fills at perSecond.
type limit struct {
	perSecond, burst float64
	level            float64
	at               time.Time
}

// Limit lets a bot send so many messages a second, and so many at once on top;
// the rest is refused with 429.
func (s *Server) Limit(perSecond, burst int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = &limit{float64(perSecond), float64(burst), float64(burst), time.Now()}
}

// over refuses a message that is above the limit. The server is locked.
func (s *Server) over() error {
	l := s.limit
	if l == nil {
		return nil
	}
	now := time.Now()
	l.level = min(l.burst, l.level+now.Sub(l.at).Seconds()*l.perSecond)
	l.at = now
	if l.level < 1 {
		s.refused++
		return &refusal{code: 429, description: "Too Many Requests: retry after 1",
			retryAfter: max(1, int(math.Ceil((1-l.level)/l.perSecond)))}
	}
	l.level--
	return nil
}

// Refused counts messages that were above the limit.
func (s *Server) Refused() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// Watch counts, for each chat, the messages that hold these words, also when
// Quiet. It forgets what was counted before.
func (s *Server) Watch(words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.words, s.got, s.last = words, map[int64]int{}, time.Time{}
}

// counts counts a message that was taken. The server is locked.
func (s *Server) counts(chat int64, text string) {
	if s.words != "" && strings.Contains(text, s.words) {
		s.got[chat]++
		s.last = time.Now()
	}
}

// Got is how many of the messages that are watched each chat has, and when the
// last of them came.
func (s *Server) Got() (byChat map[int64]int, last time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byChat = make(map[int64]int, len(s.got))
	for chat, n := range s.got {
		byChat[chat] = n
	}
	return byChat, s.last
}

// Reached is how many chats have a message that is watched.
func (s *Server) Reached() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.got)
}
