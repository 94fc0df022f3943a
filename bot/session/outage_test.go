package session

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"
)

func TestRedisGoneAndBack(t *testing.T) {
	for _, fault := range []string{"refuses", "hangs"} {
		t.Run(fault, func(t *testing.T) {
			redis := newServer(t)
			gate, client := newGate(t, redis)
			log, clock := &journal{}, newWatch()
			store := redis.store(t, client, clock.Now, slog.New(slog.NewTextHandler(log, nil)))
			fail := gate.close
			if fault == "hangs" {
				fail = gate.stall
			}

			end(t, begin(t, store, "1", "a"), "before", true)
			open := begin(t, store, "1", "b")
			fail()
			end(t, open, "during", true) // kept in the process
			for i := range 4 {
				turn := begin(t, store, "1", fmt.Sprint(i))
				if want := "during"; string(turn.State) != want {
					t.Errorf("position %q in the outage, want %q", turn.State, want)
				}
				end(t, turn, "during", true)
				if !begin(t, store, "1", fmt.Sprint(i)).Seen {
					t.Errorf("event %d not seen in the outage", i)
				}
				clock.Advance(rest) // so that each asks again
			}
			if got := log.count("does not answer"); got != 1 {
				t.Errorf("outage logged %d times", got)
			}

			gate.open()
			clock.Advance(rest)
			turn := begin(t, store, "1", "z")
			if turn.local {
				t.Fatal("Redis is back and not used")
			}
			if string(turn.State) != "during" {
				t.Errorf("position %q after the outage, want the younger one", turn.State)
			}
			end(t, turn, "after", true)
			if got := log.count("answers again"); got != 1 {
				t.Errorf("healing logged %d times", got)
			}
			for _, event := range []string{"a", "b", "3", "z"} {
				if !begin(t, store, "1", event).Seen {
					t.Errorf("event %s forgotten", event)
				}
			}
			there := redis.store(t, redis.client(t), clock.Now, silent())
			turn = begin(t, there, "1", "y")
			if string(turn.State) != "after" {
				t.Errorf("another replica reads %q", turn.State)
			}
			end(t, turn, "", true)
		})
	}
}

func TestPositionForgottenInOutageStaysForgotten(t *testing.T) {
	redis := newServer(t)
	gate, client := newGate(t, redis)
	clock := newWatch()
	store := redis.store(t, client, clock.Now, silent())
	end(t, begin(t, store, "1", "a"), "before", true)
	gate.close()
	// Memory alone does not know the position from before.
	end(t, begin(t, store, "1", "b"), "", true)
	gate.open()
	clock.Advance(rest)
	turn := begin(t, store, "1", "c")
	if turn.local || len(turn.State) != 0 {
		t.Errorf("local %v, position %q", turn.local, turn.State)
	}
	end(t, turn, "", true)
}

func TestOutageLimitsAndLocks(t *testing.T) {
	redis := newServer(t)
	gate, client := newGate(t, redis)
	gate.close()
	clock := newWatch()
	store := redis.store(t, client, clock.Now, silent())
	var limited, warned int
	for i := range rateLimit + 2 {
		turn := begin(t, store, "1", fmt.Sprint(i))
		if turn.Limited {
			limited++
		}
		if turn.Warn {
			warned++
		}
		end(t, turn, "{}", true)
	}
	if limited != 2 || warned != 1 {
		t.Errorf("limited %d, warned %d; want 2 and 1", limited, warned)
	}
	clock.Advance(rateWindow)
	held := begin(t, store, "1", "x")
	if held.Limited {
		t.Error("still limited in the next window")
	}
	store.waitLimit = 50 * time.Millisecond
	if _, err := store.Begin(context.Background(), "telegram", "1", "y"); err == nil {
		t.Error("two turns of one conversation at once")
	}
	store.waitLimit = waitLimit
	end(t, held, "{}", true)
	clock.Advance(stateKept)
	turn := begin(t, store, "1", "y")
	if len(turn.State) != 0 {
		t.Errorf("a position outlives its day: %q", turn.State)
	}
	end(t, turn, "", true)
	if !begin(t, store, "1", "x").Seen {
		t.Error("mark lost before its time")
	}
	clock.Advance(seenKept)
	if begin(t, store, "1", "x").Seen {
		t.Error("mark outlives its time")
	}
}

func TestOneProbeAtATime(t *testing.T) {
	clock := newWatch()
	l := &link{clock: clock.Now, logger: silent()}
	l.failed(context.DeadlineExceeded)
	if allowed, _ := l.mayAsk(); allowed {
		t.Error("asked in the rest")
	}
	clock.Advance(rest)
	if allowed, probe := l.mayAsk(); !allowed || !probe {
		t.Error("not asked after the rest")
	}
	if allowed, _ := l.mayAsk(); allowed {
		t.Error("a second one asks while the first finds out")
	}
	l.worked()
	if allowed, probe := l.mayAsk(); !allowed || probe {
		t.Error("not open after healing")
	}
}
