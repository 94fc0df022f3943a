package notice

import (
	"time"

	"canbobot/bot"
	"canbobot/models"
)

// whyOf says why a message did not arrive.
func (p *Sending) whyOf(code string) string {
	if !p.Texts.Has("unreached." + code) {
		code = "other"
	}
	return p.Say("unreached." + code)
}

// ReachLines say by which channels a person can be written to.
func (p *Sending) ReachLines(accounts []models.Account) string {
	lines := p.Lines("")
	for _, account := range accounts {
		name := p.Say("channel." + account.Channel)
		switch {
		case account.UnreachableAt != nil:
			lines.Say("reach.unreachable", "channel", name, "since", models.DateOf(*account.UnreachableAt), "why",
				p.whyOf(account.UnreachableWhy))
		case p.window(account.Channel, p.Clock().Sub(account.LastSeenAt)) == string(bot.Closed):
			lines.Say("reach.closed", "channel", name, "since", models.DateOf(account.LastSeenAt))
		default:
			lines.Say("reach.open", "channel", name, "since", models.DateOf(account.LastSeenAt))
		}
	}
	lines.OrSay("reach.none")
	return lines.Done().Text
}

// window says what a message costs on a channel; free where the channel knows
// no windows.
func (p *Sending) window(channel string, sinceLastSeen time.Duration) string {
	if p.Window == nil {
		return string(bot.Free)
	}
	return string(p.Window(channel, sinceLastSeen))
}
