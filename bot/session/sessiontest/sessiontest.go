// Package sessiontest is the real session store for a test: over the Redis of
// TEST_REDIS_URL, else over the one inside the process.
package sessiontest

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"testing"
	"time"

	"canbobot/bot/session"
)

// New opens a store with keys of its own, which go when the test ends.
func New(t testing.TB) *session.Store {
	t.Helper()
	client, closer, err := session.OpenRedis(os.Getenv("TEST_REDIS_URL"))
	if err != nil {
		t.Fatal(err)
	}
	store := session.New(client, time.Now, slog.New(slog.DiscardHandler))
	store.Prefix = "test:" + rand.Text() + ":"
	t.Cleanup(func() {
		keys, err := client.Keys(context.Background(), store.Prefix+"*").Result()
		if err == nil && len(keys) > 0 {
			err = client.Del(context.Background(), keys...).Err()
		}
		if err != nil {
			t.Error(err)
		}
		if err := closer(); err != nil {
			t.Error(err)
		}
	})
	return store
}
