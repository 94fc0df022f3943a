package money

import (
	"context"
	"slices"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/services"
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
	lines.SayIf(review.Previous == 0 && list.Unsent(review.Run), "run_review.send_old")
	p.reviewed(lines, review, "runreviewof", review.Run.ID)
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
	lines := p.reviewedOf(review, kind, turn.Arg(2), "runreviewof", run.ID)
	lines.Row(p.Button("run_review", "runreview", run.ID), p.Button("back_to_run", "run", run.ID))
	return lines.End(), nil
}

// reviewed counts what is new in a list by kind, each with a button to its people.
func (p *Lists) reviewed(lines *kit.Lines, review list.RunReview, verb string, id int64) {
	for _, kind := range list.ReviewKinds {
		if items := review.Items[kind]; len(items) > 0 {
			lines.Say("run_review.count", "what", p.Say("run_review.kind."+kind), "count", len(items))
			lines.Row(kit.Act(p.Say("run_review.button."+kind), verb, id, kind))
		}
	}
}

// reviewedOf pages through the people of one kind.
func (p *Lists) reviewedOf(review list.RunReview, kind, from, verb string, id int64) *kit.Lines {
	lines := p.Private(p.Say("run_review.kind_title", "what", p.Say("run_review.kind."+kind), "month", review.Run.Month))
	shown, next := kit.Part(review.Items[kind], from)
	for _, item := range shown {
		line := p.Say("run_review.line", "name", item.Name, "unit", item.Unit, "before", texts.Money(item.Before), "after",
			texts.Money(item.After))
		for _, why := range item.Why {
			line += p.Say("run_review.why." + why)
		}
		lines.Add(line)
	}
	lines.OrSay("run_review.nobody")
	lines.More(next, verb, id, kind)
	return lines
}

// oldReview holds the ward's latest list against the one that it made by itself,
// sent as a sheet.
func (p *Lists) oldReview(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	sheet := kit.Number(turn.Arg(0))
	review, unread, err := p.againstOld(ctx, turn, sheet)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.Say("old_list.title", "month", review.Run.Month))
	lines.Say("run.total", "people", review.PeopleAfter, "total", texts.Money(review.After))
	lines.Say("old_list.old", "people", review.PeopleBefore, "total", texts.Money(review.Before), "change",
		difference(review.Before, review.After))
	other := 0
	for _, kind := range []string{list.ReviewNew, list.ReviewGone, list.ReviewChanged} {
		other += len(review.Items[kind])
	}
	lines.SayIf(other > 0, "old_list.other", "count", other)
	lines.SayIf(other == 0, "old_list.same")
	lines.SayIf(unread > 0, "old_list.unread", "count", unread)
	p.reviewed(lines, review, "oldlistof", sheet)
	return lines.End(p.Button("back_to_run", "run", review.Run.ID)), nil
}

// oldReviewOf pages through the people of one kind.
func (p *Lists) oldReviewOf(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	sheet, kind := kit.Number(turn.Arg(0)), turn.Arg(1)
	review, _, err := p.againstOld(ctx, turn, sheet)
	if err != nil {
		return bot.Reply{}, err
	}
	if !slices.Contains(list.ReviewKinds, kind) {
		kind = list.ReviewChanged
	}
	lines := p.reviewedOf(review, kind, turn.Arg(2), "oldlistof", sheet)
	return lines.End(p.Button("sheet_old", "oldlist", sheet), p.Button("back_to_run", "run", review.Run.ID)), nil
}

func (p *Lists) againstOld(ctx context.Context, turn bot.Turn, sheet int64) (list.RunReview, int, error) {
	actor := turn.Speaker.Actor
	old, unread, err := p.Results.OldList(ctx, actor, sheet)
	if err != nil {
		return list.RunReview{}, 0, err
	}
	runs, err := p.List.Runs(ctx, actor)
	if err != nil {
		return list.RunReview{}, 0, err
	}
	if len(runs) == 0 {
		return list.RunReview{}, 0, services.NotFound("run")
	}
	review, err := p.List.Old.Review(ctx, actor, runs[0].ID, old)
	return review, unread, err
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
