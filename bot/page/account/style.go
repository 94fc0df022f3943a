package account

import (
	"context"

	"canbobot/bot"
)

// style shows how a person is asked, and lets them choose.
func (p *Page) style(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	key := "style.full"
	if turn.Speaker.Brief {
		key = "style.brief"
	}
	return bot.Reply{Text: p.Say(key) + "\n" + p.Say("style.ask"), Buttons: [][]bot.Button{
		bot.Row(p.Button("style_full", "styleset", "full"), p.Button("style_brief", "styleset", "brief")), p.MenuRow()}}, nil
}

func (p *Page) styleSet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	brief := turn.Arg(0) == "brief"
	if err := p.Identity.SetBrief(ctx, turn.Speaker.Actor, brief); err != nil {
		return bot.Reply{}, err
	}
	key := "style.full_done"
	if brief {
		key = "style.brief_done"
	}
	reply := bot.Reply{Text: p.Say(key)}
	if err := p.ResumeRow(ctx, turn, &reply); err != nil {
		return bot.Reply{}, err
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow())
	return reply, nil
}
