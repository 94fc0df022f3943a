package session

import (
	"fmt"
	"testing"
)

// While the database is away a platform brings the same events again and again.
// Each counts once, so that they are answered when it is back, in Redis' presence
// and without it.
func TestAnEventCountsOnceHoweverOftenItComes(t *testing.T) {
	for _, away := range []bool{false, true} {
		t.Run(fmt.Sprint("redis away ", away), func(t *testing.T) {
			redis := newServer(t)
			gate, client := newGate(t, redis)
			if away {
				gate.close()
			}
			store := redis.store(t, client, newWatch().Now, silent())
			for range 2 * rateLimit {
				for event := range 4 {
					turn := begin(t, store, "1", fmt.Sprint(event))
					if turn.Limited {
						t.Fatalf("event %d is refused because it had to come again", event)
					}
					end(t, turn, "", false)
				}
			}
			for event := range rateLimit {
				turn := begin(t, store, "1", fmt.Sprint(event))
				if turn.Seen || turn.Limited {
					t.Errorf("event %d: %+v", event, turn)
				}
				end(t, turn, "", true)
			}
			for range 3 { // whoever is told to wait is told so until it arrives
				turn := begin(t, store, "1", "one more")
				if !turn.Warn {
					t.Error("one too many is not told so")
				}
				end(t, turn, "", false)
			}
			turn := begin(t, store, "1", "and more")
			if !turn.Limited || turn.Warn {
				t.Errorf("beyond it: %+v", turn)
			}
			end(t, turn, "", true)
		})
	}
}
