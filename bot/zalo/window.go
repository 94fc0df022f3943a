package zalo

import (
	"time"

	"canbobot/bot"
)

// How long after a person was last heard of they may be written to. An
// interaction is a message, a follow, a pressed button, a call or the menu; a
// delivery report is none. [Zalo for Developers, consultation messages, since 01/01/2026]
const (
	freeFor   = 48 * time.Hour     // without a count
	billedFor = 7 * 24 * time.Hour // accepted, and paid for; afterwards refused (-230)
)

// Window says what a message costs after a time of silence.
func (c *Channel) Window(sinceLastSeen time.Duration) bot.Window {
	switch {
	case sinceLastSeen <= freeFor:
		return bot.Free
	case sinceLastSeen <= billedFor:
		return bot.Billed
	}
	return bot.Closed
}

// ReportsDelivery is true: Zalo tells of messages that arrived and were seen, of
// those of templates too.
func (c *Channel) ReportsDelivery() bool { return true }
