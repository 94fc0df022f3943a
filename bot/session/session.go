// Package session holds what may be lost: where a person is in the dialogue,
// which events were handled, who talks too fast, who guesses codes. It lives in
// Redis, shared by all replicas; while Redis does not answer, each process
// keeps its own, so that officers still get answers, and goes back by itself.
//
// What must not be lost is in the database: the drafts of half-filled forms,
// and the idempotency keys that make a repeated event change nothing.
package session

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"canbobot/services"
)

const (
	stateKept = 24 * time.Hour
	seenKept  = 72 * time.Hour   // longer than any platform repeats an event
	lockKept  = 15 * time.Second // without a beat: its process is gone
	lockBeat  = 5 * time.Second
	waitLimit = 25 * time.Second

	rateLimit  = 30 // events of one person in a window
	rateWindow = time.Minute
)

// Store gives out conversations, one turn at a time.
type Store struct {
	// Prefix begins every key, so that several installations, or tests, can
	// share a Redis. To be set before first use.
	Prefix string

	link   *link
	logger *slog.Logger
	clock  func() time.Time
	queue  *queue
	owner  string // begins the lock tokens of this process
	turns  atomic.Uint64

	// What Redis could not take. A position here is younger than the one there.
	seen   *bounded[struct{}]
	states *bounded[[]byte]
	rates  *bounded[int64]
	// counted are the events that are not done, by their number in rates.
	counted *bounded[int64]
	guess   *guessMemory

	waitLimit time.Duration
	beat      time.Duration
}

// New serves from client; nothing is asked of it yet, so Redis may be down. The
// clock drives what is kept in the process; Redis has its own.
func New(client redis.UniversalClient, clock func() time.Time, logger *slog.Logger) *Store {
	return &Store{
		Prefix:    "canbobot:",
		link:      &link{client: client, clock: clock, logger: logger},
		logger:    logger,
		clock:     clock,
		queue:     newQueue(),
		owner:     rand.Text() + ":",
		seen:      newBounded[struct{}](clock, capacity),
		states:    newBounded[[]byte](clock, capacity),
		rates:     newBounded[int64](clock, capacity),
		counted:   newBounded[int64](clock, capacity),
		guess:     newGuessMemory(clock),
		waitLimit: waitLimit,
		beat:      lockBeat,
	}
}

// Turn is one event of a conversation that no other event disturbs until End.
type Turn struct {
	Seen    bool   // handled before: there is nothing to do, and State is empty
	Limited bool   // too many events from this person in the last minute; a repeat keeps the place it had
	Warn    bool   // Limited, and this event is the first of them: say so once
	State   []byte // the dialogue position as End kept it; empty when there is none

	store        *Store
	conversation string
	event        string
	token        string
	local        bool // held in this process only: Redis did not answer
	beats        *time.Timer
	ended        atomic.Bool // for a beat that is on its way
	over         bool
}

// Begin takes the conversation of a person, waiting for the event before this
// one to end. It refuses with unavailable "busy" when that takes too long; the
// platform then delivers the event again. Every Turn must End.
func (s *Store) Begin(ctx context.Context, channel, userID, eventID string) (*Turn, error) {
	wait, cancel := context.WithTimeout(ctx, s.waitLimit)
	defer cancel()
	turn := &Turn{store: s, conversation: channel + ":" + userID, event: eventID}
	if err := s.queue.lock(wait, turn.conversation); err != nil {
		return nil, busy(ctx, err)
	}
	if err := s.begin(wait, turn); err != nil {
		s.queue.unlock(turn.conversation)
		return nil, busy(ctx, err)
	}
	if turn.Seen { // nothing is held for what is over
		turn.over = true
		s.queue.unlock(turn.conversation)
	}
	return turn, nil
}

// busy tells the end of our patience from the end of the caller's.
func busy(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return services.Unavailable("busy").Because(err)
}

