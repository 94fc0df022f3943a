package inbox

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"canbobot/bot"
)

var errAway = errors.New("database is away")

// parking is one call of Park.
type parking struct {
	sealed string
	after  time.Duration
}

// world is an inbox between a platform and a database that can go away.
type world struct {
	t   *testing.T
	dir string
	box *Inbox

	down     atomic.Bool                                      // the database: handler, Park and Ready fail
	behave   func(ctx context.Context, in bot.Inbound) error  // before the handler's own work
	park     func(ctx context.Context, p parking) (err error) // before parking
	noSeal   atomic.Bool
	mu       sync.Mutex
	began    []string // ids in the order in which the handler got them
	handled  []string // ids in the order in which the handler was done
	inbounds map[string]bot.Inbound
	parked   []parking
	counts   map[string]int
	log      strings.Builder
}

func newWorld(t *testing.T, change ...func(*Config)) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), inbounds: map[string]bot.Inbound{}, counts: map[string]int{}}
	w.open(change...)
	t.Cleanup(func() {
		if err := w.box.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return w
}

func (w *world) config() Config {
	return Config{
		Handler: w, Dir: w.dir, Name: "zalo",
		Park: func(ctx context.Context, sealed string, after time.Duration) error {
			p := parking{sealed, after}
			if w.park != nil {
				if err := w.park(ctx, p); err != nil {
					return err
				}
			}
			if w.down.Load() {
				return errAway
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			w.parked = append(w.parked, p)
			return nil
		},
		Seal: func(plain []byte) (string, error) {
			if w.noSeal.Load() {
				return "", errors.New("no key")
			}
			return "s:" + base64.StdEncoding.EncodeToString(plain), nil
		},
		Open: func(sealed string) ([]byte, error) {
			text, ok := strings.CutPrefix(sealed, "s:")
			if !ok {
				return nil, errors.New("unknown key")
			}
			return base64.StdEncoding.DecodeString(text)
		},
		Ready: func(context.Context) error {
			if w.down.Load() {
				return errAway
			}
			return nil
		},
		Logger: slog.New(slog.NewTextHandler(w, nil)),
		Count: func(what string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.counts[what]++
		},
	}
}

// open starts an inbox over the folder.
func (w *world) open(change ...func(*Config)) {
	w.t.Helper()
	config := w.config()
	for _, c := range change {
		c(&config)
	}
	var err error
	if w.box, err = New(config); err != nil {
		w.t.Fatal(err)
	}
}

// reopen is a restart without a crash.
func (w *world) reopen(change ...func(*Config)) {
	w.t.Helper()
	if err := w.box.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open(change...)
}

// Write takes the log.
func (w *world) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(p)
}

func (w *world) logged(words string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Contains(w.log.String(), words)
}

func (w *world) counted(what string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts[what]
}

// Handle is the handler behind the inbox.
func (w *world) Handle(ctx context.Context, in bot.Inbound) error {
	w.mu.Lock()
	w.began = append(w.began, in.EventID)
	w.mu.Unlock()
	if w.behave != nil {
		if err := w.behave(ctx, in); err != nil {
			return err
		}
	}
	if w.down.Load() {
		return errAway
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handled = append(w.handled, in.EventID)
	w.inbounds[in.EventID] = in
	return nil
}

func (w *world) done() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.handled, " ")
}

// tried lists what the handler was given, in order.
func (w *world) tried() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.began...)
}

func (w *world) parkings() []parking {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]parking(nil), w.parked...)
}

// event is one of person ("a1" is of a), that happened at this moment.
func said(id string) bot.Inbound {
	return bot.Inbound{Channel: "zalo", EventID: id, UserID: id[:1], ChatID: id[:1], Private: true,
		Text: "số tài khoản " + id, At: time.Now()}
}

// give hands events over, one after the other; all must be acknowledged.
func (w *world) give(repeats bool, ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		if err := w.box.Handler(repeats).Handle(w.t.Context(), said(id)); err != nil {
			w.t.Errorf("%s: %v", id, err)
		}
	}
}

// timed hands an event over and tells how long the answer took.
func (w *world) timed(repeats bool, in bot.Inbound) (time.Duration, error) {
	began := time.Now()
	err := w.box.Handler(repeats).Handle(context.Background(), in)
	return time.Since(began), err
}

// run runs Run until the returned function, or the test, ends it.
func (w *world) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	box := w.box
	go func() {
		defer close(ended)
		if err := box.Run(ctx); err != nil {
			w.t.Errorf("Run: %v", err)
		}
	}()
	stop = func() { cancel(); <-ended }
	w.t.Cleanup(stop)
	return stop
}

// pass lets time pass in a bubble, and everything come to rest.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// wait lasts for d or until ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// file is the content of one of the inbox's files; empty when there is none.
func (w *world) file(name string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.t.Fatal(err)
	}
	return string(text)
}

func (w *world) put(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) expectDone(want string) {
	w.t.Helper()
	if got := w.done(); got != want {
		w.t.Errorf("handled %q, want %q", got, want)
	}
}

func (w *world) expectWaiting(want int) {
	w.t.Helper()
	if got := w.box.Waiting(); got != want {
		w.t.Errorf("%d events wait, want %d", got, want)
	}
}

func ids(person string, n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("%s%d", person, i))
	}
	return all
}
