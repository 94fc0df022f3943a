package telegram

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

const (
	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
	// maxUpdate bounds an update; the longest message is far below it.
	maxUpdate = 1 << 20
	// webhookConnections is how many updates Telegram pushes at once; more come
	// only from whoever has stolen the secret.
	webhookConnections = 40
	// webhookPatience is how long one update may take: Telegram gives up after 60
	// seconds and sends it again.
	webhookPatience = 50 * time.Second
)

var secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// SetWebhook asks Telegram to push updates to an https address, on port 443, 80,
// 88 or 8443, with the secret in a header. What waits is kept and pushed.
func (c *Channel) SetWebhook(ctx context.Context, address, secret string) error {
	if !secretShape.MatchString(secret) {
		return botapi.Refused("a webhook secret has 1 to 256 of A-Z a-z 0-9 _ -")
	}
	_, err := c.ask(ctx, "setWebhook", tgbotapi.Params{
		"url": address, "secret_token": secret, "allowed_updates": allowedUpdates,
		"max_connections": strconv.Itoa(webhookConnections),
	})
	return err
}

// WebhookHandler takes pushed updates. A person's message and button press may
// come at the same time too; the handler keeps one conversation in order.
func (c *Channel) WebhookHandler(secret string, handler bot.Handler) http.Handler {
	return botapi.Webhook{
		Header: secretHeader, Secret: secret, Places: webhookConnections, Most: maxUpdate, Patience: webhookPatience,
		Take: func(ctx context.Context, raw []byte) error {
			in, out := c.receive(raw)
			if !out.accepted() {
				return nil
			}
			err := botapi.Handle(ctx, c.logger, handler, in)
			if err != nil {
				c.logger.Warn("update not handled", "event", in.EventID, "error", err)
			}
			return err
		},
	}.Handler()
}

// receive decodes an update and writes down why one is passed over.
func (c *Channel) receive(raw []byte) (bot.Inbound, outcome) {
	in, out := decode(raw, c.clock())
	switch {
	case out.Ignored == unreadable:
		c.logger.Error("update cannot be read and is passed over", "update", out.ID)
	case !out.accepted():
		c.logger.Debug("update ignored", "update", out.ID, "reason", string(out.Ignored))
	case in.Contact != nil:
		c.keyboards.up(in.ChatID) // whoever shares a contact has been offered to
	}
	return in, out
}
