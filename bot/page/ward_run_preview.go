package page

import (
	"context"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/services/list"
)

// runReview shows a list beside the one before it: what is new in it and what
// wants looking at.
func (s *Screens) runReview(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	review, err := s.List.Review(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	lines := []string{s.say("run.total", "people", review.PeopleAfter, "total", texts.Money(review.After))}
	if review.Previous != 0 {
		change := texts.Money(review.After - review.Before)
		if review.After >= review.Before {
			change = "+" + change
		}
		lines = append(lines, s.say("run_review.before", "month", review.Previous, "people", review.PeopleBefore, "total", texts.Money(review.Before), "change", change))
	} else {
		lines = append(lines, s.say("run_review.first"))
	}
	reply := bot.Reply{Title: s.say("run_review.title", "month", review.Run.Month), Protect: true}
	for _, kind := range list.ReviewKinds {
		if items := review.Items[kind]; len(items) > 0 {
			lines = append(lines, s.say("run_review.count", "what", s.say("run_review.kind."+kind), "count", len(items)))
			reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: s.say("run_review.button." + kind), Action: bot.Act("runreviewof", id(review.Run.ID), kind)}))
		}
	}
	if len(reply.Buttons) == 0 && review.Previous != 0 {
		lines = append(lines, s.say("run_review.same"))
	}
	reply.Text = strings.Join(lines, "\n")
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("back_to_run", "run", id(review.Run.ID)), s.button("menu", "menu")))
	return reply, nil
}

// runReviewOf pages through the people of one kind.
func (s *Screens) runReviewOf(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	review, err := s.List.Review(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	kind := turn.Arg(1)
	if !slices.Contains(list.ReviewKinds, kind) {
		kind = list.ReviewChanged
	}
	items := review.Items[kind]
	offset := min(int(min(number(turn.Arg(2)), 1<<30)), len(items))
	reply := bot.Reply{Title: s.say("run_review.kind_title", "what", s.say("run_review.kind."+kind), "month", review.Run.Month), Protect: true, Text: s.say("run_review.nobody")}
	var lines []string
	for _, item := range items[offset:min(offset+listed, len(items))] {
		line := s.say("run_review.line", "name", item.Name, "unit", item.Unit, "before", texts.Money(item.Before), "after", texts.Money(item.After))
		for _, why := range item.Why {
			line += s.say("run_review.why." + why)
		}
		lines = append(lines, line)
	}
	if len(lines) > 0 {
		reply.Text = strings.Join(lines, "\n")
	}
	if next := offset + listed; next < len(items) {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("more", "runreviewof", id(review.Run.ID), kind, id(int64(next)))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("run_review", "runreview", id(review.Run.ID)), s.button("back_to_run", "run", id(review.Run.ID))), s.menuRow())
	return reply, nil
}

func (s *Screens) withdrawRun(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.redrawn(s.List.WithdrawRun(ctx, turn.Speaker.Actor, number(turn.Arg(0)), version(turn.Arg(1))))
}

func (s *Screens) returnRun(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "run_return", bot.Answers{"run": id(number(turn.Arg(0))), "version": id(int64(version(turn.Arg(1))))})
}

// returnRunForm asks a leader why a list is sent back.
func (s *Screens) returnRunForm() *bot.Form {
	return &bot.Form{
		Name:  "run_return",
		Steps: []bot.Step{{Name: "reason", Ask: "run_return.ask", Example: "example.run_return", Read: readSentenceStep, Show: asKept("reason"), Free: true}},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: s.say("run_return.confirm", "reason", answers["reason"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			view, err := s.List.ReturnRun(ctx, turn.Speaker.Actor, number(answers["run"]), version(answers["version"]), answers["reason"])
			if err != nil {
				return bot.Reply{}, err
			}
			return s.drawRun(view), nil
		},
	}
}

// runSteps are the ways back from where a list is, and what to look at before
// it is signed.
func (s *Screens) runSteps(view list.RunView) [][]bot.Button {
	args := []string{id(view.Run.ID), id(int64(view.Run.Version))}
	rows := [][]bot.Button{bot.Row(s.button("run_review", "runreview", id(view.Run.ID)))}
	switch {
	case view.MayReturn:
		rows = append(rows, bot.Row(negative(s.button("run_return", "returnrun", args...))))
	case view.MayWithdraw:
		rows = append(rows, bot.Row(s.button("run_withdraw", "withdrawrun", args...)))
	}
	return rows
}
