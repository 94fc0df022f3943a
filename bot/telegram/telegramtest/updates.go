package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Push queues an update as raw JSON, as it is; it gets the next update_id when
// it is an object without one.
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

// queueUpdate queues what a user did.
func (s *Server) queueUpdate(chat int64, fields map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fields["update_id"] = s.nextUpdate
	raw, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	s.push(chat, raw)
}

func (s *Server) push(chat int64, raw json.RawMessage) {
	one := update{id: s.nextUpdate, chat: chat, body: raw}
	s.nextUpdate++
	for range max(1, s.repeat) {
		if s.hook != nil {
			s.hook.push(one)
			continue
		}
		s.queue = append(s.queue, one)
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
		return nil, &refusal{code: 409, description: "Conflict: can't use getUpdates method while webhook is active"}
	}
	s.pollGen++
	mine := s.pollGen
	if offset := int(number(params, "offset")); offset > 0 {
		for i, one := range s.queue {
			if one.id == offset-1 {
				s.queue = s.queue[i+1:]
				break
			}
			if one.id >= offset {
				s.queue = s.queue[i:]
				break
			}
		}
	}
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
	for len(s.queue) == 0 && !s.closed && r.Context().Err() == nil && time.Now().Before(deadline) {
		s.changed.Wait()
		if s.pollGen != mine {
			return nil, &refusal{code: 409, description: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}
		}
	}
	batch := []json.RawMessage{}
	for _, one := range s.queue[:min(limit, len(s.queue))] {
		batch = append(batch, one.body)
	}
	return batch, nil
}

// webhook pushes updates: one chat in order, chats side by side.
type webhook struct {
	url, secret string
	client      *http.Client
	ctx         context.Context
	cancel      context.CancelFunc
	mu          sync.Mutex
	chats       map[int64]chan update
	errors      []string
}

func (s *Server) setWebhook(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	address, secret := params["url"], params["secret_token"]
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://127.0.0.1:") {
		return nil, bad("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if strings.Trim(secret, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" || len(secret) > 256 {
		return nil, bad("secret token contains unallowed characters")
	}
	if s.hook != nil {
		s.hook.stop()
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.hook = &webhook{url: address, secret: secret, client: &http.Client{Timeout: 60 * time.Second}, ctx: ctx, cancel: cancel, chats: map[int64]chan update{}}
	for _, one := range s.queue {
		s.hook.push(one)
	}
	s.queue = nil
	s.changed.Broadcast()
	return true, nil
}

func (s *Server) deleteWebhook(*http.Request, map[string]string, map[string]upload) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook != nil {
		s.hook.stop()
	}
	s.hook = nil
	return true, nil
}

func (s *Server) getWebhookInfo(*http.Request, map[string]string, map[string]upload) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	address := ""
	if s.hook != nil {
		address = s.hook.url
	}
	return map[string]any{"url": address, "has_custom_certificate": false, "pending_update_count": len(s.queue)}, nil
}

func (h *webhook) stop() { h.cancel() }

func (h *webhook) push(one update) {
	h.mu.Lock()
	defer h.mu.Unlock()
	queue := h.chats[one.chat]
	if queue == nil {
		queue = make(chan update, 10_000)
		h.chats[one.chat] = queue
		go h.run(queue)
	}
	queue <- one
}

// run delivers one chat's updates, each until it is taken.
func (h *webhook) run(queue chan update) {
	for {
		select {
		case <-h.ctx.Done():
			return
		case one := <-queue:
			for pause := 20 * time.Millisecond; !h.post(one); pause = min(2*pause, time.Second) {
				select {
				case <-h.ctx.Done():
					return
				case <-time.After(pause):
				}
			}
		}
	}
}

func (h *webhook) post(one update) bool {
	request, err := http.NewRequestWithContext(h.ctx, http.MethodPost, h.url, bytes.NewReader(one.body))
	if err != nil {
		return true
	}
	request.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		request.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	response, err := h.client.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
	return response.StatusCode/100 == 2
}
