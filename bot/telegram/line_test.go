package telegram_test

import (
	"bytes"
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/telegram/telegramtest"
)

func number(chatID string) int64 {
	n, _ := strconv.ParseInt(chatID, 10, 64)
	return n
}

func chatOf(user *telegramtest.User) string { return strconv.FormatInt(user.ID, 10) }

func labels(m telegramtest.Message) [][]string {
	var rows [][]string
	for _, row := range m.Buttons {
		var labels []string
		for _, button := range row {
			labels = append(labels, button.Text)
		}
		rows = append(rows, labels)
	}
	return rows
}

// logged is a log that tests read while the channel writes.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logged) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

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

func (k *taker) Handle(ctx context.Context, in bot.Inbound) error {
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
		l.channel.Poll(ctx, handler)
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return stop
}
