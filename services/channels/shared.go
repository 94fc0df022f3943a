package channels

import (
	"context"
	"errors"
	"sync"
)

// errEnded is the result of work that ended without one.
var errEnded = errors.New("ended without a result")

// shared lets callers who want the same at the same time share one run of it. A
// run outlives the callers that give up.
type shared struct {
	mu  sync.Mutex
	run *run
}

type run struct {
	done chan struct{}
	pair held
	err  error
}

// do joins the run under way or begins one by launch, which reports false when
// nothing may begin any more.
func (s *shared) do(ctx context.Context, launch func(func()) bool, work func() (held, error)) (held, error) {
	s.mu.Lock()
	r := s.run
	if r == nil {
		r = &run{done: make(chan struct{}), err: errEnded}
		begun := launch(func() {
			defer func() {
				s.mu.Lock()
				s.run = nil
				s.mu.Unlock()
				close(r.done)
			}()
			r.pair, r.err = work()
		})
		if !begun {
			s.mu.Unlock()
			return held{}, ErrClosed
		}
		s.run = r
	}
	s.mu.Unlock()
	select {
	case <-r.done:
		return r.pair, r.err
	case <-ctx.Done():
		return held{}, ctx.Err()
	}
}
