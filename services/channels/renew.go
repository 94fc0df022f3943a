package channels

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
)

// Words of the journal, in ChannelTokenEvent.What.
const (
	eventSeeded    = "seeded"
	eventAsked     = "asked"
	eventRenewed   = "renewed"
	eventFailed    = "failed"
	eventUnheard   = "unheard"
	eventRecovered = "recovered"
	eventLost      = "lost"
)

// TroubleToken is the trouble of a pair that only a human can replace.
const TroubleToken = "token"

// renew returns the pair after a generation: the stored one, where somebody was
// quicker, or a new one. It fails with errHeld while another replica is at it.
func (t *Tokens) renew(after int64) (held, error) {
	pair, err := t.current()
	now := t.clock.UTC()
	switch {
	case err != nil:
		return held{}, err
	case pair.lost:
		return held{}, ErrLost
	case pair.generation > after:
		return pair, nil
	case pair.leased(now) && pair.leasedBy != t.me:
		return held{}, errHeld
	case pair.leased(now), t.resting(now): // our own lease outlives an answer that was not heard
		return held{}, errResting
	}
	taken, err := t.lease(pair, now)
	switch {
	case err != nil:
		return held{}, err
	case !taken:
		return held{}, errHeld
	}
	if pair.leasedBy != "" {
		t.logger.Warn("renewal that was begun and never ended is taken over", "generation", pair.generation, "by",
			pair.leasedBy)
	}
	t.mu.Lock()
	t.tried = now
	t.mu.Unlock()
	return t.ask(pair, now)
}

// lease makes this replica the one that renews, and commits that before anybody
// is asked.
func (t *Tokens) lease(pair held, now time.Time) (taken bool, err error) {
	err = t.write(t.life, func(tx *gorm.DB) error {
		result := t.row(tx).
			Where("generation = ? AND lost_at IS NULL AND (leased_by = '' OR leased_until < ?)", pair.generation, now).
			UpdateColumns(map[string]any{"leased_by": t.me, "leased_until": now.Add(leaseFor)})
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		taken = true
		return t.journal(tx, pair.generation, eventAsked, "")
	})
	if err != nil {
		return false, fmt.Errorf("lease channel token: %w", err)
	}
	return taken, nil
}

// ask has the platform renew and writes down what came of it.
func (t *Tokens) ask(pair held, now time.Time) (held, error) {
	ctx, cancel := context.WithTimeout(t.life, askFor)
	defer cancel()
	next, err := t.askRenewer(ctx, pair.refresh)
	if err == nil && (next.Access == "" || next.Refresh == "") {
		// The stored pair is worth more than an answer that is no answer.
		err = errEmpty
	}
	refused := Refused{}
	switch {
	case err == nil:
		return t.keep(pair, next, now)
	case errors.As(err, &refused):
		return held{}, t.lose(pair, refused)
	case errors.Is(err, errEmpty):
		return held{}, t.unheard(pair, "empty", err)
	case errors.Is(err, ErrUnheard), ctx.Err() != nil:
		return held{}, t.unheard(pair, "", err)
	}
	t.logger.Warn("channel token not renewed, to be tried again", "generation", pair.generation, "error", err)
	// A renewal taken over stays one that never ended: this try has not told how.
	lease := map[string]any{"leased_by": "", "leased_until": nil}
	if pair.leasedBy != "" {
		lease = map[string]any{"leased_until": pair.leasedUntil}
	}
	freed := t.write(t.life, func(tx *gorm.DB) error {
		result := t.own(tx, pair).UpdateColumns(lease)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		return t.journal(tx, pair.generation, eventFailed, "")
	})
	if freed != nil { // it ends by the clock
		t.logger.Warn("lease on the channel token not given back", "error", freed)
	}
	return held{}, fmt.Errorf("%w: %w", ErrLater, err)
}

// askRenewer takes a panic for an answer that was not heard: it may have come
// after the answer, and the other channels run on.
func (t *Tokens) askRenewer(ctx context.Context, refresh string) (next Pair, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			t.logger.Error("renewer panicked", "reason", reason)
			err = ErrUnheard
		}
	}()
	return t.renewer.Renew(ctx, refresh)
}

// unheard leaves the lease to run out: whoever takes it over asks once more.
func (t *Tokens) unheard(pair held, code string, err error) error {
	t.logger.Warn("answer to the renewal not heard", "generation", pair.generation, "error", err)
	noted := t.write(t.life, func(tx *gorm.DB) error { return t.journal(tx, pair.generation, eventUnheard, code) })
	if noted != nil {
		t.logger.Warn("journal of the channel token not written", "error", noted)
	}
	return fmt.Errorf("%w: %w", ErrLater, err)
}

// lose records that the platform refused the stored pair for good, unless
// somebody has replaced it meanwhile.
func (t *Tokens) lose(pair held, refused Refused) error {
	lost := false
	err := t.write(t.life, func(tx *gorm.DB) error {
		result := t.own(tx, pair).UpdateColumns(map[string]any{"lost_at": t.clock.UTC(), "leased_by": "",
			"leased_until": nil})
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		lost = true
		code := cut(refused.Code, maxDetail)
		if err := t.journal(tx, pair.generation, eventLost, code); err != nil {
			return err
		}
		_, err := t.board.open(t.life, tx, t.channel, TroubleToken, code)
		return err
	})
	switch {
	case err != nil:
		t.logger.Error("channel token is refused, which could not be written down", "code", refused.Code, "error", err)
		return fmt.Errorf("%w: %w", ErrLater, err)
	case !lost:
		return errHeld
	}
	t.logger.Error("channel token lost: a new pair must be set", "generation", pair.generation, "code", refused.Code)
	t.forget()
	return ErrLost
}

// row is the channel's; UpdateColumns on it leaves updated_at alone, which is
// when the pair was handed out.
func (t *Tokens) row(tx *gorm.DB) *gorm.DB {
	return tx.Model(&models.ChannelToken{}).Where("channel = ?", t.channel)
}

// own is the row while it holds the pair and this replica's lease.
func (t *Tokens) own(tx *gorm.DB, pair held) *gorm.DB {
	return t.row(tx).Where("generation = ? AND leased_by = ?", pair.generation, t.me)
}

// write runs one short transaction.
func (t *Tokens) write(ctx context.Context, do func(tx *gorm.DB) error) error {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	return t.store.WithContext(ctx).Transaction(do)
}

func (t *Tokens) journal(tx *gorm.DB, generation int64, what, code string) error {
	return tx.Create(&models.ChannelTokenEvent{Channel: t.channel, Generation: generation, What: what, Code: code,
		At: t.clock.UTC()}).Error
}

// forget has the row read anew.
func (t *Tokens) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = held{}
}
