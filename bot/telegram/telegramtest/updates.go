package telegramtest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

type update struct {
	id   int
	key  int64 // updates of one key are pushed in order
	body json.RawMessage
}

// Push queues an update as raw JSON, as it is.
func (s *Server) Push(raw string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.push(0, json.RawMessage(raw))
}

// SkipTo makes the next update carry this id: after a week without updates the
// real server goes on with a random one, smaller or larger.
func (s *Server) SkipTo(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextUpdate = id
}

// NextUpdate is the id that the next update will carry.
func (s *Server) NextUpdate() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nextUpdate
}

// Pending counts the updates that are not confirmed.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook != nil {
		return s.hook.pending
	}
	return len(s.queue)
}

// Reorder makes getUpdates give each batch out in reverse.
func (s *Server) Reorder(reverse bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reverse = reverse
}

// queueUpdate queues what a user did, and returns the update's id.
func (s *Server) queueUpdate(key int64, fields map[string]any) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.nextUpdate
	fields["update_id"] = id
	raw, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	s.push(key, raw)
	return id
}

func (s *Server) push(key int64, raw json.RawMessage) {
	one := update{id: s.nextUpdate, key: key, body: raw}
	s.nextUpdate++
	if s.hook != nil {
		s.hook.push(one, max(1, s.repeat))
	} else {
		for range max(1, s.repeat) {
			s.queue = append(s.queue, one)
		}
	}
	s.changed.Broadcast()
}

// longestPoll is the real server's cap on timeout.
const longestPoll = 50 * time.Second

// getUpdates waits for updates. An offset confirms what is below it; one that
// no queued update reaches falls back to the head of the queue.
func (s *Server) getUpdates(r *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook != nil {
		return nil, &refusal{code: 409, description: "Conflict: can't use getUpdates method while webhook is active; use " +
			"deleteWebhook to delete the webhook first"}
	}
	if err := checkAllowed(params); err != nil {
		return nil, err
	}
	s.polls++
	mine := s.polls
	s.changed.Broadcast() // an earlier poll that still waits is told so
	s.confirm(int(number(params, "offset")))
	limit := int(number(params, "limit"))
	if limit <= 0 || limit > 100 {
		limit = 100
	}
	wait := min(time.Duration(number(params, "timeout"))*time.Second, longestPoll)
	stop := context.AfterFunc(r.Context(), s.changed.Broadcast)
	defer stop()
	timer := time.AfterFunc(wait, s.changed.Broadcast)
	defer timer.Stop()
	deadline := time.Now().Add(wait)
	s.polling++
	defer func() { s.polling-- }()
	s.changed.Broadcast()
	for len(s.queue) == 0 && !s.closed && r.Context().Err() == nil && time.Now().Before(deadline) {
		s.changed.Wait()
		if s.polls != mine {
			return nil, &refusal{code: 409, description: "Conflict: terminated by other getUpdates request; make sure that " +
				"only one bot instance is running"}
		}
	}
	batch := []json.RawMessage{}
	for _, one := range s.queue[:min(limit, len(s.queue))] {
		batch = append(batch, one.body)
	}
	if s.reverse {
		slices.Reverse(batch)
	}
	return batch, nil
}

// confirm drops what is below the offset. A negative one keeps that many of the
// newest.
func (s *Server) confirm(offset int) {
	if offset < 0 {
		s.queue = s.queue[max(0, len(s.queue)+offset):]
		return
	}
	if offset == 0 || len(s.queue) == 0 {
		return
	}
	first, last := s.queue[0].id, s.queue[len(s.queue)-1].id
	if offset < first || offset > last+1 {
		return
	}
	s.queue = slices.DeleteFunc(s.queue, func(one update) bool { return one.id < offset })
}

// checkAllowed wants the list of kinds to be a list: an absent one would leave
// the setting of whoever asked last.
func checkAllowed(params map[string]string) error {
	raw, given := params["allowed_updates"]
	if !given {
		return nil
	}
	var kinds []string
	if err := json.Unmarshal([]byte(raw), &kinds); err != nil || kinds == nil {
		return bad("expected an Array of string as allowed updates")
	}
	return nil
}
