package roster

import (
	"context"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
)

// past asks for a day, and shows who held what on it; the button names a branch
// or a person.
func (p *Page) past(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known := bot.Answers{}
	known.Fix("of", turn.Arg(0))
	known.Fix("id", kit.ID(kit.Number(turn.Arg(1))))
	return turn.Begin(ctx, "past", known)
}

// pastForm asks which day, and what was known when. It changes nothing and has
// no summary.
func (p *Page) pastForm() *bot.Form {
	return &bot.Form{
		Name: "past",
		Steps: []bot.Step{
			{Name: "day", Ask: "past.day", Example: "example.past_day", Read: p.ReadPast, Show: kit.ShowDayOf("day")},
			{Name: "known", Ask: "past.known", Example: "example.past_known", Choices: p.knownNowChoice,
				Read: kit.NoneOr(p.ReadPast), Show: p.showKnown},
		},
		Done: p.pastShown,
	}
}

func (p *Page) knownNowChoice(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return [][]bot.Button{bot.Row(kit.Choice(p.Say("button.known_now"), kit.None))}, nil
}

func (p *Page) showKnown(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	if answers["known"] == kit.None {
		return p.Say("button.known_now"), nil
	}
	return texts.Date(kit.DayOf(answers["known"])), nil
}

// pastShown lists who held what on a day, as the ward knows it now or knew it at
// the end of another day.
func (p *Page) pastShown(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
	actor, about, of := turn.Speaker.Actor, kit.DayOf(answers["day"]), kit.Number(answers["id"])
	known := p.Clock.UTC()
	if knownOn := kit.DayOf(kit.Kept(answers["known"])); !knownOn.IsZero() {
		known = endOf(knownOn)
	}
	reply := bot.Reply{Protect: true}
	scope := roster.Scope{Branch: of}
	var back bot.Button
	if answers["of"] == "person" {
		person, err := p.Roster.Person(ctx, actor, of)
		if err != nil {
			return bot.Reply{}, err
		}
		scope = roster.Scope{Person: of}
		reply.Title = p.Say("past.title", "what", person.Name, "on", about)
		back = p.Button("back_to_person", "person", of)
	} else {
		view, err := p.Roster.Branch(ctx, actor, of)
		if err != nil {
			return bot.Reply{}, err
		}
		reply.Title = p.Say("past.title", "what", view.Branch.Name, "on", about)
		back = p.Button("back_to_branch", "branch", of)
	}
	posts, err := p.Roster.At(ctx, actor, scope, about, known)
	if err != nil {
		return bot.Reply{}, err
	}
	var lines []string
	if knownOn := kit.DayOf(kit.Kept(answers["known"])); !knownOn.IsZero() {
		lines = append(lines, p.Say("past.as_known", "on", knownOn))
	}
	for _, post := range posts {
		if answers["of"] == "person" {
			lines = append(lines, p.Say("past.post", "title", post.Term.Title, "where", post.Branch.Name, "term",
				p.termSpan(post.Term)))
			continue
		}
		lines = append(lines, p.Say("past.holder", "title", post.Term.Title, "name", post.Person.Name, "term",
			p.termSpan(post.Term)))
	}
	if len(posts) == 0 {
		lines = append(lines, p.Say("past.nobody"))
	}
	reply.Text = strings.Join(lines, "\n")
	reply.Buttons = [][]bot.Button{
		bot.Row(p.Button("past", "past", answers["of"], of), back), p.MenuRow()}
	return reply, nil
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
		lines = append(lines, p.Say("past.post", "title", post.Term.Title, "where", post.Branch.Name, "term",
			p.termSpan(post.Term)))
	}
	return lines
}

// formerShown is how many former posts stand on a person's page.
const formerShown = 3
