package session

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	guessTries  = 5 // tries of one key in a window, each judged; the last begins the first pause
	guessWindow = 15 * time.Minute
	triesKept   = 24 * time.Hour // after the last of them, once there was a pause

	floodLimit  = 100 // wrong guesses of all keys together in a window
	floodWindow = 10 * time.Minute

	slow     = 3 * time.Second // the first guess of a key in a flood
	slowKept = time.Hour       // how long that wait stands to its credit
)

// pauses grow with every try after the first ones are used up.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// Guesses slows down whoever guesses at codes and phone numbers. A key names
// who guesses, never what: an account of a channel. A try is counted before it
// is judged, so that of many at once no more are judged than of as many in a row.
type Guesses struct{ store *Store }

// Guesses counts guesses beside the conversations.
func (s *Store) Guesses() *Guesses { return &Guesses{store: s} }

// Try counts a try against every key and lets it through with zero. Where a key
// has to wait it tells how long, and counts nothing.
func (g *Guesses) Try(ctx context.Context, keys ...string) (time.Duration, error) {
	if here := g.store.guess.pause(keys); here > 0 {
		return here, nil
	}
	reply, err := g.store.link.run(ctx, tryScript, g.tried(keys), limits()...)
	if errors.Is(err, errAway) {
		return g.store.guess.try(keys), nil
	}
	return waitOf(reply), err
}

// Spare takes back a try that was no wrong guess.
func (g *Guesses) Spare(ctx context.Context, keys ...string) error {
	g.store.guess.spare(keys)
	return g.tell(g.store.link.run(ctx, spareScript, g.tried(keys), limits()...))
}

// Right forgets the tries of the keys.
func (g *Guesses) Right(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		g.store.guess.keys.delete(key)
	}
	return g.tell(g.store.link.run(ctx, rightScript, g.tried(keys)))
}

// Wrong counts a wrong guess of anybody. flood is true while so many are wrong
// that somebody must be trying them out.
func (g *Guesses) Wrong(ctx context.Context) (flood bool, err error) {
	reply, err := g.store.link.run(ctx, wrongScript, []string{g.all("total"), g.all("flood")},
		floodLimit, floodWindow.Milliseconds())
	if errors.Is(err, errAway) {
		return g.store.guess.wrong(), nil
	}
	return reply == int64(1), err
}

// Slow tells how long the key has to wait because of a flood: a moment, once.
func (g *Guesses) Slow(ctx context.Context, key string) (time.Duration, error) {
	reply, err := g.store.link.run(ctx, slowScript, []string{g.all("flood"), g.key("slow", key)},
		slow.Milliseconds(), slowKept.Milliseconds())
	if errors.Is(err, errAway) {
		return g.store.guess.slow(key), nil
	}
	return waitOf(reply), err
}

// tell keeps from the caller that Redis is away: what is kept here has been told.
func (g *Guesses) tell(_ any, err error) error {
	if errors.Is(err, errAway) {
		return nil
	}
	return err
}

func waitOf(reply any) time.Duration {
	wait, _ := reply.(int64)
	return time.Duration(wait) * time.Millisecond
}

// limits are what the scripts of tries go by.
func limits() []any {
	args := []any{guessTries, guessWindow.Milliseconds(), triesKept.Milliseconds()}
	for _, pause := range pauses {
		args = append(args, pause.Milliseconds())
	}
	return args
}

func (g *Guesses) tried(keys []string) []string {
	tried := make([]string, 0, 2*len(keys))
	for _, key := range keys {
		tried = append(tried, g.key("tries", key), g.key("pause", key))
	}
	return tried
}

// The braces keep all guesses on one node of a cluster: scripts count across keys.
func (g *Guesses) all(kind string) string      { return g.store.Prefix + "{guess}:" + kind }
func (g *Guesses) key(kind, key string) string { return g.all(kind) + ":" + key }

// guessMemory counts by the same rules while Redis does not answer.
type guessMemory struct {
	clock  func() time.Time
	keys   *bounded[guesser]
	slowed *bounded[time.Time]

	mu         sync.Mutex // one try at a time, as in Redis
	total      int
	totalUntil time.Time
	floodUntil time.Time
}

type guesser struct {
	tries      int
	until      time.Time
	pauseUntil time.Time
}

func newGuessMemory(clock func() time.Time) *guessMemory {
	return &guessMemory{clock: clock, keys: newBounded[guesser](clock, capacity),
		slowed: newBounded[time.Time](clock, capacity)}
}

func (m *guessMemory) pause(keys []string) (wait time.Duration) {
	now := m.clock()
	for _, key := range keys {
		known, _ := m.keys.get(key)
		wait = max(wait, known.pauseUntil.Sub(now))
	}
	return wait
}

func (m *guessMemory) try(keys []string) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if wait := m.pause(keys); wait > 0 {
		return wait
	}
	now := m.clock()
	for _, key := range keys {
		known, _ := m.keys.get(key)
		if !now.Before(known.until) {
			known = guesser{until: now.Add(guessWindow)}
		}
		known.tries++
		if over := known.tries - guessTries; over >= 0 {
			known.until, known.pauseUntil = now.Add(triesKept), now.Add(pauses[min(over, len(pauses)-1)])
		}
		m.keys.set(key, known, triesKept)
	}
	return 0
}

func (m *guessMemory) spare(keys []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		known, ok := m.keys.get(key)
		if !ok {
			continue
		}
		known.tries, known.pauseUntil = max(known.tries-1, 0), time.Time{}
		if known.tries == guessTries-1 {
			known.until = m.clock().Add(guessWindow)
		}
		m.keys.set(key, known, triesKept)
	}
}

func (m *guessMemory) wrong() (flood bool) {
	now := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !now.Before(m.totalUntil) {
		m.total, m.totalUntil = 0, now.Add(floodWindow)
	}
	m.total++
	if m.total <= floodLimit {
		return false
	}
	m.floodUntil = now.Add(floodWindow)
	return true
}

func (m *guessMemory) slow(key string) time.Duration {
	now := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !now.Before(m.floodUntil) {
		return 0
	}
	since, known := m.slowed.get(key)
	if !known {
		since = now
		m.slowed.set(key, since, slowKept)
	}
	return max(slow-now.Sub(since), 0)
}
