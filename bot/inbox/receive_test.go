package inbox

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"canbobot/bot"
)

func TestFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		if took, err := w.timed(true, said("a1")); err != nil || took != 0 {
			t.Errorf("took %s, %v", took, err)
		}
		w.expectDone("a1")
		if len(w.parkings()) > 0 || w.box.Waiting() > 0 {
			t.Error("an event that was handled is kept")
		}
	})
}

// The slow handler goes on; a job looks after the event should we die.
func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.behave = func(ctx context.Context, _ bot.Inbound) error { return wait(ctx, 3*time.Second) }
		ctx, hangUp := context.WithCancel(t.Context())
		began := time.Now()
		in := said("a1")
		err := w.box.Handler(true).Handle(ctx, in)
		hangUp()
		if took := time.Since(began); err != nil || took != defaultBudget {
			t.Errorf("took %s, %v", took, err)
		}
		parked := w.parkings()
		if len(parked) != 1 || parked[0].after != time.Minute || w.counted(Slow) != 1 {
			t.Fatalf("parked %v, counted %d", parked, w.counted(Slow))
		}
		if strings.Contains(parked[0].sealed, in.Text) {
			t.Error("parked in the clear")
		}
		w.expectDone("")
		pass(3 * time.Second)
		w.expectDone("a1")
		if err := w.box.Take(t.Context(), parked[0].sealed); err != nil {
			t.Fatal(err)
		}
		w.expectDone("a1 a1") // the dispatcher would know it
		if got := w.inbounds["a1"]; got.Text != in.Text || !got.At.Equal(in.At) {
			t.Errorf("taken as %+v", got)
		}
	})
}

func TestFailing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		broken := errors.New("platform asks for a pause")
		w.behave = func(context.Context, bot.Inbound) error { return broken }
		if took, err := w.timed(true, said("a1")); err != nil || took != 0 {
			t.Errorf("took %s, %v", took, err)
		}
		parked := w.parkings()
		if len(parked) != 1 || parked[0].after != 5*time.Second {
			t.Fatalf("parked %v", parked)
		}
		if err := w.box.Take(t.Context(), parked[0].sealed); !errors.Is(err, broken) {
			t.Errorf("Take: %v", err)
		}
		if err := w.box.Take(t.Context(), "nonsense"); err == nil || !strings.Contains(err.Error(), "does not open") {
			t.Errorf("Take of nonsense: %v", err)
		}
	})
}

func TestPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.behave = func(_ context.Context, in bot.Inbound) error { panic(in.Text) }
		w.give(true, "a1")
		parked := w.parkings()
		if len(parked) != 1 || parked[0].after != 5*time.Second {
			t.Fatalf("parked %v", parked)
		}
		if err := w.box.Take(t.Context(), parked[0].sealed); !errors.As(err, &panicked{}) {
			t.Errorf("Take: %v", err)
		}
		if !w.logged("type=string") || w.logged("tài khoản") {
			t.Error("the log must have the panic's type, and nothing of what was written")
		}
	})
}

// The platform repeats what is refused, so that for a while nothing need be
// kept; past that it would switch the webhook off.
func TestAwayRefusesThenSpools(t *testing.T) {
	for _, test := range []struct {
		name          string
		outage, age   time.Duration
		repeats, kept bool
	}{
		{"begins", 0, 0, true, false},
		{"lasts", 19 * time.Minute, 0, true, false},
		{"lasts too long", 20 * time.Minute, 0, true, true},
		{"repeated", 0, 19 * time.Minute, true, false},
		{"repeated for too long", 0, 20 * time.Minute, true, true},
		{"repeated since an earlier life", 0, 3 * time.Hour, true, true},
		{"of a clock that is ahead", 0, -time.Hour, true, false},
		{"given once", 0, 0, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.down.Store(true)
				if _, err := w.timed(true, said("x0")); err == nil {
					t.Fatal("the first was not refused")
				}
				pass(test.outage)
				in := said("a1")
				in.At = in.At.Add(-test.age)
				took, err := w.timed(test.repeats, in)
				if took > time.Second {
					t.Errorf("took %s", took)
				}
				if test.kept != (err == nil) || (w.box.Waiting() == 1) != test.kept {
					t.Errorf("err %v, %d wait", err, w.box.Waiting())
				}
				if err != nil && (!errors.Is(err, errAway) || w.counted(Refused) != 2) {
					t.Errorf("refused with %v, counted %d", err, w.counted(Refused))
				}
				if strings.Contains(w.file("zalo.spool"), "tài khoản") {
					t.Error("spooled in the clear")
				}
			})
		})
	}
}

// A success between two failures makes them two outages.
func TestOutageEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.down.Store(true)
		refused := func(id string) {
			t.Helper()
			if _, err := w.timed(true, said(id)); err == nil {
				t.Errorf("%s was not refused", id)
			}
		}
		refused("a1")
		pass(19 * time.Minute)
		w.down.Store(false)
		w.give(true, "a2")
		w.down.Store(true)
		pass(19 * time.Minute)
		refused("a3")
		// So does a parked one.
		pass(19 * time.Minute)
		w.down.Store(false)
		w.behave = func(context.Context, bot.Inbound) error { return errors.New("no") }
		w.give(true, "a4")
		w.down.Store(true)
		pass(19 * time.Minute)
		refused("a5")
		pass(20 * time.Minute)
		w.give(true, "a6")
		w.expectWaiting(1)
	})
}

