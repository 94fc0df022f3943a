package session

import (
	"context"
	"slices"
	"sync"
)

// queue lets one at a time through for each key, in the order of arrival. It
// keeps the goroutines of one process from racing each other to Redis.
type queue struct {
	mu      sync.Mutex
	waiting map[string][]chan struct{} // a key present is held
}

func newQueue() *queue { return &queue{waiting: map[string][]chan struct{}{}} }

// lock waits for the key; after an error it is not held.
func (q *queue) lock(ctx context.Context, key string) error {
	q.mu.Lock()
	line, held := q.waiting[key]
	if !held {
		q.waiting[key] = nil
		q.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	q.waiting[key] = append(line, turn)
	q.mu.Unlock()

	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	q.mu.Lock()
	line = q.waiting[key]
	at := slices.Index(line, turn)
	if at >= 0 {
		q.waiting[key] = slices.Delete(line, at, at+1)
	}
	q.mu.Unlock()
	if at < 0 { // handed over in the same moment: pass it on
		q.unlock(key)
	}
	return ctx.Err()
}

// unlock hands the key to whoever waits longest.
func (q *queue) unlock(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	line := q.waiting[key]
	if len(line) == 0 {
		delete(q.waiting, key)
		return
	}
	close(line[0])
	q.waiting[key] = line[1:]
}
