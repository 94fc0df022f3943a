package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"runtime/debug"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"canbobot/bot"
)

const (
	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
	// maxUpdate bounds an update; the longest message is far below it.
	maxUpdate = 1 << 20
	// webhookConnections is how many updates Telegram pushes at once; more come
	// only from whoever has stolen the secret.
	webhookConnections = 40
	// webhookPatience is how long one update may take: Telegram gives up after 60
	// seconds and sends it again.
	webhookPatience = 50 * time.Second
)

var secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// SetWebhook asks Telegram to push updates to an https address, on port 443, 80,
// 88 or 8443, with the secret in a header. What waits is kept and pushed.
func (c *Channel) SetWebhook(ctx context.Context, address, secret string) error {
	if !secretShape.MatchString(secret) {
		return refused("a webhook secret has 1 to 256 of A-Z a-z 0-9 _ -")
	}
	_, err := c.ask(ctx, "setWebhook", tgbotapi.Params{
		"url": address, "secret_token": secret, "allowed_updates": allowedUpdates,
		"max_connections": strconv.Itoa(webhookConnections),
	})
	return err
}

// WebhookHandler takes pushed updates. It answers 200 once handler has taken an
// update, or when the update can never be taken; 503 makes Telegram push it
// again. Without the secret header a request gets 401, with another secret 403,
// and where no secret is set every one does. Different updates come at the same time, a person's
// message and button press too; the handler keeps one conversation in order.
func (c *Channel) WebhookHandler(secret string, handler bot.Handler) http.Handler {
	want := sha256.Sum256([]byte(secret))
	places := make(chan struct{}, webhookConnections)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			answer(w, http.StatusMethodNotAllowed)
			return
		}
		got := r.Header.Get(secretHeader)
		if got == "" {
			answer(w, http.StatusUnauthorized)
			return
		}
		given := sha256.Sum256([]byte(got)) // of equal length whatever was sent
		if subtle.ConstantTimeCompare(want[:], given[:]) != 1 || secret == "" {
			answer(w, http.StatusForbidden)
			return
		}
		// The place is taken before the body is read, which bounds memory too.
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
		case <-r.Context().Done():
			answer(w, http.StatusServiceUnavailable)
			return
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			answer(w, http.StatusRequestEntityTooLarge)
			return
		} else if err != nil {
			answer(w, http.StatusBadRequest)
			return
		}
		in, out := c.receive(raw)
		if !out.accepted() {
			answer(w, http.StatusOK)
			return
		}
		// What was begun is finished, even if Telegram hangs up.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), webhookPatience)
		defer cancel()
		if err := c.handle(ctx, handler, in); err != nil {
			c.logger.Warn("update not handled", "event", in.EventID, "error", err)
			answer(w, http.StatusServiceUnavailable)
			return
		}
		answer(w, http.StatusOK)
	})
}

func answer(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
}

// receive decodes an update and writes down why one is passed over.
func (c *Channel) receive(raw []byte) (bot.Inbound, outcome) {
	in, out := decode(raw, c.clock())
	switch {
	case out.Ignored == unreadable:
		c.logger.Error("update cannot be read and is passed over", "update", out.ID)
	case !out.accepted():
		c.logger.Debug("update ignored", "update", out.ID, "reason", string(out.Ignored))
	case in.Contact != nil:
		c.keyboards.up(in.ChatID) // whoever shares a contact has been offered to
	}
	return in, out
}

// panicked is a handler that panicked.
type panicked struct{ value any }

func (p panicked) Error() string { return fmt.Sprintf("handler panicked: %T", p.value) }

// handle gives an event to the handler. A panic takes only that event down; its
// value may hold what a person wrote, so that the log gets its type and place.
func (c *Channel) handle(ctx context.Context, handler bot.Handler, in bot.Inbound) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicked{value}
			c.logger.Error("handler panicked", "event", in.EventID, "type", fmt.Sprintf("%T", value), "stack", string(debug.Stack()))
		}
	}()
	return handler.Handle(ctx, in)
}