// Neither a handler nor a database that hangs, nor one that heeds no context,
// holds the platform up.
func TestHangingAnswersInASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		free := make(chan struct{})
		w.behave = func(ctx context.Context, _ bot.Inbound) error { <-ctx.Done(); return ctx.Err() }
		w.park = func(context.Context, parking) error { <-free; return nil }
		for _, repeats := range []bool{true, false} {
			took, err := w.timed(repeats, said("a1"))
			if took > time.Second || (err != nil) != repeats {
				t.Errorf("repeats %v: took %s, %v", repeats, took, err)
			}
		}
		w.expectWaiting(1)
		close(free)
		pass(handlePatience)
	})
}

// One person's events do not pass each other, different people's do.
func TestOnePersonInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.behave = func(ctx context.Context, in bot.Inbound) error {
			if in.EventID == "a1" {
				return wait(ctx, 300*time.Millisecond)
			}
			return nil
		}
		for _, id := range []string{"a1", "a2", "a3", "b1"} {
			go w.give(true, id)
			synctest.Wait()
		}
		w.expectDone("b1")
		pass(time.Second)
		w.expectDone("b1 a1 a2 a3")
		if len(w.box.lanes.last) > 0 {
			t.Error("lanes are left behind")
		}
	})
}

// Too many slow handlers are not joined by more.
func TestRunningIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		free := make(chan struct{})
		w.behave = func(context.Context, bot.Inbound) error { <-free; return nil }
		for range runningMost {
			in := said("a1")
			in.UserID = "" // waits for nobody
			go w.box.Handler(true).Handle(context.Background(), in)
		}
		pass(time.Second)
		took, err := w.timed(true, said("b1"))
		if parked := w.parkings(); err != nil || took != 0 || len(parked) != runningMost+1 ||
			parked[runningMost].after != parkFailed {
			t.Errorf("took %s, %v, %d parked", took, err, len(w.parkings()))
		}
		close(free)
		pass(time.Second)
		if strings.Contains(w.done(), "b1") {
			t.Error("handled although there was no place")
		}
	})
}

func TestSealFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.noSeal.Store(true)
		w.give(true, "a1") // needs no seal
		w.down.Store(true)
		for _, repeats := range []bool{true, false} {
			if _, err := w.timed(repeats, said("a2")); err == nil || !strings.Contains(err.Error(), "cannot be sealed: no key") {
				t.Errorf("%v", err)
			}
		}
		w.expectWaiting(0)
	})
}

// A time that JSON does not take must not have the event refused for ever.
func TestOddTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.down.Store(true)
		in := said("a1")
		in.At = time.UnixMilli(9_999_999_999_999_999)
		if _, err := w.timed(false, in); err != nil {
			t.Fatal(err)
		}
		w.down.Store(false)
		w.run()
		synctest.Wait()
		if got := w.inbounds["a1"]; !got.At.Equal(time.Now()) {
			t.Errorf("came with %s", got.At)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*Config){
		"Handler, Park, Seal and Open": func(c *Config) { c.Park = nil },
		"a folder":                     func(c *Config) { c.Dir = "" },
		"name \"../x\"":                func(c *Config) { c.Name = "../x" },
		"another process uses it":      func(*Config) {},
		"cannot be sealed": func(c *Config) {
			c.Seal = func([]byte) (string, error) {
				return "",
					errors.New("no key")
			}
		},
		"not text": func(c *Config) { c.Seal = func([]byte) (string, error) { return "\xff", nil } },
		"does not open": func(c *Config) {
			c.Open = func(string) ([]byte, error) {
				return nil,
					errors.New("no key")
			}
		},
		"opens as something else": func(c *Config) { c.Open = func(string) ([]byte, error) { return nil, nil } },
		"not a directory":         func(c *Config) { c.Dir += "/zalo.lock" },
	} {
		config := w.config()
		change(&config)
		if _, err := New(config); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.behave = func(ctx context.Context, in bot.Inbound) error {
			if in.EventID == "a1" {
				return wait(ctx, 5*time.Second)
			}
			return nil
		}
		stop := w.run()
		w.give(true, "a1")
		began := time.Now()
		if err := w.box.Close(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != 5*time.Second-defaultBudget {
			t.Errorf("Close took %s", took)
		}
		w.expectDone("a1")
		stop()
		if _, err := w.timed(false, said("a2")); !errors.Is(err, errClosed) {
			t.Errorf("after Close: %v", err)
		}
		if err := w.box.Take(t.Context(), w.parkings()[0].sealed); !errors.Is(err, errClosed) {
			t.Errorf("Take after Close: %v", err)
		}
		if err := w.box.Run(t.Context()); !errors.Is(err, errClosed) {
			t.Errorf("Run after Close: %v", err)
		}
		w.expectDone("a1")
	})
}

// What does not end is cut off, and what heeds nothing is left behind.
func TestCloseIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.behave = func(ctx context.Context, _ bot.Inbound) error { <-ctx.Done(); return ctx.Err() }
		w.give(true, "a1")
		began := time.Now()
		if err := w.box.Close(); err != nil || time.Since(began) != closeGrace {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		w.open()
		free := make(chan struct{})
		w.behave = func(context.Context, bot.Inbound) error { <-free; return nil }
		w.give(true, "a2")
		began = time.Now()
		if err := w.box.Close(); err == nil || time.Since(began) != closeGrace+closeLast {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		close(free)
		synctest.Wait()
	})
}
