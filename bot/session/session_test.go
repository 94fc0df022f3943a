package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/services"
)

func TestTurnKeepsPositionAndMark(t *testing.T) {
	redis := newServer(t)
	client := redis.client(t)
	store := redis.store(t, client, time.Now, silent())

	turn := begin(t, store, "1", "a")
	if turn.Seen || turn.Limited || turn.Warn || len(turn.State) != 0 {
		t.Fatalf("first turn = %+v", turn)
	}
	end(t, turn, `{"f":"change_phone"}`, true)

	if turn = begin(t, store, "1", "a"); !turn.Seen {
		t.Error("handled event is not seen")
	}
	end(t, turn, "", true) // must change nothing

	turn = begin(t, store, "1", "b")
	if turn.Seen || string(turn.State) != `{"f":"change_phone"}` {
		t.Errorf("next turn: seen %v, state %s", turn.Seen, turn.State)
	}
	end(t, turn, "", false)

	turn = begin(t, store, "1", "b")
	if turn.Seen || len(turn.State) != 0 {
		t.Errorf("event left open: seen %v, state %s", turn.Seen, turn.State)
	}
	end(t, turn, "{}", true)
	end(t, turn, "twice", true)

	turn = begin(t, store, "2", "b")
	if turn.Seen || len(turn.State) != 0 {
		t.Errorf("another person: seen %v, state %s", turn.Seen, turn.State)
	}
	for key, want := range map[string]time.Duration{
		turn.lockKey(): lockKept,
		turn.rateKey(): rateWindow,
	} {
		within(t, client.PTTL(context.Background(), key).Val(), want, key)
	}
	end(t, turn, "{}", true)
	within(t, client.PTTL(context.Background(), turn.stateKey()).Val(), stateKept, turn.stateKey())
	within(t, client.PTTL(context.Background(), turn.seenKey()).Val(), seenKept, turn.seenKey())
	if n := client.Exists(context.Background(), turn.lockKey()).Val(); n != 0 {
		t.Error("lock stays after End")
	}
}

func within(t *testing.T, got, want time.Duration, what string) {
	t.Helper()
	if got > want || got < want-10*time.Second {
		t.Errorf("%s lives %v, want about %v", what, got, want)
	}
}

func TestSameEventAtOnce(t *testing.T) {
	redis := newServer(t)
	client := redis.client(t)
	replicas := []*Store{
		redis.store(t, client, time.Now, silent()),
		redis.store(t, client, time.Now, silent()),
	}
	var handled, inside atomic.Int32
	var group sync.WaitGroup
	for event := range 5 {
		for i := range 4 {
			group.Go(func() {
				turn, err := replicas[i%2].Begin(context.Background(), "telegram", "1", fmt.Sprint("event", event))
				if err != nil {
					t.Error(err)
					return
				}
				if turn.Seen {
					turn.End(context.Background(), nil, true)
					return
				}
				if inside.Add(1) != 1 {
					t.Error("two turns of one conversation at once")
				}
				handled.Add(1)
				inside.Add(-1)
				turn.End(context.Background(), []byte("{}"), true)
			})
		}
	}
	group.Wait()
	if handled.Load() != 5 {
		t.Errorf("5 events, 4 times each: %d handled", handled.Load())
	}
}

func TestRateWarnsOnce(t *testing.T) {
	redis := newServer(t)
	client := redis.client(t)
	store := redis.store(t, client, time.Now, silent())
	var warned, limited int
	for i := range rateLimit + 3 {
		turn := begin(t, store, "1", fmt.Sprint(i))
		if turn.Limited {
			limited++
		}
		if turn.Warn {
			warned++
		}
		end(t, turn, "{}", true)
		for range 3 { // repetitions count for nothing
			end(t, begin(t, store, "1", fmt.Sprint(i)), "", true)
		}
	}
	if limited != 3 || warned != 1 {
		t.Errorf("limited %d, warned %d; want 3 and 1", limited, warned)
	}
	turn := begin(t, store, "2", "x")
	if turn.Limited {
		t.Error("one person's haste limits another")
	}
	end(t, turn, "", true)

	client.Del(context.Background(), (&Turn{store: store, conversation: "telegram:1"}).rateKey())
	if turn = begin(t, store, "1", "later"); turn.Limited {
		t.Error("still limited in the next window")
	}
	end(t, turn, "", true)
}

