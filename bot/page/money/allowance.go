package money

import (
	"context"
	"strings"
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
	var lines []string
	for _, part := range view.Parts {
		lines = append(lines, p.partLine(view, part))
	}
	switch {
	case view.Reason == "":
	case view.Stage == list.StageFailed, view.Stage == list.StageReturned:
		lines = append(lines, p.Say("allowance.reason", "reason", view.Reason))
	default:
		lines = append(lines, p.Say("allowance.tried", "reason", view.Reason))
	}
	if !view.ExpectedBy.IsZero() && waiting(view.Stage) {
		lines = append(lines, p.Say("allowance.expected", "date", view.ExpectedBy))
	}
	said, receipt, err := p.receiptOf(ctx, turn, view)
	if err != nil {
		return bot.Reply{}, err
	}
	if said != "" {
		lines = append(lines, said)
	}
	reply := bot.Reply{Title: p.StageLine(view), Text: strings.Join(lines, "\n"), Protect: true, Buttons: receipt}
	if len(view.Parts) > 0 {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("why", "why", month.String())))
	}
	if questionable(view.Stage) && said == "" {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("problem", "problem", month.String())))
	}
	reply.Buttons = append(reply.Buttons,
		bot.Row(p.Button("month_before", "month", (month-1).String()), p.Button("history", "history")), p.MenuRow())
	return reply, nil
}

// lunar asks which month is meant by one of the moon's: the ward pays by the
// sun's, and a month of the moon begins in the next.
func (p *Month) lunar(turn bot.Turn) bot.Reply {
	reply := bot.Reply{Text: p.Say("allowance.lunar")}
	first := p.Today().MonthOf() - 2
	if turn.Meaning.Slots.Month > 0 {
		first = p.MonthAsked(turn)
	}
	var row []bot.Button
	for month := first; month < first+3; month++ {
		row = append(row, p.MonthButton(month))
	}
	reply.Buttons = [][]bot.Button{row, p.MenuRow()}
	return reply
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
	var lines []string
	var row []bot.Button
	for month := first; month < first+3; month++ {
		view, err := p.List.Month(ctx, turn.Speaker.Actor, month)
		if err != nil {
			return bot.Reply{}, err
		}
		lines = append(lines, p.StageLine(view))
		row = append(row, p.MonthButton(month))
	}
	return bot.Reply{
		Title: p.Say("allowance.quarter", "quarter", slots.Quarter, "year", first.Year()), Text: strings.Join(lines, "\n"),
		Protect: true,
		Buttons: [][]bot.Button{row, bot.Row(p.Button("problem", "problem"), p.Button("history", "history")), p.MenuRow()},
	}, nil
}

// waiting reports whether money is still to come.
func waiting(stage list.Stage) bool {
	switch stage {
	case list.StageNotListed, list.StageListed, list.StageSubmitted, list.StageApproved, list.StageExported:
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
	var lines []string
	var paid int64
	for _, view := range views {
		if view.Stage == list.StageNone {
			continue
		}
		stage := p.Say("stage_short."+string(view.Stage), "date", p.StageDate(view))
		if view.Elsewhere() { // that month's line has it
			lines = append(lines, p.Say("history.with", "month", view.Month, "amount", texts.Money(view.Amount), "stage", stage,
				"listed", view.ListedIn))
			continue
		}
		if view.Stage == list.StagePaid {
			paid += view.Amount
		}
		lines = append(lines, p.Say("history.line", "month", view.Month, "amount", texts.Money(view.Amount), "stage", stage))
	}
	if len(lines) == 0 {
		return p.Tell(nothing, p.Button("support", "support")), nil
	}
	lines = append(lines, "", p.Say("history.total", "amount", texts.Money(paid)))
	return bot.Reply{
		Title: title, Text: strings.Join(lines, "\n"), Protect: true,
		Buttons: [][]bot.Button{
			bot.Row(p.Button("year_picture", "yearpicture", year), p.Button("year_pdf", "yearpdf", year)),
			bot.Row(p.Button("allowance", "month"), p.Button("problem", "problem")),
			p.MenuRow(p.Button("stages", "stages")),
		},
	}, nil
}
