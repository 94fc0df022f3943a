package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"canbobot/bot"
)

// Handler answers within a second, whatever the handler behind it does. repeats
// says whether the platform repeats what is refused, as webhooks are; where it
// does not, an error means that the disk failed, or the inbox is closed.
func (b *Inbox) Handler(repeats bool) bot.Handler { return entrance{b, repeats} }

type entrance struct {
	inbox   *Inbox
	repeats bool
}

func (e entrance) Handle(ctx context.Context, in bot.Inbound) error {
	return e.inbox.receive(ctx, in, e.repeats)
}

// errSlow is why a slow event went the way of one that failed.
var errSlow = errors.New("not handled in time")

// errBusy says that too many handlers run already.
var errBusy = errors.New("too many events are being handled")

// receive finds a place for an event. What was begun is finished, even if the
// platform hangs up.
func (b *Inbox) receive(ctx context.Context, in bot.Inbound, repeats bool) error {
	if !b.begin() {
		return errClosed
	}
	defer b.running.Done()
	ctx = context.WithoutCancel(ctx)
	budget, cancel := context.WithTimeout(ctx, b.config.Budget)
	defer cancel()
	defer b.lanes.enter(budget, in.UserID)()

	if b.spool.holds(in.UserID) || b.away() && b.Waiting() > 0 {
		return b.keep(in)
	}
	after := parkFailed
	err := errBusy
	if done := b.start(ctx, in); done != nil {
		select {
		case err = <-done:
		case <-budget.Done():
			b.count(Slow)
			after, err = parkSlow, errSlow
		}
	}
	if err == nil {
		return nil
	}
	failure := b.park(ctx, in, after)
	if failure == nil {
		b.logger.Info("event parked", "event", in.EventID, "because", err)
		return nil
	}
	if errors.Is(failure, errSeal) {
		return failure
	}
	failure = fmt.Errorf("event %s: %w, and not parked: %w", in.EventID, err, failure)
	now := b.clock()
	since := b.failed(now, failure)
	if repeats && now.Sub(since) < b.config.Outage && now.Sub(in.At) < b.config.Outage {
		b.count(Refused)
		return failure
	}
	return b.keep(in)
}

// start has the event handled, for longer than the caller waits; nil when too
// many are.
func (b *Inbox) start(ctx context.Context, in bot.Inbound) <-chan error {
	select {
	case b.places <- struct{}{}:
	default:
		return nil
	}
	done := make(chan error, 1)
	b.running.Go(func() {
		defer func() { <-b.places }()
		done <- b.handle(ctx, in)
	})
	return done
}

// park keeps an event in the database. It does not trust the database to heed a
// context; parked too late, the event is handled once more, and known.
func (b *Inbox) park(ctx context.Context, in bot.Inbound, after time.Duration) error {
	sealed, err := b.encode(in)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, parkPatience)
	done := make(chan error, 1)
	b.running.Go(func() {
		defer cancel()
		err := b.config.Park(ctx, sealed, after)
		if err == nil {
			b.succeeded()
		}
		done <- err
	})
	timer := time.NewTimer(parkPatience + parkPatience/10) // its own word is better than ours
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return context.DeadlineExceeded
	}
}

// keep puts an event into the spool.
func (b *Inbox) keep(in bot.Inbound) error {
	sealed, err := b.encode(in)
	if err != nil {
		return err
	}
	if err := b.spool.add(record{ID: in.EventID, Who: hash(in.UserID), At: b.clock(), Sealed: sealed}); err != nil {
		b.count(Unspooled)
		b.logger.Error("event not kept", "event", in.EventID, "error", err)
		return fmt.Errorf("event %s: %w", in.EventID, err)
	}
	b.count(Spooled)
	return nil
}

// Take handles a parked event; after an error the job tries again.
func (b *Inbox) Take(ctx context.Context, sealed string) error {
	if !b.begin() {
		return errClosed
	}
	defer b.running.Done()
	in, err := b.decode(sealed)
	if err != nil {
		return fmt.Errorf("parked event: %w", err)
	}
	return b.handle(ctx, in)
}
