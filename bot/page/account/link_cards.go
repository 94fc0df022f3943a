package account

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/outbox"
	"canbobot/services/vn"
)

// linkCard asks the clerk whether the one who wrote is who they say; the clerk
// calls the number of the roster, not the one that was typed.
func (p *Page) linkCard(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.redraw(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
}

func (p *Page) drawLink(view identity.LinkCardView) bot.Reply {
	request := view.Request
	lines := []string{p.Say("linkcard.says", "name", request.Name, "phone", kit.OrDash(vn.FormatPhone(request.Phone)),
		"channel", p.Say("channel."+request.Channel))}
	if request.ByCode {
		lines = append(lines, p.Say("linkcard.by_code"))
	}
	reply := bot.Reply{
		Title: p.Say("linkcard.title", "number", request.ID), Protect: true,
		Card: bot.Card{Subject: outbox.Link, ID: request.ID, Version: request.Version},
	}
	waits := request.State == models.LinkPending
	pending := waits && view.WhyNot == ""
	args := []any{request.ID, request.Version}
	known := func(person models.Person, titles []string) {
		lines = append(lines, p.Say("linkcard.roster", "name", person.Name, "titles", kit.OrDash(strings.Join(titles, "; ")),
			"phone", kit.OrDash(vn.FormatPhone(person.Phone))))
	}
	switch {
	case view.Person != nil:
		known(*view.Person, view.Titles)
		if view.LinkedSince != nil {
			lines = append(lines, p.Say("linkcard.linked_since", "at", *view.LinkedSince))
		}
		if pending {
			reply.Buttons = append(reply.Buttons, bot.Row(kit.Positive(p.Button("link_yes", "linkyes", args...))))
		}
	case len(view.Candidates) == 0:
		lines = append(lines, p.Say("linkcard.nobody"))
	default:
		lines = append(lines, p.Say("linkcard.candidates"))
		for _, candidate := range view.Candidates {
			known(candidate.Person, candidate.Titles)
			if pending {
				reply.Buttons = append(reply.Buttons,
					bot.Row(kit.Act(candidate.Person.Name, "linkyes", append(args, candidate.Person.ID)...)))
			}
		}
	}
	lines = append(append(lines, p.Say("linkcard.state."+string(request.State))), p.StandInLines(view.Approval, waits)...)
	reply.Text = strings.Join(lines, "\n")
	switch {
	case pending:
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Negative(p.Button("link_no", "linkno", args...))))
	case waits && view.Approval.MayTakeBack:
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Negative(p.Button("take_back", "linkback", args...))))
	default:
		reply.Buttons = [][]bot.Button{bot.Row(p.Button("pending", "pending"), p.Button("menu", "menu"))}
	}
	return reply
}

func (p *Page) linkYes(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.decideLink(ctx, turn, func(ctx context.Context, actor services.Actor, id int64, version int) error {
		return p.Identity.Requests.Agree(ctx, actor, id, version, kit.Number(turn.Arg(2)))
	})
}

func (p *Page) linkNo(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.decideLink(ctx, turn, p.Identity.Requests.Refuse)
}

func (p *Page) linkBack(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.decideLink(ctx, turn, p.Identity.Requests.TakeBack)
}

func (p *Page) decideLink(ctx context.Context, turn bot.Turn, do func(_ context.Context, _ services.Actor, id int64,
	version int) error) (bot.Reply, error) {
	request := kit.Number(turn.Arg(0))
	if err := do(ctx, turn.Speaker.Actor, request, kit.Version(turn.Arg(1))); err != nil {
		return bot.Reply{}, err
	}
	reply, err := p.redraw(ctx, turn.Speaker.Actor, request)
	reply.Replace = true
	return reply, err
}

// redraw is a link's card for whoever has it before them.
func (p *Page) redraw(ctx context.Context, recipient services.Actor, request int64) (bot.Reply, error) {
	view, err := p.Identity.Requests.Card(ctx, recipient, request)
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawLink(view), nil
}

// reminded draws a request again for who is to answer it.
func (p *Page) reminded(ctx context.Context, recipient services.Actor, request int64) (bot.Reply, error) {
	view, err := p.Identity.Requests.Card(ctx, recipient, request)
	if err != nil || view.Request.State != models.LinkPending {
		return bot.Reply{}, err
	}
	reply := p.drawLink(view)
	reply.Text = p.Say("told.link_waiting") + "\n\n" + reply.Text
	return reply, nil
}

// decided tells who asked for a link what became of it.
func (p *Page) decided(_ context.Context, recipient services.Actor, _ int64) (bot.Reply, error) {
	if recipient.Role == services.Stranger {
		return bot.Reply{Text: p.Say("told.link_refused")}, nil
	}
	return bot.Reply{Text: p.Say("told.link_agreed"), Buttons: [][]bot.Button{p.MenuRow()}}, nil
}

// moved tells the chat that was linked before that another has taken its place.
func (p *Page) moved(context.Context, services.Actor, int64) (bot.Reply, error) {
	return bot.Reply{Text: p.Say("told.moved")}, nil
}
