package inbox

import (
	"context"
	"sync"
)

// lanes let one person's events through one after the other, in the order of
// arrival, and different people's side by side.
type lanes struct {
	mu   sync.Mutex
	last map[string]chan struct{} // closed when the person's latest event has left
}

// enter waits until the person's event before this one has left, but not for
// longer than ctx. An event of nobody waits for none. Call leave once.
func (l *lanes) enter(ctx context.Context, person string) (leave func()) {
	if person == "" {
		return func() {}
	}
	mine := make(chan struct{})
	l.mu.Lock()
	if l.last == nil {
		l.last = map[string]chan struct{}{}
	}
	before := l.last[person]
	l.last[person] = mine
	l.mu.Unlock()
	if before != nil {
		select {
		case <-before:
		case <-ctx.Done():
		}
	}
	return func() {
		close(mine)
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.last[person] == mine {
			delete(l.last, person)
		}
	}
}
