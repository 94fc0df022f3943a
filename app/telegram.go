package app

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"

	"canbobot/bot"
	"canbobot/bot/telegram"
)

// messenger is the bot on Telegram with what our settings say of it.
type messenger struct {
	*telegram.Channel
	app      *App
	username atomic.Pointer[string] // once Telegram has named it
	logger   *slog.Logger
}

func openTelegram(_ context.Context, o *opening) bot.Channel {
	settings := o.Settings
	if settings.TelegramToken.Reveal() == "" {
		o.Logger.Info("channel is off", "channel", telegram.Name, "missing", "TELEGRAM_TOKEN")
		return nil
	}
	logger := o.Logger.With("channel", telegram.Name)
	return &messenger{app: o.App, logger: logger, Channel: telegram.New(telegram.Config{
		Token: settings.TelegramToken.Reveal(), APIURL: settings.TelegramAPIURL, Rate: settings.TelegramRate,
		Uploads: o.Ward.Channels.Uploads(telegram.Name), Clock: o.Ward.Clock, Logger: logger,
	})}
}

// Door is the bot's own link; empty until Telegram has said its name.
func (m *messenger) Door() bot.Door {
	name := m.username.Load()
	if name == nil {
		return bot.Door{}
	}
	return bot.Door{Chat: "https://t.me/" + *name, Start: "https://t.me/" + *name + "?start="}
}

func (m *messenger) pushed() bool { return m.app.Settings.TelegramMode == "webhook" }

// Routes are where Telegram pushes, unless it is asked.
func (m *messenger) Routes(handler bot.Handler) map[string]http.Handler {
	if !m.pushed() {
		return nil
	}
	secret := m.app.Settings.TelegramWebhookSecret.Reveal()
	return map[string]http.Handler{webhookPath(telegram.Name): m.WebhookHandler(secret, handler)}
}

// Run takes events until ctx ends. Telegram may be blocked at any time: it is
// asked again and again, and keeps nothing else from running.
func (m *messenger) Run(ctx context.Context, handler bot.Handler) {
	words, settings := m.app.Words, m.app.Settings
	var named sync.WaitGroup
	defer named.Wait()
	named.Go(func() {
		retry(ctx, m.logger, "ask for the bot's name", func() error {
			name, err := m.Username(ctx)
			if err == nil {
				m.username.Store(&name)
			}
			return err
		})
	})
	named.Go(func() {
		retry(ctx, m.logger, "offer commands", func() error {
			return m.SetCommands(ctx, []telegram.Command{
				{Name: "menu", Description: words.Say("command.menu", nil)},
				{Name: "huy", Description: words.Say("command.cancel", nil)},
				{Name: "trogiup", Description: words.Say("command.help", nil)},
			})
		})
	})
	if m.pushed() {
		address := settings.PublicURL + webhookPath(telegram.Name)
		retry(ctx, m.logger, "set webhook", func() error {
			return m.SetWebhook(ctx, address, settings.TelegramWebhookSecret.Reveal())
		})
		return
	}
	if err := m.Poll(ctx, handler); err != nil && ctx.Err() == nil {
		m.logger.Error("polling ended", "error", err)
	}
}
