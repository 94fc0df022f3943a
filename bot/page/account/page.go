// Package account is the screens by which people link their chat, agree to what
// is kept of them, see it, and take it back.
package account

import (
	"canbobot/bot/page/kit"
	"canbobot/services/identity"
	"canbobot/services/privacy"
	"canbobot/services/roster"
)

// Page is the matter's screens.
type Page struct {
	kit.Kit
	Identity *identity.Service
	Roster   *roster.Service
	Data     *privacy.Copier
}
