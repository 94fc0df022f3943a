package app

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/play"
	"canbobot/bot/telegram"
	"canbobot/bot/telegram/telegramtest"
	"canbobot/models"
)

// The main path must be the same dialogue on every channel, word for word.
func TestMainPathOverTelegram(t *testing.T) {
	for _, way := range []string{"polling", "webhook"} {
		t.Run(way, func(t *testing.T) { playOverTelegram(t, "main_path", way) })
	}
}

// Choices whose values hold what no platform's buttons may are buttons too.
func TestChoicesWithSpacesOverTelegram(t *testing.T) { playOverTelegram(t, "policy_terms", "webhook") }

func playOverTelegram(t *testing.T, name, way string) {
	t.Parallel()
	script := readPlay(t, "../bot/page/testdata/"+name+".chat")
	server := telegramtest.New(t)
	channel := telegram.New(telegram.Config{
		Token: server.Token, APIURL: server.URL, Clock: time.Now, Logger: slog.New(slog.DiscardHandler),
	})
	house := openHouse(t, channel)
	stage := &telegramStage{
		house: house, server: server, users: map[string]*telegramtest.User{},
		seen: map[string]map[int]int{}, handled: make(chan struct{}, 100),
	}
	stage.move(t, castOf(script)...)
	stage.open(t, channel, way)
	got := perform(t, script, stage, house)
	if want := strings.Join(script.Lines, "\n") + "\n"; got != want {
		t.Errorf("over %s the dialogue differs:\n%s", way, play.Difference(want, got))
	}
}

// telegramStage plays over the fake Telegram.
type telegramStage struct {
	house   *house
	server  *telegramtest.Server
	users   map[string]*telegramtest.User
	seen    map[string]map[int]int // user, message: how often edited
	handled chan struct{}
}

// move takes members of the cast from the page to Telegram.
func (s *telegramStage) move(t *testing.T, externalIDs ...string) {
	t.Helper()
	for i, externalID := range externalIDs {
		user := s.server.Known(int64(5000+i), externalID)
		s.users[externalID], s.seen[externalID] = user, map[int]int{}
		id := chatOf(user)
		err := s.house.ward.Store.Model(&models.Account{}).Where("channel = 'web' AND external_id = ?", externalID).
			Updates(map[string]any{"channel": "telegram", "external_id": id, "chat_id": id}).Error
		if err != nil {
			t.Fatal(err)
		}
		// What the sample put before them on the page stays there.
		err = s.house.ward.Store.Model(&models.Delivery{}).Where("chat_id = ?",
			externalID).Updates(map[string]any{"message_ref": ""}).Error
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (s *telegramStage) open(t *testing.T, channel *telegram.Channel, way string) {
	t.Helper()
	handler := counted{s.house.counter.Dispatcher, s.handled}
	ctx, cancel := context.WithCancel(context.Background())
	if way == "webhook" {
		const secret = "a-secret-of-the-test"
		web := httptest.NewServer(channel.WebhookHandler(secret, handler))
		t.Cleanup(func() { cancel(); web.Close() })
		if err := channel.SetWebhook(ctx, web.URL+"/webhooks/telegram", secret); err != nil {
			t.Fatal(err)
		}
		return
	}
	ended := make(chan error, 1)
	go func() { ended <- channel.Poll(ctx, handler) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("polling ended with %v", err)
		}
	})
}

// counted tells when an event has been handled.
type counted struct {
	next    bot.Handler
	handled chan struct{}
}

func (c counted) Handle(ctx context.Context, in bot.Inbound) error {
	err := c.next.Handle(ctx, in)
	if err == nil {
		c.handled <- struct{}{}
	}
	return err
}

func (s *telegramStage) act(t *testing.T, user string, what rune, text string) {
	t.Helper()
	phone := s.users[user]
	switch what {
	case '>':
		phone.Say(text)
	case '*':
		if err := phone.Press(text); err != nil {
			t.Fatal(err)
		}
	default:
		t.Fatalf("%c is not played over Telegram", what)
	}
	select {
	case <-s.handled:
	case <-ctxFor(t).Done():
		t.Fatalf("%s %c %s was not handled", user, what, text)
	}
}

func (s *telegramStage) settle(t *testing.T) { s.house.settle(t) }

func (s *telegramStage) shown(_ *testing.T, user string) []play.Message {
	var fresh []play.Message
	for _, message := range s.users[user].Messages() {
		edited, known := s.seen[user][message.ID]
		s.seen[user][message.ID] = message.Edited
		if known && edited == message.Edited {
			continue
		}
		fresh = append(fresh, play.Message{Ref: strconv.Itoa(message.ID), Redrawn: known, Reply: replyOf(message)})
	}
	return fresh
}

// replyOf reads what Telegram shows back into what the screen said.
func replyOf(message telegramtest.Message) bot.Reply {
	reply := bot.Reply{Text: message.Text}
	if len(message.Bold) == 1 && strings.HasPrefix(message.Text, message.Bold[0]) {
		reply.Title = message.Bold[0]
		reply.Text = strings.TrimLeft(strings.TrimPrefix(message.Text, reply.Title), "\n")
	}
	for _, row := range message.Buttons {
		var buttons []bot.Button
		for _, button := range row {
			one := bot.Button{Label: button.Text, URL: button.URL}
			if button.Data != "" {
				verb, args, _ := strings.Cut(bot.Pressed(button.Data), ":")
				one.Action = bot.Act(verb, args)
			}
			buttons = append(buttons, one)
		}
		reply.Buttons = append(reply.Buttons, buttons)
	}
	return reply
}

func chatOf(user *telegramtest.User) string { return strconv.FormatInt(user.ID, 10) }
