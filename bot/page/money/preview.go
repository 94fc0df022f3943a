package money

import (
	"context"
	"slices"

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
	lines := p.Private(p.Say("run_review.title", "month", review.Run.Month))
	lines.Say("run.total", "people", review.PeopleAfter, "total", texts.Money(review.After))
	if review.Previous != 0 {
		lines.Say("run_review.before", "month", review.Previous, "people", review.PeopleBefore, "total",
			texts.Money(review.Before), "change", difference(review.Before, review.After))
	} else {
		lines.Say("run_review.first")
	}
	for _, kind := range list.ReviewKinds {
		if items := review.Items[kind]; len(items) > 0 {
			lines.Say("run_review.count", "what", p.Say("run_review.kind."+kind), "count", len(items))
			lines.Row(kit.Act(p.Say("run_review.button."+kind), "runreviewof", review.Run.ID, kind))
		}
	}
	lines.SayIf(len(lines.Buttons) == 0 && review.Previous != 0, "run_review.same")
	return lines.End(p.Button("back_to_run", "run", review.Run.ID)), nil
}

// runReviewOf pages through the people of one kind.
func (p *Lists) runReviewOf(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	review, err := p.List.Review(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	run, kind := review.Run, turn.Arg(1)
	if !slices.Contains(list.ReviewKinds, kind) {
		kind = list.ReviewChanged
	}
	lines := p.Private(p.Say("run_review.kind_title", "what", p.Say("run_review.kind."+kind), "month", run.Month))
	shown, next := kit.Part(review.Items[kind], turn.Arg(2))
	for _, item := range shown {
		line := p.Say("run_review.line", "name", item.Name, "unit", item.Unit, "before", texts.Money(item.Before), "after",
			texts.Money(item.After))
		for _, why := range item.Why {
			line += p.Say("run_review.why." + why)
		}
		lines.Add(line)
	}
	lines.OrSay("run_review.nobody")
	lines.More(next, "runreviewof", run.ID, kind)
	lines.Row(p.Button("run_review", "runreview", run.ID), p.Button("back_to_run", "run", run.ID))
	return lines.End(), nil
}

// returned is why a leader sends a list back, as they saw it.
type returned struct {
	Run     int64
	Version int
	Reason  string
}

// returnRunForm asks a leader why a list is sent back.
func (p *Lists) returnRunForm() *bot.Form {
	return &bot.Form{
		Name:    "run_return",
		Steps:   []bot.Step{kit.Sentence(bot.Step{Name: "reason", Ask: "run_return.ask", Example: "example.run_return"})},
		Confirm: p.ConfirmWords("run_return.confirm", "reason"),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, one returned) (bot.Reply, error) {
			view, err := p.List.ReturnRun(ctx, turn.Speaker.Actor, one.Run, one.Version, one.Reason)
			return p.card().Drawn(turn.Speaker.Actor, view, err)
		}),
	}
}
