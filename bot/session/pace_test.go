package session

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func chats(from, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint("chat-", from+i)
	}
	return names
}

func allowed(may []bool) (n int) {
	for _, yes := range may {
		if yes {
			n++
		}
	}
	return n
}

// Three replicas with as many senders as want to keep one limit between them.
func TestReplicasShareAPace(t *testing.T) {
	server := newServer(t)
	const perSecond, seconds = 400, 1.5
	limits := map[string]Limit{"telegram": {PerSecond: perSecond}}
	var sent, next atomic.Int64
	var running sync.WaitGroup
	begun := time.Now()
	for range 3 {
		pace := server.store(t, server.client(t), time.Now, silent()).Pace(limits)
		for range 3 {
			running.Go(func() {
				for time.Since(begun).Seconds() < seconds {
					may, wait := pace.Many(t.Context(), "telegram", chats(int(next.Add(64)), 64))
					sent.Add(int64(allowed(may)))
					if wait > 0 {
						<-time.After(wait)
					}
				}
			})
		}
	}
	running.Wait()
	took := time.Since(begun).Seconds()
	least, most := perSecond*seconds*0.3, perSecond*(took+2*burstTime.Seconds())+9
	if n := float64(sent.Load()); n > most || n < least {
		t.Errorf("%.0f were let through in %.2f s, want %.0f to %.0f", n, took, least, most)
	}
}

func TestAPauseHoldsForEveryReplica(t *testing.T) {
	server := newServer(t)
	limits := map[string]Limit{"telegram": {PerSecond: 1000}}
	one := server.store(t, server.client(t), time.Now, silent()).Pace(limits)
	other := server.store(t, server.client(t), time.Now, silent()).Pace(limits)
	one.Halt(t.Context(), "telegram", 7*time.Second)
	one.Halt(t.Context(), "telegram", 2*time.Second) // the longer one counts
	for _, pace := range []*Pace{one, other} {
		if may, wait := pace.Many(t.Context(), "telegram", chats(0, 3)); len(may) != 0 || wait < 6*time.Second ||
			wait > 8*time.Second {
			t.Errorf("many: %v, wait %s", may, wait)
		}
		if wait := pace.One(t.Context(), "telegram", "a"); wait < 6*time.Second {
			t.Errorf("one: wait %s", wait)
		}
	}
	if may, wait := other.Many(t.Context(), "zalo", chats(0, 3)); allowed(may) != 3 || wait != 0 {
		t.Errorf("another channel: %v, wait %s", may, wait)
	}
}

// What goes to one person goes ahead, and what goes to many makes room for it
// and for answers.
func TestOneGoesAheadOfMany(t *testing.T) {
	server := newServer(t)
	pace := server.store(t, server.client(t), time.Now, silent()).Pace(map[string]Limit{"telegram": {PerSecond: 10}})
	may, wait := pace.Many(t.Context(), "telegram", chats(0, 50))
	if n := allowed(may); n < 1 || n > 3 || wait <= 0 {
		t.Fatalf("%d of 50 at once, wait %s", n, wait)
	}
	for i := range 15 {
		if wait := pace.One(t.Context(), "telegram", fmt.Sprint("desk-", i)); wait != 0 {
			t.Fatalf("message %d for one waits %s", i, wait)
		}
	}
	if may, wait := pace.Many(t.Context(), "telegram", chats(50, 5)); allowed(may) != 0 || wait < time.Second {
		t.Errorf("many make no room: %v, wait %s", may, wait)
	}
	late := time.Duration(0)
	for i := range 15 {
		late = max(late, pace.One(t.Context(), "telegram", fmt.Sprint("late-", i)))
	}
	if late == 0 {
		t.Error("single messages without end are a crowd too")
	}
}

