package page

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/money"
)

// monthAsked is the month that a button or a text names; without one, the
// month whose money people wait for: the one before the current.
func (s *Screens) monthAsked(turn bot.Turn) models.Month {
	current := s.today().MonthOf()
	if month, err := models.ParseMonth(turn.Arg(0)); err == nil {
		return month
	}
	slots := turn.Meaning.Slots
	switch {
	case slots.Ago > 0 && slots.Ago <= 24:
		return current - models.Month(slots.Ago)
	case slots.Month >= 1 && slots.Month <= 12 && slots.Year >= 2000 && slots.Year <= 2100:
		return models.NewMonth(slots.Year, time.Month(slots.Month))
	case slots.Month >= 1 && slots.Month <= 12:
		month := models.NewMonth(current.Year(), time.Month(slots.Month))
		if month > current+1 { // in January, "tháng 12" is last year's
			month -= 12
		}
		return month
	}
	return current
}

// allowance answers "where is my money": the month's amount and its stage
// first, then what it is made of.
func (s *Screens) allowance(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := officersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	if slots := turn.Meaning.Slots; turn.Arg(0) == "" && slots.Lunar {
		return s.lunar(turn), nil
	} else if turn.Arg(0) == "" && slots.Quarter > 0 {
		return s.quarter(ctx, turn)
	}
	month := s.monthAsked(turn)
	view, err := s.List.Month(ctx, turn.Speaker.Actor, month)
	if err != nil {
		return bot.Reply{}, err
	}
	var lines []string
	for _, part := range view.Parts {
		lines = append(lines, s.partLine(view, part))
	}
	switch {
	case view.Reason == "":
	case view.Stage == list.StageFailed, view.Stage == list.StageReturned:
		lines = append(lines, s.say("allowance.reason", "reason", view.Reason))
	default:
		lines = append(lines, s.say("allowance.tried", "reason", view.Reason))
	}
	if !view.ExpectedBy.IsZero() && waiting(view.Stage) {
		lines = append(lines, s.say("allowance.expected", "date", view.ExpectedBy))
	}
	said, receipt, err := s.receiptOf(ctx, turn, view)
	if err != nil {
		return bot.Reply{}, err
	}
	if said != "" {
		lines = append(lines, said)
	}
	reply := bot.Reply{Title: s.stageLine(view), Text: strings.Join(lines, "\n"), Protect: true, Buttons: receipt}
	if len(view.Parts) > 0 {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("why", "why", month.String())))
	}
	if questionable(view.Stage) && said == "" {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("problem", "problem", month.String())))
	}
	reply.Buttons = append(reply.Buttons,
		bot.Row(s.button("month_before", "month", (month-1).String()), s.button("history", "history")), s.menuRow())
	return reply, nil
}

// lunar asks which month is meant by one of the moon's: the ward pays by the
// sun's, and a month of the moon begins in the next.
func (s *Screens) lunar(turn bot.Turn) bot.Reply {
	reply := bot.Reply{Text: s.say("allowance.lunar")}
	first := s.today().MonthOf() - 2
	if turn.Meaning.Slots.Month > 0 {
		first = s.monthAsked(turn)
	}
	var row []bot.Button
	for month := first; month < first+3; month++ {
		row = append(row, s.monthButton(month))
	}
	reply.Buttons = [][]bot.Button{row, s.menuRow()}
	return reply
}

func (s *Screens) monthButton(month models.Month) bot.Button {
	return bot.Button{Label: s.say("problem.month_choice", "month", month), Action: bot.Act("month", month.String())}
}

