package change

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/change"
)

// myRequests lists what one has sent, newest first.
func (p *Page) myRequests(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	mine, err := p.Changes.Mine(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: p.Say("mine.title"), Protect: true}
	for i, summary := range mine {
		if i == kit.Listed {
			break
		}
		reply.Text += p.Say("mine.line", "number", summary.ID, "kind", p.Say("kind_short."+string(summary.Kind)),
			"who", kit.OrDash(who(summary)), "state", p.Say("state_short."+string(summary.State))) + "\n"
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Act(p.Say("mine.button", "number", summary.ID), "request", summary.ID)))
	}
	reply.Text = strings.TrimSpace(reply.Text)
	if len(mine) == 0 {
		reply = bot.Reply{Text: p.Say("mine.nothing")}
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow())
	return reply, nil
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

// request shows one's own request, with what one can still do about it.
func (p *Page) request(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := p.Changes.Card(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return p.ownCard(card), nil
}

func (p *Page) ownCard(card change.Card) bot.Reply {
	reply := p.drawCard(card)
	request := card.Request
	args := []any{request.ID, request.Version}
	switch request.State {
	case models.ChangeReturned:
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Positive(p.Button("redo", "redo", args...)),
			kit.Negative(p.Button("withdraw", "withdraw", args...))))
	case models.ChangeSubmitted:
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Negative(p.Button("withdraw", "withdraw", args...))))
	}
	reply.Buttons = append(reply.Buttons, p.papersRow(card)...)
	reply.Buttons = append(reply.Buttons, p.MenuRow())
	return reply
}

func (p *Page) withdraw(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := p.Changes.Withdraw(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), kit.Version(turn.Arg(1)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := p.ownCard(card)
	reply.Replace = true
	return reply, nil
}

// redo opens the form of a returned request with everything that was said.
func (p *Page) redo(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := p.Changes.Card(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	answers := p.kind(card.Proposal.Name()).answers(card.Proposal)
	answers["request"], answers["version"] = kit.ID(card.Request.ID), kit.ID(int64(card.Request.Version))
	reply, err := turn.Begin(ctx, FormOf(card.Proposal.Name()), answers)
	if err != nil {
		return bot.Reply{}, err
	}
	reply.Text = p.Say("mine.redo", "reason", kit.OrDash(card.Request.Reason)) + "\n\n" + reply.Text
	return reply, nil
}
