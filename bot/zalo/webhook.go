package zalo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"time"

	"canbobot/bot"
)

const (
	// maxEvent bounds an event; the longest message is far below it.
	maxEvent = 1 << 20
	// places bound the bodies in memory at once.
	places = 64
	// replayWindow is how old, or how far ahead, an event may be. Zalo repeats one
	// for two hours with its first timestamp; what is older is somebody's copy.
	// Within the window the remembered ids tell repetitions.
	replayWindow = 24 * time.Hour
	// patience is how long an event may be worked on; the handler answers long
	// before by itself.
	patience = 50 * time.Second
)

// WebhookHandler takes pushed events. Zalo wants 200 within two seconds, repeats
// what gets anything else, and after the last repetition switches the webhook
// off: so an error is answered only where the handler asks for a repetition, and
// never for a fault of ours once the signature was right.
//
// The console's unsigned probe gets 200. Everything else without the right
// signature gets 401 and is not looked at.
func (c *Channel) WebhookHandler(handler bot.Handler) http.Handler {
	free := make(chan struct{}, places)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPost:
		case http.MethodGet, http.MethodHead: // somebody looks whether it is there
			answer(w, http.StatusOK)
			return
		default:
			w.Header().Set("Allow", "GET, POST")
			answer(w, http.StatusMethodNotAllowed)
			return
		}
		if r.ContentLength > maxEvent {
			c.config.Count("webhook_too_large")
			answer(w, http.StatusRequestEntityTooLarge)
			return
		}
		select {
		case free <- struct{}{}:
			defer func() { <-free }()
		case <-time.After(time.Second):
			answer(w, http.StatusServiceUnavailable)
			return
		case <-r.Context().Done():
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvent))
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			c.config.Count("webhook_too_large")
			answer(w, http.StatusRequestEntityTooLarge)
			return
		} else if err != nil {
			answer(w, http.StatusBadRequest)
			return
		}
		answer(w, c.take(r, body, handler))
	})
}

// take judges an event and hands it on; it returns the status to answer.
func (c *Channel) take(r *http.Request, body []byte, handler bot.Handler) int {
	if r.Header.Get(signatureHeader) == "" && isProbe(body) {
		return http.StatusOK
	}
	e, ok := open(body)
	if !ok {
		c.config.Count("webhook_bad_signature")
		return http.StatusUnauthorized
	}
	switch c.verify(r.Header, body, e) {
	case unsigned:
		c.config.Count("webhook_bad_signature")
		return http.StatusUnauthorized
	case signedByOA:
		c.logger.Info("event signed with the account's id in the place of the app's")
	}
	now := c.clock()
	if at, known := timeOf(e.Timestamp); known && (now.Sub(at) > replayWindow || at.Sub(now) > replayWindow) {
		c.config.Count("webhook_stale")
		return http.StatusOK
	}
	in, why := decode(body, now)
	switch {
	case why == unreadable:
		c.config.Count("event_ignored_unreadable")
		c.logger.Error("event cannot be read and is passed over")
		return http.StatusOK
	case why != "":
		c.config.Count("event_ignored_" + string(why))
		return http.StatusOK
	case !c.ours(e, in):
		c.config.Count("webhook_other_oa")
		return http.StatusOK
	}
	// What was begun is finished, even if Zalo hangs up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), patience)
	defer cancel()
	panicked, err := c.handle(ctx, handler, in)
	switch {
	case panicked: // it would panic again at each repetition
		c.config.Count("webhook_panicked")
		return http.StatusOK
	case err != nil:
		c.logger.Warn("event not handled", "event", in.EventID, "error", err)
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

// ours reports whether an event belongs to our account, as far as that is known:
// an app may serve several.
func (c *Channel) ours(e envelope, in bot.Inbound) bool {
	own := c.oa.Load()
	if own == nil {
		return true
	}
	account := e.Recipient.ID
	if in.Receipt != nil {
		account = e.Sender.ID
	}
	if e.OAID != "" {
		account = e.OAID
	}
	return account == "" || string(account) == *own
}

// handle gives an event to the handler. A panic takes only that event down; its
// value may hold what a person wrote, so that the log gets its type and place.
func (c *Channel) handle(ctx context.Context, handler bot.Handler, in bot.Inbound) (panicked bool, err error) {
	defer func() {
		if value := recover(); value != nil {
			panicked = true
			c.logger.Error("handler panicked", "event", in.EventID, "type", fmt.Sprintf("%T", value), "stack", string(debug.Stack()))
		}
	}()
	return false, handler.Handle(ctx, in)
}

func answer(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Length", "0")
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "30")
	}
	w.WriteHeader(status)
}
