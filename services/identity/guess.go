package identity

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"time"

	"canbobot/services"
)

// Guesses counts wrong codes and says how long to wait before the next try.
// Keys are opaque. Wrong reports a flood: so many wrong codes that somebody
// must be trying them out.
type Guesses interface {
	Wait(ctx context.Context, key string) (time.Duration, error)
	Wrong(ctx context.Context, key string) (flood bool, err error)
	Right(ctx context.Context, key string) error
}

// Everyone is the key that counts the wrong codes of all accounts together.
const Everyone = "everyone"

// account is the key of one chat's guesses.
func (c Chat) account() string { return "account:" + c.Channel + ":" + c.ExternalID }

// mayGuess refuses with too_many/guesses while any of the keys has to wait.
func (p part) mayGuess(ctx context.Context, keys ...string) error {
	if p.guesses == nil {
		return services.Unavailable("guesses")
	}
	for _, key := range keys {
		wait, err := p.guesses.Wait(ctx, key)
		if err != nil {
			return services.Unavailable("guesses").Because(err)
		}
		if wait > 0 {
			return services.TooMany("guesses").With("minutes", int(math.Ceil(wait.Minutes())))
		}
	}
	return nil
}

// settle counts a try by its outcome: a wrong secret against every key. What
// was merely misspelt, or failed for another reason, is no guess. It returns
// the outcome.
func (p part) settle(ctx context.Context, outcome error, keys ...string) error {
	if !isWrong(outcome) {
		return outcome
	}
	for _, key := range keys {
		flood, err := p.guesses.Wrong(ctx, key)
		if err != nil {
			return services.Unavailable("guesses").Because(errors.Join(outcome, err))
		}
		if flood {
			slog.ErrorContext(ctx, "flood of wrong codes: guessing is slowed for everyone")
		}
	}
	return outcome
}

// forget clears the counts of whoever proved to be right. A failure only leaves
// them waiting a little longer.
func (p part) forget(ctx context.Context, keys ...string) {
	for _, key := range keys {
		if err := p.guesses.Right(ctx, key); err != nil {
			slog.WarnContext(ctx, "wrong codes not forgotten", "error", err)
		}
	}
}

// isWrong reports whether a refusal says that a secret was wrong.
func isWrong(err error) bool {
	if services.KindOf(err) != services.KindInvalid {
		return false
	}
	switch services.CodeOf(err) {
	case "wrong_code", "wrong_phone", "wrong_last4", "wrong_totp":
		return true
	}
	return false
}
