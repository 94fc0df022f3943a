package account

import (
	"context"

	"canbobot/bot"
)

func (p *Page) unlinkYes(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Arg(0) == "withdraw" {
		return bot.Reply{Text: p.Say("privacy.withdrawn")}, p.Identity.Privacy.Withdraw(ctx, turn.Speaker.Actor)
	}
	return bot.Reply{Text: p.Say("unlink.done")}, p.Identity.Unlink(ctx, turn.Speaker.Actor)
}
