package roster

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
)

// report shows the ward's table: who is in post and what a month costs.
func (p *Page) report(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if slots := turn.Meaning.Slots; turn.Arg(0) == "" && slots.Year > 0 && slots.Month == 0 { // "báo cáo năm 2025"
		return turn.Open(ctx, "year")
	}
	report, err := p.Year.Report(ctx, turn.Speaker.Actor, p.Today())
	if err != nil {
		return bot.Reply{}, err
	}
	lines := []string{
		p.Say("report.counts", "villages", report.Villages, "heads", report.Heads, "deputies", report.Deputies, "members",
			report.Members, "cell_members", report.CellMembers),
		p.Say("report.total", "amount", texts.Money(report.MonthlyTotal), "words", texts.InWords(report.MonthlyTotal)),
		"",
	}
	for _, row := range report.Organizations {
		if row.Amount > 0 {
			lines = append(lines, p.Say("report.organization", "name", row.Name, "heads", row.Heads, "deputies", row.Deputies,
				"amount", texts.Money(row.Amount)))
		}
	}
	return bot.Reply{
		Title: p.Say("report.title", "date", p.Today()), Text: strings.Join(lines, "\n"),
		Buttons: [][]bot.Button{bot.Row(p.Button("year", "year"), p.Button("runs", "runs")),
			p.MenuRow(p.Button("roster", "roster"))},
	}, nil
}
