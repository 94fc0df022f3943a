package zalo

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

const (
	// maxEvent bounds an event; the longest message is far below it.
	maxEvent = 1 << 20
	// places bound the signed events that are handled at once.
	places = 64
	// replayWindow is how old, or how far ahead, an event may be. Zalo repeats one
	// for two hours with its first timestamp; what is older is somebody's copy.
	// Within the window the remembered ids tell repetitions.
	replayWindow = 24 * time.Hour
	// placePatience is how long a signed event waits for a place.
	placePatience = time.Second
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
// signature gets 401, is not looked at, and takes no place of those who have it.
func (c *Channel) WebhookHandler(handler bot.Handler) http.Handler {
	free, readers := make(chan struct{}, places), &botapi.Readers{}
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
		body, status := readers.Read(w, r, maxEvent)
		if status == http.StatusRequestEntityTooLarge {
			c.config.Count("webhook_too_large")
		}
		if status != http.StatusOK {
			answer(w, status)
			return
		}
		e, status := c.judge(r, body)
		if status != 0 {
			answer(w, status)
			return
		}
		select {
		case free <- struct{}{}:
			defer func() { <-free }()
		case <-time.After(placePatience):
			c.config.Count("webhook_busy")
			answer(w, http.StatusServiceUnavailable)
			return
		case <-r.Context().Done(): // without a word it would be a 200
			answer(w, http.StatusServiceUnavailable)
			return
		}
		answer(w, c.take(r, body, e, handler))
	})
}

// judge tells whether Zalo signed an event; if not, with which status to answer.
func (c *Channel) judge(r *http.Request, body []byte) (e envelope, status int) {
	if r.Header.Get(signatureHeader) == "" {
		if isProbe(body) {
			return e, http.StatusOK
		}
		return e, c.refuse()
	}
	if _, ok := givenMAC(r.Header); !ok {
		return e, c.refuse()
	}
	e, ok := open(body)
	if !ok {
		return e, c.refuse()
	}
	switch c.verify(r.Header, body, e) {
	case unsigned:
		return e, c.refuse()
	case signedByOA:
		c.logger.Info("event signed with the account's id in the place of the app's")
	}
	return e, 0
}

// take hands a signed event on; it returns the status to answer.
func (c *Channel) take(r *http.Request, body []byte, e envelope, handler bot.Handler) int {
	status := http.StatusOK
	err := botapi.Guard(c.logger, "", func() error { status = c.accept(r, body, e, handler); return nil })
	if err != nil {
		c.config.Count("webhook_panicked")
	}
	return status
}

// refuse counts a call that Zalo did not sign. Anybody can make one: it leaves
// no line in the log that is kept.
func (c *Channel) refuse() int {
	c.config.Count("webhook_bad_signature")
	c.logger.Debug("call without the right signature refused")
	return http.StatusUnauthorized
}

// accept handles what Zalo signed. A fault of ours takes only that event down:
// it would come again at each repetition.
func (c *Channel) accept(r *http.Request, body []byte, e envelope, handler bot.Handler) (status int) {
	now := c.clock()
	if at, known := c.signedAt(r.Header, e); known && (now.Sub(at) > replayWindow || at.Sub(now) > replayWindow) {
		c.config.Count("webhook_stale")
		return http.StatusOK
	}
	in, why := decode(body, now)
	switch {
	case why != "":
		c.config.Count("event_ignored_" + string(why))
		c.passOver(body, why)
		return http.StatusOK
	case !c.ours(e, in):
		c.config.Count("webhook_other_oa")
		return http.StatusOK
	}
	// What was begun is finished, even if Zalo hangs up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), patience)
	defer cancel()
	err := botapi.Handle(ctx, c.logger, handler, in)
	switch {
	case errors.As(err, &botapi.Panicked{}):
		c.config.Count("webhook_panicked")
	case err != nil:
		c.logger.Warn("event not handled", "event", in.EventID, "error", err)
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

// signedAt is when an event was made: the body's time, else the header's.
func (c *Channel) signedAt(header http.Header, e envelope) (time.Time, bool) {
	if e.Timestamp == "" {
		return timeOf(botapi.Word(headerTime(header)))
	}
	return timeOf(e.Timestamp)
}

// passOver writes down what somebody may want to know of an event that is not
// handled: ids, and the name of its kind.
func (c *Channel) passOver(body []byte, why ignored) {
	var e event
	read(body, &e)
	name := e.Name
	if !plainID(name, 64) {
		name = "?"
	}
	switch {
	case why == unreadable:
		c.logger.Error("event cannot be read and is passed over", "kind", name)
	case why == management && strings.HasPrefix(name, "change_"):
		template := string(e.TemplateID)
		if !plainID(template, 64) {
			template = ""
		}
		c.logger.Info("Zalo changed something of the account", "kind", name, "template", template)
	case why == unknownKind:
		c.logger.Info("event of an unknown kind passed over", "kind", name)
	}
}

// ours reports whether an event belongs to our account, as far as that is known:
// an app may serve several.
func (c *Channel) ours(e envelope, in bot.Inbound) bool {
	own := c.oa.Load()
	if own == nil {
		return true
	}
	account := e.Recipient.ID
	if in.Report != nil {
		account = e.Sender.ID
	}
	if e.OAID != "" {
		account = e.OAID
	}
	return account == "" || string(account) == *own
}

func answer(w http.ResponseWriter, status int) {
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "30")
	}
	botapi.Answer(w, status)
}
