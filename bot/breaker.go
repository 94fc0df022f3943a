package bot

import (
	"errors"
	"sync"
	"time"
)

// Breakers knows which channels answer at this moment. A platform that hangs takes
// a place for as long as we wait for it: after a few messages in a row of which
// nothing was heard, the channel's breaker is open: what is sent on it fails at
// once as Retry, and one message at a time tries whether it is up again. The
// other channels notice nothing.
//
// It is only memory of this process; a nil Breakers believes in every channel.
type Breakers struct {
	mu       sync.Mutex
	breakers map[string]*breaker
	clock    func() time.Time
}

type breaker struct {
	failures int       // in a row
	until    time.Time // down until then
	probing  time.Time // a message is trying since then
}

const (
	failuresDown = 3
	firstDown    = 5 * time.Second
	longestDown  = time.Minute
	// probeLimit is how long a probe may take before another one may try: longer
	// than any channel waits for an answer.
	probeLimit = 30 * time.Second
)

// ErrDown is the cause of a message that was not tried.
var ErrDown = errors.New("the channel did not answer the last messages and is left alone for a moment")

// NewBreakers makes a memory in which every channel answers.
func NewBreakers(clock func() time.Time) *Breakers {
	return &Breakers{breakers: map[string]*breaker{}, clock: clock}
}

// Try asks whether a message may be sent on a channel: nil, or the *SendError
// that it would end with. After nil, Heard must follow.
func (l *Breakers) Try(channel string) error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.breakers[channel]
	if one == nil || one.failures < failuresDown {
		return nil
	}
	now := l.clock()
	if now.Before(one.until) {
		return &SendError{Fate: Retry, RetryAt: one.until, Cause: ErrDown}
	}
	if again := one.probing.Add(probeLimit); !one.probing.IsZero() && now.Before(again) {
		return &SendError{Fate: Retry, RetryAt: now.Add(firstDown), Cause: ErrDown}
	}
	one.probing = now
	return nil
}

// Down says, without trying, for how long a channel is left alone; one that only
// one message may be tried on, to see whether it is up again.
func (l *Breakers) Down(channel string) (wait time.Duration, one bool) {
	if l == nil {
		return 0, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	line := l.breakers[channel]
	if line == nil || line.failures < failuresDown {
		return 0, false
	}
	now := l.clock()
	wait = max(line.until.Sub(now), 0)
	if !line.probing.IsZero() && now.Before(line.probing.Add(probeLimit)) {
		wait = max(wait, firstDown)
	}
	return wait, true
}

// Heard takes in how a message ended. Whatever the platform said counts as an
// answer, a refusal too.
func (l *Breakers) Heard(channel string, err error) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.breakers[channel]
	if one == nil {
		one = &breaker{}
		l.breakers[channel] = one
	}
	if !unheard(err) {
		one.failures, one.probing = 0, time.Time{}
		return
	}
	if one.failures >= failuresDown && one.probing.IsZero() {
		return // it was underway when the line went down, with all the others
	}
	one.probing = time.Time{}
	one.failures++
	if over := one.failures - failuresDown; over >= 0 {
		down := firstDown << min(over, 6)
		one.until = l.clock().Add(min(down, longestDown))
	}
}

// unheard reports whether the platform said nothing at all: nothing could be
// connected, or nothing came back.
func unheard(err error) bool {
	failed := (*SendError)(nil)
	if err == nil || !errors.As(err, &failed) {
		return err != nil
	}
	return failed.Fate == Uncertain || failed.Fate == Retry && failed.RetryAt.IsZero()
}
