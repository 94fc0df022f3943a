// Package change is the forms and cards of requests for a change: a file a kind
// of request, and what is common to them.
package change

import (
	"canbobot/bot/page/kit"
	"canbobot/services/change"
	"canbobot/services/evidence"
	"canbobot/services/roster"
)

// Page is where requests are asked for, and drawn.
type Page struct {
	kit.Kit
	Changes  *change.Service
	Evidence *evidence.Service
	Roster   *roster.Service
}
