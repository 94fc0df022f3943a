package inbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"canbobot/bot"
)

// outage has events spooled while the database is away.
func (w *world) outage(ids ...string) {
	w.t.Helper()
	w.down.Store(true)
	w.give(false, ids...)
	w.down.Store(false)
	w.began = nil
	w.expectWaiting(len(ids))
}

// only lists the events of one person, in order.
func only(person string, all []string) (own []string) {
	for _, id := range all {
		if strings.HasPrefix(id, person) {
			own = append(own, id)
		}
	}
	return own
}

func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		w := newWorld(t)
		w.reopen(func(c *Config) {
			ready := c.Ready
			c.Ready = func(ctx context.Context) error { asked++; return ready(ctx) }
		})
		w.run()
		w.down.Store(true)
		w.give(false, "a1", "b1", "a2", "c1", "a3", "b2")
		pass(time.Hour)
		if asked < 700 || asked > 730 {
			t.Errorf("a database that is away was asked %d times in an hour", asked)
		}
		w.expectWaiting(6)
		w.expectDone("")
		w.down.Store(false)
		pass(pauseAway)
		w.expectWaiting(0)
		if len(w.handled) != 6 {
			t.Errorf("handled %q", w.handled)
		}
		for person, want := range map[string]string{"a": "a1 a2 a3", "b": "b1 b2", "c": "c1"} {
			if got := strings.Join(only(person, w.handled), " "); got != want {
				t.Errorf("handled %q, want %q", got, want)
			}
		}
		if got := w.file("zalo.spool"); got != "" {
			t.Errorf("the file still has %q", got)
		}
		if w.counted(Spooled) != 6 || w.counted(Drained) != 6 {
			t.Errorf("counted %v", w.counts)
		}
		info, err := os.Stat(filepath.Join(w.dir, "zalo.spool"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	})
}

// While an event waits, all later ones of its person go behind it, answered at
// once; other people need not wait.
func TestOrderWhileDraining(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.outage("a1")
		w.behave = func(ctx context.Context, in bot.Inbound) error {
			if in.EventID == "a1" {
				return wait(ctx, 10*time.Second)
			}
			return nil
		}
		w.down.Store(true)
		w.give(true, "b1") // spooled, not refused: the database is away, and others wait
		w.down.Store(false)
		w.run()
		synctest.Wait()
		w.expectDone("b1")
		for _, id := range []string{"a2", "a3"} {
			if took, err := w.timed(true, said(id)); took != 0 || err != nil {
				t.Errorf("%s took %s, %v", id, took, err)
			}
		}
		w.give(true, "b2")
		w.expectDone("b1 b2")
		if err := w.box.keep(said("c1")); err != nil { // and out at once
			t.Fatal(err)
		}
		synctest.Wait()
		w.expectDone("b1 b2 c1")
		w.expectWaiting(3)
		pass(10 * time.Second)
		w.expectDone("b1 b2 c1 a1 a2 a3")
		w.give(true, "a4")
		w.expectDone("b1 b2 c1 a1 a2 a3 a4")
	})
}

// Several people are handled side by side, but not all of them.
func TestDrainWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var all []string
		for i := range 2 * drainWorkers {
			all = append(all, fmt.Sprintf("%c1", 'a'+i))
		}
		w.outage(all...)
		w.behave = func(ctx context.Context, _ bot.Inbound) error { return wait(ctx, time.Second) }
		w.run()
		synctest.Wait()
		if len(w.tried()) != drainWorkers {
			t.Errorf("%d are handled at a time", len(w.tried()))
		}
		pass(2 * time.Second)
		w.expectWaiting(0)
	})
}

