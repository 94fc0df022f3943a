package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"canbobot/bot"
	"canbobot/bot/inbox"
	"canbobot/config"
	"canbobot/models"
	"canbobot/services/vault"
	"canbobot/services/ward"
)

// inboundPlace names where a parked event is sealed for.
var inboundPlace = vault.Outside("inbound.event")

// OpenInbox makes the inbox of a channel whose platform wants an answer at once,
// and whose events must outlive a database that is away.
func OpenInbox(settings config.Config, ward *ward.Services, channel string, handler bot.Handler, count func(string),
	logger *slog.Logger) (*inbox.Inbox, error) {
	box, err := inbox.New(inbox.Config{
		Handler: handler,
		Park: func(ctx context.Context, sealed string, after time.Duration) error {
			return ward.Outbox.Park(ctx, channel, sealed, after)
		},
		Seal: func(plain []byte) (string, error) {
			sealed, err := ward.Vault.Seal(inboundPlace, string(plain))
			return string(sealed), err
		},
		Open: func(sealed string) ([]byte, error) {
			plain, err := ward.Vault.Open(inboundPlace, models.Sealed(sealed))
			return []byte(plain), err
		},
		Dir: settings.DataDir, Name: channel,
		Ready: func(ctx context.Context) error { return ward.Store.SQL.PingContext(ctx) },
		Clock: ward.Clock, Logger: logger.With("channel", channel), Count: count,
	})
	if err != nil {
		return nil, fmt.Errorf("inbox of %s: %w", channel, err)
	}
	return box, nil
}
