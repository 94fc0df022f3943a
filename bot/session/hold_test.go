package session

import (
	"testing"
	"time"
)

// A turn that takes long keeps its conversation; that of a process which is gone
// is free a quarter of a minute later.
func TestAConversationIsHeldAsLongAsItsProcessLives(t *testing.T) {
	redis := newServer(t)
	client := redis.client(t)
	store := redis.store(t, client, time.Now, silent())
	store.beat = 10 * time.Millisecond
	turn := begin(t, store, "1", "a")
	left := func() time.Duration {
		t.Helper()
		left, err := client.PTTL(t.Context(), turn.lockKey()).Result()
		if err != nil {
			t.Fatal(err)
		}
		return left
	}
	if kept := left(); kept > 15*time.Second {
		t.Errorf("who is killed keeps a conversation for %s", kept)
	}
	tick, late := time.NewTicker(5*time.Millisecond), time.After(20*time.Second)
	defer tick.Stop()
	for range 3 {
		if err := client.PExpire(t.Context(), turn.lockKey(), 5*time.Second).Err(); err != nil {
			t.Fatal(err)
		}
		for left() <= 5*time.Second {
			select {
			case <-tick.C:
			case <-late:
				t.Fatal("no beat")
			}
		}
	}
	end(t, turn, "{}", true)
	for range 10 { // a beat on its way takes nothing back
		<-tick.C
		if n := client.Exists(t.Context(), turn.lockKey()).Val(); n != 0 {
			t.Fatal("held after its end")
		}
	}
}