// A database that goes away again ends the draining, and costs no event a try.
func TestAwayAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.outage("a1", "a2", "a3")
		w.behave = func(_ context.Context, in bot.Inbound) error {
			if in.EventID == "a2" && len(w.tried()) == 2 {
				w.down.Store(true)
			}
			return nil
		}
		w.run()
		pass(10 * time.Hour)
		w.expectDone("a1")
		w.expectWaiting(2)
		if got := strings.Join(w.tried(), " "); got != "a1 a2" {
			t.Errorf("began %q: a database that is away was asked with events", got)
		}
		w.down.Store(false)
		pass(pauseMost)
		w.expectDone("a1 a2 a3")
		if len(w.parkings()) > 0 {
			t.Error("parked")
		}
	})
}

// Nor is it asked with the events of everybody.
func TestAwayAgainForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var all []string
		for i := range 20 {
			all = append(all, fmt.Sprintf("%c1", 'a'+i))
		}
		w.outage(all...)
		w.behave = func(context.Context, bot.Inbound) error { w.down.Store(true); return nil }
		w.run()
		pass(time.Hour)
		if tried := w.tried(); len(tried) != drainWorkers {
			t.Errorf("tried %q", tried)
		}
		w.behave = nil
		w.down.Store(false)
		pass(pauseMost)
		w.expectWaiting(0)
	})
}

// Progress is in the file: whatever the moment of a crash, nothing is passed
// over, and only what was underway comes twice.
func TestCrashInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.outage("a1", "a2", "b1", "a3", "b2")
		w.behave = func(ctx context.Context, in bot.Inbound) error {
			if in.EventID == "a2" || in.EventID == "b2" {
				return wait(ctx, time.Second)
			}
			return nil
		}
		w.run()
		synctest.Wait()
		w.expectWaiting(3)
		next := newWorld(t)
		if err := next.box.Close(); err != nil {
			t.Fatal(err)
		}
		next.put("zalo.spool", w.file("zalo.spool"))
		next.open()
		next.expectWaiting(3)
		next.run()
		synctest.Wait()
		if got := only("a", next.handled); !slices.Equal(got, []string{"a2", "a3"}) {
			t.Errorf("handled %q", got)
		}
		if got := only("b", next.handled); !slices.Equal(got, []string{"b2"}) {
			t.Errorf("handled %q", got)
		}
		pass(time.Minute)
	})
}

func TestRestartGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.outage("a1", "a2")
		w.reopen()
		w.expectWaiting(2)
		w.give(true, "a3") // behind them, though nothing drains yet
		w.expectWaiting(3)
		w.run()
		synctest.Wait()
		w.expectDone("a1 a2 a3")
	})
}

// An event that fails by its own fault is tried, then parked: its person waits
// for a moment, and nobody else at all.
func TestPoison(t *testing.T) {
	for name, poison := range map[string]struct {
		behave func() error
		tries  int
	}{
		"fails":  {func() error { return errors.New("no") }, triesMost},
		"panics": {func() error { panic("Nguyễn") }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.outage("a1", "b1", "a2")
				w.behave = func(_ context.Context, in bot.Inbound) error {
					if in.EventID == "a1" {
						return poison.behave()
					}
					return nil
				}
				w.run()
				pass(0)
				if !strings.Contains(w.done(), "b1") {
					t.Errorf("b waits for a: %q", w.done())
				}
				pass(time.Minute)
				if got := slices.Sorted(slices.Values(w.handled)); !slices.Equal(got, []string{"a2", "b1"}) {
					t.Errorf("handled %q", got)
				}
				w.expectWaiting(0)
				if got := len(only("a1", w.tried())); got != poison.tries {
					t.Errorf("tried %d times", got)
				}
				parked := w.parkings()
				if len(parked) != 1 || parked[0].after != parkFailed {
					t.Fatalf("parked %v", parked)
				}
				w.behave = nil
				if err := w.box.Take(t.Context(), parked[0].sealed); err != nil {
					t.Error(err)
				}
				if got := strings.Join(only("a", w.handled), " "); got != "a2 a1" {
					t.Errorf("handled %q", got)
				}
			})
		})
	}
}

