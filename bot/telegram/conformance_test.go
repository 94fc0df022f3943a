package telegram_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"canbobot/bot"
	"canbobot/bot/channeltest"
	"canbobot/bot/telegram"
	"canbobot/bot/telegram/telegramtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Case{Name: "telegram",
		New: func(t *testing.T, logger *slog.Logger) channeltest.Harness {
			return newLine(t, logger)
		}})
}

// line is a channel and the fake Telegram at its other end.
type line struct {
	channel *telegram.Channel
	server  *telegramtest.Server
	away    atomic.Bool // nothing can be connected
	hangUp  func()      // ends the connections that wait for use
}

func newLine(t *testing.T, logger *slog.Logger) *line {
	t.Helper()
	l := &line{server: telegramtest.New(t)}
	l.channel = telegram.New(telegram.Config{Token: l.server.Token, APIURL: l.server.URL, Client: l.client(t),
		Logger: logger})
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

func (l *line) Channel() bot.Channel { return l.channel }

func (l *line) Secrets() []string {
	_, secret, _ := strings.Cut(l.server.Token, ":")
	return []string{secret, "/bot"}
}

const firstPerson = 5_000_000_000 // ids no longer fit into 32 bits

func (l *line) Chat(n int) string {
	return chatOf(l.server.Known(firstPerson+int64(n), "Hoa"))
}

func (l *line) Shown(chatID string) []channeltest.Message {
	var all []channeltest.Message
	for _, m := range l.server.User(number(chatID), "Hoa").Messages() {
		message := channeltest.Message{Text: m.Text, Bold: strings.Join(m.Bold, ""), Protect: m.Protected, Buttons: labels(m)}
		if m.FileName != "" {
			message.Files = []channeltest.File{{Name: m.FileName, Content: m.Content}}
		}
		all = append(all, message)
	}
	return all
}

func (l *line) Fail(chatID string, trouble channeltest.Trouble) (func(), bool) {
	s := l.server
	switch trouble {
	case channeltest.TooMany:
		s.Fail(telegramtest.Fault{Status: 429, RetryAfter: int(channeltest.RetryAfter / time.Second)})
	case channeltest.Refusal:
		s.Fail(telegramtest.Fault{Status: 400,
			Text: `Bad Request: can't parse entities: unsupported start tag "kín-7431" at byte offset 3`})
	case channeltest.Silence:
		s.Fail(telegramtest.Fault{CutAfter: true})
	case channeltest.Gateway:
		s.Fail(telegramtest.Fault{Status: 502, Body: "<html><body>502 Bad Gateway /bot" + s.Token + "</body></html>"})
	case channeltest.Shut:
		s.Fail(telegramtest.Fault{Status: 401})
	case channeltest.Blocked:
		user := s.User(number(chatID), "Hoa")
		user.Block()
		return user.Unblock, true
	case channeltest.Away:
		l.away.Store(true)
		l.hangUp()
		return func() { l.away.Store(false) }, true
	}
	return s.Recover, true
}
