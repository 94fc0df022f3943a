package main

import (
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/bot/delivery"
)

// A notice goes through whatever can happen to the processes and servers on the
// way: everybody has it in the end, and the ward knows of whoever may have it
// twice. The plays wait more than they work, so all of them run at once; and
// apart from the other tests, of which some are impatient.
func TestBroadcast(t *testing.T) {
	if testing.Short() { // long
		return
	}
	servers := os.Getenv("TEST_DATABASE_URL") != "" && os.Getenv("TEST_REDIS_URL") != ""
	none := func(t *testing.T, result figures) {
		if result.Repeated != 0 || result.Uncertain != 0 {
			t.Errorf("%d are repeated and %d uncertain, though nobody died and the platform always answered", result.Repeated,
				result.Uncertain)
		}
	}
	const killed = "a process is killed"
	var running sync.WaitGroup
	for name, play := range map[string]struct {
		benchBroadcast
		servers bool // that can go away, or be shared; without them the database within plays
		check   func(t *testing.T, result figures)
	}{
		killed: {benchBroadcast{Recipients: 1500, Kill: 1}, false, func(t *testing.T, result figures) {
			if result.Repeated > delivery.InFlight {
				t.Errorf("%d are repeated, more than a process has in its hands", result.Repeated)
			}
		}},
		"a process is restarted":              {benchBroadcast{Recipients: 1500, Terminate: 2}, false, none},
		"every tenth message is one too many": {benchBroadcast{Recipients: 600, TooMany: 10}, false, none},
		"the platform fails": {benchBroadcast{Recipients: 1000, Outage: "telegram", Away: 2 * time.Second},
			false, nil},
		"the database is away": {benchBroadcast{Recipients: 3000, Outage: "database", Away: 6 * time.Second},
			true, nil},
		"Redis is away": {benchBroadcast{Recipients: 3000, Outage: "redis", Away: 3 * time.Second},
			true, nil},
		"two processes keep one limit": {benchBroadcast{Recipients: 1200, Replicas: 2, Limit: 300, Replies: 10}, true,
			func(t *testing.T, result figures) {
				none(t, result)
				if result.Refused != 0 {
					t.Errorf("%d were refused for being too many", result.Refused)
				}
			}},
	} {
		if play.servers != servers && name != killed { // whichever database: a kill is played on both
			continue
		}
		running.Go(func() {
			t.Run(name, func(t *testing.T) {
				result := broadcasts(t, play.benchBroadcast)
				if play.check != nil {
					play.check(t, result)
				}
			})
		})
	}
	running.Wait()
}

// broadcasts sends a notice through what the options do, and wants nobody without
// it and no repetition that the ward is not told of.
func broadcasts(t *testing.T, options benchBroadcast) figures {
	t.Helper()
	p := &process{ctx: t.Context(), stdout: io.Discard, clock: time.Now}
	for _, key := range []string{"DATABASE_URL", "REDIS_URL"} {
		if address := os.Getenv("TEST_" + key); address != "" {
			p.environ = append(p.environ, key+"="+address)
		}
	}
	options.Replicas = max(options.Replicas, 1)
	b, err := openBroadcast(p, options, os.Args[0])
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
		t.Errorf("%d have no message, and of %d repeated ones the ward is not told of %d", result.Lost, result.Repeated,
			result.Unmarked)
	}
	if said := b.logs(); strings.Contains(said, "panic") || strings.Contains(said, benchWords) ||
		strings.Contains(said, b.fake.Token) {
		t.Errorf("in the log: %s", said[max(0, len(said)-6000):])
	}
	return result
}

// logs are what the replicas have said.
func (b *broadcast) logs() string {
	var all strings.Builder
	for _, one := range b.replicas {
		content, _ := os.ReadFile(one.log)
		all.Write(content)
	}
	return all.String()
}
