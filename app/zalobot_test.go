package app

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"canbobot/bot"
	"canbobot/bot/zalobot"
	"canbobot/bot/zalobot/zalobottest"
)

// botPhone is a phone with a Zalo Bot on it.
type botPhone struct{ *zalobottest.User }

func (p botPhone) Say(text string) { p.User.Say(text) }

// Press types what a person would: the number of the newest list, the number of
// an older message that has a mark, or else the words themselves.
func (p botPhone) Press(label string) error {
	var texts []string
	for _, message := range p.Messages() {
		texts = append(texts, message.Text)
	}
	p.Type(typed(texts, label))
	return nil
}

// typed is what stands for a choice in the last of these messages: the number of
// its list, or of an older one's that has a mark, or else the words themselves.
func typed(messages []string, label string) string {
	newest := true
	for i := len(messages) - 1; i >= 0; i-- {
		list := false
		for _, line := range strings.Split(messages[i], "\n") {
			found := listedChoice.FindStringSubmatch(line)
			if found == nil {
				continue
			}
			marked := found[1] != ""
			list = list || !marked
			if found[3] == label && (marked || newest) {
				return found[1] + found[2]
			}
		}
		newest = newest && !list
	}
	return label
}

var listedChoice = regexp.MustCompile(`^([A-Z]?)([0-9]{1,2})\. (.*)$`)

func (p botPhone) Shown() []bot.Reply {
	var all []bot.Reply
	for _, message := range p.Messages() {
		all = append(all, bot.Reply{Text: message.Text})
	}
	return all
}

// The main path in numbered menus, by polling and by webhook.
func TestMainPathOverZaloBot(t *testing.T) {
	for _, way := range []string{"polling", "webhook"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			server := zalobottest.New(t)
			channel := zalobot.New(zalobot.Config{
				Token: server.Token, APIURL: server.URL,
				Words:  zalobot.Words{Numbers: numbersHint(loadWords(t)), Link: fileLink(loadWords(t))},
				Logger: slog.New(slog.DiscardHandler),
			})
			house := openHouse(t, channel)
			stage := newPlatformStage(house, zalobot.Name)
			for _, externalID := range []string{"truong-phu-nu", "can-bo-1", "can-bo-2"} {
				user := server.Known(zalobottest.ID("user", len(stage.phones)+1), externalID)
				stage.move(t, externalID, user.ID, botPhone{user})
			}
			listenZaloBot(t, stage, channel, way)
			playAlike(t, house, stage, "zalobot", "main_path")
		})
	}
}

// Each kind of request, approved, returned and refused, where choices are
// numbers.
func TestRequestsOverZaloBot(t *testing.T) {
	for _, play := range []string{
		"returned", "leave", "death", "bank", "details", "correct",
		"kind_appoint", "kind_replace", "kind_leave", "kind_phone", "kind_bank", "kind_correct", "kind_merge",
	} {
		t.Run(play, func(t *testing.T) {
			t.Parallel()
			server := zalobottest.New(t)
			channel := zalobot.New(zalobot.Config{
				Token: server.Token, APIURL: server.URL,
				Words:  zalobot.Words{Numbers: numbersHint(loadWords(t)), Link: fileLink(loadWords(t))},
				Logger: slog.New(slog.DiscardHandler),
			})
			house := openHouse(t, channel)
			stage := newPlatformStage(house, zalobot.Name)
			for _, externalID := range castOf(readPlay(t, "../bot/page/testdata/"+play+".chat")) {
				user := server.Known(zalobottest.ID("user", len(stage.phones)+1), externalID)
				stage.move(t, externalID, user.ID, botPhone{user})
			}
			listenZaloBot(t, stage, channel, "webhook")
			playOver(t, house, stage, "zalobot", play)
		})
	}
}

func listenZaloBot(t *testing.T, stage *platformStage, channel *zalobot.Channel, way string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	if way == "webhook" {
		const secret = "a-secret-of-the-test"
		web := httptest.NewServer(channel.WebhookHandler(secret, stage.handler()))
		t.Cleanup(func() { cancel(); web.Close() })
		if err := channel.SetWebhook(ctx, web.URL+"/webhooks/zalobot", secret); err != nil {
			t.Fatal(err)
		}
		return
	}
	ended := make(chan error, 1)
	go func() { ended <- channel.Poll(ctx, stage.handler()) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil && ctx.Err() == nil {
			t.Errorf("polling ended with %v", err)
		}
	})
}
