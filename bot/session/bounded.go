package session

import (
	"container/list"
	"sync"
	"time"
)

// capacity bounds what one process remembers of each kind in place of Redis:
// a province's officers twice over, a few megabytes.
const capacity = 50_000

// bounded is a map that forgets what is too old and, when full, what was not
// used for longest.
type bounded[V any] struct {
	mu    sync.Mutex
	clock func() time.Time
	limit int
	byKey map[string]*list.Element
	order *list.List // most recently used first
}

type remembered[V any] struct {
	key   string
	value V
	until time.Time
}

func newBounded[V any](clock func() time.Time, limit int) *bounded[V] {
	return &bounded[V]{clock: clock, limit: limit, byKey: map[string]*list.Element{}, order: list.New()}
}

func (b *bounded[V]) get(key string) (V, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.find(key)
}

func (b *bounded[V]) set(key string, value V, ttl time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.put(key, value, b.clock().Add(ttl))
}

func (b *bounded[V]) delete(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if element := b.byKey[key]; element != nil {
		b.drop(element)
	}
}

// change replaces a value by what f makes of it, the zero value standing for
// one that is not there. The time left of a known value stays; ttl is for one
// that begins.
func (b *bounded[V]) change(key string, ttl time.Duration, f func(V) V) V {
	b.mu.Lock()
	defer b.mu.Unlock()
	until := b.clock().Add(ttl)
	value, known := b.find(key)
	if known {
		until = b.byKey[key].Value.(*remembered[V]).until
	}
	value = f(value)
	b.put(key, value, until)
	return value
}

func (b *bounded[V]) find(key string) (value V, ok bool) {
	element := b.byKey[key]
	if element == nil {
		return value, false
	}
	entry := element.Value.(*remembered[V])
	if !b.clock().Before(entry.until) {
		b.drop(element)
		return value, false
	}
	b.order.MoveToFront(element)
	return entry.value, true
}

func (b *bounded[V]) put(key string, value V, until time.Time) {
	if element := b.byKey[key]; element != nil {
		entry := element.Value.(*remembered[V])
		entry.value, entry.until = value, until
		b.order.MoveToFront(element)
		return
	}
	b.byKey[key] = b.order.PushFront(&remembered[V]{key: key, value: value, until: until})
	for b.order.Len() > b.limit {
		b.drop(b.order.Back())
	}
}

func (b *bounded[V]) drop(element *list.Element) {
	b.order.Remove(element)
	delete(b.byKey, element.Value.(*remembered[V]).key)
}
