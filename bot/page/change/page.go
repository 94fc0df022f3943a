// Package change is the forms and cards of requests for a change: a file a kind
// of request, and what is common to them.
package change

import (
	"canbobot/bot/page/kit"
	"canbobot/services/approve"
	"canbobot/services/cases"
	"canbobot/services/change"
	"canbobot/services/evidence"
	"canbobot/services/identity"
	"canbobot/services/roster"
)

// Page is the matter's screens.
type Page struct {
	kit.Kit
	Changes   *change.Service
	Approvals *approve.Service
	Evidence  *evidence.Service
	Cases     *cases.Service
	Identity  *identity.Service
	Roster    *roster.Service
}
