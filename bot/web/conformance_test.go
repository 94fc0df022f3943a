package web_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"canbobot/bot"
	"canbobot/bot/channeltest"
	"canbobot/bot/web"
)

func TestConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Case{
		Name: "web",
		New:  func(t *testing.T, logger *slog.Logger) channeltest.Harness { return newPhones(t, logger) },
		// Any word may be a chat: people are linked here whom nobody plays.
		Nobody: []string{"hai chữ", "a\x00b", "a\xff", strings.Repeat("c", 65)},
	})
}

// phones are a channel and the pages that listen to it.
type phones struct {
	t       *testing.T
	channel *web.Channel
	server  *httptest.Server
	token   string
}

func newPhones(t *testing.T, logger *slog.Logger) *phones {
	t.Helper()
	settings := config()
	settings.Logger = logger
	p := &phones{t: t, channel: web.New(settings)}
	p.server = httptest.NewServer(p.channel.Routes(handlerFunc(func(context.Context, bot.Inbound) error { return nil })))
	t.Cleanup(func() {
		p.channel.Close()
		p.server.Close()
	})
	p.token = visit(t, p.server).token
	return p
}

func (p *phones) Channel() bot.Channel { return p.channel }

func (p *phones) Secrets() []string { return []string{p.token} }

func (p *phones) Chat(n int) string { return fmt.Sprintf("guest-%d", n+1) }

// Shown is what a page that opens at this moment draws.
func (p *phones) Shown(chatID string) []channeltest.Message {
	p.t.Helper()
	l := listen(p.t, p.server, "", chatID)
	defer l.Close()
	_, frames := l.snapshot()
	// Frames come in the order of change, bubbles stand in that of arrival.
	slices.SortFunc(frames, func(a, b frame) int { return cmp.Compare(a.Message.Order, b.Message.Order) })
	var all []channeltest.Message
	for _, f := range frames {
		if !f.Message.Mine {
			all = append(all, p.drawn(f))
		}
	}
	return all
}

// drawn is a bubble as the page draws it: the title and the text are lines of
// their own, left out when empty.
func (p *phones) drawn(f frame) channeltest.Message {
	p.t.Helper()
	message := channeltest.Message{Text: f.Message.Text, Bold: f.Message.Title, Protect: f.Message.Private}
	switch {
	case f.Message.Text == "":
		message.Text = f.Message.Title
	case f.Message.Title != "":
		message.Text = f.Message.Title + "\n" + f.Message.Text
	}
	for _, row := range f.Message.Rows {
		var labels []string
		for _, button := range row {
			labels = append(labels, button.Label)
		}
		message.Buttons = append(message.Buttons, labels)
	}
	for _, file := range f.Message.Files {
		answer, content := get(p.t, p.server, file.URL, nil)
		if answer.StatusCode != http.StatusOK {
			p.t.Errorf("%s cannot be opened: %s", file.Name, answer.Status)
		}
		message.Files = append(message.Files, channeltest.File{Name: file.Name, Content: content})
	}
	return message
}

// Fail knows no trouble: no network lies between the bot and its chats.
func (p *phones) Fail(string, channeltest.Trouble) (func(), bool) { return nil, false }
