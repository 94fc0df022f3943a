package account

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
)

func (p *Page) unlink(_ context.Context, _ bot.Turn) (bot.Reply, error) {
	return bot.Reply{Text: p.Say("unlink.ask"), Buttons: [][]bot.Button{
		bot.Row(kit.Negative(p.Button("unlink_yes", "unlinkyes")), p.Button("menu", "menu"))}}, nil
}

func (p *Page) unlinkYes(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Arg(0) == "withdraw" {
		if err := p.Identity.Privacy.Withdraw(ctx, turn.Speaker.Actor); err != nil {
			return bot.Reply{}, err
		}
		return bot.Reply{Text: p.Say("privacy.withdrawn")}, nil
	}
	if err := p.Identity.Unlink(ctx, turn.Speaker.Actor); err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: p.Say("unlink.done")}, nil
}
