package session

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// guessing runs the same rules over Redis and over the process's memory; pass
// lets time go by in either.
func guessing(t *testing.T, test func(t *testing.T, guesses *Guesses, pass func(time.Duration))) {
	t.Run("redis", func(t *testing.T) {
		quiet()
		inside := miniredis.RunT(t)
		client := redis.NewClient(hasty(&redis.Options{Addr: inside.Addr()}))
		t.Cleanup(func() { client.Close() })
		store := New(client, newWatch().Now, silent())
		test(t, store.Guesses(), inside.FastForward)
	})
	t.Run("memory", func(t *testing.T) {
		server := newServer(t)
		gate, client := newGate(t, server)
		gate.close()
		clock := newWatch()
		test(t, server.store(t, client, clock.Now, silent()).Guesses(), clock.Advance)
	})
}

// judged counts how many of tries in a row are let through, each of them wrong.
func judged(t *testing.T, guesses *Guesses, tries int, keys ...string) (n int) {
	t.Helper()
	for range tries {
		if try(t, guesses, keys...) == 0 {
			n++
		}
	}
	return n
}

func try(t *testing.T, guesses *Guesses, keys ...string) time.Duration {
	t.Helper()
	wait, err := guesses.Try(context.Background(), keys...)
	if err != nil {
		t.Fatal(err)
	}
	return wait
}

func spare(t *testing.T, guesses *Guesses, keys ...string) {
	t.Helper()
	if err := guesses.Spare(context.Background(), keys...); err != nil {
		t.Fatal(err)
	}
}

func wrong(t *testing.T, guesses *Guesses) bool {
	t.Helper()
	flood, err := guesses.Wrong(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return flood
}

func slowed(t *testing.T, guesses *Guesses, key string) time.Duration {
	t.Helper()
	wait, err := guesses.Slow(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	return wait
}

func TestGuessesPauseGrows(t *testing.T) {
	guessing(t, func(t *testing.T, guesses *Guesses, pass func(time.Duration)) {
		const key = "telegram:1"
		if got := judged(t, guesses, guessTries, key); got != guessTries {
			t.Fatalf("%d of the first %d judged", got, guessTries)
		}
		for i, want := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, time.Hour} {
			for range 3 { // waiting makes nothing worse
				if got := try(t, guesses, key); got != want {
					t.Errorf("pause %d is %v, want %v", i+1, got, want)
				}
			}
			if got := try(t, guesses, fmt.Sprint("telegram:2", i)); got != 0 {
				t.Errorf("another account waits %v", got)
			}
			pass(want)
			if got := try(t, guesses, key); got != 0 {
				t.Errorf("after pause %d: %v", i+1, got)
			}
		}
		if err := guesses.Right(context.Background(), key); err != nil {
			t.Fatal(err)
		}
		if got := judged(t, guesses, guessTries, key); got != guessTries {
			t.Errorf("a right guess forgets nothing: %d judged", got)
		}
	})
}

func TestGuessesWindow(t *testing.T) {
	guessing(t, func(t *testing.T, guesses *Guesses, pass func(time.Duration)) {
		for range 3 * guessTries {
			if got := try(t, guesses, "k"); got != 0 {
				t.Fatalf("slow guesses wait %v", got)
			}
			pass(guessWindow / (guessTries - 1)) // never five in a window
		}
	})
}

// A try that was spared leaves no trace: neither a pause, nor a try more.
func TestGuessesSpared(t *testing.T) {
	guessing(t, func(t *testing.T, guesses *Guesses, pass func(time.Duration)) {
		for range 3 * guessTries {
			if got := try(t, guesses, "k"); got != 0 {
				t.Fatalf("a spared try is counted: wait %v", got)
			}
			spare(t, guesses, "k")
		}
		judged(t, guesses, guessTries-1, "k")
		try(t, guesses, "k")
		spare(t, guesses, "k")
		if got := judged(t, guesses, 5, "k"); got != 1 {
			t.Errorf("%d more judged after four wrong ones", got)
		}
		pass(time.Minute)
		try(t, guesses, "k")
		spare(t, guesses, "k")
		if got := judged(t, guesses, 5, "k"); got != 1 || try(t, guesses, "k") != 5*time.Minute {
			t.Errorf("%d judged after the first pause, then wait %v", got, try(t, guesses, "k"))
		}
	})
}

// Of several keys each counts, and the longest pause holds.
func TestGuessesOfSeveralKeys(t *testing.T) {
	guessing(t, func(t *testing.T, guesses *Guesses, _ func(time.Duration)) {
		for i := range guessTries { // five accounts guess at one person's number
			if got := try(t, guesses, fmt.Sprint("account", i), "person"); got != 0 {
				t.Fatalf("try %d waits %v", i+1, got)
			}
		}
		if got := try(t, guesses, "account9", "person"); got != time.Minute {
			t.Errorf("a sixth account waits %v", got)
		}
		if got := judged(t, guesses, 9, "account9"); got != guessTries {
			t.Errorf("%d tries of an account that had to wait for another's", got)
		}
	})
}

// Sixty at once are judged no more than one after another: through Redis, and
// while it is away.
func TestOfSixtyGuessesAtOnceFiveAreJudged(t *testing.T) {
	sixty := func(t *testing.T, guesses *Guesses, keys ...string) {
		t.Helper()
		var all sync.WaitGroup
		var judged atomic.Int32
		for range 60 {
			all.Go(func() {
				if wait, err := guesses.Try(context.Background(), keys...); err != nil {
					t.Error(err)
				} else if wait == 0 {
					judged.Add(1)
				}
			})
		}
		all.Wait()
		if got := judged.Load(); got != guessTries {
			t.Errorf("%d of 60 judged, want %d", got, guessTries)
		}
	}
	server := newServer(t)
	t.Run("redis", func(t *testing.T) {
		replicas := server.store(t, server.client(t), time.Now, silent())
		sixty(t, replicas.Guesses(), "account", "person")
	})
	t.Run("inside", func(t *testing.T) {
		client, closer, err := OpenRedis("")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closer() })
		sixty(t, New(client, time.Now, silent()).Guesses(), "account")
	})
	t.Run("away", func(t *testing.T) {
		gate, client := newGate(t, server)
		gate.close()
		sixty(t, server.store(t, client, newWatch().Now, silent()).Guesses(), "account")
	})
}

