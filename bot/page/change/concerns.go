package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
)

// concernsYou tells a person what is asked for in their name.
func (p *Page) concernsYou(ctx context.Context, recipient services.Actor, request int64) (bot.Reply, error) {
	card, err := p.Changes.Card(ctx, recipient, request)
	if err != nil || !submitted(card) {
		return bot.Reply{}, err
	}
	lines := p.Private("")
	lines.Say("concerns.of."+string(card.Request.Kind), "number", card.Request.ID)
	lines.Add(p.diffLines(lines, card)...)
	lines.Say("concerns.not_yours")
	lines.Row(kit.Negative(p.Button("not_me", "notme", request, card.Request.Version)))
	return lines.End(p.Button("support", "support")), nil
}

// notMe stops what was asked for in a person's name.
func (p *Page) notMe(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := p.Changes.Disown(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), kit.Version(turn.Arg(1)),
		p.Say("concerns.reason"))
	if err != nil {
		return bot.Reply{}, err
	}
	return p.Tell(p.Say("concerns.stopped", "number", card.Request.ID), p.Button("support", "support")), nil
}

// disowned tells who decides that a request did not come from whom it names.
func (p *Page) disowned(ctx context.Context, recipient services.Actor, request int64) (bot.Reply, error) {
	card, err := p.Changes.Card(ctx, recipient, request)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := p.drawCard(card).Done()
	reply.Text = p.Say("concerns.disowned", "name", card.SubjectName) + "\n\n" + reply.Text
	return reply, nil
}
