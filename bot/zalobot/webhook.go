package zalobot

import (
	"context"
	"net/http"
	"regexp"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

const (
	secretHeader = "X-Bot-Api-Secret-Token"
	// maxUpdate bounds a pushed update; the longest message is far below it.
	maxUpdate = 1 << 20
	// webhookPlaces is how many updates are read and handled at once.
	webhookPlaces = 40
	// webhookPatience is how long one update may take. How long the platform waits
	// is not published; a handler that keeps events takes milliseconds.
	webhookPatience = 50 * time.Second
)

var secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{8,256}$`)

// SetWebhook asks the platform to push updates to a public https address, with
// the secret in a header. Polls stay silent from then on.
func (c *Channel) SetWebhook(ctx context.Context, address, secret string) error {
	if !secretShape.MatchString(secret) {
		return botapi.Refused("a webhook secret has 8 to 256 of A-Z a-z 0-9 _ -")
	}
	_, err := c.ask(ctx, callPatience, "setWebhook", struct {
		URL    string `json:"url"`
		Secret string `json:"secret_token"`
	}{address, secret})
	return err
}

// WebhookHandler takes pushed updates; the handler keeps one conversation in
// order.
func (c *Channel) WebhookHandler(secret string, handler bot.Handler) http.Handler {
	return botapi.Webhook{
		Header: secretHeader, Secret: secret, Places: webhookPlaces, Most: maxUpdate, Patience: webhookPatience,
		Take: func(ctx context.Context, raw []byte) error {
			for _, one := range updatesIn(raw) {
				in, ok := c.receive(one)
				if !ok {
					continue
				}
				if err := botapi.Handle(ctx, c.logger, handler, in); err != nil {
					c.logger.Warn("update not handled", "event", in.EventID, "error", err)
					return err
				}
			}
			return nil
		},
	}.Handler()
}
