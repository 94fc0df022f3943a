package inbox

import (
	"bytes"
	"context"
	"errors"
	"time"
)

const (
	drainWorkers = 8
	// triesMost is how often an event may fail by its own fault before it is
	// parked.
	triesMost = 3

	readyPatience = 5 * time.Second
	// What nobody waits for may take longer to be parked.
	parkUnhurried = 5 * time.Second

	// The pauses of an event that fails, and the longest until a database that is
	// away is asked again: people wait for their answers.
	pauseLeast = time.Second
	pauseMost  = 30 * time.Second
	pauseAway  = 5 * time.Second
)

// growing is the pause after so many failures in a row.
func growing(failures int, most time.Duration) time.Duration {
	return min(pauseLeast<<min(failures-1, 10), most)
}

// Run empties the spool whenever the database is back, one person's events in
// order and different people's side by side, until ctx ends, which is no error;
// what is being handled then is handled to its end. Close ends it too.
func (b *Inbox) Run(ctx context.Context) error {
	if !b.begin() {
		return errClosed
	}
	defer b.running.Done()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(b.closing, stop)()
	failures := 0
	for ctx.Err() == nil {
		var pause time.Duration // zero: until something comes
		wake := b.spool.wake
		if b.Waiting() > 0 {
			if b.isReady(ctx) && b.drain(ctx) {
				failures = 0
				if at := b.spool.resumes(); !at.IsZero() {
					pause = max(time.Until(at), time.Millisecond)
				}
			} else {
				failures++
				pause, wake = growing(failures, pauseAway), nil
			}
		}
		rest(ctx, pause, wake)
	}
	return nil
}

// rest waits for a while, for ever when pause is 0, or until woken.
func rest(ctx context.Context, pause time.Duration, wake <-chan struct{}) {
	var over <-chan time.Time
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
	case <-over:
	case <-wake:
	}
}

func (b *Inbox) isReady(ctx context.Context) bool {
	if b.config.Ready == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, readyPatience)
	defer cancel()
	return b.config.Ready(ctx) == nil
}

// fate is what became of an event of the spool.
type fate int

const (
	gone  fate = iota // handled, parked or set aside
	later             // by its own fault not now
	stop              // the database is away again
)

type result struct {
	event *event
	fate  fate
}

// drain handles what waits until nothing more may go; false when the database
// went away on the way.
func (b *Inbox) drain(ctx context.Context) bool {
	results := make(chan result)
	underway, back := 0, true
	for {
		for underway < drainWorkers && back && ctx.Err() == nil {
			next := b.spool.next(time.Now())
			if next == nil {
				break
			}
			underway++
			go func() { results <- result{next, b.redo(context.WithoutCancel(ctx), next)} }()
		}
		if underway == 0 {
			return back
		}
		select {
		case <-b.spool.wake: // there may be more to start
		case r := <-results:
			underway--
			switch r.fate {
			case gone:
				if err := b.spool.done(r.event); err != nil {
					b.logger.Warn("event not marked as done, it may come again", "event", r.event.id, "error", err)
				}
			case later:
				b.spool.back(r.event, time.Now().Add(growing(r.event.tries, pauseMost)))
			case stop:
				back = false
				b.spool.back(r.event, time.Time{})
			}
		}
	}
}

// redo handles an event of the spool.
func (b *Inbox) redo(ctx context.Context, e *event) fate {
	r, raw, err := b.spool.read(e)
	if errors.Is(err, errUnreadable) {
		return b.giveUp(e, raw, err)
	}
	if err != nil {
		b.logger.Error("spool not read", "event", e.id, "error", err)
		e.tries++
		return later
	}
	in, err := b.decode(r.Sealed)
	if err != nil {
		return b.giveUp(e, raw, err)
	}
	err = b.handle(ctx, in)
	if err == nil {
		b.count(Drained)
		return gone
	}
	fallen := errors.As(err, &panicked{})
	if !fallen && !b.isReady(ctx) {
		return stop
	}
	e.tries++
	b.logger.Warn("event of the spool not handled", "event", e.id, "times", e.tries, "error", err)
	if e.tries < triesMost && !fallen {
		return later
	}
	ctx, cancel := context.WithTimeout(ctx, parkUnhurried)
	defer cancel()
	if err := b.config.Park(ctx, r.Sealed, parkFailed); err != nil {
		// It stays; nobody but its own person waits behind it.
		b.logger.Error("event of the spool neither handled nor parked", "event", e.id, "error", err)
		return later
	}
	b.succeeded()
	return gone
}

// giveUp puts a line aside that says nothing to us, for people to look at.
func (b *Inbox) giveUp(e *event, raw []byte, why error) fate {
	if err := b.spool.setAside(bytes.NewReader(raw)); err != nil {
		b.logger.Error("event of the spool is of no use, and cannot be set aside", "event", e.id, "why", why, "error", err)
		e.tries++
		return later
	}
	b.count(SetAside)
	b.logger.Error("event of the spool set aside", "event", e.id, "why", why)
	return gone
}
