package delivery

import (
	"context"
	"errors"
	"sync"
	"time"

	"canbobot/bot"
	"canbobot/services/outbox"
)

const (
	// placesEach is how many messages one channel may have underway in this
	// process, and waitingEach how many may wait for that: together fewer than
	// there are workers, so that a channel that hangs leaves some to the others.
	placesEach  = 10
	waitingEach = 4
	// manyEach is how many of those underway nobody may wait for: with placesEach
	// fewer than a channel carries at once, so that answers find room.
	manyEach = 32
	// paceWait is how long a message waits for leave with a worker in hand.
	paceWait = 1500 * time.Millisecond
	// placeWait is how long a message waits for a place, and comeAgain how long
	// one is put off for which there is not even room to wait.
	placeWait = 5 * time.Second
	comeAgain = 3 * time.Second
)

// places are the workers that one channel may hold.
type places struct {
	mu  sync.Mutex
	all map[string]*place
}

type place struct {
	taken, waiting, many chan struct{}
}

func (p *places) of(channel string) *place {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]*place{}
	}
	if p.all[channel] == nil {
		p.all[channel] = &place{taken: make(chan struct{}, placesEach), waiting: make(chan struct{}, waitingEach),
			many: make(chan struct{}, manyEach)}
	}
	return p.all[channel]
}

// take waits for a place; free gives it back.
func (p *place) take(ctx context.Context) (free func(), ok bool) {
	free = func() { <-p.taken }
	select {
	case p.taken <- struct{}{}:
		return free, true
	default:
	}
	select {
	case p.waiting <- struct{}{}:
		defer func() { <-p.waiting }()
	default:
		return nil, false
	}
	timer := time.NewTimer(placeWait)
	defer timer.Stop()
	select {
	case p.taken <- struct{}{}:
		return free, true
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil, false
}

// errCrowded is the cause of a message that found no place.
var errCrowded = errors.New("too many messages are underway on the channel")

// on sends something over a channel whose breaker is closed, in one of its places, and
// tells the breaker how it went. What works again is no trouble any more.
func (s *Sender) on(ctx context.Context, a *attempt, to address, send func() (string, error)) (string, error) {
	place := s.places.of(to.channel)
	if a.many {
		select {
		case place.many <- struct{}{}:
			defer func() { <-place.many }()
		case <-ctx.Done():
			return "", &bot.SendError{Fate: bot.Retry, RetryAt: s.Clock().Add(comeAgain), Cause: errCrowded}
		}
	} else {
		free, ok := place.take(ctx)
		if !ok {
			return "", &bot.SendError{Fate: bot.Retry, RetryAt: s.Clock().Add(comeAgain), Cause: errCrowded}
		}
		defer free()
	}
	if err := s.leave(ctx, a, to); err != nil {
		return "", err
	}
	if err := s.Breakers.Try(to.channel); err != nil {
		return "", err
	}
	ref, err := send()
	s.Breakers.Heard(to.channel, err)
	if err == nil {
		if ended := s.Troubles.Works(ctx, to.channel); ended != nil {
			s.Logger.Warn("trouble not ended", "channel", to.channel, "error", ended)
		}
		return ref, nil
	}
	if until := retryAt(err); !until.IsZero() {
		s.Pace.Halt(ctx, to.channel, until.Sub(s.Clock()))
	}
	return ref, err
}

// errPace is the cause of a message that had no leave, errAsleep of one whose
// sender slept for so long that somebody else may have taken it up.
var (
	errPace   = errors.New("the channel's pace is used up")
	errAsleep = errors.New("the process was asleep")
)

// leave asks the channel's pace for leave to send one message, and waits a
// little for it. Many have asked together before they were taken.
func (s *Sender) leave(ctx context.Context, a *attempt, to address) error {
	if time.Now().Round(0).Sub(a.taken) > outbox.Lease/2 {
		return &bot.SendError{Fate: bot.Retry, RetryAt: s.Clock().Add(outbox.Lease), Cause: errAsleep}
	}
	if a.leave {
		a.leave = false // for the first address
		return nil
	}
	for {
		wait := s.Pace.One(ctx, to.channel, to.chatID)
		if wait == 0 {
			return nil
		}
		if wait > paceWait || pause(ctx, wait) != nil {
			return &bot.SendError{Fate: bot.Retry, RetryAt: s.Clock().Add(wait), Cause: errPace}
		}
	}
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
