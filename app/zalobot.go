package app

import (
	"context"
	"log/slog"
	"net/http"

	"canbobot/bot"
	"canbobot/bot/zalobot"
)

// numberedBot is the bot of the Zalo Bot Platform with what our settings say of it.
type numberedBot struct {
	*zalobot.Channel
	app    *App
	logger *slog.Logger
}

func openZaloBot(_ context.Context, o *opening) bot.Channel {
	settings := o.Settings
	if settings.ZaloBotToken.Reveal() == "" {
		o.Logger.Info("channel is off", "channel", zalobot.Name, "missing", "ZALOBOT_TOKEN")
		return nil
	}
	logger := o.Logger.With("channel", zalobot.Name)
	return &numberedBot{app: o.App, logger: logger, Channel: zalobot.New(zalobot.Config{
		Token: settings.ZaloBotToken.Reveal(), APIURL: settings.ZaloBotAPIURL, TextLimit: settings.ZaloBotTextLimit,
		Rate: settings.ZaloBotRate, Shelf: o.shelf,
		Words: zalobot.Words{Numbers: numbersHint(o.Words), Link: fileLink(o.Words)},
		Clock: o.Ward.Clock, Logger: logger, Count: o.count(zalobot.Name),
	})}
}

// Repeats is true of pushed events; an update that was asked for comes once.
func (b *numberedBot) Repeats() bool { return b.app.Settings.ZaloBotMode == "webhook" }

// Routes are where the platform pushes, unless it is asked.
func (b *numberedBot) Routes(handler bot.Handler) map[string]http.Handler {
	if !b.Repeats() {
		return nil
	}
	secret := b.app.Settings.ZaloBotWebhookSecret.Reveal()
	return map[string]http.Handler{webhookPath(zalobot.Name): b.WebhookHandler(secret, handler)}
}

// Run takes events until ctx ends.
func (b *numberedBot) Run(ctx context.Context, handler bot.Handler) {
	if settings := b.app.Settings; b.Repeats() {
		retry(ctx, b.logger, "set webhook", func() error {
			return b.SetWebhook(ctx, settings.PublicURL+webhookPath(zalobot.Name), settings.ZaloBotWebhookSecret.Reveal())
		})
		return
	}
	if err := b.Poll(ctx, handler); err != nil && ctx.Err() == nil {
		b.logger.Error("polling ended", "error", err)
	}
}
