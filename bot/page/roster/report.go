package roster

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/texts"
)

// report shows the ward's table: who is in post and what a month costs.
func (p *Page) report(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	switch slots := turn.Meaning.Slots; {
	case turn.Arg(0) != "":
	case slots.Of == bot.OfVacant: // "chi hội nào chưa có phó"
		return turn.Open(ctx, "vacant")
	case slots.Month > 0 || slots.Ago > 0 || slots.Quarter > 0: // "báo cáo tháng 10", "báo cáo quý 3"
		return turn.Open(ctx, "span")
	case slots.Year > 0: // "báo cáo năm 2025"
		return turn.Open(ctx, "year")
	}
	report, err := p.Year.Report(ctx, turn.Speaker.Actor, p.Today())
	lines := p.Lines(p.Say("report.title", "date", p.Today()))
	lines.Say("report.counts", "villages", report.Villages, "heads", report.Heads, "deputies", report.Deputies, "members",
		report.Members, "cell_members", report.CellMembers)
	lines.Say("report.total", "amount", texts.Money(report.MonthlyTotal), "words", texts.InWords(report.MonthlyTotal))
	lines.Add("")
	for _, row := range report.Organizations {
		lines.SayIf(row.Amount > 0, "report.organization", "name", row.Name, "heads", row.Heads, "deputies", row.Deputies,
			"amount", texts.Money(row.Amount))
	}
	lines.Row(p.Button("year", "year"), p.Button("runs", "runs"))
	return lines.End(p.Button("roster", "roster")), err
}
