package zalobot

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"canbobot/bot"
	"canbobot/bot/zalobot/zalobottest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// line is a channel, the fake platform at its other end, and a shelf.
type line struct {
	channel *Channel
	server  *zalobottest.Server
	shelf   *shelf
	log     *logged
	counted *counter
	away    atomic.Bool // nothing can be connected
	hangUp  func()      // ends the connections that wait for use
}

// words are the channel's as tests read them.
var words = Words{
	Numbers: func(example string) string { return "Trả lời bằng số, ví dụ " + example },
	Link:    func(name, address string) string { return "Mở tệp " + name + ":\n" + address },
}

// newLine makes a line; change may alter the settings before the channel is
// made. Pauses of the channel take no time.
func newLine(t *testing.T, change func(*Config)) *line {
	t.Helper()
	l := &line{server: zalobottest.New(t), shelf: newShelf(t), log: &logged{}, counted: &counter{}}
	config := Config{
		Token: l.server.Token, APIURL: l.server.URL, Shelf: l.shelf, Words: words, Client: l.client(t),
		Logger: slog.New(slog.NewTextHandler(l.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Count: l.counted.add,
	}
	if change != nil {
		change(&config)
	}
	l.channel = New(config)
	l.channel.pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	t.Cleanup(func() {
		if _, secret, _ := strings.Cut(zalobottest.Token, ":"); strings.Contains(l.log.String(), secret) {
			t.Errorf("the token is in the log: %s", l.log)
		}
	})
	return l
}

// client connects unless the line is away, and leaves nothing open behind.
func (l *line) client(t *testing.T) *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 16,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if l.away.Load() {
				return nil, errors.New("connection refused")
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}}
	l.hangUp = transport.CloseIdleConnections
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// person is the n-th, to whom the bot may write.
func (l *line) person(n int) *zalobottest.User {
	return l.server.Known(zalobottest.ID("person", n), "Hoa")
}

// shelf gives out what it was offered over HTTP: a picture as often as it is
// asked for, a document once.
type shelf struct {
	url   string
	fault error

	mu     sync.Mutex
	offers map[string]offer // path
}

type offer struct {
	channel, chatID string
	file            bot.File
	picture         bool
	taken           int
}

func newShelf(t *testing.T) *shelf {
	s := &shelf{offers: map[string]offer{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *shelf) Offer(_ context.Context, channel, chatID string, file bot.File, picture bool) (string, error) {
	if s.fault != nil {
		return "", s.fault
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	path := "/t/" + rand.Text()
	s.offers[path] = offer{channel: channel, chatID: chatID, file: file, picture: picture}
	return s.url + path, nil
}

// at is what lies at an address.
func (s *shelf) at(address string) (offer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.offers[strings.TrimPrefix(address, s.url)]
	return found, ok
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	found, ok := s.offers[r.URL.Path]
	found.taken++
	s.offers[r.URL.Path] = found
	s.mu.Unlock()
	if !ok || found.taken > 1 && !found.picture {
		http.NotFound(w, r)
		return
	}
	w.Write(found.file.Content)
}

// logged is a log that tests read while the channel writes.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// counter counts what the channel counts.
type counter struct {
	mu  sync.Mutex
	all map[string]int
}

func (c *counter) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[string]int{}
	}
	c.all[what]++
}

func (c *counter) of(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all[what]
}

// checkFate judges an error of the channel.
func checkFate(t *testing.T, err error, want bot.Fate, why string) {
	t.Helper()
	if got := bot.FateOf(err); err == nil || got != want || bot.WhyOf(err) != why {
		t.Errorf("fate %s %q, want %s %q: %v", got, bot.WhyOf(err), want, why, err)
	}
}
