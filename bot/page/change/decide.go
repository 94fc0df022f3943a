package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/story"
)

// cardFor is a request's card for who decides it, or for who proposed it.
func (p *Signing) cardFor(actor services.Actor, card change.Card) bot.Reply {
	proposer := card.Request.ProposerStaffID
	if actor.IsStaff() && (proposer == nil || *proposer != actor.Staff) {
		return p.decisionCard(card)
	}
	return p.Requests.ownCard(actor, card)
}

// card shows a request to whoever may decide it.
func (p *Signing) card(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	reply, err := p.cards().Open(ctx, turn)
	told := p.StoryButton(turn.Speaker.Actor, story.Change, kit.Number(turn.Arg(0)))
	reply.Buttons = append(reply.Buttons, kit.Rows(told)...)
	return reply, err
}

// decisionCard carries the version that a decision names.
func (p *Signing) decisionCard(card change.Card) bot.Reply {
	lines := p.Requests.drawCard(card)
	args := []any{card.Request.ID, card.Request.Version}
	switch {
	case card.MayDecide:
		lines.Row(kit.Positive(p.Button("approve", "ok", args...)))
		lines.Row(p.Button("return", "ret", args...), kit.Negative(p.Button("refuse", "no", args...)))
		lines.SayIf(card.Approval.For != "", "approval.for", "name", card.Approval.For)
	case card.WhyNot != "" && submitted(card):
		lines.Say("why_not." + card.WhyNot)
	case !submitted(card):
		lines.Row(p.Button("next_request", "next"))
		lines.Row(p.MenuRow(p.Button("pending", "pending"))...)
	}
	lines.RowIf(card.Approval.MayTakeBack, kit.Negative(p.Button("take_back", "takeback", args...)))
	lines.RowIf(card.Files > 0, p.Button("papers", "papers", card.Request.ID))
	lines.RowIf(card.Request.State.Open(), p.Requests.kind(card.Proposal.Name()).see(card)...)
	return lines.Done()
}

// decided redraws the card without its buttons.
func (p *Signing) decided() kit.Card[change.Card] {
	return kit.Card[change.Card]{Read: p.Changes.Card, Draw: func(_ services.Actor, card change.Card) bot.Reply {
		return p.decisionCard(card)
	}}
}

// cards are requests for whoever has one before them; decided for who decides.
func (p *Signing) cards() kit.Card[change.Card] {
	return kit.Card[change.Card]{Read: p.Changes.Card, Draw: p.cardFor}
}

// submitted reports whether a request waits for who decides.
func submitted(card change.Card) bool { return card.Request.State == models.ChangeSubmitted }
