package zalobot

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/channeltest"
	"canbobot/bot/zalobot/zalobottest"
)

func TestConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Case{Name: "zalobot", New: func(t *testing.T, logger *slog.Logger) channeltest.Harness {
		return harness{newLine(t, func(config *Config) { config.Logger = logger })}
	}})
}

type harness struct{ *line }

func (h harness) Channel() bot.Channel { return h.channel }

func (h harness) Secrets() []string {
	_, secret, _ := strings.Cut(h.server.Token, ":")
	return []string{secret, "/bot"}
}

func (h harness) Chat(n int) string { return h.person(n).ID }

func (h harness) Shown(chatID string) []channeltest.Message {
	var all []channeltest.Message
	for _, m := range h.server.User(chatID, "Hoa").Messages() {
		shown := channeltest.Message{Text: m.Text, Link: strings.Contains(m.Text, h.shelf.url)}
		if m.Photo {
			shown.Files = []channeltest.File{{Name: m.Text, Content: m.Content}}
		}
		all = append(all, shown)
	}
	return all
}

func (h harness) Fail(chatID string, trouble channeltest.Trouble) (func(), bool) {
	s := h.server
	switch trouble {
	case channeltest.TooMany:
		s.Fail(zalobottest.Fault{Status: 429, RetryAfter: int(channeltest.RetryAfter / time.Second)})
	case channeltest.Refusal:
		s.Fail(zalobottest.Fault{Status: 400, Text: `Bad Request: can't read "kín-7431" at byte 3`})
	case channeltest.Silence:
		s.Fail(zalobottest.Fault{CutAfter: true})
	case channeltest.Gateway:
		s.Fail(zalobottest.Fault{Status: 502, Body: "<html><body>502 Bad Gateway /bot" + s.Token + "</body></html>"})
	case channeltest.Shut:
		s.Fail(zalobottest.Fault{Status: 401})
	case channeltest.Blocked:
		user := s.User(chatID, "Hoa")
		user.Block()
		return user.Unblock, true
	case channeltest.Away:
		h.away.Store(true)
		h.hangUp()
		return func() { h.away.Store(false) }, true
	}
	return s.Recover, true
}
