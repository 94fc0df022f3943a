package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/services/cases"
	"canbobot/services/outbox"
	"canbobot/services/vn"
)

// support reaches the clerk with a question in the officer's own words.
func (s *Screens) support(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := officersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "support", nil)
}

func (s *Screens) supportForm() *bot.Form {
	return &bot.Form{
		Name: "support", Intent: bot.Support,
		Steps: []bot.Step{{Name: "text", Ask: "support.ask", Example: "example.question", Read: readSentenceStep, Show: asKept("text"), Free: true}},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: s.say("support.confirm", "text", answers["text"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			if _, err := s.Cases.Open(ctx, turn.Speaker.Actor, cases.Opening{Kind: "question", Text: answers["text"]}); err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Text: s.say("support.done"), Buttons: [][]bot.Button{s.menuRow()}}, nil
		},
	}
}

func (s *Screens) caseCard(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	view, err := s.Cases.Card(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return s.drawCase(view, true), nil
}

// drawCase shows who asks, how to call them, what was said, and what is known
// of the month's money.
func (s *Screens) drawCase(view cases.View, staff bool) bot.Reply {
	lines := []string{}
	if staff {
		lines = append(lines, s.say("case.who", "name", view.PersonName, "titles", orDash(strings.Join(view.Titles, "; ")), "phone", orDash(vn.FormatPhone(view.Phone))))
	}
	if view.Month != nil {
		lines = append(lines, s.stageLine(*view.Month))
		if view.Month.Reason != "" && !(staff && len(view.Month.Earlier) > 0) { // told with the list that it was of
			lines = append(lines, s.say("allowance.reason", "reason", view.Month.Reason))
		}
	}
	if staff {
		lines = append(lines, s.caseFacts(view)...)
	}
	for _, message := range view.Case.Messages {
		from := s.say("case.ward")
		if message.PersonID != nil {
			from = s.say("case.officer")
		}
		lines = append(lines, s.say("case.message", "from", from, "at", texts.Moment(message.At), "text", message.Text))
	}
	lines = append(lines, "", s.say("case.state."+view.Case.State))
	if staff && view.Settled {
		lines = append(lines, s.say("case.settled"))
	}
	reply := bot.Reply{
		Title: s.say("case.title", "number", view.Case.ID), Text: strings.Join(lines, "\n"), Protect: true,
		Card: bot.Card{Subject: outbox.Case, ID: view.Case.ID, Version: len(view.Case.Messages)},
	}
	switch {
	case view.Case.State == cases.Closed && staff:
		reply.Card.Version += 2
	case view.Case.State == cases.Closed || staff && view.Settled:
		reply.Card.Version++
	}
	switch {
	case !staff:
		reply.Buttons = [][]bot.Button{bot.Row(s.button("support", "support"), s.button("menu", "menu"))}
	case view.Case.State == cases.Closed:
		reply.Buttons = [][]bot.Button{bot.Row(s.button("pending", "pending"), s.button("menu", "menu"))}
	case view.Settled:
		reply.Buttons = [][]bot.Button{bot.Row(positive(s.button("close_case", "caseclose", id(view.Case.ID))), s.button("answer", "caseans", id(view.Case.ID)))}
	default:
		reply.Buttons = [][]bot.Button{bot.Row(positive(s.button("answer", "caseans", id(view.Case.ID))), s.button("close_case", "caseclose", id(view.Case.ID)))}
	}
	return reply
}

// myCase shows an officer their own question and its answers.
func (s *Screens) myCase(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := s.Cases.Card(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return s.drawCase(view, false), nil
}

func (s *Screens) answerCase(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "answer_case", bot.Answers{"case": id(number(turn.Arg(0)))})
}

func (s *Screens) answerCaseForm() *bot.Form {
	return &bot.Form{
		Name:  "answer_case",
		Steps: []bot.Step{{Name: "text", Ask: "case.answer_ask", Read: readSentenceStep, Show: asKept("text"), Free: true}},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: s.say("case.answer_confirm", "number", answers["case"], "text", answers["text"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			view, err := s.Cases.Answer(ctx, turn.Speaker.Actor, number(answers["case"]), answers["text"])
			if err != nil {
				return bot.Reply{}, err
			}
			reply := s.drawCase(view, true)
			reply.Text = s.say("case.answered") + "\n\n" + reply.Text
			reply.Card = bot.Card{} // the card itself is redrawn; this is a receipt
			return reply, nil
		},
	}
}

func (s *Screens) closeCase(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := s.Cases.Close(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := s.drawCase(view, true)
	reply.Replace = true
	return reply, nil
}