// However many guess for however long, everybody else waits for a moment, once.
func TestAFloodOfGuessesSlowsAndStopsNobody(t *testing.T) {
	guessing(t, func(t *testing.T, guesses *Guesses, pass func(time.Duration)) {
		for i := range floodLimit {
			if wrong(t, guesses) {
				t.Fatalf("flood at wrong guess %d", i+1)
			}
		}
		if got := slowed(t, guesses, "early"); got != 0 {
			t.Errorf("before the flood: %v", got)
		}
		for range 2000 {
			if !wrong(t, guesses) {
				t.Fatal("the flood is not told")
			}
		}
		const key = "innocent"
		if got := slowed(t, guesses, key); got != slow {
			t.Errorf("a guess in a flood waits %v", got)
		}
		pass(slow - time.Second)
		if got := slowed(t, guesses, key); got != time.Second {
			t.Errorf("asked too early: %v", got)
		}
		pass(time.Second)
		for range 3 { // the code, the proof, the consent
			if got := slowed(t, guesses, key) + try(t, guesses, key); got != 0 {
				t.Errorf("who waited still waits %v", got)
			}
		}
		pass(floodWindow)
		if got := slowed(t, guesses, "later"); got != 0 {
			t.Errorf("after the flood: %v", got)
		}
	})
}

func TestGuessesOfAnOutageCountAfterIt(t *testing.T) {
	server := newServer(t)
	gate, client := newGate(t, server)
	clock := newWatch()
	guesses := server.store(t, client, clock.Now, silent()).Guesses()
	gate.close()
	judged(t, guesses, guessTries, "k")
	gate.open()
	clock.Advance(rest)
	if got := try(t, guesses, "k"); got != time.Minute-rest {
		t.Errorf("wait %v after the outage", got)
	}
	try(t, guesses, "elsewhere") // Redis is asked again
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_, tried := guesses.Try(gone, "other")
	_, slowed := guesses.Slow(gone, "other")
	_, flood := guesses.Wrong(gone)
	for name, err := range map[string]error{"Try": tried, "Slow": slowed, "Wrong": flood,
		"Spare": guesses.Spare(gone, "k"), "Right": guesses.Right(gone, "k")} {
		if err == nil {
			t.Errorf("%s: no error for a caller who is gone", name)
		}
	}
}

// The scripts mean the same on a real Redis.
func TestGuessesScripts(t *testing.T) {
	server := newServer(t)
	guesses := server.store(t, server.client(t), time.Now, silent()).Guesses()
	near := func(got, want time.Duration) bool { return got <= want && got > want-10*time.Second }
	judged(t, guesses, guessTries-1, "k", "l")
	spare(t, guesses, "k", "l")
	if got := judged(t, guesses, 9, "k", "l"); got != 2 {
		t.Errorf("%d judged after three wrong ones", got)
	}
	if got := try(t, guesses, "k"); !near(got, time.Minute) {
		t.Errorf("pause %v", got)
	}
	if err := guesses.Right(context.Background(), "k", "l"); err != nil {
		t.Fatal(err)
	}
	if got := try(t, guesses, "k", "l"); got != 0 {
		t.Errorf("wait %v after a right guess", got)
	}
	told := 0
	for range floodLimit + 2 {
		if wrong(t, guesses) {
			told++
		}
	}
	if got := slowed(t, guesses, "x"); told != 2 || got != slow {
		t.Errorf("flood told %d times, wait %v", told, got)
	}
	if got := slowed(t, guesses, "x"); got > slow || got < slow-time.Second {
		t.Errorf("asked again: wait %v", got)
	}
}
