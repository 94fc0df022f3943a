package change

import (
	"context"
	"maps"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
)

// myRequests lists what one has sent, newest first.
func (p *Page) myRequests(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	mine, err := p.Changes.Mine(ctx, turn.Speaker.Actor)
	if err != nil || len(mine) == 0 {
		return p.Tell(p.Say("mine.nothing")), err
	}
	lines := p.Private(p.Say("mine.title"))
	for _, one := range kit.Few(mine) {
		lines.Say("mine.line", "number", one.ID, "kind", p.Say("kind_short."+string(one.Kind)), "who", kit.OrDash(who(one)),
			"state", p.Say("state_short."+string(one.State)))
		lines.Row(kit.Act(p.Say("mine.button", "number", one.ID), "request", one.ID))
	}
	return lines.End(), nil
}

// who names the people of a request.
func who(summary change.Summary) string {
	switch {
	case summary.SubjectName != "" && summary.NewcomerName != "":
		return summary.SubjectName + " → " + summary.NewcomerName
	case summary.NewcomerName != "":
		return summary.NewcomerName
	}
	return summary.SubjectName
}

// ownCard shows one's own request, with what one can still do about it.
func (p *Page) ownCard(_ services.Actor, card change.Card) bot.Reply {
	lines := p.drawCard(card)
	args := []any{card.Request.ID, card.Request.Version}
	withdraw := kit.Negative(p.Button("withdraw", "withdraw", args...))
	switch card.Request.State {
	case models.ChangeReturned:
		lines.Row(kit.Positive(p.Button("redo", "redo", args...)), withdraw)
	case models.ChangeSubmitted:
		lines.Row(withdraw)
	}
	lines.RowIf(card.Files > 0, p.Button("papers", "papers", card.Request.ID))
	return lines.End()
}

// redo opens the form of a returned request with everything that was said.
func (p *Page) redo(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := p.Changes.Card(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	answers := p.kind(card.Proposal.Name()).answers(card.Proposal)
	maps.Copy(answers, kit.Untyped(answered{Request: card.Request.ID, Version: card.Request.Version}))
	reply, err := turn.Begin(ctx, FormOf(card.Proposal.Name()), answers)
	return kit.Led(p.Say("mine.redo", "reason", kit.OrDash(card.Request.Reason)), reply), err
}
