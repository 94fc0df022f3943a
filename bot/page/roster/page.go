// Package roster is the screens that show who holds what, find people, take
// sheets in and hand them out, and say what is out of order.
package roster

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/bank"
	"canbobot/services/confirmation"
	"canbobot/services/identity"
	"canbobot/services/list"
	"canbobot/services/roster"
	"canbobot/services/sheet"
	"canbobot/services/story"
	"canbobot/services/warnings"
	"canbobot/services/year"
)

// Page is the matter's screens.
type Page struct {
	kit.Kit
	Roster   *roster.Service
	Identity *identity.Service
	List     *list.Service
	Year     *year.Service
	Sheets   *sheet.Service
	Story    *story.Service
	Warnings *warnings.Service
	Confirms *confirmation.Service
	// Reach says by which channels a person can be written to.
	Reach func([]models.Account) string
	// Other takes a sheet that is no roster.
	Other func(ctx context.Context, turn bot.Turn, kind bank.Kind, name string, content []byte) (bot.Reply, error)
}
