package session

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// callLimit bounds one round trip: a person waits for the answer.
	callLimit = 500 * time.Millisecond
	// rest is how long a Redis that failed is left alone.
	rest = 2 * time.Second
)

// errAway says that Redis does not serve; the process's own memory must do.
var errAway = errors.New("redis does not answer")

// link asks Redis, and stops asking for a while after a failure, so that an
// outage costs one person in two seconds a delay and everybody else nothing.
type link struct {
	client redis.UniversalClient
	clock  func() time.Time
	logger *slog.Logger

	mu      sync.Mutex
	down    bool
	retryAt time.Time
}

// run executes a script. Its error is errAway, or the caller's own when the
// caller's time is up.
func (l *link) run(ctx context.Context, script *redis.Script, keys []string, args ...any) (any, error) {
	allowed, probe := l.mayAsk()
	if !allowed {
		return nil, errAway
	}
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	reply, err := script.Run(call, l.client, keys, args...).Result()
	switch {
	case err == nil:
		if probe {
			l.worked()
		}
		return reply, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	l.failed(err)
	return nil, errAway
}

// mayAsk lets everybody through while Redis is up; when it is down, one caller
// at a time finds out whether it is back.
func (l *link) mayAsk() (allowed, probe bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.down {
		return true, false
	}
	now := l.clock()
	if now.Before(l.retryAt) {
		return false, false
	}
	l.retryAt = now.Add(rest)
	return true, true
}

func (l *link) failed(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.retryAt = l.clock().Add(rest)
	if !l.down {
		l.down = true
		l.logger.Warn("redis does not answer; dialogue and limits are kept in this process", "error", err)
	}
}

func (l *link) worked() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		l.down = false
		l.logger.Info("redis answers again")
	}
}
