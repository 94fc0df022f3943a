package botapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"canbobot/bot"
)

// Webhook takes updates that a platform pushes with a secret in a header.
type Webhook struct {
	Header string // holds the secret
	Secret string // where none is set, every call is refused
	Places int    // how many updates are handled at once
	// Most bounds an update in bytes, Patience how long one may be worked on.
	Most     int64
	Patience time.Duration
	// Take handles an update; one that can never be taken is no error.
	Take func(ctx context.Context, raw []byte) error
}

// Handler answers 200 once an update was taken, or can never be, and 503 when it
// should come again. Without the secret header a call gets 401, with another
// secret 403. Different updates come at the same time.
func (hook Webhook) Handler() http.Handler {
	places, readers := make(chan struct{}, hook.Places), &Readers{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := hook.admit(w, r); status != http.StatusOK {
			Answer(w, status)
			return
		}
		raw, status := readers.Read(w, r, hook.Most)
		if status != http.StatusOK {
			Answer(w, status)
			return
		}
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
		case <-r.Context().Done():
			Answer(w, http.StatusServiceUnavailable)
			return
		}
		// What was begun is finished, even if the platform hangs up.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), hook.Patience)
		defer cancel()
		if hook.Take(ctx, raw) != nil {
			status = http.StatusServiceUnavailable
		}
		Answer(w, status)
	})
}

// admit judges a call by its method and its secret.
func (hook Webhook) admit(w http.ResponseWriter, r *http.Request) (status int) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed
	}
	got := r.Header.Get(hook.Header)
	if got == "" {
		return http.StatusUnauthorized
	}
	want, given := sha256.Sum256([]byte(hook.Secret)), sha256.Sum256([]byte(got)) // of equal length whatever was sent
	if subtle.ConstantTimeCompare(want[:], given[:]) != 1 || hook.Secret == "" {
		return http.StatusForbidden
	}
	return http.StatusOK
}

// Body reads what was posted, or says with which status to refuse it.
func Body(w http.ResponseWriter, r *http.Request, most int64) (body []byte, status int) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	switch tooLarge := (*http.MaxBytesError)(nil); {
	case errors.As(err, &tooLarge):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return body, http.StatusOK
}

// Answer answers a push without words.
func Answer(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
}

// Panicked is a handler that panicked.
type Panicked struct{ value any }

func (p Panicked) Error() string { return fmt.Sprintf("handler panicked: %T", p.value) }

// Handle gives an event to the handler, guarded.
func Handle(ctx context.Context, logger *slog.Logger, handler bot.Handler, in bot.Inbound) error {
	return Guard(logger, in.EventID, func() error { return handler.Handle(ctx, in) })
}

// Guard has a panic take only one event down. Its value may hold what a person
// wrote, so that the log gets its type and place.
func Guard(logger *slog.Logger, event string, do func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = Panicked{value}
			logger.Error("handler panicked", "event", event, "type", fmt.Sprintf("%T", value), "stack", string(debug.Stack()))
		}
	}()
	return do()
}
