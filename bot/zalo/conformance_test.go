package zalo_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/channeltest"
	"canbobot/bot/zalo"
	"canbobot/bot/zalo/zalotest"
)

func TestConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Case{Name: "zalo", New: func(t *testing.T, logger *slog.Logger) channeltest.Harness {
		return newLine(t, logger)
	}})
}

// line is a channel and the fake Zalo at its other end.
type line struct {
	t       *testing.T
	channel *zalo.Channel
	server  *zalotest.Server
	pair    *pair
	away    atomic.Bool
	hangUp  func()
	mu      sync.Mutex
	shelf   map[string]bot.File
}

func newLine(t *testing.T, logger *slog.Logger) *line {
	t.Helper()
	l := &line{t: t, server: zalotest.New(t), shelf: map[string]bot.File{}}
	l.pair = &pair{server: l.server}
	transport := &http.Transport{MaxIdleConnsPerHost: 16,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if l.away.Load() {
				return nil, errors.New("connection refused")
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}}
	l.hangUp = transport.CloseIdleConnections
	t.Cleanup(transport.CloseIdleConnections)
	l.channel = zalo.New(zalo.Config{
		AppID: l.server.AppID, AppSecret: l.server.AppSecret, OASecret: l.server.OASecret, APIURL: l.server.URL,
		BusinessURL: l.server.URL,
		Tokens:      l.pair, Shelf: l, TextLimit: 2000, ButtonLimit: 5,
		Words: zalo.Words{Numbers: func(example string) string { return "Gõ số, ví dụ " + example },
			Link: func(name, address string) string { return name + "\n" + address }},
		Client: &http.Client{Transport: transport}, Clock: time.Now, Logger: logger,
	})
	return l
}

// pair is the account's token, renewed at the fake's endpoint by nobody else.
type pair struct {
	server *zalotest.Server
	mu     sync.Mutex
	fixed  string
	asked  int
}

func (p *pair) Access(context.Context) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fixed == "" {
		p.fixed, _ = p.server.Tokens()
	}
	return p.fixed, nil
}

func (p *pair) Renew(_ context.Context, refused string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if p.fixed != refused {
		return p.fixed, nil
	}
	next, _ := p.server.Tokens()
	if strings.HasPrefix(next, "revoked-") {
		return "", &bot.SendError{Fate: bot.Broken, Why: bot.WhyToken, Cause: errors.New("the chain is lost")}
	}
	p.fixed, _ = p.server.Issue()
	return p.fixed, nil
}

func (l *line) Offer(_ context.Context, _, _ string, file bot.File, _ bool) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	address := fmt.Sprintf("https://bot.example.vn/d/%d", len(l.shelf))
	l.shelf[address] = file
	return address, nil
}

func (l *line) Channel() bot.Channel { return l.channel }

func (l *line) Secrets() []string {
	access, refresh := l.server.Tokens()
	return []string{access, refresh, l.server.AppSecret, l.server.OASecret}
}

func (l *line) user(n int) *zalotest.User {
	return l.server.Known(fmt.Sprintf("24684588352919%04d", n), "Hoa")
}

func (l *line) Chat(n int) string { return l.user(n).ID }

func (l *line) Shown(chatID string) []channeltest.Message {
	var all []channeltest.Message
	for _, m := range l.server.User(chatID, "Hoa").Messages() {
		message := channeltest.Message{Text: m.Text}
		for at, row := 0, 0; at < len(m.Buttons); row++ { // Zalo draws one under the other; rows are ours
			width := 1
			if row == 0 && len(m.Buttons) > 1 {
				width = 2
			}
			message.Buttons = append(message.Buttons, m.Buttons[at:min(at+width, len(m.Buttons))])
			at += width
		}
		if m.FileName != "" {
			message.Files = []channeltest.File{{Name: m.FileName, Content: m.Content}}
		}
		for address := range l.shelf {
			message.Link = message.Link || strings.Contains(m.Text, address)
		}
		all = append(all, message)
	}
	return all
}

func (l *line) Fail(chatID string, trouble channeltest.Trouble) (func(), bool) {
	const send = "v3.0/oa/message/cs"
	s := l.server
	switch trouble {
	case channeltest.TooMany:
		s.Fail(zalotest.Fault{Code: -32, Text: "rate limit", Path: send})
	case channeltest.Refusal:
		s.Fail(zalotest.Fault{Code: -201, Text: `text "kín-7431" is invalid`, Path: send})
	case channeltest.Silence:
		s.Fail(zalotest.Fault{CutAfter: true, Path: send})
	case channeltest.Gateway:
		s.Fail(zalotest.Fault{Status: 502, Body: "<html>502 Bad Gateway</html>", Path: send})
	case channeltest.Shut:
		s.Revoke()
		return func() { s.Issue() }, true
	case channeltest.Blocked:
		user := s.User(chatID, "Hoa")
		user.Block()
		return user.Unblock, true
	case channeltest.Away:
		l.away.Store(true)
		l.hangUp()
		return func() { l.away.Store(false) }, true
	}
	return s.Recover, true
}
