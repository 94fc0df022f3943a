package delivery

import (
	"context"
	"errors"
	"sync"
	"time"

	"canbobot/bot"
)

const (
	// placesEach is how many messages one channel may have underway in this
	// process, and waitingEach how many may wait for that: together fewer than
	// there are workers, so that a channel that hangs leaves some to the others.
	placesEach  = 10
	waitingEach = 4
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
	taken, waiting chan struct{}
}

func (p *places) of(channel string) *place {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]*place{}
	}
	if p.all[channel] == nil {
		p.all[channel] = &place{taken: make(chan struct{}, placesEach), waiting: make(chan struct{}, waitingEach)}
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

// on sends something over a channel whose line is up, in one of its places, and
// tells the line how it went. What works again is no trouble any more.
func (s *Sender) on(ctx context.Context, channel string, send func() (string, error)) (string, error) {
	free, ok := s.places.of(channel).take(ctx)
	if !ok {
		return "", &bot.SendError{Fate: bot.Retry, RetryAt: s.Clock().Add(comeAgain), Cause: errCrowded}
	}
	defer free()
	if err := s.Lines.Try(channel); err != nil {
		return "", err
	}
	ref, err := send()
	s.Lines.Heard(channel, err)
	if err == nil {
		if ended := s.Troubles.Works(ctx, channel); ended != nil {
			s.Logger.Warn("trouble not ended", "channel", channel, "error", ended)
		}
	}
	return ref, err
}
