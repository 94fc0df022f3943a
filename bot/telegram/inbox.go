package telegram

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// panicsMost is after how many panics of the handler an update is passed over:
// it would come back for a day, and end alike every time.
const panicsMost = 3

// inbox holds the updates that were fetched and may not be confirmed yet, and
// has them handled: one person's in order, different people side by side. It
// belongs to one goroutine; workers only send results.
type inbox struct {
	handle func(bot.Inbound) error
	logger *slog.Logger

	offset   int // what to ask for: all below is done with, and confirmed by asking
	entries  map[int]*entry
	queues   map[string][]*entry  // of a person, its first underway or ready
	blocked  map[string]time.Time // people whose next update failed, until when
	ready    []*entry             // waiting for a worker
	underway int
	results  chan result
}

type entry struct {
	id       int
	in       bot.Inbound
	state    state
	failures int
	panics   int
	missed   int // fetches in a row that should have held it and did not
}

type state int

const (
	fresh  state = iota
	queued       // for its turn, or being handled
	failed       // to be handled when it is fetched again and its person is not blocked
	done
)

type result struct {
	entry *entry
	err   error
}

func newInbox(handle func(bot.Inbound) error, logger *slog.Logger) *inbox {
	return &inbox{
		handle: handle, logger: logger,
		entries: map[int]*entry{}, queues: map[string][]*entry{}, blocked: map[string]time.Time{},
		results: make(chan result, pollWorkers),
	}
}

// take adds a batch, and starts what is not known yet or failed earlier.
func (b *inbox) take(batch []*entry) {
	// The server sends them in order; one person's must be handled so whatever
	// happens on the way.
	slices.SortStableFunc(batch, func(x, y *entry) int { return cmp.Compare(x.id, y.id) })
	b.forget(batch)
	now := time.Now()
	for _, one := range batch {
		if known := b.entries[one.id]; known != nil {
			one = known
		}
		b.entries[one.id] = one
		if one.state == queued || one.state == done {
			continue
		}
		who := one.in.UserID
		if until, is := b.blocked[who]; is && now.Before(until) {
			one.state = failed
			continue
		}
		delete(b.blocked, who)
		one.state = queued
		b.queues[who] = append(b.queues[who], one)
		if len(b.queues[who]) == 1 {
			b.ready = append(b.ready, one)
		}
	}
	b.start()
	b.confirm()
}

// missedMost is how often a failed update must be missing before it counts as
// gone.
const missedMost = 3

// forget drops failed entries that the server no longer gives out although the
// batch covers them: messages live for 24 hours, presses for 150 seconds.
func (b *inbox) forget(batch []*entry) {
	for id, one := range b.entries {
		if one.state != failed {
			continue
		}
		_, found := slices.BinarySearchFunc(batch, id, func(e *entry, id int) int { return cmp.Compare(e.id, id) })
		beyond := len(batch) > 0 && id > batch[len(batch)-1].id
		if found || beyond {
			one.missed = 0
			continue
		}
		if one.missed++; one.missed >= missedMost {
			b.logger.Error("update expired before it could be handled", "update", id)
			one.state = done
		}
	}
}

// start gives what is ready to free workers.
func (b *inbox) start() {
	for b.underway < pollWorkers && len(b.ready) > 0 {
		one := b.ready[0]
		b.ready = b.ready[1:]
		b.underway++
		go func() { b.results <- result{one, b.handle(one.in)} }()
	}
}

// finish takes a result in. After a failure the later updates of the person wait
// too: they may answer what the failed one would have asked.
func (b *inbox) finish(r result) {
	b.underway--
	one, who := r.entry, r.entry.in.UserID
	later := b.queues[who][1:]
	if errors.As(r.err, &botapi.Panicked{}) {
		if one.panics++; one.panics >= panicsMost {
			b.logger.Error("update passed over: the handler panics at it", "update", one.id, "times", one.panics)
			r.err = nil
		}
	}
	if r.err == nil {
		one.state = done
		b.queues[who] = later
		if len(later) > 0 {
			b.ready = append(b.ready, later[0])
		} else {
			delete(b.queues, who)
		}
		return
	}
	one.failures++
	b.logger.Warn("update not handled, it will come again", "update", one.id, "times", one.failures, "error", r.err)
	b.blocked[who] = time.Now().Add(botapi.Growing(pauseLeast, pauseMost, one.failures))
	one.state = failed
	for _, other := range later {
		other.state = failed
	}
	delete(b.queues, who)
}

// confirm moves the offset up to the first update that is not done with. It is
// never compared with the one before: after a quiet week ids go on from a random
// number, which may be smaller.
func (b *inbox) confirm() {
	if len(b.entries) == 0 {
		return
	}
	first, last := 0, 0
	for id, one := range b.entries {
		if one.state != done && (first == 0 || id < first) {
			first = id
		}
		last = max(last, id)
	}
	if first == 0 {
		b.offset = last + 1
		clear(b.entries)
		clear(b.blocked)
		return
	}
	b.offset = first
	for id, one := range b.entries {
		if one.state == done && id < first {
			delete(b.entries, id)
		}
	}
}

// rest takes results in for a while, or until enough says so or ctx ends.
func (b *inbox) rest(ctx context.Context, d time.Duration, enough func() bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for !enough() {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case r := <-b.results:
			b.finish(r)
			b.start()
			b.confirm()
		}
	}
}

// drain waits for what is underway and starts nothing more.
func (b *inbox) drain() {
	for b.underway > 0 {
		b.finish(<-b.results)
	}
	b.confirm()
}

func never() bool { return false }

// idle reports that nothing is being handled.
func (b *inbox) idle() bool { return b.underway == 0 }

// settled reports that everything fetched is done with.
func (b *inbox) settled() bool { return len(b.entries) == 0 }
