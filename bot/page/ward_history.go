package page

import (
	"context"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
)

// past asks for a day, and shows who held what on it; the button names a branch
// or a person.
func (s *Screens) past(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	known := bot.Answers{}
	known.Fix("of", turn.Arg(0))
	known.Fix("id", id(number(turn.Arg(1))))
	return turn.Begin(ctx, "past", known)
}

// pastForm asks which day, and what was known when. It changes nothing and has
// no summary.
func (s *Screens) pastForm() *bot.Form {
	return &bot.Form{
		Name: "past",
		Steps: []bot.Step{
			{Name: "day", Ask: "past.day", Example: "example.past_day", Read: s.readTermDay, Show: showDayOf("day")},
			{Name: "known", Ask: "past.known", Example: "example.past_known", Choices: s.knownNowChoice, Read: noneOr(s.readTermDay), Show: s.showKnown},
		},
		Done: s.pastShown,
	}
}

func (s *Screens) knownNowChoice(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return [][]bot.Button{bot.Row(bot.Button{Label: s.say("button.known_now"), Action: bot.Choice(none)})}, nil
}

func (s *Screens) showKnown(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	if answers["known"] == none {
		return s.say("button.known_now"), nil
	}
	return texts.Date(dayOf(answers["known"])), nil
}

// pastShown lists who held what on a day, as the ward knows it now or knew it at
// the end of another day.
func (s *Screens) pastShown(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
	actor, about, of := turn.Speaker.Actor, dayOf(answers["day"]), number(answers["id"])
	known := s.Clock.UTC()
	if knownOn := dayOf(kept(answers["known"])); !knownOn.IsZero() {
		known = endOf(knownOn)
	}
	reply := bot.Reply{Protect: true}
	scope := roster.Scope{Branch: of}
	var back bot.Button
	if answers["of"] == "person" {
		person, err := s.Roster.Person(ctx, actor, of)
		if err != nil {
			return bot.Reply{}, err
		}
		scope = roster.Scope{Person: of}
		reply.Title = s.say("past.title", "what", person.Name, "on", about)
		back = s.button("back_to_person", "person", id(of))
	} else {
		view, err := s.Roster.Branch(ctx, actor, of)
		if err != nil {
			return bot.Reply{}, err
		}
		reply.Title = s.say("past.title", "what", view.Branch.Name, "on", about)
		back = s.button("back_to_branch", "branch", id(of))
	}
	posts, err := s.Roster.At(ctx, actor, scope, about, known)
	if err != nil {
		return bot.Reply{}, err
	}
	var lines []string
	if knownOn := dayOf(kept(answers["known"])); !knownOn.IsZero() {
		lines = append(lines, s.say("past.as_known", "on", knownOn))
	}
	for _, post := range posts {
		if answers["of"] == "person" {
			lines = append(lines, s.say("past.post", "title", post.Term.Title, "where", post.Branch.Name, "term", s.termSpan(post.Term)))
			continue
		}
		lines = append(lines, s.say("past.holder", "title", post.Term.Title, "name", post.Person.Name, "term", s.termSpan(post.Term)))
	}
	if len(posts) == 0 {
		lines = append(lines, s.say("past.nobody"))
	}
	reply.Text = strings.Join(lines, "\n")
	reply.Buttons = [][]bot.Button{
		bot.Row(s.button("past", "past", answers["of"], id(of)), back), s.menuRow()}
	return reply, nil
}

// endOf is the last moment of a day where people are.
func endOf(day models.Date) time.Time {
	return time.Date(day.Year, day.Month, day.Day, 23, 59, 59, 0, services.Zone)
}

// termSpan is from when to when.
func (s *Screens) termSpan(term models.Term) string {
	if term.To.IsZero() {
		return s.say("past.since", "from", term.From)
	}
	return s.say("past.between", "from", term.From, "to", term.To)
}

// formerLines are a person's latest posts that are over.
func (s *Screens) formerLines(career []roster.Post) []string {
	var lines []string
	for _, post := range career {
		if post.Term.To.IsZero() || !post.Term.To.Before(s.today()) {
			continue
		}
		if len(lines) == 0 {
			lines = append(lines, s.say("past.before"))
		}
		if len(lines) > formerShown {
			lines = append(lines, s.say("past.before_more"))
			break
		}
		lines = append(lines, s.say("past.post", "title", post.Term.Title, "where", post.Branch.Name, "term", s.termSpan(post.Term)))
	}
	return lines
}

// formerShown is how many former posts stand on a person's page.
const formerShown = 3
