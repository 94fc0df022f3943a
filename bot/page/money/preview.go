package money

import (
	"context"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/services/list"
)

// runReview shows a list beside the one before it: what is new in it and what
// wants looking at.
func (p *Lists) runReview(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	review, err := p.List.Review(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	lines := []string{p.Say("run.total", "people", review.PeopleAfter, "total", texts.Money(review.After))}
	if review.Previous != 0 {
		lines = append(lines, p.Say("run_review.before", "month", review.Previous, "people", review.PeopleBefore, "total",
			texts.Money(review.Before), "change", difference(review.Before, review.After)))
	} else {
		lines = append(lines, p.Say("run_review.first"))
	}
	reply := bot.Reply{Title: p.Say("run_review.title", "month", review.Run.Month), Protect: true}
	for _, kind := range list.ReviewKinds {
		if items := review.Items[kind]; len(items) > 0 {
			lines = append(lines, p.Say("run_review.count", "what", p.Say("run_review.kind."+kind), "count", len(items)))
			reply.Buttons = append(reply.Buttons,
				bot.Row(kit.Act(p.Say("run_review.button."+kind), "runreviewof", review.Run.ID, kind)))
		}
	}
	if len(reply.Buttons) == 0 && review.Previous != 0 {
		lines = append(lines, p.Say("run_review.same"))
	}
	reply.Text = strings.Join(lines, "\n")
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("back_to_run", "run", review.Run.ID)))
	return reply, nil
}

// runReviewOf pages through the people of one kind.
func (p *Lists) runReviewOf(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	review, err := p.List.Review(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	kind := turn.Arg(1)
	if !slices.Contains(list.ReviewKinds, kind) {
		kind = list.ReviewChanged
	}
	shown, next := part(review.Items[kind], turn.Arg(2))
	reply := bot.Reply{Title: p.Say("run_review.kind_title", "what", p.Say("run_review.kind."+kind), "month",
		review.Run.Month), Protect: true, Text: p.Say("run_review.nobody")}
	var lines []string
	for _, item := range shown {
		line := p.Say("run_review.line", "name", item.Name, "unit", item.Unit, "before", texts.Money(item.Before), "after",
			texts.Money(item.After))
		for _, why := range item.Why {
			line += p.Say("run_review.why." + why)
		}
		lines = append(lines, line)
	}
	if len(lines) > 0 {
		reply.Text = strings.Join(lines, "\n")
	}
	if next > 0 {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("more", "runreviewof", review.Run.ID, kind, next)))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(p.Button("run_review", "runreview", review.Run.ID),
		p.Button("back_to_run", "run", review.Run.ID)), p.MenuRow())
	return reply, nil
}

func (p *Lists) returnRun(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return turn.Begin(ctx, "run_return", bot.Answers{"run": kit.ID(kit.Number(turn.Arg(0))),
		"version": kit.ID(int64(kit.Version(turn.Arg(1))))})
}

// returnRunForm asks a leader why a list is sent back.
func (p *Lists) returnRunForm() *bot.Form {
	return &bot.Form{
		Name:  "run_return",
		Steps: []bot.Step{kit.Sentence(bot.Step{Name: "reason", Ask: "run_return.ask", Example: "example.run_return"})},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("run_return.confirm", "reason", answers["reason"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			view, err := p.List.ReturnRun(ctx, turn.Speaker.Actor, kit.Number(answers["run"]), kit.Version(answers["version"]),
				answers["reason"])
			if err != nil {
				return bot.Reply{}, err
			}
			return p.drawRun(view), nil
		},
	}
}

// runSteps are the ways back from where a list is, and what to look at before
// it is signed.
func (p *Lists) runSteps(view list.RunView) [][]bot.Button {
	args := []any{view.Run.ID, view.Run.Version}
	rows := [][]bot.Button{bot.Row(p.Button("run_review", "runreview", view.Run.ID))}
	switch {
	case view.MayReturn:
		rows = append(rows, bot.Row(kit.Negative(p.Button("run_return", "returnrun", args...))))
	case view.MayWithdraw:
		rows = append(rows, bot.Row(p.Button("run_withdraw", "withdrawrun", args...)))
	}
	return rows
}