// However many people ask, what goes to many waits for a while that can be
// borne, and what goes to one person does not wait: with Redis, and without.
func TestAnswersLeaveNoDebt(t *testing.T) {
	server := newServer(t)
	gate, client := newGate(t, server)
	pace := server.store(t, client, time.Now, silent()).Pace(map[string]Limit{"telegram": {PerSecond: 10}})
	for _, what := range []string{"with Redis", "without"} {
		for i := range spentMost {
			pace.Spent("telegram", fmt.Sprint("officer-", i))
		}
		pace.flush("telegram")
		if may, wait := pace.Many(t.Context(), "telegram", chats(60, 5)); allowed(may) != 0 || wait < singlyAhead/2 ||
			wait > singlyAhead {
			t.Errorf("%s, many: %v, wait %s", what, may, wait)
		}
		if wait := pace.One(t.Context(), "telegram", "lan"); wait != 0 {
			t.Errorf("%s, one waits %s", what, wait)
		}
		gate.close()
	}
}

// A platform asked for a pause while Redis was away: who was told keeps it when
// Redis is back.
func TestAPauseOutlivesAnOutage(t *testing.T) {
	server := newServer(t)
	gate, client := newGate(t, server)
	clock := newWatch()
	pace := server.store(t, client, clock.Now, silent()).Pace(map[string]Limit{"telegram": {PerSecond: 40}})
	gate.close()
	pace.Halt(t.Context(), "telegram", time.Minute)
	gate.open()
	clock.Advance(rest + time.Second)
	if may, wait := pace.Many(t.Context(), "telegram", chats(0, 3)); len(may) != 0 || wait < 50*time.Second {
		t.Errorf("%v, wait %s", may, wait)
	}
}

func TestOneChatIsNotOverrun(t *testing.T) {
	server := newServer(t)
	pace := server.store(t, server.client(t), time.Now,
		silent()).Pace(map[string]Limit{"telegram": {PerSecond: 1000, EachChat: time.Second}})
	if may, _ := pace.Many(t.Context(), "telegram", []string{"lan", "nam", "lan"}); len(may) != 3 || !may[0] || !may[1] ||
		may[2] {
		t.Errorf("twice to one chat: %v", may)
	}
	for i := range 2 {
		if wait := pace.One(t.Context(), "telegram", "lan"); wait != 0 {
			t.Errorf("short bursts are allowed: message %d waits %s", i, wait)
		}
	}
	if wait := pace.One(t.Context(), "telegram", "lan"); wait == 0 {
		t.Error("the fourth message within a second")
	}
	for range 50 { // a long talk
		pace.Spent("telegram", "nam")
	}
	pace.flush("telegram")
	if wait := pace.One(t.Context(), "telegram", "nam"); wait != 0 {
		t.Errorf("who talks with the bot is told nothing else for %s", wait)
	}
}

// Without Redis a process goes on at a quarter of the pace, so that four of them
// keep the limit; and comes back by itself.
func TestPaceInAnOutage(t *testing.T) {
	server := newServer(t)
	gate, client := newGate(t, server)
	clock := newWatch()
	pace := server.store(t, client, clock.Now,
		silent()).Pace(map[string]Limit{"telegram": {PerSecond: 40, EachChat: time.Second}})
	gate.close()
	sent := 0
	for range 100 { // ten seconds
		may, _ := pace.Many(context.Background(), "telegram", chats(sent, 10))
		sent += allowed(may)
		clock.Advance(100 * time.Millisecond)
	}
	if sent < 95 || sent > 105 {
		t.Errorf("%d in ten seconds, want a quarter of 400", sent)
	}
	if may, _ := pace.Many(context.Background(), "telegram", []string{"lan", "lan"}); len(may) == 2 && may[1] {
		t.Error("twice to one chat")
	}
	pace.Halt(context.Background(), "telegram", 5*time.Second)
	clock.Advance(3 * time.Second)
	if _, wait := pace.Many(context.Background(), "telegram", chats(0, 1)); wait < time.Second || wait > 2*time.Second {
		t.Errorf("halted, wait %s", wait)
	}
	gate.open()
	clock.Advance(rest + 5*time.Second)
	pace.Many(context.Background(), "telegram", chats(0, 1))
	if pace.store.link.down {
		t.Error("Redis is back and not used")
	}
}
