// Package notice is the screens by which the ward tells many people something,
// and by which they answer.
package notice

import (
	"time"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/cases"
	"canbobot/services/list"
	"canbobot/services/notice"
	"canbobot/services/roster"
)

// Page is the matter's screens.
type Page struct {
	kit.Kit
	Notices *notice.Service
	List    *list.Service
	Cases   *cases.Service
	Roster  *roster.Service
	// Window says what a message costs on a channel to somebody who was last
	// heard of a while ago; nil when no channel knows windows.
	Window func(channel string, sinceLastSeen time.Duration) bot.Window
}
