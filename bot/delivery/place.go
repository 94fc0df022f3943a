package delivery

import (
	"context"
	"sync"
	"time"

	"canbobot/bot"
)

// placesEach is how many messages one channel may have underway in this
// process: fewer than there are workers, so that a channel that hangs leaves
// some to the others.
const placesEach = 8

// placeWait is how long a message waits for a place.
const placeWait = 5 * time.Second

type places struct {
	mu    sync.Mutex
	taken map[string]chan struct{}
}

func (p *places) of(channel string) chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken == nil {
		p.taken = map[string]chan struct{}{}
	}
	if p.taken[channel] == nil {
		p.taken[channel] = make(chan struct{}, placesEach)
	}
	return p.taken[channel]
}

// on sends something over a channel whose line is up, in one of its places, and
// tells the line how it went. What works again is no trouble any more.
func (s *Sender) on(ctx context.Context, channel string, send func() (string, error)) (string, error) {
	place := s.places.of(channel)
	timer := time.NewTimer(placeWait)
	defer timer.Stop()
	select {
	case place <- struct{}{}:
		defer func() { <-place }()
	case <-timer.C:
		return "", &bot.SendError{Fate: bot.Retry, RetryAt: s.Clock().Add(time.Second), Cause: context.DeadlineExceeded}
	case <-ctx.Done():
		return "", &bot.SendError{Fate: bot.Retry, Cause: ctx.Err()}
	}
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
