package notice

import (
	"context"
	"strconv"
	"time"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/services"
	"canbobot/services/notice"
)

// monthly lists what goes out by itself.
func (p *Writing) monthly(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	rows, err := p.Notices.Recurring(ctx, turn.Speaker.Actor)
	blocks := p.Lines(p.Say("monthly.title")).Apart()
	for i, row := range rows {
		blocks.Say("monthly.line", "number", i+1, "rule", p.ruleWords(notice.MonthlyOf(row)), "text",
			kit.FirstLine(row.Text), "next", row.NextAt)
		blocks.Row(kit.Negative(kit.Act(p.Say("monthly.stop_button", "number", i+1), "stopmonthly", row.ID)))
	}
	blocks.OrSay("monthly.nothing")
	return blocks.End(p.Button("new_notice", "broadcast")), err
}

// ruleWords says when a notice recurs: "thứ Bảy tuần đầu, 07:30".
func (p *Writing) ruleWords(rule notice.Monthly) string {
	clock := time.Date(0, 1, 1, 0, rule.Minute, 0, 0, time.UTC).Format("15:04")
	switch {
	case rule.Day == 31:
		return p.Say("monthly.last_day", "clock", clock)
	case rule.Day > 0:
		return p.Say("monthly.day", "day", rule.Day, "clock", clock)
	}
	week := p.Say("monthly.week.last")
	if rule.Week > 0 {
		week = p.Say("monthly.week.week_" + strconv.Itoa(rule.Week))
	}
	return p.Say("monthly.weekday", "weekday", p.Say("weekday.day_"+strconv.Itoa(int(rule.Weekday))), "week", week,
		"clock", clock)
}

// recurring is a notice that goes out by itself, by a rule in its sender's words.
type recurring struct {
	Notice int64
	Rule   string
}

func (p *Writing) noticeMonthlyForm() *bot.Form {
	return &bot.Form{
		Name: "notice_monthly",
		Steps: []bot.Step{{Name: "rule", Ask: "monthly.ask", Example: "example.monthly",
			Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
				if _, ok := understand.ReadMonthly(input.Text); !ok {
					return "", services.Invalid("notice_rule")
				}
				return input.Text, nil
			}}},
		Mends: map[string]string{"notice_quiet": "rule", "notice_rule": "rule"},
		Confirm: kit.With(func(_ context.Context, _ bot.Turn, one recurring) (bot.Reply, error) {
			said, ok := understand.ReadMonthly(one.Rule)
			if !ok {
				return bot.Reply{}, services.Invalid("notice_rule")
			}
			rule := notice.Monthly(said)
			return bot.Reply{Text: p.Say("monthly.confirm", "number", one.Notice, "rule", p.ruleWords(rule), "next",
				rule.After(p.Clock()))}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, one recurring) (bot.Reply, error) {
			said, _ := understand.ReadMonthly(one.Rule)
			row, err := p.Notices.Recur(ctx, turn.Speaker.Actor, one.Notice, notice.Monthly(said))
			if err != nil {
				return bot.Reply{}, err
			}
			return p.Tell(p.Say("monthly.done", "rule", p.ruleWords(notice.MonthlyOf(row)), "next", row.NextAt),
				p.Button("monthly", "monthly")), nil
		}),
	}
}
