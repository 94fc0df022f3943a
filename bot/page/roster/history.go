package roster

import (
	"context"
	"time"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
)

// asking is of whom it is asked who held what on a day, as the ward knows it or
// knew it at the end of another day.
type asking struct {
	Of    string
	ID    int64
	Day   models.Date
	Known models.Date
}

// past asks for a day, and shows who held what on it; the button names a branch
// or a person.
func (p *Page) past(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return turn.Begin(ctx, "past", kit.Untyped(asking{Of: turn.Arg(0), ID: kit.Number(turn.Arg(1))}))
}

// pastForm asks which day, and what was known when. It changes nothing and has
// no summary.
func (p *Page) pastForm() *bot.Form {
	return &bot.Form{
		Name: "past",
		Steps: []bot.Step{
			{Name: "day", Ask: "past.day", Example: "example.past_day", Read: p.ReadPast, Show: kit.ShowDayOf("day")},
			{Name: "known", Ask: "past.known", Example: "example.past_known", Read: kit.NoneOr(p.ReadPast),
				Show:    kit.Passed("known", p.Say("button.known_now"), kit.ShowDayOf),
				Choices: kit.Given(bot.Row(kit.Choice(p.Say("button.known_now"), kit.None)))},
		},
		Done: kit.With(p.pastShown),
	}
}

// pastShown lists who held what on a day.
func (p *Page) pastShown(ctx context.Context, turn bot.Turn, asked asking) (bot.Reply, error) {
	actor, ofPerson, known := turn.Speaker.Actor, asked.Of == "person", p.Clock.UTC()
	if !asked.Known.IsZero() {
		known = endOf(asked.Known)
	}
	var scope roster.Scope
	var what string
	var back bot.Button
	if ofPerson {
		person, err := p.Roster.Person(ctx, actor, asked.ID)
		if err != nil {
			return bot.Reply{}, err
		}
		scope.Person, what, back = asked.ID, person.Name, p.Button("back_to_person", "person", asked.ID)
	} else {
		view, err := p.Roster.Branch(ctx, actor, asked.ID)
		if err != nil {
			return bot.Reply{}, err
		}
		scope.Branch, what, back = asked.ID, view.Branch.Name, p.Button("back_to_branch", "branch", asked.ID)
	}
	posts, err := p.Roster.At(ctx, actor, scope, asked.Day, known)
	lines := p.Private(p.Say("past.title", "what", what, "on", asked.Day))
	lines.SayIf(!asked.Known.IsZero(), "past.as_known", "on", asked.Known)
	for _, post := range posts {
		if ofPerson {
			lines.Add(p.postLine(post))
			continue
		}
		lines.Say("past.holder", "title", post.Term.Title, "name", post.Person.Name, "term", p.termSpan(post.Term))
	}
	lines.SayIf(len(posts) == 0, "past.nobody")
	lines.Row(p.Button("past", "past", asked.Of, asked.ID), back)
	return lines.End(), err
}

// endOf is the last moment of a day where people are.
func endOf(day models.Date) time.Time {
	return time.Date(day.Year, day.Month, day.Day, 23, 59, 59, 0, services.Zone)
}

// termSpan is from when to when.
func (p *Page) termSpan(term models.Term) string {
	if term.To.IsZero() {
		return p.Say("past.since", "from", term.From)
	}
	return p.Say("past.between", "from", term.From, "to", term.To)
}

// formerLines are a person's latest posts that are over.
func (p *Page) formerLines(career []roster.Post) []string {
	var lines []string
	for _, post := range career {
		if post.Term.To.IsZero() || !post.Term.To.Before(p.Today()) {
			continue
		}
		if len(lines) == 0 {
			lines = append(lines, p.Say("past.before"))
		}
		if len(lines) > formerShown {
			lines = append(lines, p.Say("past.before_more"))
			break
		}
		lines = append(lines, p.postLine(post))
	}
	return lines
}

// formerShown is how many former posts stand on a person's page.
const formerShown = 3

// postLine is a post of somebody's, from when to when.
func (p *Page) postLine(post roster.Post) string {
	return p.Say("past.post", "title", post.Term.Title, "where", post.Branch.Name, "term", p.termSpan(post.Term))
}
