package money

import (
	"context"
	"time"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services/year"
)

// ordered opens what staff ask of the lists by a month, or by whom: "danh sách
// tháng 10", "ai chưa nhận tiền tháng 10", "ai tăng ai giảm". It reports false
// where they named neither.
func (p *Lists) ordered(ctx context.Context, turn bot.Turn, runs []models.PaymentRun) (bot.Reply, bool, error) {
	said := turn.Meaning.Slots
	named := said.Month > 0 || said.Ago > 0
	if turn.Arg(0) != "" || !named && said.Quarter == 0 && (said.Of == "" && said.Name == "" || len(runs) == 0) {
		return bot.Reply{}, false, nil
	}
	if said.Quarter > 0 || said.Year > 0 && !named {
		reply, err := turn.Open(ctx, "span", p.spanSaid(turn)...)
		return reply, true, err
	}
	month := p.MonthAsked(turn)
	if !named {
		month = runs[0].Month
	}
	for _, run := range runs {
		if month > run.Month || month <= run.Month-models.Month(max(run.Covers, 1)) {
			continue
		}
		if said.Name != "" { // "bà Hoa nhận tiền tháng 10 chưa"
			reply, err := p.linesOf(ctx, turn, run.ID, said.Name)
			return reply, true, err
		}
		verb, args := "run", []string{kit.ID(run.ID)}
		switch said.Of {
		case bot.OfChanged:
			verb = "runreview"
		case bot.OfUnpaid, bot.OfFailed, bot.OfNoAccount, bot.OfCash:
			verb, args = "linesof", append(args, string(said.Of))
		}
		reply, err := turn.Open(ctx, verb, args...)
		return reply, true, err
	}
	next, err := p.List.NextRun(ctx, turn.Speaker.Actor)
	lines := p.Lines("")
	lines.Say("runs.none_of", "month", month)
	lines.RowIf(next == month, kit.Positive(kit.Act(p.Say("runs.prepare", "month", month), "prepare", month)))
	return lines.End(p.Button("runs", "runs")), true, err
}

// are reports whether a line is one of those whom staff ask for.
func are(of bot.Of, line models.PaymentLine) bool {
	switch of {
	case bot.OfUnpaid:
		return line.Amount > 0 && line.State != models.LinePaid && line.State != models.LineCarried
	case bot.OfFailed:
		return line.State == models.LineFailed || line.State == models.LineReturned
	case bot.OfNoAccount:
		return line.Amount > 0 && line.BankTail == ""
	case bot.OfCash:
		return line.Amount > 0 && line.BankTail == "" && line.PayWay == models.WayCash
	}
	return false
}

// linesOfKind pages through those of a list whom staff ask for.
func (p *Lists) linesOfKind(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.List.Run(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	run, of := view.Run, bot.Of(turn.Arg(1))
	var found []models.PaymentLine
	var total int64
	for _, line := range view.Lines {
		if are(of, line) {
			found, total = append(found, line), total+line.Amount
		}
	}
	lines := p.Private(p.Say("run.title", "month", run.Month))
	if len(found) == 0 {
		lines.Say("lines_of.nobody")
	} else {
		lines.Say("lines_of."+string(of), "people", len(found), "total", texts.Money(total))
	}
	shown, next := kit.Part(found, turn.Arg(2))
	for _, line := range shown {
		lines.Say("lines_of.line", "name", line.Name, "unit", line.Unit, "what", p.outcome(run, line))
		lines.Row(kit.Act(line.Name, "line", run.ID, line.ID))
	}
	lines.More(next, "linesof", run.ID, of)
	return lines.End(p.Button("back_to_run", "run", run.ID)), nil
}

// spanSaid are the months that staff speak of: one, a quarter, a year.
func (p *Lists) spanSaid(turn bot.Turn) []string {
	slots, of := turn.Meaning.Slots, p.Today().Year
	if slots.Year > 0 {
		of = slots.Year
	}
	first, last := models.NewMonth(of, time.January), models.NewMonth(of, time.December)
	switch {
	case slots.Quarter > 0:
		first += models.Month(3 * (slots.Quarter - 1))
		if last = first + 2; slots.Year == 0 && first > p.Today().MonthOf() { // in January, "quý 4" is last year's
			first, last = first-12, last-12
		}
	case slots.Month > 0 || slots.Ago > 0:
		first = p.MonthAsked(turn)
		last = first
	}
	return []string{first.String(), last.String()}
}

// span reports what became of the money of some months' lists.
func (p *Lists) span(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	args := []string{turn.Arg(0), turn.Arg(1)}
	if args[0] == "" {
		args = p.spanSaid(turn)
	}
	first, err := models.ParseMonth(args[0])
	last, other := models.ParseMonth(args[1])
	if err != nil || other != nil {
		first = p.Today().MonthOf()
		last = first
	}
	report, err := p.Year.Span(ctx, turn.Speaker.Actor, first, last)
	if err != nil {
		return bot.Reply{}, err
	}
	runs, err := p.List.Runs(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	title := p.Say("span.month", "month", first)
	if last > first {
		title = p.Say("span.months", "first", first, "last", last)
	}
	lines := p.Lines(title)
	for _, one := range []struct {
		key    string
		amount int64
	}{{"paid", report.Paid}, {"unconfirmed", report.Unconfirmed}, {"sent", report.Sent}, {"waiting", report.Waiting},
		{"failed", report.Failed}} {
		lines.SayIf(one.amount != 0, "span."+one.key, "amount", texts.Money(one.amount))
	}
	listed := false
	for _, run := range runs {
		if run.Month < first || run.Month > last {
			continue
		}
		listed = true
		lines.Say("runs.line", "month", run.Month, "state", p.runState(run), "people", run.People,
			"total", texts.Money(run.Total))
		lines.Row(kit.Act(p.Say("runs.button", "month", run.Month), "run", run.ID))
		if first == last {
			lines.Row(p.Button("run_review", "runreview", run.ID), p.Button("unpaid", "linesof", run.ID, bot.OfUnpaid))
		}
	}
	if !listed {
		lines.Say("span.nothing")
	}
	for _, place := range report.Organizations {
		if place.Sum != (year.Sum{}) {
			lines.Say("span.organization", "name", place.Name, "paid", texts.Money(place.Paid), "rest",
				texts.Money(place.Sent+place.Waiting+place.Failed))
		}
	}
	lines.Row(p.Button("year", "year", first.Year()))
	return lines.End(p.Button("runs", "runs")), nil
}
