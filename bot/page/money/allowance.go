package money

import (
	"context"
	"slices"
	"time"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services/list"
)

// allowance answers "where is my money": the month's amount and its stage
// first, then what it is made of.
func (p *Month) allowance(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if slots := turn.Meaning.Slots; turn.Arg(0) == "" && slots.Lunar {
		return p.lunar(turn), nil
	} else if turn.Arg(0) == "" && slots.Quarter > 0 {
		return p.quarter(ctx, turn)
	}
	month := p.MonthAsked(turn)
	view, err := p.List.Month(ctx, turn.Speaker.Actor, month)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.StageLine(view))
	for _, part := range view.Parts {
		lines.Add(p.partLine(view, part))
	}
	failed := view.Stage == list.StageFailed || view.Stage == list.StageReturned
	lines.SayIf(view.Reason != "" && failed, "allowance.reason", "reason", view.Reason)
	lines.SayIf(view.Reason != "" && !failed, "allowance.tried", "reason", view.Reason)
	lines.SayIf(!view.ExpectedBy.IsZero() && waiting(view.Stage), "allowance.expected", "date", view.ExpectedBy)
	said, receipt, err := p.receiptOf(ctx, turn, view)
	if err != nil {
		return bot.Reply{}, err
	}
	if said != "" {
		lines.Add(said)
	}
	if err := p.owing(ctx, turn, lines); err != nil {
		return bot.Reply{}, err
	}
	lines.Rows(receipt...)
	lines.RowIf(len(view.Parts) > 0, p.Button("why", "why", month))
	lines.RowIf(questionable(view.Stage) && said == "", p.Button("problem", "problem", month))
	lines.Row(p.Button("month_before", "month", month-1), p.Button("history", "history"))
	return lines.End(), nil
}

// lunar asks which month is meant by one of the moon's: the ward pays by the
// sun's, and a month of the moon begins in the next.
func (p *Month) lunar(turn bot.Turn) bot.Reply {
	first := p.Today().MonthOf() - 2
	if turn.Meaning.Slots.Month > 0 {
		first = p.MonthAsked(turn)
	}
	lines := p.Lines("")
	lines.Say("allowance.lunar")
	lines.Row(p.MonthButton(first), p.MonthButton(first+1), p.MonthButton(first+2))
	return lines.End()
}

// quarter shows the three months of "quý 1", the nearest that has begun.
func (p *Month) quarter(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	slots, current := turn.Meaning.Slots, p.Today().MonthOf()
	year := current.Year()
	if slots.Year >= 2000 && slots.Year <= 2100 {
		year = slots.Year
	}
	first := models.NewMonth(year, time.Month(3*(min(slots.Quarter, 4)-1)+1))
	if slots.Year == 0 && first > current {
		first -= 12
	}
	lines := p.Private(p.Say("allowance.quarter", "quarter", slots.Quarter, "year", first.Year()))
	for month := first; month < first+3; month++ {
		view, err := p.List.Month(ctx, turn.Speaker.Actor, month)
		if err != nil {
			return bot.Reply{}, err
		}
		lines.Add(p.StageLine(view))
	}
	lines.Row(p.MonthButton(first), p.MonthButton(first+1), p.MonthButton(first+2))
	lines.Row(p.Button("problem", "problem"), p.Button("history", "history"))
	return lines.End(), nil
}

// waiting reports whether money is still to come.
func waiting(stage list.Stage) bool {
	switch stage {
	case list.StageNotListed, list.StageListed, list.StageSubmitted, list.StageApproved, list.StageTreasury,
		list.StageReworked, list.StageExported:
		return true
	}
	return false
}

// questionable reports whether "I have not received it" makes sense: the money
// left, or should have.
func questionable(stage list.Stage) bool {
	switch stage {
	case list.StageExported, list.StagePaid, list.StageFailed, list.StageReturned:
		return true
	}
	return false
}

// partLine tells one component: what for, how much; another month's names it.
func (p *Month) partLine(view list.MonthView, part list.PartView) string {
	key := "allowance.part"
	switch {
	case part.Month != view.Month && view.Own(part.Month):
		key = "allowance.part_of_month"
	case part.Month != view.Month && part.Amount < 0:
		key = "allowance.recovery"
	case part.Month != view.Month:
		key = "allowance.arrears"
	}
	return p.Say(key, "title", part.Title, "branch", part.BranchName, "amount", texts.Money(part.Amount), "month",
		part.Month)
}

// historyMonths is how far back the history looks.
const historyMonths = 12

func (p *Month) history(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Arg(0) == "" && turn.Meaning.Slots.Quarter > 0 {
		return p.quarter(ctx, turn)
	}
	last, title, nothing, year := p.Today().MonthOf(), p.Say("history.title"), p.Say("history.nothing"), p.Today().Year
	// "phụ cấp năm 2025"
	if said := turn.Meaning.Slots.Year; turn.Arg(0) == "" && turn.Meaning.Slots.Month == 0 && said >= 2000 && said < year {
		year, last = said, models.NewMonth(said, time.December)
		title, nothing = p.Say("history.year", "year", year), p.Say("history.nothing_of_year", "year", year)
	}
	views, err := p.List.History(ctx, turn.Speaker.Actor, last, historyMonths)
	if err != nil {
		return bot.Reply{}, err
	}
	views = slices.DeleteFunc(views, func(view list.MonthView) bool { return view.Stage == list.StageNone })
	if len(views) == 0 {
		return p.Tell(nothing, p.Button("support", "support")), nil
	}
	lines, paid := p.Private(title), int64(0)
	for _, view := range views {
		stage := p.Say("stage_short."+view.Told(), "date", p.StageDate(view))
		if view.Elsewhere() { // that month's line has it
			lines.Say("history.with", "month", view.Month, "amount", texts.Money(view.Amount), "stage", stage, "listed",
				view.ListedIn)
			continue
		}
		if view.Stage == list.StagePaid {
			paid += view.Amount
		}
		lines.Say("history.line", "month", view.Month, "amount", texts.Money(view.Amount), "stage", stage)
	}
	lines.Add("", p.Say("history.total", "amount", texts.Money(paid)))
	lines.Row(p.Button("year_picture", "yearpicture", year), p.Button("year_pdf", "yearpdf", year))
	lines.Row(p.Button("allowance", "month"), p.Button("problem", "problem"))
	return lines.End(p.Button("stages", "stages")), nil
}
