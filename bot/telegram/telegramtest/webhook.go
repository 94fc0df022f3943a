package telegramtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The real server tries again at once, after 2 seconds, 4, and so on up to two
// minutes; here it is faster.
const (
	repeatLeast = 10 * time.Millisecond
	repeatMost  = time.Second
)

// webhook pushes updates: one key's in order, different keys' side by side. All
// of it is guarded by the server's lock.
type webhook struct {
	server      *Server
	url, secret string
	places      chan struct{} // max_connections
	client      *http.Client
	ctx         context.Context
	cancel      context.CancelFunc
	done        sync.WaitGroup
	queues      map[int64][]parcel
	pending     int
	lastError   string
}

// parcel is an update to be pushed so many times at once.
type parcel struct {
	update
	copies int
}

func (s *Server) setWebhook(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	address, secret := params["url"], params["secret_token"]
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://127.0.0.1:") {
		return nil, bad("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if strings.Trim(secret, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" ||
		len(secret) > 256 {
		return nil, bad("secret token contains unallowed characters")
	}
	if err := checkAllowed(params); err != nil {
		return nil, err
	}
	places := 40
	if params["max_connections"] != "" {
		places = int(number(params, "max_connections"))
	}
	if places < 1 || places > 100 {
		return nil, bad("max_connections must be between 1 and 100")
	}
	s.removeHook(false)
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	s.hook = &webhook{
		server: s, url: address, secret: secret, places: make(chan struct{}, places),
		client: &http.Client{Timeout: 60 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: places}},
		ctx:    ctx, cancel: cancel, queues: map[int64][]parcel{},
	}
	for _, one := range s.queue {
		s.hook.push(one, 1)
	}
	s.queue = nil
	s.changed.Broadcast()
	return true, nil
}

func (s *Server) deleteWebhook(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	s.removeHook(params["drop_pending_updates"] == "true")
	return true, nil
}

// removeHook ends the pushing; what was not taken can be polled.
func (s *Server) removeHook(drop bool) {
	s.mu.Lock()
	hook := s.hook
	s.hook = nil
	if drop {
		s.queue = nil
	}
	s.mu.Unlock()
	if hook == nil {
		return
	}
	hook.cancel()
	hook.done.Wait()
	hook.client.CloseIdleConnections()
	if drop {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, queue := range hook.queues {
		for _, one := range queue {
			s.queue = append(s.queue, one.update)
		}
	}
	sortUpdates(s.queue)
}

func (s *Server) getWebhookInfo(*http.Request, map[string]string, map[string]upload) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	info := map[string]any{"url": "", "has_custom_certificate": false, "pending_update_count": len(s.queue)}
	if s.hook != nil {
		info["url"], info["pending_update_count"], info["last_error_message"] = s.hook.url, s.hook.pending, s.hook.lastError
	}
	return info, nil
}

// push queues an update; the server's lock is held.
func (h *webhook) push(one update, copies int) {
	h.pending++
	h.queues[one.key] = append(h.queues[one.key], parcel{one, copies})
	if len(h.queues[one.key]) == 1 {
		h.done.Add(1)
		go h.run(one.key)
	}
}

// run delivers the updates of one key, each until it is taken.
func (h *webhook) run(key int64) {
	defer h.done.Done()
	for {
		h.server.mu.Lock()
		queue := h.queues[key]
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
		h.queues[key] = h.queues[key][1:]
		h.pending--
		more := len(h.queues[key]) > 0
		if !more {
			delete(h.queues, key)
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
	if one.copies == 1 {
		return h.post(one.update)
	}
	taken := make([]bool, one.copies)
	var all sync.WaitGroup
	for i := range one.copies {
		all.Go(func() { taken[i] = h.post(one.update) })
	}
	all.Wait()
	for _, ok := range taken {
		if !ok {
			return false
		}
	}
	return true
}

func (h *webhook) post(one update) bool {
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
	case <-h.ctx.Done():
		return false
	}
	request, err := http.NewRequestWithContext(h.ctx, http.MethodPost, h.url, bytes.NewReader(one.body))
	if err != nil {
		h.fail(err.Error())
		return false
	}
	request.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		request.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	response, err := h.client.Do(request)
	if err != nil {
		h.fail(err.Error())
		return false
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
	if response.StatusCode/100 != 2 {
		h.fail(fmt.Sprintf("Wrong response from the webhook: %s", response.Status))
		return false
	}
	return true
}

func (h *webhook) fail(why string) {
	h.server.mu.Lock()
	defer h.server.mu.Unlock()
	h.lastError = why
}
