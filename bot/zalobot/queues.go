package zalobot

import (
	"context"
	"sync"

	"canbobot/bot"
)

const (
	// pollWorkers is how many chats are handled side by side.
	pollWorkers = 16
	// waitingMost is how many updates may wait to be handled; beyond it none is
	// fetched, so that they stay with the platform.
	waitingMost = 1000
)

// queues hands over updates: one chat's in order, different chats' side by side,
// so that one that takes its time holds up nobody else.
type queues struct {
	handle func(bot.Inbound)
	places chan struct{} // of workers
	freed  chan struct{} // holds a token when there may be room again
	all    sync.WaitGroup

	mu      sync.Mutex
	waiting int                      // not handled yet
	chats   map[string][]bot.Inbound // what waits behind the one being handled
}

func newQueues(handle func(bot.Inbound)) *queues {
	return &queues{
		handle: handle, places: make(chan struct{}, pollWorkers), freed: make(chan struct{}, 1),
		chats: map[string][]bot.Inbound{},
	}
}

// room waits until more may be added; false when ctx ends.
func (q *queues) room(ctx context.Context) bool {
	for {
		q.mu.Lock()
		full := q.waiting >= waitingMost
		q.mu.Unlock()
		if !full {
			return ctx.Err() == nil
		}
		select {
		case <-ctx.Done():
			return false
		case <-q.freed:
		}
	}
}

func (q *queues) add(in bot.Inbound) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting++
	line, underway := q.chats[in.ChatID]
	q.chats[in.ChatID] = append(line, in)
	if !underway {
		q.all.Go(func() { q.work(in.ChatID) })
	}
}

// work handles a chat's updates until none is left.
func (q *queues) work(chat string) {
	for {
		q.mu.Lock()
		line := q.chats[chat]
		if len(line) == 0 {
			delete(q.chats, chat)
			q.mu.Unlock()
			return
		}
		q.chats[chat] = line[1:]
		q.mu.Unlock()

		q.places <- struct{}{}
		q.handle(line[0])
		<-q.places

		q.mu.Lock()
		q.waiting--
		q.mu.Unlock()
		select {
		case q.freed <- struct{}{}:
		default:
		}
	}
}

// drain waits until everything is handled. Nothing may be added any more.
func (q *queues) drain() { q.all.Wait() }
