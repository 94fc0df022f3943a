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

// Inbox is what reaches people, and how they answer.
type Inbox struct {
	kit.Kit
	Notices *notice.Inbox
	List    *list.Service
	Cases   *cases.Service
}

// Sending is how a notice leaves, and what came of it.
type Sending struct {
	kit.Kit
	Inbox   *Inbox
	Notices *notice.Service
	// Window says what a message costs on a channel to somebody who was last
	// heard of a while ago; nil when no channel knows windows.
	Window func(channel string, sinceLastSeen time.Duration) bot.Window
}

// Writing is how notices are written, kept and made to recur.
type Writing struct {
	kit.Kit
	Sending *Sending
	Notices *notice.Service
	Roster  *roster.Service
}
