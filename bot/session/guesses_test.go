package session

import (
	"context"
	"fmt"
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

func wait(t *testing.T, guesses *Guesses, key string) time.Duration {
	t.Helper()
	wait, err := guesses.Wait(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	return wait
}

func wrong(t *testing.T, guesses *Guesses, key string) bool {
	t.Helper()
	flood, err := guesses.Wrong(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	return flood
}

func TestGuessesPauseGrows(t *testing.T) {
	guessing(t, func(t *testing.T, guesses *Guesses, pass func(time.Duration)) {
		const key = "telegram:1"
		for i := range guessTries - 1 {
			wrong(t, guesses, key)
			if got := wait(t, guesses, key); got != 0 {
				t.Errorf("after %d wrong: wait %v", i+1, got)
			}
		}
		for i, want := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, time.Hour} {
			wrong(t, guesses, key)
			if got := wait(t, guesses, key); got != want {
				t.Errorf("pause %d is %v, want %v", i+1, got, want)
			}
			if got := wait(t, guesses, "telegram:2"); got != 0 {
				t.Errorf("another account waits %v", got)
			}
			pass(want)
			if got := wait(t, guesses, key); got != 0 {
				t.Errorf("after pause %d: %v", i+1, got)
			}
		}
		if err := guesses.Right(context.Background(), key); err != nil {
			t.Fatal(err)
		}
		wrong(t, guesses, key)
		if got := wait(t, guesses, key); got != 0 {
			t.Errorf("a right guess forgets nothing: %v", got)
		}
	})
}

func TestGuessesWindow(t *testing.T) {
	guessing(t, func(t *testing.T, guesses *Guesses, pass func(time.Duration)) {
		for range 3 * guessTries {
			wrong(t, guesses, "k")
			pass(guessWindow / (guessTries - 1)) // never five in a window
			if got := wait(t, guesses, "k"); got != 0 {
				t.Fatalf("slow guesses wait %v", got)
			}
		}
	})
}

func TestGuessesFlood(t *testing.T) {
	guessing(t, func(t *testing.T, guesses *Guesses, pass func(time.Duration)) {
		floods := 0
		for i := range floodLimit + 20 {
			if wrong(t, guesses, fmt.Sprint("account", i)) {
				if i != floodLimit {
					t.Errorf("flood told at guess %d", i+1)
				}
				floods++
			}
		}
		if floods != 1 {
			t.Errorf("flood told %d times", floods)
		}
		const key = "innocent"
		if got := wait(t, guesses, key); got != slow {
			t.Errorf("a guess in a flood waits %v", got)
		}
		pass(slow - time.Second)
		if got := wait(t, guesses, key); got != time.Second {
			t.Errorf("asked too early: %v", got)
		}
		pass(time.Second)
		if got := wait(t, guesses, key); got != 0 {
			t.Errorf("who waited still waits %v", got)
		}
		if got := wait(t, guesses, key); got != slow {
			t.Errorf("the next guess waits %v", got)
		}
		pass(floodWindow)
		if got := wait(t, guesses, key); got != 0 {
			t.Errorf("after the flood: %v", got)
		}
		told := false
		for i := range floodLimit + 1 {
			told = wrong(t, guesses, fmt.Sprint("again", i))
		}
		if !told {
			t.Error("a second flood is not told")
		}
	})
}

func TestGuessesOfAnOutageCountAfterIt(t *testing.T) {
	server := newServer(t)
	gate, client := newGate(t, server)
	clock := newWatch()
	guesses := server.store(t, client, clock.Now, silent()).Guesses()
	gate.close()
	for range guessTries {
		wrong(t, guesses, "k")
	}
	gate.open()
	clock.Advance(rest)
	if got := wait(t, guesses, "k"); got != time.Minute-rest {
		t.Errorf("wait %v after the outage", got)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := guesses.Wait(gone, "k"); err == nil {
		t.Error("Wait: no error for a caller who is gone")
	}
	if _, err := guesses.Wrong(gone, "k"); err == nil {
		t.Error("Wrong: no error for a caller who is gone")
	}
	if err := guesses.Right(gone, "k"); err == nil {
		t.Error("Right: no error for a caller who is gone")
	}
}

// The scripts mean the same on a real Redis.
func TestGuessesScripts(t *testing.T) {
	server := newServer(t)
	guesses := server.store(t, server.client(t), time.Now, silent()).Guesses()
	for range guessTries + 1 {
		wrong(t, guesses, "k")
	}
	if got := wait(t, guesses, "k"); got > 5*time.Minute || got < 5*time.Minute-10*time.Second {
		t.Errorf("pause %v", got)
	}
	if err := guesses.Right(context.Background(), "k"); err != nil {
		t.Fatal(err)
	}
	if got := wait(t, guesses, "k"); got != 0 {
		t.Errorf("wait %v after a right guess", got)
	}
	told := 0
	for i := range floodLimit - guessTries { // six were counted above
		if wrong(t, guesses, fmt.Sprint(i)) {
			told++
		}
	}
	if got := wait(t, guesses, "x"); told != 1 || got != slow {
		t.Errorf("flood told %d times, wait %v", told, got)
	}
}
