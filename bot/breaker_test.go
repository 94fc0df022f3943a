package bot_test

import (
	"errors"
	"testing"
	"time"

	"canbobot/bot"
)

func TestABreakerOpensDownAndComesBack(t *testing.T) {
	now := time.Date(2026, 4, 6, 9, 0, 0, 0, time.UTC)
	breakers := bot.NewBreakers(func() time.Time { return now })
	silence := &bot.SendError{Fate: bot.Uncertain, Cause: errors.New("never heard")}
	fail := func() {
		t.Helper()
		if err := breakers.Try("zalo"); err != nil {
			t.Fatalf("not tried: %v", err)
		}
		breakers.Heard("zalo", silence)
	}
	for range 3 {
		fail()
	}
	err := breakers.Try("zalo")
	if failed := (*bot.SendError)(nil); !errors.As(err, &failed) || failed.Fate != bot.Retry ||
		!failed.RetryAt.Equal(now.Add(5*time.Second)) {
		t.Fatalf("after three silences: %v", err)
	}
	if err := breakers.Try("telegram"); err != nil {
		t.Errorf("another channel: %v", err)
	}
	now = now.Add(5 * time.Second)
	if err := breakers.Try("zalo"); err != nil {
		t.Fatalf("nobody may try again: %v", err)
	}
	if breakers.Try("zalo") == nil {
		t.Error("two try at once whether it is up")
	}
	breakers.Heard("zalo", silence)
	if err := breakers.Try("zalo"); err == nil {
		t.Error("up after another silence")
	}
	now = now.Add(10 * time.Second)
	if err := breakers.Try("zalo"); err != nil {
		t.Fatal(err)
	}
	now = now.Add(31 * time.Second) // who tried never came back
	if err := breakers.Try("zalo"); err != nil {
		t.Errorf("a lost probe bars the line: %v", err)
	}
	breakers.Heard("zalo", &bot.SendError{Fate: bot.Refused, Cause: errors.New("bad request")}) // an answer is an answer
	for range 2 {
		fail()
	}
	if err := breakers.Try("zalo"); err != nil {
		t.Errorf("two silences are not three: %v", err)
	}
	var none *bot.Breakers
	if none.Try("zalo") != nil {
		t.Error("no memory bars nobody")
	}
	none.Heard("zalo", silence)
}

// Sixty messages are underway when a platform goes away for a moment: that is one
// failure more, not sixty, and the line is tried again soon.
func TestManyFailuresAtOnceAreOne(t *testing.T) {
	now := time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)
	breakers := bot.NewBreakers(func() time.Time { return now })
	gone := &bot.SendError{Fate: bot.Uncertain, Cause: errors.New("gone")}
	for range 60 {
		if err := breakers.Try("telegram"); err != nil {
			t.Fatal(err)
		}
	}
	for range 60 {
		breakers.Heard("telegram", gone)
		now = now.Add(time.Second) // some of them hang
	}
	if err := breakers.Try("telegram"); err != nil {
		t.Fatalf("not tried again: %v", err)
	}
	breakers.Heard("telegram", gone)
	now = now.Add(9 * time.Second)
	if breakers.Try("telegram") == nil {
		t.Error("tried again too soon")
	}
	now = now.Add(time.Second)
	if err := breakers.Try("telegram"); err != nil {
		t.Errorf("not tried again: %v", err)
	}
}
