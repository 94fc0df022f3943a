// Package told is what people are told unasked that belongs to no other matter.
package told

import (
	"context"

	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/anchor"
	"canbobot/services/identity"
	"canbobot/services/roster"
)

// Page is the matter's screens.
type Page struct {
	kit.Kit
	Identity *identity.Service
	Roster   *roster.Service
	Troubles Troubles
	Journal  *anchor.Service
}

// Troubles reads what stands in a channel's way; the channels service does.
type Troubles interface {
	One(ctx context.Context, actor services.Actor, id int64) (models.ChannelTrouble, error)
}
