package app

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"canbobot/bot"
	"canbobot/bot/telegram"
	"canbobot/bot/texts"
	"canbobot/config"
	"canbobot/services/ward"
)

// messenger is all that serves the bot on Telegram.
type messenger struct {
	channel  *telegram.Channel
	handler  bot.Handler
	settings config.Config
	username atomic.Pointer[string] // once Telegram has named it
	logger   *slog.Logger
}

// openTelegram makes the channel; it is nil where the settings have none.
func openTelegram(settings config.Config, ward *ward.Services, logger *slog.Logger) *messenger {
	if settings.TelegramToken.Reveal() == "" {
		logger.Info("channel is off", "channel", telegram.Name, "missing", "TELEGRAM_TOKEN")
		return nil
	}
	logger = logger.With("channel", telegram.Name)
	return &messenger{
		settings: settings, logger: logger,
		channel: telegram.New(telegram.Config{
			Token: settings.TelegramToken.Reveal(), APIURL: settings.TelegramAPIURL,
			Uploads: ward.Channels.Uploads(telegram.Name), Clock: ward.Clock, Logger: logger,
		}),
	}
}

// name is the bot's; empty until Telegram has said it.
func (m *messenger) name() string {
	if name := m.username.Load(); name != nil {
		return *name
	}
	return ""
}

// start is the address that opens the chat with whatever follows it.
func (m *messenger) start() string { return "https://t.me/" + m.name() + "?start=" }

// run takes events until ctx ends. Telegram may be blocked at any time: it is
// asked again and again, and keeps nothing else from running.
func (m *messenger) run(ctx context.Context, words *texts.Texts) {
	var named sync.WaitGroup
	defer named.Wait()
	named.Go(func() {
		retry(ctx, m.logger, "ask for the bot's name", func() error {
			name, err := m.channel.Username(ctx)
			if err == nil {
				m.username.Store(&name)
			}
			return err
		})
	})
	named.Go(func() {
		retry(ctx, m.logger, "offer commands", func() error {
			return m.channel.SetCommands(ctx, []telegram.Command{
				{Name: "menu", Description: words.Say("command.menu", nil)},
				{Name: "huy", Description: words.Say("command.cancel", nil)},
				{Name: "trogiup", Description: words.Say("command.help", nil)},
			})
		})
	})
	if m.settings.TelegramMode == "webhook" {
		address := m.settings.PublicURL + "/webhooks/telegram"
		retry(ctx, m.logger, "set webhook", func() error {
			return m.channel.SetWebhook(ctx, address, m.settings.TelegramWebhookSecret.Reveal())
		})
		return
	}
	if err := m.channel.Poll(ctx, m.handler); err != nil && ctx.Err() == nil {
		m.logger.Error("polling ended", "error", err)
	}
}
