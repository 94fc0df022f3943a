package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
)

// report shows the ward's table: who is in post and what a month costs.
func (s *Screens) report(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	if slots := turn.Meaning.Slots; turn.Arg(0) == "" && slots.Year > 0 && slots.Month == 0 { // "báo cáo năm 2025"
		return s.year(ctx, turn)
	}
	report, err := s.Year.Report(ctx, turn.Speaker.Actor, s.today())
	if err != nil {
		return bot.Reply{}, err
	}
	lines := []string{
		s.say("report.counts", "villages", report.Villages, "heads", report.Heads, "deputies", report.Deputies, "members", report.Members, "cell_members", report.CellMembers),
		s.say("report.total", "amount", texts.Money(report.MonthlyTotal), "words", texts.InWords(report.MonthlyTotal)),
		"",
	}
	for _, row := range report.Organizations {
		if row.Amount > 0 {
			lines = append(lines, s.say("report.organization", "name", row.Name, "heads", row.Heads, "deputies", row.Deputies, "amount", texts.Money(row.Amount)))
		}
	}
	return bot.Reply{
		Title: s.say("report.title", "date", s.today()), Text: strings.Join(lines, "\n"),
		Buttons: [][]bot.Button{bot.Row(s.button("year", "year"), s.button("runs", "runs")), bot.Row(s.button("roster", "roster"), s.button("menu", "menu"))},
	}, nil
}
