package zalobottest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

type update struct {
	chat string // updates of one chat are pushed in order
	body json.RawMessage
}

// Push queues an update as raw JSON, as it is.
func (s *Server) Push(raw string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.push(update{body: json.RawMessage(raw)})
}

// Repeat pushes each further update n times at once to the webhook. A poll gives
// every update out once.
func (s *Server) Repeat(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repeat = max(1, n)
}

// Pending counts the updates that wait: those not fetched, or those that the
// webhook has not taken.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending()
}

func (s *Server) pending() int {
	if s.hook != nil {
		return s.hook.pending
	}
	return len(s.queue)
}

// push hands an update to the webhook, or keeps it for a poll; the lock is held.
func (s *Server) push(one update) {
	if s.hook != nil {
		s.hook.push(one, s.repeat)
	} else {
		s.queue = append(s.queue, one)
	}
	s.changed.Broadcast()
}

// longestPoll is the most patient poll that is taken.
const longestPoll = 60 * time.Second

// getUpdates gives out one update, which is gone then. Several polls share them.
// While a webhook is set none comes.
func (s *Server) getUpdates(r *http.Request, params map[string]any) (any, error) {
	if err := only(params, "timeout"); err != nil {
		return nil, err
	}
	seconds := 30
	if given, ok := params["timeout"]; ok { // a number or a string: the documentation says both
		var err error
		if seconds, err = strconv.Atoi(fmt.Sprint(given)); err != nil || seconds < 0 {
			return nil, bad("timeout is no number")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := min(time.Duration(seconds)*time.Second, longestPoll, s.Idle)
	wake := func() { // with the lock, or it could come between the look and the wait
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	}
	stop := context.AfterFunc(r.Context(), wake)
	defer stop()
	deadline := time.Now().Add(wait)
	timer := time.AfterFunc(wait, wake)
	defer timer.Stop()
	s.polling++
	defer func() {
		s.polling--
		s.changed.Broadcast()
	}()
	s.changed.Broadcast()
	for (len(s.queue) == 0 || s.hook != nil) && !s.closed && r.Context().Err() == nil && time.Now().Before(deadline) {
		s.changed.Wait()
	}
	if len(s.queue) == 0 || s.hook != nil || s.closed || r.Context().Err() != nil {
		return nil, &refusal{code: 408, description: "Request timeout"}
	}
	one := s.queue[0]
	s.queue = s.queue[1:]
	s.changed.Broadcast()
	if s.Lists {
		return []json.RawMessage{one.body}, nil
	}
	return one.body, nil
}