func TestLockPassesBetweenReplicas(t *testing.T) {
	redis := newServer(t)
	client := redis.client(t)
	log := &journal{}
	here := redis.store(t, client, time.Now, slog.New(slog.NewTextHandler(log, nil)))
	there := redis.store(t, client, time.Now, silent())

	held := begin(t, here, "1", "a")
	got := make(chan *Turn)
	go func() {
		turn, err := there.Begin(context.Background(), "telegram", "1", "b")
		if err != nil {
			t.Error(err)
		}
		got <- turn
	}()
	select {
	case <-got:
		t.Fatal("two replicas hold one conversation")
	case <-time.After(60 * time.Millisecond):
	}
	end(t, held, "mine", true)
	next := <-got
	if string(next.State) != "mine" {
		t.Errorf("handed over with position %q", next.State)
	}

	// Held past its time, the lock passes on, and the late End writes no position.
	client.Del(context.Background(), next.lockKey())
	other := begin(t, here, "1", "c")
	end(t, next, "late", true)
	if owner := client.Get(context.Background(), other.lockKey()).Val(); owner != other.token {
		t.Errorf("late End took the lock: %q", owner)
	}
	end(t, other, "young", true)
	turn := begin(t, here, "1", "d")
	if string(turn.State) != "young" {
		t.Errorf("position %q, want the younger one", turn.State)
	}
	end(t, turn, "", true)
	if !begin(t, here, "1", "b").Seen {
		t.Error("event of the late End is not marked")
	}
}

func TestBusy(t *testing.T) {
	redis := newServer(t)
	client := redis.client(t)
	here, there := redis.store(t, client, time.Now, silent()), redis.store(t, client, time.Now, silent())
	here.waitLimit, there.waitLimit = 80*time.Millisecond, 80*time.Millisecond
	held := begin(t, here, "1", "a")
	for name, store := range map[string]*Store{"same process": here, "another replica": there} {
		_, err := store.Begin(context.Background(), "telegram", "1", "b")
		if services.KindOf(err) != services.KindUnavailable || services.CodeOf(err) != "busy" {
			t.Errorf("%s: %v, want unavailable: busy", name, err)
		}
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := here.Begin(gone, "telegram", "1", "b"); !errors.Is(err, context.Canceled) {
		t.Errorf("caller gone: %v", err)
	}
	if err := held.End(gone, []byte("{}"), true); err != nil {
		t.Errorf("End of a caller who is gone: %v", err)
	}
	turn := begin(t, there, "1", "b") // all that gave up left nothing held
	end(t, turn, "", true)
	turn = begin(t, here, "1", "c")
	end(t, turn, "", true)
}

// A turn whose End never reached Redis leaves its lock there; the same process
// does not wait for it to expire.
func TestOwnLeftoverLock(t *testing.T) {
	redis := newServer(t)
	client := redis.client(t)
	store := redis.store(t, client, time.Now, silent())
	turn := begin(t, store, "1", "a")
	store.queue.unlock(turn.conversation)
	store.waitLimit = time.Second
	next := begin(t, store, "1", "b")
	turn.endThere(context.Background(), []byte("late"), false) // arrives at last
	if owner := client.Get(context.Background(), next.lockKey()).Val(); owner != next.token {
		t.Error("the leftover's End released the next turn")
	}
	end(t, next, "", true)
}

func TestDialogues(t *testing.T) {
	redis := newServer(t)
	var sessions bot.Sessions = Dialogues{redis.store(t, redis.client(t), time.Now, silent())}
	dialogue, err := sessions.Begin(context.Background(), "zalo", "1", "a")
	if err != nil {
		t.Fatal(err)
	}
	if err := dialogue.End(context.Background(), []byte("{}"), true); err != nil {
		t.Fatal(err)
	}
	if dialogue, err = sessions.Begin(context.Background(), "zalo", "1", "a"); err != nil || !dialogue.Seen {
		t.Errorf("again: %+v, %v", dialogue, err)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := sessions.Begin(gone, "zalo", "1", "b"); err == nil {
		t.Error("no error for a caller who is gone")
	}
}

func TestOpenRedis(t *testing.T) {
	client, closer, err := OpenRedis("")
	if err != nil {
		t.Fatal(err)
	}
	store := New(client, time.Now, silent())
	end(t, begin(t, store, "1", "a"), "inside", true)
	turn := begin(t, store, "1", "b")
	if string(turn.State) != "inside" {
		t.Errorf("position %q", turn.State)
	}
	end(t, turn, "", true)
	client.Set(context.Background(), "short", "1", 500*time.Millisecond)
	deadline, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for client.Exists(deadline, "short").Val() == 1 {
		select {
		case <-deadline.Done():
			t.Fatal("time stands still in the Redis inside")
		case <-time.After(20 * time.Millisecond):
		}
	}
	if err := closer(); err != nil {
		t.Error(err)
	}
	if err := closer(); err != nil {
		t.Error(err)
	}
	for _, address := range []string{"localhost:6379", "http://host", "redis://:hush@host:port"} {
		_, _, err := OpenRedis(address)
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func BenchmarkTurn(b *testing.B) {
	redis := newServer(b)
	store := redis.store(b, redis.client(b), time.Now, silent())
	state := `{"c":["allowance","history","menu"]}`
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := fmt.Sprint(n.Add(1))
			end(b, begin(b, store, i, i), state, true)
		}
	})
}