func (s *Store) begin(ctx context.Context, turn *Turn) error {
	if _, seen := s.seen.get(turn.seenKey()); seen {
		turn.Seen = true
		return nil
	}
	turn.token = s.owner + strconv.FormatUint(s.turns.Add(1), 10)
	keys := []string{turn.lockKey(), turn.seenKey(), turn.stateKey(), turn.rateKey(), turn.countedKey()}
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 250*time.Millisecond) {
		reply, err := s.link.run(ctx, beginScript, keys,
			s.owner, turn.token, lockKept.Milliseconds(), rateWindow.Milliseconds(), seenKept.Milliseconds())
		if errors.Is(err, errAway) {
			s.beginHere(turn)
			return nil
		}
		if err != nil {
			return err
		}
		status, events, state := readBegin(reply)
		switch status {
		case replySeen:
			turn.Seen = true
			return nil
		case replyGranted:
			turn.State = state
			if kept, ok := s.states.get(turn.stateKey()); ok {
				turn.State = kept
			}
			turn.count(events)
			turn.holds(s.beat)
			return nil
		}
		// Another replica holds the conversation.
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

func readBegin(reply any) (status, events int64, state []byte) {
	fields, _ := reply.([]any)
	if len(fields) == 0 {
		return replyBusy, 0, nil
	}
	status, _ = fields[0].(int64)
	if status == replyGranted {
		events, _ = fields[1].(int64)
		text, _ := fields[2].(string)
		state = []byte(text)
	}
	return status, events, state
}

// beginHere takes the conversation within this process alone.
func (s *Store) beginHere(turn *Turn) {
	turn.local = true
	turn.State, _ = s.states.get(turn.stateKey())
	events, counted := s.counted.get(turn.countedKey())
	if !counted {
		events = s.rates.change(turn.rateKey(), rateWindow, func(n int64) int64 { return n + 1 })
		s.counted.set(turn.countedKey(), events, seenKept)
	}
	turn.count(events)
}

func (t *Turn) count(events int64) {
	t.Limited = events > rateLimit
	t.Warn = events == rateLimit+1
}

// holds keeps the conversation for a turn that takes long, as long as its process
// lives. Most turns are over before the first beat.
func (t *Turn) holds(every time.Duration) {
	t.beats = time.AfterFunc(time.Hour, func() {
		ctx, cancel := context.WithTimeout(context.Background(), every)
		defer cancel()
		held, err := t.store.link.run(ctx, holdScript, []string{t.lockKey()}, t.token, lockKept.Milliseconds())
		if !t.ended.Load() && (err != nil || held == int64(1)) { // what Redis did not hear, it may hear next time
			t.beats.Reset(every)
		}
	})
	t.beats.Reset(every)
}

// End keeps the dialogue position (none: forget it), marks the event as handled
// when done, and lets the next event of the conversation begin. What Redis does
// not take stays in this process, so that the error is always nil and an answer
// that was given stands. It works even when ctx is over, and only once; a Seen
// turn has nothing to end.
func (t *Turn) End(ctx context.Context, state []byte, done bool) error {
	if t.over {
		return nil
	}
	t.over = true
	t.ended.Store(true)
	if t.beats != nil {
		t.beats.Stop()
	}
	s := t.store
	defer s.queue.unlock(t.conversation)
	if !t.local && t.endThere(context.WithoutCancel(ctx), state, done) {
		return nil
	}
	s.states.set(t.stateKey(), state, stateKept) // an empty one hides what Redis still holds
	if done {
		s.seen.set(t.seenKey(), struct{}{}, seenKept)
		s.counted.delete(t.countedKey())
	}
	return nil
}

func (t *Turn) endThere(ctx context.Context, state []byte, done bool) bool {
	s := t.store
	var kept int64
	if done {
		kept = seenKept.Milliseconds()
	}
	keys := []string{t.lockKey(), t.seenKey(), t.stateKey(), t.countedKey()}
	if state == nil {
		state = []byte{}
	}
	reply, err := s.link.run(ctx, endScript, keys, t.token, kept, state, stateKept.Milliseconds())
	if err != nil {
		return false
	}
	if reply == int64(1) {
		s.states.delete(t.stateKey())
	} else {
		s.logger.Warn("conversation was held too long; its position is dropped", "event", t.event)
	}
	return true
}

// The braces keep the keys of a conversation on one node of a cluster.
func (t *Turn) key(kind string) string { return t.store.Prefix + kind + ":{" + t.conversation + "}" }

func (t *Turn) lockKey() string    { return t.key("lock") }
func (t *Turn) stateKey() string   { return t.key("state") }
func (t *Turn) rateKey() string    { return t.key("rate") }
func (t *Turn) seenKey() string    { return t.key("seen") + ":" + t.event }
func (t *Turn) countedKey() string { return t.key("counted") + ":" + t.event }
