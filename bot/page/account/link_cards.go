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
)

// card asks the clerk whether the one who wrote is who they say; the clerk calls
// the number of the roster, not the one that was typed.
func (p *Page) card() kit.Card[identity.LinkCardView] {
	return kit.Card[identity.LinkCardView]{Read: p.Identity.Requests.Card, Draw: p.drawLink}
}

func (p *Page) drawLink(_ services.Actor, view identity.LinkCardView) bot.Reply {
	request := view.Request
	lines := p.Private(p.Say("linkcard.title", "number", request.ID))
	lines.Card = bot.Card{Subject: outbox.Link, ID: request.ID, Version: request.Version}
	lines.Say("linkcard.says", "name", request.Name, "phone", lines.Phone(services.ID(request.PersonID), request.Phone),
		"channel", p.Say("channel."+request.Channel))
	lines.SayIf(request.ByCode, "linkcard.by_code")
	waits := request.State == models.LinkPending
	pending := waits && view.WhyNot == ""
	args := []any{request.ID, request.Version}
	known := func(person models.Person, titles []string) {
		lines.Say("linkcard.roster", "name", person.Name, "titles", kit.OrDash(strings.Join(titles, "; ")), "phone",
			lines.Phone(person.ID, person.Phone))
	}
	switch {
	case view.Person != nil:
		known(*view.Person, view.Titles)
		if view.LinkedSince != nil {
			lines.Say("linkcard.linked_since", "at", *view.LinkedSince)
		}
		lines.RowIf(pending, kit.Positive(p.Button("link_yes", "linkyes", args...)))
	case len(view.Candidates) == 0:
		lines.Say("linkcard.nobody")
	default:
		lines.Say("linkcard.candidates")
		for _, candidate := range view.Candidates {
			known(candidate.Person, candidate.Titles)
			lines.RowIf(pending, kit.Act(candidate.Person.Name, "linkyes", append(args, candidate.Person.ID)...))
		}
	}
	lines.Say("linkcard.state." + string(request.State))
	lines.Add(p.StandInLines(view.Approval, waits)...)
	switch {
	case pending:
		lines.Row(kit.Negative(p.Button("link_no", "linkno", args...)))
	case waits && view.Approval.MayTakeBack:
		lines.Row(kit.Negative(p.Button("take_back", "linkback", args...)))
	default:
		return lines.End(p.Button("pending", "pending"))
	}
	return lines.Done()
}

func (p *Page) linkYes(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.card().Act(func(ctx context.Context, actor services.Actor, id int64, version int) error {
		return p.Identity.Requests.Agree(ctx, actor, id, version, kit.Number(turn.Arg(2)))
	})(ctx, turn)
}

// decided tells who asked for a link what became of it.
func (p *Page) decided(_ context.Context, recipient services.Actor, _ int64) (bot.Reply, error) {
	if recipient.Role == services.Stranger {
		return bot.Reply{Text: p.Say("told.link_refused")}, nil
	}
	return bot.Reply{Text: p.Say("told.link_agreed"), Buttons: [][]bot.Button{p.MenuRow()}}, nil
}
