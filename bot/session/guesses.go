package session

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	guessTries  = 5 // wrong guesses of one key in a window before the first pause
	guessWindow = 15 * time.Minute
	levelKept   = 24 * time.Hour // after the last wrong guess

	floodLimit  = 100 // wrong guesses of all keys together in a window
	floodWindow = 10 * time.Minute

	slow     = 3 * time.Second // a guess in a flood
	slowKept = time.Minute     // how long its wait stands to the guesser's credit
)

// pauses grow with every wrong guess after the tries are used up.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// Guesses slows down whoever guesses at codes and phone numbers. A key names
// who guesses, never what: an account of a channel.
type Guesses struct{ store *Store }

// Guesses counts wrong guesses beside the conversations.
func (s *Store) Guesses() *Guesses { return &Guesses{store: s} }

// Wait tells how long the key must wait before its next guess is looked at;
// zero lets it through. In a flood every guess first waits slow.
func (g *Guesses) Wait(ctx context.Context, key string) (time.Duration, error) {
	here := g.store.guess.pause(key)
	reply, err := g.store.link.run(ctx, waitScript,
		[]string{g.key("pause", key), g.all("flood"), g.key("slow", key)},
		slow.Milliseconds(), slowKept.Milliseconds())
	switch {
	case errors.Is(err, errAway):
		return max(here, g.store.guess.slowDown(key)), nil
	case err != nil:
		return 0, err
	}
	wait, _ := reply.(int64)
	return max(here, time.Duration(wait)*time.Millisecond), nil
}

// Wrong counts a wrong guess. flood is true for the one that shows that many
// accounts guess at once: the moment to alert the administrator.
func (g *Guesses) Wrong(ctx context.Context, key string) (flood bool, err error) {
	args := []any{guessTries, guessWindow.Milliseconds(), levelKept.Milliseconds(), floodLimit, floodWindow.Milliseconds()}
	for _, pause := range pauses {
		args = append(args, pause.Milliseconds())
	}
	reply, err := g.store.link.run(ctx, wrongScript,
		[]string{g.key("wrong", key), g.key("level", key), g.key("pause", key), g.all("total"), g.all("flood")}, args...)
	if errors.Is(err, errAway) {
		return g.store.guess.wrong(key), nil
	}
	return reply == int64(1), err
}

// Right forgets the wrong guesses of the key.
func (g *Guesses) Right(ctx context.Context, key string) error {
	g.store.guess.keys.delete(key)
	_, err := g.store.link.run(ctx, rightScript,
		[]string{g.key("wrong", key), g.key("level", key), g.key("pause", key), g.key("slow", key)})
	if errors.Is(err, errAway) {
		return nil
	}
	return err
}

// The braces keep all guesses on one node of a cluster: scripts count across keys.
func (g *Guesses) all(kind string) string      { return g.store.Prefix + "{guess}:" + kind }
func (g *Guesses) key(kind, key string) string { return g.all(kind) + ":" + key }

// guessMemory counts by the same rules while Redis does not answer.
type guessMemory struct {
	clock func() time.Time
	keys  *bounded[guesser]

	mu         sync.Mutex
	total      int
	totalUntil time.Time
	floodUntil time.Time
}

type guesser struct {
	wrong      int
	wrongUntil time.Time
	level      int
	levelUntil time.Time
	pauseUntil time.Time
	slowSince  time.Time
}

func newGuessMemory(clock func() time.Time) *guessMemory {
	return &guessMemory{clock: clock, keys: newBounded[guesser](clock, capacity)}
}

func (m *guessMemory) pause(key string) time.Duration {
	known, ok := m.keys.get(key)
	if !ok {
		return 0
	}
	return max(known.pauseUntil.Sub(m.clock()), 0)
}

func (m *guessMemory) slowDown(key string) time.Duration {
	now := m.clock()
	m.mu.Lock()
	flood := now.Before(m.floodUntil)
	m.mu.Unlock()
	if !flood || m.pause(key) > 0 {
		return 0
	}
	var wait time.Duration
	m.keys.change(key, levelKept, func(g guesser) guesser {
		switch since := now.Sub(g.slowSince); {
		case g.slowSince.IsZero() || since >= slowKept:
			g.slowSince, wait = now, slow
		case since < slow:
			wait = slow - since
		default:
			g.slowSince = time.Time{}
		}
		return g
	})
	return wait
}

func (m *guessMemory) wrong(key string) (flood bool) {
	now := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !now.Before(m.totalUntil) {
		m.total, m.totalUntil = 0, now.Add(floodWindow)
	}
	m.total++
	if m.total > floodLimit && !now.Before(m.floodUntil) {
		flood, m.floodUntil = true, now.Add(floodWindow)
	}

	known, _ := m.keys.get(key)
	if !now.Before(known.wrongUntil) {
		known.wrong, known.wrongUntil = 0, now.Add(guessWindow)
	}
	if !now.Before(known.levelUntil) {
		known.level = 0
	}
	known.wrong++
	if known.level > 0 || known.wrong >= guessTries {
		known.level = min(known.level+1, len(pauses))
		known.levelUntil = now.Add(levelKept)
		known.pauseUntil = now.Add(pauses[known.level-1])
		known.wrong, known.wrongUntil = 0, time.Time{}
	}
	m.keys.set(key, known, levelKept)
	return flood
}
