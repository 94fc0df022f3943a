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
	offset := int(kit.Number(turn.Arg(0)))
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
	reply := bot.Reply{Title: p.Say("pending.title", "changes", total, "cases", len(open), "links", asking),
		Protect: true}
	if total == 0 && len(open) == 0 && asking == 0 {
		return bot.Reply{Text: p.Say("pending.nothing"),
			Buttons: kit.Rows(further, p.MenuRow(p.Button("review", "review")))}, nil
	}
	var lines []string
	add := func(line, label, verb string, id int64) {
		lines = append(lines, line)
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Act(label, verb, id)))
	}
	for _, one := range queue {
		add(p.Say("pending.change", "number", one.ID, "kind", p.Say("kind_short."+string(one.Kind)), "who",
			kit.OrDash(who(one)), "branch", kit.OrDash(one.BranchName), "at", one.SubmittedAt),
			p.Say("mine.button", "number", one.ID), "card", one.ID)
	}
	for _, view := range open[:min(len(open), kit.Listed)] {
		add(p.Say("pending.case", "number", view.Case.ID, "name", view.PersonName, "at", view.Case.CreatedAt),
			p.Say("pending.case_button", "number", view.Case.ID), "case", view.Case.ID)
	}
	if asking > identity.FewRequests {
		links = nil
		lines = append(lines, p.Say("links.title", "people", asking))
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("links", "links")))
	}
	for _, link := range links {
		add(p.Say("pending.link", "number", link.ID, "name", link.Name, "at", link.CreatedAt),
			p.Say("pending.link_button", "number", link.ID), "linkcard", link.ID)
	}
	reply.Text = strings.Join(lines, "\n")
	if int64(offset+len(queue)) < total {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("more", "pending", offset+kit.Listed)))
	}
	reply.Buttons = append(reply.Buttons, kit.Rows(further, p.MenuRow(p.Button("review", "review")))...)
	return reply, nil
}

// waiting lists what waits for others: for whom, and since when.
func (p *Signing) waiting(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	offset := int(min(kit.Number(turn.Arg(0)), 1<<30))
	list, total, err := p.Changes.Waiting(ctx, turn.Speaker.Actor, offset, kit.Listed)
	if err != nil {
		return bot.Reply{}, err
	}
	back := p.MenuRow(p.Button("pending", "pending"))
	if total == 0 {
		return bot.Reply{Text: p.Say("waiting.nothing"), Buttons: [][]bot.Button{back}}, nil
	}
	reply := bot.Reply{Title: p.Say("waiting.title", "total", total), Protect: true}
	var lines []string
	for _, view := range list {
		signers := p.Say("waiting.nobody")
		if len(view.Who) > 0 {
			signers = p.SignerName(view.Step.Step)
			if len(view.Who) <= 3 {
				signers += " (" + strings.Join(view.Who, ", ") + ")"
			}
		}
		lines = append(lines, p.Say("waiting.line", "number", view.ID, "kind", p.Say("kind_short."+string(view.Kind)), "who",
			kit.OrDash(who(view.Summary)), "signers", signers, "since", view.Since))
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Act(p.Say("mine.button", "number", view.ID), "card", view.ID)))
	}
	reply.Text = strings.Join(lines, "\n")
	if next := offset + len(list); int64(next) < total {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("more", "waiting", next)))
	}
	reply.Buttons = append(reply.Buttons, back)
	return reply, nil
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
