package page

import (
	"context"
	"strconv"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/bot/understand"
	"canbobot/services"
	"canbobot/services/notice"
)

// templates lists the texts that the ward keeps.
func (s *Screens) templates(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	kept, err := s.Notices.Templates(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("templates.title")}
	lines := []string{}
	for i, template := range kept {
		lines = append(lines, s.say("templates.line", "number", i+1, "name", template.Name, "text", firstLine(template.Text)))
		reply.Buttons = append(reply.Buttons, bot.Row(
			positive(bot.Button{Label: s.say("templates.use_button", "number", i+1), Action: bot.Act("usetemplate", id(template.ID))}),
			bot.Button{Label: s.say("templates.drop_button", "number", i+1), Action: bot.Act("droptemplate", id(template.ID))}))
	}
	if len(lines) == 0 {
		lines = append(lines, s.say("templates.nothing"))
	}
	reply.Text = strings.Join(lines, "\n") + "\n\n" + s.say("templates.fields", "fields", fieldList())
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("new_template", "newtemplate"), s.button("broadcast", "sent")), s.menuRow())
	return reply, nil
}

func (s *Screens) useTemplate(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	template, err := s.Notices.Template(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "notice", bot.Answers{"text": template.Text})
}

func (s *Screens) dropTemplate(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := s.Notices.DropTemplate(ctx, turn.Speaker.Actor, number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	reply, err := s.templates(ctx, turn)
	reply.Replace = true
	return reply, err
}

// newTemplate keeps a text, or that of a notice.
func (s *Screens) newTemplate(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	if turn.Arg(0) == "" {
		return turn.Begin(ctx, "template", nil)
	}
	standing, err := s.Notices.Standing(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "template", bot.Answers{"text": standing.Notice.Text})
}

func (s *Screens) templateForm() *bot.Form {
	return &bot.Form{
		Name: "template", Intent: bot.WardBroadcast,
		Steps: []bot.Step{
			{Name: "text", Ask: "templates.text_ask", Example: "example.template", Free: true, Read: readNotice, Show: asKept("text"),
				Fields: func(context.Context, bot.Turn, bot.Answers) (bot.Fields, error) {
					return bot.Fields{"fields": fieldList()}, nil
				}},
			{Name: "name", Ask: "templates.name_ask", Example: "example.template_name", Free: true, Show: asKept("name"),
				Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
					return notice.TemplateName(input.Text)
				}},
		},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: s.say("templates.confirm", "name", answers["name"], "text", answers["text"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			template, err := s.Notices.KeepTemplate(ctx, turn.Speaker.Actor, answers["name"], answers["text"])
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Text: s.say("templates.kept", "name", template.Name), Buttons: [][]bot.Button{bot.Row(s.button("templates", "templates"), s.button("menu", "menu"))}}, nil
		},
	}
}

// fieldList is how the gaps of a text are written.
func fieldList() string { return "{" + strings.Join(notice.Fields, "}, {") + "}" }

// monthly lists what goes out by itself.
func (s *Screens) monthly(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	rows, err := s.Notices.Recurring(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("monthly.title")}
	lines := []string{}
	for i, row := range rows {
		lines = append(lines, s.say("monthly.line", "number", i+1, "rule", s.ruleWords(notice.MonthlyOf(row)), "text", firstLine(row.Text), "next", row.NextAt))
		reply.Buttons = append(reply.Buttons, bot.Row(negative(bot.Button{Label: s.say("monthly.stop_button", "number", i+1), Action: bot.Act("stopmonthly", id(row.ID))})))
	}
	if len(lines) == 0 {
		lines = append(lines, s.say("monthly.nothing"))
	}
	reply.Text = strings.Join(lines, "\n\n")
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("new_notice", "broadcast"), s.button("menu", "menu")))
	return reply, nil
}

func (s *Screens) stopMonthly(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := s.Notices.StopRecurring(ctx, turn.Speaker.Actor, number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	reply, err := s.monthly(ctx, turn)
	reply.Replace = true
	return reply, err
}

// ruleWords says when a notice recurs: "thứ Bảy tuần đầu, 07:30".
func (s *Screens) ruleWords(rule notice.Monthly) string {
	clock := time.Date(0, 1, 1, 0, rule.Minute, 0, 0, time.UTC).Format("15:04")
	switch {
	case rule.Day == 31:
		return s.say("monthly.last_day", "clock", clock)
	case rule.Day > 0:
		return s.say("monthly.day", "day", rule.Day, "clock", clock)
	}
	week := s.say("monthly.week.last")
	if rule.Week > 0 {
		week = s.say("monthly.week.week_" + strconv.Itoa(rule.Week))
	}
	return s.say("monthly.weekday", "weekday", s.say("weekday.day_"+strconv.Itoa(int(rule.Weekday))), "week", week, "clock", clock)
}

func (s *Screens) noticeMonthly(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.aboutNotice(ctx, turn, "notice_monthly")
}

func (s *Screens) noticeMonthlyForm() *bot.Form {
	return &bot.Form{
		Name: "notice_monthly",
		Steps: []bot.Step{{Name: "rule", Ask: "monthly.ask", Example: "example.monthly", Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
			if _, ok := understand.ReadMonthly(input.Text); !ok {
				return "", services.Invalid("notice_rule")
			}
			return input.Text, nil
		}}},
		Mends: map[string]string{"notice_quiet": "rule", "notice_rule": "rule"},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			said, ok := understand.ReadMonthly(answers["rule"])
			if !ok {
				return bot.Reply{}, services.Invalid("notice_rule")
			}
			rule := notice.Monthly(said)
			return bot.Reply{Text: s.say("monthly.confirm", "number", answers["notice"], "rule", s.ruleWords(rule), "next", rule.After(s.Clock()))}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			said, _ := understand.ReadMonthly(answers["rule"])
			row, err := s.Notices.Recur(ctx, turn.Speaker.Actor, number(answers["notice"]), notice.Monthly(said))
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Text: s.say("monthly.done", "rule", s.ruleWords(notice.MonthlyOf(row)), "next", row.NextAt),
				Buttons: [][]bot.Button{bot.Row(s.button("monthly", "monthly"), s.button("menu", "menu"))}}, nil
		},
	}
}
