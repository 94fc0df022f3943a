package app

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"canbobot/bot/delivery"
)

// broadcasts sends a notice through whatever the options do to the processes and
// servers on the way, and wants everybody to have it, and the ward to know of
// whoever may have it twice.
func broadcasts(t *testing.T, options benchBroadcast) figures {
	t.Helper()
	t.Parallel()
	p := &process{ctx: t.Context(), stdout: io.Discard, stderr: io.Discard, clock: time.Now}
	for _, key := range []string{"DATABASE_URL", "REDIS_URL"} {
		if address := os.Getenv("TEST_" + key); address != "" {
			p.environ = append(p.environ, key+"="+address)
		}
	}
	options.Replicas = max(options.Replicas, 1)
	b, err := openBroadcast(p, options, os.Args[0], childServes+"=1")
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	result, err := b.run(p.ctx)
	if err != nil {
		said := b.logs()
		t.Fatalf("%v\n%s", err, said[max(0, len(said)-6000):])
	}
	if result.Lost != 0 || result.Unmarked != 0 {
		t.Errorf("%d have no message, and of %d repeated ones the ward is not told of %d", result.Lost, result.Repeated, result.Unmarked)
	}
	if said := b.logs(); strings.Contains(said, "panic") || strings.Contains(said, benchWords) || strings.Contains(said, b.fake.Token) {
		t.Errorf("in the log: %s", said[max(0, len(said)-6000):])
	}
	return result
}

// servers reports whether the tests have servers that can go away.
func servers() bool {
	return os.Getenv("TEST_DATABASE_URL") != "" && os.Getenv("TEST_REDIS_URL") != ""
}

func TestBroadcastThroughKills(t *testing.T) {
	result := broadcasts(t, benchBroadcast{Recipients: 1500, Kill: 1})
	if result.Repeated > delivery.InFlight {
		t.Errorf("%d are repeated, more than a process has in its hands", result.Repeated)
	}
}

func TestBroadcastThroughRestarts(t *testing.T) {
	result := broadcasts(t, benchBroadcast{Recipients: 1500, Terminate: 2})
	if result.Repeated != 0 || result.Uncertain != 0 {
		t.Errorf("a process that ends as it is told leaves %d repeated and %d uncertain", result.Repeated, result.Uncertain)
	}
}

func TestBroadcastThroughPauses(t *testing.T) {
	result := broadcasts(t, benchBroadcast{Recipients: 600, TooMany: 10})
	if result.Repeated != 0 || result.Uncertain != 0 {
		t.Errorf("%d repeated and %d uncertain, though the platform said that it took none", result.Repeated, result.Uncertain)
	}
}

func TestBroadcastWhileThePlatformFails(t *testing.T) {
	broadcasts(t, benchBroadcast{Recipients: 1000, Outage: "telegram", Away: 2 * time.Second})
}

func TestBroadcastWhileTheDatabaseIsAway(t *testing.T) {
	if servers() {
		broadcasts(t, benchBroadcast{Recipients: 3000, Outage: "database", Away: 6 * time.Second})
	}
}

func TestBroadcastWhileRedisIsAway(t *testing.T) {
	if servers() {
		broadcasts(t, benchBroadcast{Recipients: 3000, Outage: "redis", Away: 3 * time.Second})
	}
}

// Two processes keep one limit between them, while officers write.
func TestBroadcastOfReplicasKeepsTheLimit(t *testing.T) {
	if !servers() {
		return // they share nothing
	}
	result := broadcasts(t, benchBroadcast{Recipients: 1200, Replicas: 2, Limit: 300, Replies: 10})
	if result.Refused != 0 || result.Repeated != 0 {
		t.Errorf("%d were refused for being too many, %d repeated", result.Refused, result.Repeated)
	}
}
