package account

import (
	"context"

	"canbobot/bot"
)

// style shows how a person is asked, and lets them choose.
func (p *Page) style(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	lines := p.Lines("")
	lines.SayIf(turn.Speaker.Brief, "style.brief")
	lines.OrSay("style.full")
	lines.Say("style.ask")
	lines.Row(p.Button("style_full", "styleset", "full"), p.Button("style_brief", "styleset", "brief"))
	return lines.End(), nil
}

func (p *Page) styleSet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	brief, lines := turn.Arg(0) == "brief", p.Lines("")
	if err := p.Identity.SetBrief(ctx, turn.Speaker.Actor, brief); err != nil {
		return bot.Reply{}, err
	}
	lines.SayIf(brief, "style.brief_done")
	lines.OrSay("style.full_done")
	err := p.ResumeRow(ctx, turn, lines)
	return lines.End(), err
}
