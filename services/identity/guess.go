package identity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// Guesses counts guesses at codes before they are judged, and says how long to
// wait before the next; bot/session does. Keys are opaque.
type Guesses interface {
	// Try counts a try against every key and lets it through with zero; one that
	// has to wait counts nothing.
	Try(ctx context.Context, keys ...string) (wait time.Duration, err error)
	// Spare takes back a try that was no wrong guess, Right forgets them all.
	Spare(ctx context.Context, keys ...string) error
	Right(ctx context.Context, keys ...string) error
	// Wrong counts a wrong guess of anybody, and reports a flood: so many that
	// somebody must be trying them out. In one, Slow keeps a key waiting, once,
	// for seconds.
	Wrong(ctx context.Context) (flood bool, err error)
	Slow(ctx context.Context, key string) (wait time.Duration, err error)
}

// guard slows down who guesses. What many guess together slows everybody by
// seconds and stops nobody, or strangers could keep a ward's officers out.
type guard struct {
	guesses Guesses
	alarm   func(ctx context.Context, channel string) error
}

// AlarmedBy names who is told of a flood of wrong codes on a channel; before
// anybody writes on one.
func (s *Service) AlarmedBy(alarm func(ctx context.Context, channel string) error) {
	s.guard.alarm = alarm
}

// account is the key of one chat's guesses.
func (c Chat) account() string { return "account:" + c.Channel + ":" + c.ExternalID }

// holders is the key of the guesses of all who hold an invite's code.
func holders(invite int64) string { return fmt.Sprintf("invite:%d", invite) }

// slowed refuses with too_many/guesses_many (seconds) while a flood keeps a chat
// waiting.
func (g *guard) slowed(ctx context.Context, chat Chat) error {
	if g.guesses == nil {
		return services.Unavailable("guesses")
	}
	wait, err := g.guesses.Slow(ctx, chat.account())
	if err != nil {
		return services.Unavailable("guesses").Because(err)
	}
	if wait > 0 {
		return services.TooMany("guesses_many").With("seconds", int(math.Ceil(wait.Seconds())))
	}
	return nil
}

// try counts a guess that is about to be judged. It refuses with too_many/guesses
// (minutes) while any of the keys has to wait. What was let through is settled.
func (g *guard) try(ctx context.Context, keys ...string) error {
	if g.guesses == nil {
		return services.Unavailable("guesses")
	}
	wait, err := g.guesses.Try(ctx, keys...)
	if err != nil {
		return services.Unavailable("guesses").Because(err)
	}
	if wait > 0 {
		return services.TooMany("guesses").With("minutes", int(math.Ceil(wait.Minutes())))
	}
	return nil
}

// settle leaves a try counted whose secret was wrong, and takes back any other:
// what was merely misspelt, or failed for another reason, is no guess. It returns
// the outcome.
func (g *guard) settle(ctx context.Context, outcome error, channel string, keys ...string) error {
	ctx = context.WithoutCancel(ctx) // who hangs up has guessed all the same
	if !isWrong(outcome) {
		if err := g.guesses.Spare(ctx, keys...); err != nil {
			slog.WarnContext(ctx, "a try that was not wrong stays counted", "error", err)
		}
		return outcome
	}
	flood, err := g.guesses.Wrong(ctx)
	if err != nil {
		return services.Unavailable("guesses").Because(errors.Join(outcome, err))
	}
	if flood && g.alarm != nil {
		if err := g.alarm(ctx, channel); err != nil {
			slog.ErrorContext(ctx, "nobody is told of a flood of wrong codes", "error", err)
		}
	}
	return outcome
}

// judged settles a try and writes down one that was wrong: who tried, where, and
// at whose secret. One at nobody's is in the journal of the ward that was there
// first, for it belongs to none.
func (p part) judged(ctx context.Context, outcome error, action, about string, actor services.Actor,
	keys ...string) error {
	settled := p.settle(ctx, outcome, actor.Channel, keys...)
	if !isWrong(outcome) {
		return settled
	}
	ctx = context.WithoutCancel(ctx)
	err := p.write(ctx, func(tx *gorm.DB) error {
		if actor.Ward == 0 {
			var wards []int64
			if err := tx.Model(&models.Ward{}).Order("id").Limit(1).Pluck("id", &wards).Error; err != nil || len(wards) == 0 {
				return err
			}
			actor.Ward = wards[0]
		}
		return p.audit.Record(tx, actor, action, about, journal.Detail{"channel": actor.Channel,
			"code": services.CodeOf(outcome)})
	})
	if err != nil { // who guesses is told that it was wrong only where that is written down
		return services.Unavailable("guesses").Because(errors.Join(outcome, err))
	}
	return settled
}

// unknown is a try in a chat of which nothing is known.
func (c Chat) unknown(ward int64) services.Actor {
	return services.Actor{Role: services.Stranger, Ward: ward, Channel: c.Channel}
}

// forget clears the counts of whoever proved to be right. A failure only leaves
// them waiting a little longer.
func (g *guard) forget(ctx context.Context, keys ...string) {
	if err := g.guesses.Right(ctx, keys...); err != nil {
		slog.WarnContext(ctx, "wrong codes not forgotten", "error", err)
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
