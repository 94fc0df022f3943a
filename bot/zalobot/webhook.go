package zalobot

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"regexp"
	"time"

	"canbobot/bot"
)

const (
	secretHeader = "X-Bot-Api-Secret-Token"
	// maxUpdate bounds a pushed update; the longest message is far below it.
	maxUpdate = 1 << 20
	// webhookPlaces is how many updates are read and handled at once.
	webhookPlaces = 40
	// webhookPatience is how long one update may take. How long the platform waits
	// is not published; a handler that keeps events takes milliseconds.
	webhookPatience = 50 * time.Second
)

var secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{8,256}$`)

// SetWebhook asks the platform to push updates to a public https address, with
// the secret in a header. Polls stay silent from then on.
func (c *Channel) SetWebhook(ctx context.Context, address, secret string) error {
	if !secretShape.MatchString(secret) {
		return refused("a webhook secret has 8 to 256 of A-Z a-z 0-9 _ -")
	}
	_, err := c.ask(ctx, callPatience, "setWebhook", struct {
		URL    string `json:"url"`
		Secret string `json:"secret_token"`
	}{address, secret})
	return err
}

// WebhookHandler takes pushed updates. It answers 200 once handler has taken an
// update, or when the update can never be taken, and 503 when it should come
// again. Without the secret header a request gets 401, with another secret 403,
// and where no secret is set every one does. Different updates come at the same
// time; the handler keeps one conversation in order.
func (c *Channel) WebhookHandler(secret string, handler bot.Handler) http.Handler {
	want := sha256.Sum256([]byte(secret))
	places := make(chan struct{}, webhookPlaces)
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
		// What was begun is finished, even if the platform hangs up.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), webhookPatience)
		defer cancel()
		for _, one := range updatesIn(raw) {
			in, ok := c.receive(one)
			if !ok {
				continue
			}
			if err := c.handle(ctx, handler, in); err != nil {
				c.logger.Warn("update not handled", "event", in.EventID, "error", err)
				answer(w, http.StatusServiceUnavailable)
				return
			}
		}
		answer(w, http.StatusOK)
	})
}

func answer(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
}
