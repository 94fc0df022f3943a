package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services/identity"
	"canbobot/services/outbox"
	"canbobot/services/vn"
)

// linkCard asks the clerk whether the one who wrote is who they say; the clerk
// calls the number of the roster, not the one that was typed.
func (s *Screens) linkCard(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	view, err := s.Identity.LinkCard(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return s.drawLink(view), nil
}

func (s *Screens) drawLink(view identity.LinkCardView) bot.Reply {
	request := view.Request
	lines := []string{s.say("linkcard.says", "name", request.Name, "phone", orDash(vn.FormatPhone(request.Phone)), "channel", s.say("channel."+request.Channel))}
	if view.ByCode {
		lines = append(lines, s.say("linkcard.by_code"))
	}
	reply := bot.Reply{
		Title: s.say("linkcard.title", "number", request.ID), Protect: true,
		Card: bot.Card{Subject: outbox.Link, ID: request.ID},
	}
	if request.State != models.LinkPending {
		reply.Card.Version = 1
	}
	pending := request.State == models.LinkPending && view.MayDecide
	known := func(person models.Person, titles []string) {
		lines = append(lines, s.say("linkcard.roster", "name", person.Name, "titles", orDash(strings.Join(titles, "; ")), "phone", orDash(vn.FormatPhone(person.Phone))))
	}
	switch {
	case view.Person != nil:
		known(*view.Person, view.Titles)
		if view.LinkedSince != nil {
			lines = append(lines, s.say("linkcard.linked_since", "at", *view.LinkedSince))
		}
		if pending {
			reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("link_yes", "linkyes", id(request.ID)))))
		}
	case len(view.Candidates) == 0:
		lines = append(lines, s.say("linkcard.nobody"))
	default:
		lines = append(lines, s.say("linkcard.candidates"))
		for _, candidate := range view.Candidates {
			known(candidate.Person, candidate.Titles)
			if pending {
				reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: candidate.Person.Name, Action: bot.Act("linkyes", id(request.ID), id(candidate.Person.ID))}))
			}
		}
	}
	lines = append(lines, s.say("linkcard.state."+string(request.State)))
	reply.Text = strings.Join(lines, "\n")
	if pending {
		reply.Buttons = append(reply.Buttons, bot.Row(negative(s.button("link_no", "linkno", id(request.ID)))))
	} else {
		reply.Buttons = [][]bot.Button{bot.Row(s.button("pending", "pending"), s.button("menu", "menu"))}
	}
	return reply
}

func (s *Screens) linkYes(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.decideLink(ctx, turn, true)
}

func (s *Screens) linkNo(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.decideLink(ctx, turn, false)
}

func (s *Screens) decideLink(ctx context.Context, turn bot.Turn, agree bool) (bot.Reply, error) {
	request := number(turn.Arg(0))
	var err error
	if person := number(turn.Arg(1)); agree && person != 0 {
		err = s.Identity.DecideLinkAs(ctx, turn.Speaker.Actor, request, person)
	} else {
		err = s.Identity.DecideLink(ctx, turn.Speaker.Actor, request, agree)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	view, err := s.Identity.LinkCard(ctx, turn.Speaker.Actor, request)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := s.drawLink(view)
	reply.Replace = true
	return reply, nil
}
