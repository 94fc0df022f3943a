package app

import (
	"context"
	"log/slog"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/bot/zalobot"
	"canbobot/config"
	"canbobot/services"
)

// numberedBot is all that serves the bot of the Zalo Bot Platform.
type numberedBot struct {
	channel  *zalobot.Channel
	handler  bot.Handler
	settings config.Config
	logger   *slog.Logger
}

// openZaloBot makes the channel; it is nil where the settings have none.
func openZaloBot(settings config.Config, clock services.Clock, words *texts.Texts, shelf bot.Shelf, count func(string), logger *slog.Logger) *numberedBot {
	if settings.ZaloBotToken.Reveal() == "" {
		logger.Info("channel is off", "channel", zalobot.Name, "missing", "ZALOBOT_TOKEN")
		return nil
	}
	logger = logger.With("channel", zalobot.Name)
	return &numberedBot{
		settings: settings, logger: logger,
		channel: zalobot.New(zalobot.Config{
			Token: settings.ZaloBotToken.Reveal(), APIURL: settings.ZaloBotAPIURL, TextLimit: settings.ZaloBotTextLimit,
			Shelf: shelf, Words: zalobot.Words{Numbers: numbersHint(words), Link: fileLink(words)},
			Clock: clock, Logger: logger, Count: count,
		}),
	}
}

// run takes events until ctx ends.
func (b *numberedBot) run(ctx context.Context) {
	if b.settings.ZaloBotMode == "webhook" {
		address := b.settings.PublicURL + "/webhooks/zalobot"
		retry(ctx, b.logger, "set webhook", func() error {
			return b.channel.SetWebhook(ctx, address, b.settings.ZaloBotWebhookSecret.Reveal())
		})
		return
	}
	if err := b.channel.Poll(ctx, b.handler); err != nil && ctx.Err() == nil {
		b.logger.Error("polling ended", "error", err)
	}
}