// A database that answers and takes nothing (a read-only replica) loses nothing
// either; the event stays, and others go on.
func TestNeitherHandledNorParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.outage("a1", "b1", "a2")
		var readOnly atomic.Bool
		readOnly.Store(true)
		w.behave = func(_ context.Context, in bot.Inbound) error {
			if readOnly.Load() && in.UserID == "a" {
				return errors.New("read-only")
			}
			return nil
		}
		w.park = func(context.Context, parking) error {
			if readOnly.Load() {
				return errors.New("read-only")
			}
			return nil
		}
		w.run()
		pass(time.Hour)
		w.expectDone("b1")
		w.expectWaiting(2)
		if tries := len(only("a1", w.tried())); tries < 60 || tries > 200 {
			t.Errorf("tried %d times in an hour", tries)
		}
		readOnly.Store(false)
		pass(pauseMost)
		w.expectDone("b1 a1 a2")
		if w.file("zalo.failed") != "" {
			t.Error("given up")
		}
	})
}

// What does not open is set aside for people to look at, and can be put back.
func TestUnopenable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.outage("a1", "a2", "b1")
		key := w.config().Open
		lost := true
		if err := w.box.Close(); err != nil {
			t.Fatal(err)
		}
		w.open(func(c *Config) {
			c.Open = func(sealed string) ([]byte, error) {
				if plain, err := key(sealed); !lost || err != nil || !strings.Contains(string(plain), `"a1"`) {
					return plain, err
				}
				return nil, errors.New("unknown key")
			}
		})
		w.run()
		synctest.Wait()
		w.expectWaiting(0)
		if got := only("a", w.handled); !slices.Equal(got, []string{"a2"}) || w.counted(SetAside) != 1 ||
			!w.logged("unknown key") {
			t.Errorf("handled %q, %v", got, w.counts)
		}
		failed := w.file("zalo.failed")
		if strings.Count(failed, "\n") != 1 {
			t.Fatalf("set aside: %q", failed)
		}
		if err := w.box.Close(); err != nil {
			t.Fatal(err)
		}
		w.put("zalo.spool", failed)
		w.open()
		w.run()
		synctest.Wait()
		if got := only("a", w.handled); !slices.Equal(got, []string{"a2", "a1"}) {
			t.Errorf("handled %q", got)
		}
	})
}

// A line that turns bad under way is set aside as soon as that is possible, and
// nobody else waits for it.
func TestLineTurnsBad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		failed := filepath.Join(w.dir, "zalo.failed")
		if err := os.Mkdir(failed, 0o700); err != nil {
			t.Fatal(err)
		}
		w.outage("a1", "b1", "a2")
		if _, err := w.box.spool.file.WriteAt([]byte{'*'}, 0); err != nil {
			t.Fatal(err)
		}
		w.run()
		pass(time.Hour)
		w.expectDone("b1")
		w.expectWaiting(2)
		if err := os.Remove(failed); err != nil {
			t.Fatal(err)
		}
		pass(pauseMost)
		w.expectDone("b1 a2")
		w.expectWaiting(0)
		if got := w.file("zalo.failed"); !strings.HasPrefix(got, `* {"id":"a1"`) {
			t.Errorf("set aside: %q", got)
		}
	})
}

// Where nobody says whether the database answers, every failure is the event's.
func TestWithoutReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *Config) { c.Ready, c.Logger, c.Count = nil, nil, nil })
		w.down.Store(true)
		w.give(false, "a1", "b1")
		w.run()
		pass(time.Hour)
		w.expectWaiting(2)
		w.down.Store(false)
		pass(pauseMost)
		w.expectWaiting(0)
	})
}

// The end of Run leaves nothing half done.
func TestRunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.outage("a1", "a2")
		w.behave = func(ctx context.Context, _ bot.Inbound) error { return wait(ctx, 3*time.Second) }
		stop := w.run()
		pass(time.Second)
		stop()
		w.expectDone("a1")
		w.expectWaiting(1)
	})
}
