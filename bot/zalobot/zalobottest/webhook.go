package zalobottest

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

// How the real platform repeats what was not taken is not known; here it is
// fast, and for ever.
const (
	repeatLeast = 10 * time.Millisecond
	repeatMost  = time.Second
)

// maxPushes is how many updates are pushed at once.
const maxPushes = 40

// webhook pushes updates: one chat's in order, different chats' side by side.
// All of it is guarded by the server's lock.
type webhook struct {
	server      *Server
	url, secret string
	updated     int64
	bare        bool
	places      chan struct{}
	client      *http.Client
	ctx         context.Context
	cancel      context.CancelFunc
	done        sync.WaitGroup
	queues      map[string][]parcel
	pending     int
}

// parcel is an update to be pushed so many times at once.
type parcel struct {
	update
	copies int
}

func (s *Server) setWebhook(_ *http.Request, params map[string]any) (any, error) {
	if err := only(params, "url", "secret_token"); err != nil {
		return nil, err
	}
	address, err := textOf(params, "url")
	if err != nil {
		return nil, err
	}
	secret, err := textOf(params, "secret_token")
	switch {
	case err != nil:
		return nil, err
	case !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://127.0.0.1:"):
		return nil, bad("url must be a public https address")
	case len(secret) < 8 || len(secret) > 256:
		return nil, bad("secret_token must have 8 to 256 characters")
	}
	s.removeHook()
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	s.hook = &webhook{
		server: s, url: address, secret: secret, bare: s.Bare, updated: s.now().UnixMilli(),
		places: make(chan struct{}, maxPushes),
		client: &http.Client{Timeout: 60 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: maxPushes}},
		ctx:    ctx, cancel: cancel, queues: map[string][]parcel{},
	}
	for _, one := range s.queue {
		s.hook.push(one, 1)
	}
	s.queue = nil
	s.changed.Broadcast()
	return map[string]any{"url": address, "updated_at": s.hook.updated}, nil
}

func (s *Server) deleteWebhook(_ *http.Request, params map[string]any) (any, error) {
	if err := only(params); err != nil {
		return nil, err
	}
	s.removeHook()
	return map[string]any{"url": "", "updated_at": s.now().UnixMilli()}, nil
}

// removeHook ends the pushing; what was not taken can be polled.
func (s *Server) removeHook() {
	s.mu.Lock()
	hook := s.hook
	s.hook = nil
	s.mu.Unlock()
	if hook == nil {
		return
	}
	hook.cancel()
	hook.done.Wait()
	hook.client.CloseIdleConnections()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, queue := range hook.queues { // each chat in order; between chats there is none
		for _, one := range queue {
			s.queue = append(s.queue, one.update)
		}
	}
	s.changed.Broadcast()
}

func (s *Server) getWebhookInfo(_ *http.Request, params map[string]any) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook == nil {
		return map[string]any{"url": "", "updated_at": 0}, only(params)
	}
	return map[string]any{"url": s.hook.url, "updated_at": s.hook.updated}, only(params)
}

// push queues an update; the server's lock is held.
func (h *webhook) push(one update, copies int) {
	h.pending++
	h.queues[one.chat] = append(h.queues[one.chat], parcel{one, copies})
	if len(h.queues[one.chat]) == 1 {
		h.done.Add(1)
		go h.run(one.chat)
	}
}

// run delivers the updates of one chat, each until it is taken.
func (h *webhook) run(chat string) {
	defer h.done.Done()
	for {
		h.server.mu.Lock()
		queue := h.queues[chat]
		if len(queue) == 0 || h.ctx.Err() != nil {
			h.server.mu.Unlock()
			return
		}
		one := queue[0]
		h.server.mu.Unlock()

		for pause := repeatLeast; !h.deliver(one); pause = min(2*pause, repeatMost) {
			timer := time.NewTimer(pause)
			select {
			case <-h.ctx.Done():
				timer.Stop()
				return
			case <-timer.C:
			}
		}
		h.server.mu.Lock()
		h.queues[chat] = h.queues[chat][1:]
		h.pending--
		more := len(h.queues[chat]) > 0
		if !more {
			delete(h.queues, chat)
		}
		h.server.changed.Broadcast()
		h.server.mu.Unlock()
		if !more {
			return // push starts another when there is something again
		}
	}
}

// deliver pushes the copies at once and reports whether all were taken.
func (h *webhook) deliver(one parcel) bool {
	taken := make([]bool, one.copies)
	var all sync.WaitGroup
	for i := range one.copies {
		all.Go(func() { taken[i] = h.post(one.body) })
	}
	all.Wait()
	for _, ok := range taken {
		if !ok {
			return false
		}
	}
	return true
}

func (h *webhook) post(body json.RawMessage) bool {
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
	case <-h.ctx.Done():
		return false
	}
	if !h.bare {
		body = append(append([]byte(`{"ok":true,"result":`), body...), '}')
	}
	request, err := http.NewRequestWithContext(h.ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Java/17.0.9")
	request.Header.Set("X-Bot-Api-Secret-Token", h.secret)
	response, err := h.client.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
	return response.StatusCode == http.StatusOK
}