// quarter shows the three months of "quý 1", the nearest that has begun.
func (s *Screens) quarter(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	slots, current := turn.Meaning.Slots, s.today().MonthOf()
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
		view, err := s.List.Month(ctx, turn.Speaker.Actor, month)
		if err != nil {
			return bot.Reply{}, err
		}
		lines = append(lines, s.stageLine(view))
		row = append(row, s.monthButton(month))
	}
	return bot.Reply{
		Title: s.say("allowance.quarter", "quarter", slots.Quarter, "year", first.Year()), Text: strings.Join(lines, "\n"), Protect: true,
		Buttons: [][]bot.Button{row, bot.Row(s.button("problem", "problem"), s.button("history", "history")), s.menuRow()},
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

// stageLine is the whole answer in one line.
func (s *Screens) stageLine(view list.MonthView) string {
	if view.Stage == list.StageNone && view.BeforeRuns {
		return s.say("stage_unknown", "month", view.Month)
	}
	if view.Stage == list.StagePaid && view.Cash {
		return s.say("stage_cash", "month", view.Month, "amount", texts.Money(view.Amount), "date", s.stageDate(view))
	}
	return s.say("stage."+string(view.Stage),
		"month", view.Month, "amount", texts.Money(view.Amount), "date", s.stageDate(view))
}

func (s *Screens) stageDate(view list.MonthView) string {
	switch {
	case !view.PaidOn.IsZero():
		return texts.Date(view.PaidOn)
	case !view.StageAt.IsZero():
		return texts.Date(models.DateOf(view.StageAt.In(services.Zone)))
	}
	return "–"
}

// partLine tells one component: what for, how much; another month's names it.
func (s *Screens) partLine(view list.MonthView, part list.PartView) string {
	key := "allowance.part"
	switch {
	case part.Month != view.Month && view.Own(part.Month):
		key = "allowance.part_of_month"
	case part.Month != view.Month && part.Amount < 0:
		key = "allowance.recovery"
	case part.Month != view.Month:
		key = "allowance.arrears"
	}
	return s.say(key, "title", part.Title, "branch", part.BranchName, "amount", texts.Money(part.Amount), "month", part.Month)
}

// why derives each component: rate, rule, legal basis, in post since.
func (s *Screens) why(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := officersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	month := s.monthAsked(turn)
	view, adjusted, err := s.List.Explain(ctx, turn.Speaker.Actor, month)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(view.Parts) == 0 {
		return bot.Reply{Text: s.say("why.nothing", "month", month), Buttons: [][]bot.Button{bot.Row(s.button("policy", "policy"), s.button("support", "support")), s.menuRow()}}, nil
	}
	var blocks []string
	for _, part := range view.Parts {
		if view.ListedIn == 0 || view.Own(part.Month) {
			blocks = append(blocks, s.say("why.part", "amount", texts.Money(part.Amount), "sum", s.sumOf(part),
				"title", part.Title, "branch", part.BranchName, "basis", part.Basis, "since", part.From))
		}
	}
	for _, one := range adjusted {
		blocks = append(blocks, s.adjustedMonth(one, view.Parts))
	}
	return bot.Reply{
		Title:   s.say("why.title", "month", month, "amount", texts.Money(view.Amount)),
		Text:    strings.Join(blocks, "\n\n"),
		Buttons: [][]bot.Button{bot.Row(s.button("problem", "problem", month.String())), s.menuRow()},
		Protect: true,
	}, nil
}

// sumOf is what an amount is made of: "mức cấp trưởng 200.000 đ x 1 tháng".
func (s *Screens) sumOf(part list.PartView) string {
	rate := s.say("why.rate", "role", lower(s.say("term_role."+string(part.Role))), "rate", texts.Money(part.Rate))
	switch part.Why {
	case money.WhyFull:
		return s.say("why.whole", "rate", rate)
	case money.WhyByDay:
		return s.say("why.days", "rate", rate, "days", part.Days, "of", part.Month.Days())
	}
	return rate + ", " + s.say("why.how."+part.Why, "days", part.Days)
}

// adjustedMonth derives what is paid, or taken back, for an earlier month, and
// names the posts that it is for.
func (s *Screens) adjustedMonth(one list.Adjusted, parts []list.PartView) string {
	key, amount := "why.arrears", one.Amount
	if amount < 0 {
		key, amount = "why.recovery", -amount
	}
	lines := []string{s.say(key, "month", one.Month, "owed", texts.Money(one.Owed), "settled", texts.Money(one.Settled), "amount", texts.Money(amount))}
	for _, part := range parts {
		if part.Month != one.Month {
			continue
		}
		lines = append(lines, s.say("why.because", "amount", texts.Money(part.Amount), "title", part.Title, "branch", part.BranchName, "since", part.From,
			"rate", texts.Money(part.Rate), "how", s.say("why.how."+part.Why, "days", part.Days), "basis", part.Basis))
	}
	return strings.Join(lines, "\n")
}

// lower begins with a small letter: within a sentence.
func lower(text string) string {
	letters := []rune(text)
	if len(letters) > 0 {
		letters[0] = unicode.ToLower(letters[0])
	}
	return string(letters)
}

// historyMonths is how far back the history looks.
const historyMonths = 12

func (s *Screens) history(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := officersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	if turn.Arg(0) == "" && turn.Meaning.Slots.Quarter > 0 {
		return s.quarter(ctx, turn)
	}
	last, title, nothing, year := s.today().MonthOf(), s.say("history.title"), s.say("history.nothing"), s.today().Year
	if said := turn.Meaning.Slots.Year; turn.Arg(0) == "" && turn.Meaning.Slots.Month == 0 && said >= 2000 && said < year { // "phụ cấp năm 2025"
		year, last = said, models.NewMonth(said, time.December)
		title, nothing = s.say("history.year", "year", year), s.say("history.nothing_of_year", "year", year)
	}
	views, err := s.List.History(ctx, turn.Speaker.Actor, last, historyMonths)
	if err != nil {
		return bot.Reply{}, err
	}
	var lines []string
	var paid int64
	for _, view := range views {
		if view.Stage == list.StageNone {
			continue
		}
		stage := s.say("stage_short."+string(view.Stage), "date", s.stageDate(view))
		if view.Elsewhere() { // that month's line has it
			lines = append(lines, s.say("history.with", "month", view.Month, "amount", texts.Money(view.Amount), "stage", stage, "listed", view.ListedIn))
			continue
		}
		if view.Stage == list.StagePaid {
			paid += view.Amount
		}
		lines = append(lines, s.say("history.line", "month", view.Month, "amount", texts.Money(view.Amount), "stage", stage))
	}
	if len(lines) == 0 {
		return bot.Reply{Text: nothing, Buttons: [][]bot.Button{bot.Row(s.button("support", "support"), s.button("menu", "menu"))}}, nil
	}
	lines = append(lines, "", s.say("history.total", "amount", texts.Money(paid)))
	return bot.Reply{
		Title: title, Text: strings.Join(lines, "\n"), Protect: true,
		Buttons: [][]bot.Button{
			bot.Row(s.button("year_picture", "yearpicture", strconv.Itoa(year)), s.button("year_pdf", "yearpdf", strconv.Itoa(year))),
			bot.Row(s.button("allowance", "month"), s.button("problem", "problem")),
			bot.Row(s.button("stages", "stages"), s.button("menu", "menu")),
		},
	}, nil
}

// policy tells how much and on what basis.
func (s *Screens) policy(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	policies, err := s.Money.Policies(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(policies) == 0 {
		return bot.Reply{Text: s.say("policy.nothing"), Buttons: [][]bot.Button{bot.Row(s.button("support", "support"), s.button("menu", "menu"))}}, nil
	}
	var blocks []string
	for _, policy := range policies {
		lines := []string{s.say("policy.head", "name", policy.Name)}
		for _, rule := range policy.Rules {
			if rule.Amount > 0 {
				lines = append(lines, s.say("policy.amount", "role", s.say("term_role."+string(rule.Role)), "amount", texts.Money(rule.Amount)))
			} else {
				lines = append(lines, s.say("policy.coefficient", "role", s.say("term_role."+string(rule.Role)), "coefficient", texts.Thousandths(rule.Coefficient)))
			}
		}
		lines = append(lines,
			s.say("policy.accrual."+string(policy.Accrual), "days", policy.AccrualDays, "percent", policy.AccrualPercent),
			s.say("policy.basis", "basis", policy.LegalBasis, "from", policy.From))
		blocks = append(blocks, strings.Join(lines, "\n"))
	}
	reply := bot.Reply{Title: s.say("policy.title"), Text: strings.Join(blocks, "\n\n")}
	if turn.Speaker.Actor.Role == services.Officer {
		reply.Buttons = [][]bot.Button{bot.Row(s.button("allowance", "month"), s.button("menu", "menu"))}
	} else {
		reply.Buttons = [][]bot.Button{s.menuRow()}
	}
	return reply, nil
}
