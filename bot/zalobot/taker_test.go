package zalobot

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/bot"
)

// taker is a handler that notes what came.
type taker struct {
	mu    sync.Mutex
	came  []bot.Inbound
	told  chan struct{}
	judge func(in bot.Inbound, times int) error // times this event came, this one included
	times map[string]int
}

func newTaker(judge func(in bot.Inbound, times int) error) *taker {
	return &taker{judge: judge, times: map[string]int{}, told: make(chan struct{}, 10_000)}
}

func (k *taker) Handle(_ context.Context, in bot.Inbound) error {
	k.mu.Lock()
	k.times[in.EventID]++
	times := k.times[in.EventID]
	k.mu.Unlock()
	var err error
	if k.judge != nil {
		err = k.judge(in, times)
	}
	if err == nil {
		k.mu.Lock()
		k.came = append(k.came, in)
		k.mu.Unlock()
	}
	k.told <- struct{}{}
	return err
}

// texts lists what was taken, in the order in which it was done.
func (k *taker) texts() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var all []string
	for _, in := range k.came {
		all = append(all, in.Text)
	}
	return all
}

// wait waits until n events have been taken.
func (k *taker) wait(t *testing.T, n int) []bot.Inbound {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		k.mu.Lock()
		came := append([]bot.Inbound(nil), k.came...)
		k.mu.Unlock()
		if len(came) >= n {
			return came
		}
		select {
		case <-k.told:
		case <-deadline:
			t.Fatalf("%d events taken of %d: %q", len(came), n, strings.Join(k.texts(), ", "))
		}
	}
}

// poll runs Poll until the returned function, or the test, ends it.
func (l *line) poll(t *testing.T, handler bot.Handler) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := l.channel.Poll(ctx, handler); err != nil {
			t.Errorf("Poll: %v", err)
		}
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return stop
}

// pacer stands for the channel's pauses: each is told, and lasts until it is let
// go or its context ends.
type pacer struct {
	told chan time.Duration
	goOn chan struct{}
}

func (l *line) paced() *pacer {
	p := &pacer{told: make(chan time.Duration), goOn: make(chan struct{})}
	l.channel.pause = func(ctx context.Context, d time.Duration) error {
		select {
		case p.told <- d:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case <-p.goOn:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return p
}

// next waits for a pause, and tells how long it is.
func (p *pacer) next(t *testing.T) time.Duration {
	t.Helper()
	select {
	case d := <-p.told:
		return d
	case <-time.After(20 * time.Second):
		t.Fatal("no pause is made")
		return 0
	}
}
