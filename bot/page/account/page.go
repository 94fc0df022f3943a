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
	// Links tells the addresses that open a chat with the bot, as far as they
	// are known at the moment: a channel may not have answered yet.
	Links func() []Link
}

// Link opens a chat on one channel and hands the bot an invite code, for which
// %s stands in Pattern.
type Link struct {
	Channel string
	Pattern string
}
