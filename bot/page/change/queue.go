package change

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/identity"
)

// pending lists what waits for the ward.
func (p *Signing) pending(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if said := turn.Meaning.Slots; turn.Arg(0) == "" && said.Number > 0 { // "duyệt đề nghị số 4"
		if said.Of == bot.OfCase {
			return turn.Open(ctx, "case", kit.ID(said.Number))
		}
		return turn.Open(ctx, "card", kit.ID(said.Number))
	}
	offset := kit.Offset(turn.Arg(0))
	queue, total, err := p.Changes.Queue(ctx, turn.Speaker.Actor, offset, kit.Listed)
	if err != nil {
		return bot.Reply{}, err
	}
	open, err := p.Cases.Queue(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	links, asking, err := p.Identity.Requests.Queue(ctx, turn.Speaker.Actor, 0, identity.FewRequests)
	if err != nil {
		return bot.Reply{}, err
	}
	further, err := p.queueButtons(ctx, turn)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Lines("")
	if total > 0 || len(open) > 0 || asking > 0 {
		lines = p.Private(p.Say("pending.title", "changes", total, "cases", len(open), "links", asking))
	} else {
		lines.Say("pending.nothing")
	}
	for _, one := range queue {
		lines.Say("pending.change", "number", one.ID, "kind", p.Say("kind_short."+string(one.Kind)), "who",
			kit.OrDash(who(one)), "branch", kit.OrDash(one.BranchName), "at", one.SubmittedAt)
		lines.Row(kit.Act(p.Say("mine.button", "number", one.ID), "card", one.ID))
	}
	for _, view := range kit.Few(open) {
		lines.Say("pending.case", "number", view.Case.ID, "name", view.PersonName, "at", view.Case.CreatedAt)
		lines.Row(kit.Act(p.Say("pending.case_button", "number", view.Case.ID), "case", view.Case.ID))
	}
	if asking > identity.FewRequests {
		links = nil
		lines.Say("links.title", "people", asking)
		lines.Row(p.Button("links", "links"))
	}
	for _, link := range links {
		lines.Say("pending.link", "number", link.ID, "name", link.Name, "at", link.CreatedAt)
		lines.Row(kit.Act(p.Say("pending.link_button", "number", link.ID), "linkcard", link.ID))
	}
	lines.More(kit.Next(offset, len(queue), total), "pending")
	lines.Row(further...)
	return lines.End(p.Button("review", "review")), nil
}

// next opens the request that has waited longest for the one who asks.
func (p *Signing) next(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	queue, _, err := p.Changes.Queue(ctx, turn.Speaker.Actor, 0, 1)
	if err != nil || len(queue) == 0 {
		return p.Tell(p.Say("pending.no_more"), p.Button("pending", "pending")), err
	}
	return turn.Open(ctx, "card", kit.ID(queue[0].ID))
}

// waiting lists what waits for others: for whom, and since when.
func (p *Signing) waiting(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	offset, back := kit.Offset(turn.Arg(0)), p.Button("pending", "pending")
	list, total, err := p.Changes.Waiting(ctx, turn.Speaker.Actor, offset, kit.Listed)
	if err != nil || total == 0 {
		return p.Tell(p.Say("waiting.nothing"), back), err
	}
	lines := p.Private(p.Say("waiting.title", "total", total))
	for _, view := range list {
		signers := p.Say("waiting.nobody")
		if len(view.Who) > 0 {
			signers = p.SignerName(view.Step.Step)
			if len(view.Who) <= 3 {
				signers += " (" + strings.Join(view.Who, ", ") + ")"
			}
		}
		lines.Say("waiting.line", "number", view.ID, "kind", p.Say("kind_short."+string(view.Kind)), "who",
			kit.OrDash(who(view.Summary)), "signers", signers, "since", view.Since)
		lines.Row(kit.Act(p.Say("mine.button", "number", view.ID), "card", view.ID))
	}
	lines.More(kit.Next(offset, len(list), total), "waiting")
	return lines.End(back), nil
}

// queueButtons lead from the queue to what waits for others, and to approving
// several in one go.
func (p *Signing) queueButtons(ctx context.Context, turn bot.Turn) ([]bot.Button, error) {
	var row []bot.Button
	if turn.Speaker.Actor.MayDecide() {
		groups, err := p.alike(ctx, turn.Speaker.Actor)
		if err != nil {
			return nil, err
		}
		if len(groups) > 0 {
			row = append(row, p.Button("many", "many"))
		}
	}
	_, others, err := p.Changes.Waiting(ctx, turn.Speaker.Actor, 0, 1)
	if err == nil && others > 0 && turn.Speaker.Actor.MayDecide() {
		row = append(row, p.Button("waiting", "waiting"))
	}
	return row, err
}
