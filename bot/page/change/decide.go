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
	return p.Requests.ownCard(card)
}

// takeBack takes one's own signature back.
func (p *Signing) takeBack(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := p.Changes.TakeBack(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), kit.Version(turn.Arg(1)))
	return p.decided(card, err)
}

// card shows a request to whoever may decide it.
func (p *Signing) card(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := p.Changes.Card(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := p.cardFor(turn.Speaker.Actor, card)
	reply.Buttons = append(reply.Buttons, kit.Rows(p.StoryButton(turn.Speaker.Actor, story.Change, card.Request.ID))...)
	return reply, nil
}

// decisionCard carries the version that a decision names.
func (p *Signing) decisionCard(card change.Card) bot.Reply {
	reply := p.Requests.drawCard(card)
	args := []any{card.Request.ID, card.Request.Version}
	switch {
	case card.MayDecide:
		reply.Buttons = [][]bot.Button{
			bot.Row(kit.Positive(p.Button("approve", "ok", args...))),
			bot.Row(p.Button("return", "ret", args...), kit.Negative(p.Button("refuse", "no", args...)))}
		if card.Approval.For != "" {
			reply.Text += "\n" + p.Say("approval.for", "name", card.Approval.For)
		}
	case card.WhyNot != "" && card.Request.State == models.ChangeSubmitted:
		reply.Text += "\n" + p.Say("why_not."+card.WhyNot)
	case card.Request.State != models.ChangeSubmitted:
		reply.Buttons = [][]bot.Button{p.MenuRow(p.Button("pending", "pending"))}
	}
	if card.Approval.MayTakeBack {
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Negative(p.Button("take_back", "takeback", args...))))
	}
	reply.Buttons = append(reply.Buttons, p.Requests.papersRow(card)...)
	if see := p.Requests.kind(card.Proposal.Name()).see(card); len(see) > 0 && card.Request.State.Open() {
		reply.Buttons = append(reply.Buttons, see)
	}
	return reply
}

func (p *Signing) approve(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := p.Changes.Approve(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), kit.Version(turn.Arg(1)))
	return p.decided(card, err)
}

// decided redraws the card without its buttons.
func (p *Signing) decided(card change.Card, err error) (bot.Reply, error) {
	if err != nil {
		return bot.Reply{}, err
	}
	reply := p.decisionCard(card)
	reply.Replace = true
	return reply, nil
}

// redraw is a request's card for whoever has it before them.
func (p *Signing) redraw(ctx context.Context, recipient services.Actor, request int64) (bot.Reply, error) {
	card, err := p.Changes.Card(ctx, recipient, request)
	if err != nil {
		return bot.Reply{}, err
	}
	return p.cardFor(recipient, card), nil
}

// asked tells who decides that a request waits for them.
func (p *Signing) asked(ctx context.Context, recipient services.Actor, request int64) (bot.Reply, error) {
	card, err := p.Changes.Card(ctx, recipient, request)
	if err != nil || card.Request.State != models.ChangeSubmitted {
		return bot.Reply{}, err
	}
	return p.decisionCard(card), nil
}

// reminded is asked after it has waited for long.
func (p *Signing) reminded(ctx context.Context, recipient services.Actor, request int64) (bot.Reply, error) {
	reply, err := p.asked(ctx, recipient, request)
	if err != nil || reply.Empty() {
		return bot.Reply{}, err
	}
	reply.Text = p.Say("told.waiting") + "\n\n" + reply.Text
	return reply, nil
}
