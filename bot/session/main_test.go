package session

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// watch is a clock that tests move.
type watch struct {
	mu  sync.Mutex
	now time.Time
}

func newWatch() *watch { return &watch{now: time.Date(2026, 4, 10, 2, 0, 0, 0, time.UTC)} }

func (w *watch) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *watch) Advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// journal keeps what was logged.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) count(words string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Count(j.text.String(), words)
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// server is the test's Redis: the one of TEST_REDIS_URL, else an own one.
type server struct {
	options *redis.Options
	prefix  string
}

func newServer(t testing.TB) *server {
	t.Helper()
	quiet()
	prefix := "test:" + t.Name() + ":" + time.Now().Format("150405.000000") + ":"
	if address := os.Getenv("TEST_REDIS_URL"); address != "" {
		options, err := redis.ParseURL(address)
		if err != nil {
			t.Fatal(err)
		}
		s := &server{options: options, prefix: prefix}
		client := s.client(t)
		t.Cleanup(func() { // before the client is closed
			keys, err := client.Keys(context.Background(), prefix+"*").Result()
			if err != nil {
				t.Error(err)
			} else if len(keys) > 0 {
				client.Del(context.Background(), keys...)
			}
		})
		return s
	}
	inside := miniredis.RunT(t)
	return &server{options: &redis.Options{Addr: inside.Addr()}, prefix: prefix}
}

func (s *server) client(t testing.TB) *redis.Client {
	t.Helper()
	options := *s.options
	client := redis.NewClient(hasty(&options))
	t.Cleanup(func() { client.Close() })
	return client
}

// store is a replica of the program.
func (s *server) store(t testing.TB, client redis.UniversalClient, clock func() time.Time, logger *slog.Logger) *Store {
	t.Helper()
	store := New(client, clock, logger)
	store.Prefix = s.prefix
	return store
}

// gate stands between a client and Redis, and can be shut (nobody answers the
// door) or made to hang (the door opens and nothing comes).
type gate struct {
	listener net.Listener
	target   string
	shut     atomic.Bool
	hang     atomic.Bool

	mu    sync.Mutex
	conns map[net.Conn]bool
	work  sync.WaitGroup
}

func newGate(t *testing.T, s *server) (*gate, *redis.Client) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{listener: listener, target: s.options.Addr, conns: map[net.Conn]bool{}}
	g.work.Go(g.serve)
	t.Cleanup(func() {
		listener.Close()
		g.cut()
		g.work.Wait()
	})
	options := *s.options
	options.Addr = listener.Addr().String()
	client := redis.NewClient(hasty(&options))
	t.Cleanup(func() { client.Close() })
	return g, client
}

func (g *gate) serve() {
	for {
		conn, err := g.listener.Accept()
		if err != nil {
			return
		}
		if g.shut.Load() {
			conn.Close()
			continue
		}
		g.keep(conn)
		if g.hang.Load() {
			continue
		}
		behind, err := net.Dial("tcp", g.target)
		if err != nil {
			conn.Close()
			continue
		}
		g.keep(behind)
		g.work.Go(func() { io.Copy(behind, conn); behind.Close() })
		g.work.Go(func() { io.Copy(conn, behind); conn.Close() })
	}
}

func (g *gate) keep(conn net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conns[conn] = true
}

// cut ends every connection.
func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for conn := range g.conns {
		conn.Close()
		delete(g.conns, conn)
	}
}

func (g *gate) close() { g.shut.Store(true); g.cut() }
func (g *gate) open()  { g.shut.Store(false); g.hang.Store(false); g.cut() }
func (g *gate) stall() { g.hang.Store(true); g.cut() }

func begin(t testing.TB, store *Store, user, event string) *Turn {
	t.Helper()
	turn, err := store.Begin(context.Background(), "telegram", user, event)
	if err != nil {
		t.Fatalf("begin %s: %v", event, err)
	}
	return turn
}

func end(t testing.TB, turn *Turn, state string, done bool) {
	t.Helper()
	var bytes []byte
	if state != "" {
		bytes = []byte(state)
	}
	if err := turn.End(context.Background(), bytes, done); err != nil {
		t.Fatal(err)
	}
}
