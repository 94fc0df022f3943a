package screens

import (
	"context"
	"strconv"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notices"
	"canbobot/services/phone"
)

// noticeNow sends a draft; thousands are counted by whoever sends it first.
func (s *Screens) noticeNow(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.release(ctx, turn, number(turn.Arg(0)), nil)
}

// release sends a notice or puts it by. Where the number of its people must be
// typed, it asks.
func (s *Screens) release(ctx context.Context, turn bot.Turn, notice int64, at *time.Time) (bot.Reply, error) {
	_, err := s.Notices.Release(ctx, turn.Speaker.Actor, notice, notices.Go{At: at})
	if services.CodeOf(err) == "notice_count" {
		known := bot.Answers{"notice": id(notice)}
		if at != nil {
			known["at"] = at.Format(time.RFC3339)
		}
		return turn.Begin(ctx, "notice_count", known)
	}
	return s.released(ctx, turn, notice, err)
}

// released shows a notice as it stands after it was let go.
func (s *Screens) released(ctx context.Context, turn bot.Turn, notice int64, err error) (bot.Reply, error) {
	if err != nil {
		return bot.Reply{}, err
	}
	reply, err := s.noticeCard(ctx, turn.Speaker.Actor, notice)
	reply.Replace = turn.In.Action != ""
	return reply, err
}

func (s *Screens) noticeCountForm() *bot.Form {
	people := func(ctx context.Context, turn bot.Turn, answers bot.Answers) (int, error) {
		standing, err := s.Notices.Standing(ctx, turn.Speaker.Actor, number(answers["notice"]))
		if err != nil {
			return 0, err
		}
		audience, err := notices.AudienceOf(standing.Notice)
		if err != nil {
			return 0, err
		}
		return s.Notices.Count(ctx, turn.Speaker.Actor, audience)
	}
	return &bot.Form{
		Name: "notice_count",
		Steps: []bot.Step{{
			Name: "count", Ask: "notice.count_ask", Example: "example.count",
			Fields: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Fields, error) {
				count, err := people(ctx, turn, answers)
				return bot.Fields{"people": count}, err
			},
			Read: func(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
				count, err := people(ctx, turn, answers)
				if err != nil {
					return "", err
				}
				typed := strings.NewReplacer(".", "", " ", "", ",", "").Replace(strings.TrimSpace(input.Text))
				if typed != strconv.Itoa(count) {
					return "", services.Invalid("notice_count").With("people", count)
				}
				return typed, nil
			},
		}},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			notice := number(answers["notice"])
			_, err := s.Notices.Release(ctx, turn.Speaker.Actor, notice, notices.Go{At: momentOf(answers["at"]), Count: int(number(answers["count"]))})
			return s.released(ctx, turn, notice, err)
		},
	}
}

// noticeLater asks when a draft is to go.
func (s *Screens) noticeLater(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.aboutNotice(ctx, turn, "notice_when")
}

// aboutNotice opens a form about a notice that the actor may see.
func (s *Screens) aboutNotice(ctx context.Context, turn bot.Turn, form string) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	if turn.Speaker.Actor.Role == services.Viewer {
		return bot.Reply{}, services.Denied("role")
	}
	notice := number(turn.Arg(0))
	if _, err := s.Notices.Standing(ctx, turn.Speaker.Actor, notice); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, form, bot.Answers{"notice": id(notice)})
}

func (s *Screens) noticeWhenForm() *bot.Form {
	return &bot.Form{
		Name: "notice_when",
		Steps: []bot.Step{{
			Name: "at", Ask: "notice.when_ask", Example: "example.when",
			Read: func(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
				at, ok := understand.ReadMoment(input.Text, s.Clock.Local(), -1)
				if !ok {
					return "", services.Invalid("moment")
				}
				return at.Format(time.RFC3339), s.Notices.CheckTime(ctx, turn.Speaker.Actor, number(answers["notice"]), at)
			},
		}},
		Confirm: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			at := momentOf(answers["at"])
			if at == nil {
				return bot.Reply{}, services.Invalid("moment")
			}
			if err := s.Notices.CheckTime(ctx, turn.Speaker.Actor, number(answers["notice"]), *at); err != nil {
				return bot.Reply{}, err
			}
			day := s.say("weekday.day_" + strconv.Itoa(int(at.In(services.Zone).Weekday())))
			return bot.Reply{Text: s.say("notice.when_confirm", "number", answers["notice"], "weekday", day, "at", *at)}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return s.release(ctx, turn, number(answers["notice"]), momentOf(answers["at"]))
		},
	}
}

// noticeText writes a draft anew; what was sent gets a correction.
func (s *Screens) noticeText(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.aboutNotice(ctx, turn, "notice_text")
}

func (s *Screens) noticeTextForm() *bot.Form {
	return &bot.Form{
		Name: "notice_text",
		Steps: []bot.Step{{Name: "text", Ask: "notice.text_ask", Example: "example.notice", Free: true, Read: readNotice,
			Fields: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Fields, error) {
				standing, err := s.Notices.Standing(ctx, turn.Speaker.Actor, number(answers["notice"]))
				return bot.Fields{"text": standing.Notice.Text}, err
			}}},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			notice, text := number(answers["notice"]), answers["text"]
			edited, err := s.Notices.Edit(ctx, turn.Speaker.Actor, notice, notices.Edit{Text: &text})
			if services.CodeOf(err) == "notice_sent" {
				edited, err = s.Notices.Correct(ctx, turn.Speaker.Actor, notice, text)
			}
			return s.released(ctx, turn, edited.ID, err)
		},
	}
}

func (s *Screens) noticeAudience(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.aboutNotice(ctx, turn, "notice_audience")
}

func (s *Screens) noticeAudienceForm() *bot.Form {
	return &bot.Form{
		Name: "notice_audience", Steps: []bot.Step{s.audienceStep()},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			audience, err := audienceKept(answers)
			if err != nil {
				return bot.Reply{}, err
			}
			edited, err := s.Notices.Edit(ctx, turn.Speaker.Actor, number(answers["notice"]), notices.Edit{Audience: &audience})
			return s.released(ctx, turn, edited.ID, err)
		},
	}
}

// noticeUrgent lets a draft go at night too, or not.
func (s *Screens) noticeUrgent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	urgent := turn.Arg(1) == "on"
	edited, err := s.Notices.Edit(ctx, turn.Speaker.Actor, number(turn.Arg(0)), notices.Edit{Urgent: &urgent})
	return s.released(ctx, turn, edited.ID, err)
}

// noticeOnce says whether what may have arrived is sent again: a gap, or a
// repeat.
func (s *Screens) noticeOnce(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	once := turn.Arg(1) == "on"
	edited, err := s.Notices.Edit(ctx, turn.Speaker.Actor, number(turn.Arg(0)), notices.Edit{Once: &once})
	return s.released(ctx, turn, edited.ID, err)
}

func (s *Screens) noticeDrop(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := number(turn.Arg(0))
	return s.released(ctx, turn, notice, s.Notices.Drop(ctx, turn.Speaker.Actor, notice))
}

func (s *Screens) noticeYes(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := number(turn.Arg(0))
	_, err := s.Notices.Approve(ctx, turn.Speaker.Actor, notice)
	return s.released(ctx, turn, notice, err)
}

func (s *Screens) noticeNo(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := number(turn.Arg(0))
	return s.released(ctx, turn, notice, s.Notices.Return(ctx, turn.Speaker.Actor, notice))
}

func (s *Screens) noticePause(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := number(turn.Arg(0))
	return s.released(ctx, turn, notice, s.Notices.Pause(ctx, turn.Speaker.Actor, notice))
}

func (s *Screens) noticeResume(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := number(turn.Arg(0))
	return s.released(ctx, turn, notice, s.Notices.Resume(ctx, turn.Speaker.Actor, notice))
}

func (s *Screens) noticeCancel(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := number(turn.Arg(0))
	return s.released(ctx, turn, notice, s.Notices.Cancel(ctx, turn.Speaker.Actor, notice))
}

// noticeAgain tries anew whom a notice has not reached.
func (s *Screens) noticeAgain(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := number(turn.Arg(0))
	_, err := s.Notices.Resend(ctx, turn.Speaker.Actor, notice)
	return s.released(ctx, turn, notice, err)
}

// noticeRemind reminds the silent.
func (s *Screens) noticeRemind(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := number(turn.Arg(0))
	people, err := s.Notices.Remind(ctx, turn.Speaker.Actor, notice)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: s.say("progress.reminded", "people", people), Buttons: [][]bot.Button{
		bot.Row(s.button("notice_silent", "noticesilent", id(notice), "0"), s.button("notice_see", "notice", id(notice))), s.menuRow()}}, nil
}

// noticeSilent lists who has not answered, with the number to call.
func (s *Screens) noticeSilent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice, page := number(turn.Arg(0)), int(number(turn.Arg(1)))
	silent, total, err := s.Notices.Silent(ctx, turn.Speaker.Actor, notice, page)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("progress.silent", "people", total), Text: s.nameLines(silent, page), Protect: true}
	if (page+1)*notices.RollPage < total {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("more", "noticesilent", id(notice), strconv.Itoa(page+1))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("notice_remind", "noticeremind", id(notice)), s.button("notice_see", "notice", id(notice))), s.menuRow())
	return reply, nil
}

// noticeNames lists a draft's people: all, or those whom no message reaches.
func (s *Screens) noticeNames(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	notice, which, page := number(turn.Arg(0)), turn.Arg(1), int(number(turn.Arg(2)))
	standing, err := s.Notices.Standing(ctx, turn.Speaker.Actor, notice)
	if err != nil {
		return bot.Reply{}, err
	}
	audience, err := notices.AudienceOf(standing.Notice)
	if err != nil {
		return bot.Reply{}, err
	}
	people, total, err := s.Notices.Roll(ctx, turn.Speaker.Actor, audience, s.window, which == "calls", page)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("draft.names", "people", total), Text: s.nameLines(people, page), Protect: true}
	if which == "calls" {
		reply.Title = s.say("draft.unreached", "people", total)
	}
	if (page+1)*notices.RollPage < total {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("more", "noticenames", id(notice), which, strconv.Itoa(page+1))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("notice_see", "notice", id(notice)), s.button("menu", "menu")))
	return reply, nil
}

func (s *Screens) nameLines(people []notices.Named, page int) string {
	lines := make([]string, len(people))
	for i, one := range people {
		lines[i] = s.say("draft.name", "number", page*notices.RollPage+i+1, "name", one.Name, "phone", orDash(phone.Format(one.Phone)), "titles", orDash(one.Titles))
	}
	if len(lines) == 0 {
		return s.say("draft.nobody")
	}
	return strings.Join(lines, "\n")
}

// noticeSheet brings the report of a notice.
func (s *Screens) noticeSheet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := number(turn.Arg(0))
	report, err := s.Notices.Report(ctx, turn.Speaker.Actor, notice, func(key string, fields map[string]any) string {
		if strings.HasPrefix(key, "unreached.") && !s.Texts.Has(key) {
			key = "unreached.other"
		}
		return s.Texts.Say(key, fields)
	})
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{
		Text: s.say("progress.sheet", "number", notice, "people", report.People, "calls", report.ToCall), Protect: true,
		Files:   []bot.File{{Name: s.say("notices.file_name", "number", notice) + ".xlsx", MIME: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Content: report.Content}},
		Buttons: [][]bot.Button{bot.Row(s.button("notice_see", "notice", id(notice)), s.button("menu", "menu"))}}, nil
}

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
					return notices.TemplateName(input.Text)
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
func fieldList() string { return "{" + strings.Join(notices.Fields, "}, {") + "}" }

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
		lines = append(lines, s.say("monthly.line", "number", i+1, "rule", s.ruleWords(notices.MonthlyOf(row)), "text", firstLine(row.Text), "next", row.NextAt))
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
func (s *Screens) ruleWords(rule notices.Monthly) string {
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
			rule := notices.Monthly(said)
			return bot.Reply{Text: s.say("monthly.confirm", "number", answers["notice"], "rule", s.ruleWords(rule), "next", rule.After(s.Clock()))}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			said, _ := understand.ReadMonthly(answers["rule"])
			row, err := s.Notices.Recur(ctx, turn.Speaker.Actor, number(answers["notice"]), notices.Monthly(said))
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Text: s.say("monthly.done", "rule", s.ruleWords(notices.MonthlyOf(row)), "next", row.NextAt),
				Buttons: [][]bot.Button{bot.Row(s.button("monthly", "monthly"), s.button("menu", "menu"))}}, nil
		},
	}
}

// toldSenders draws what the ward's own desk is told of a notice.
func (s *Screens) toldSenders(ctx context.Context, recipient services.Actor, notice int64, state, lead string) (bot.Reply, error) {
	standing, err := s.Notices.Standing(ctx, recipient, notice)
	if err != nil || standing.Notice.State != state {
		return bot.Reply{}, err
	}
	reply, err := s.noticeCard(ctx, recipient, notice)
	reply.Text = lead + "\n\n" + reply.Text
	return reply, err
}

// reminded draws a notice again for who has not confirmed it.
func (s *Screens) reminded(ctx context.Context, recipient services.Actor, notice int64) (bot.Reply, error) {
	view, err := s.Notices.One(ctx, recipient, notice)
	if err != nil || view.State == models.DeliveryConfirmed {
		return bot.Reply{}, err
	}
	reply, err := s.drawNotice(ctx, recipient, view)
	reply.Title = s.say("notices.again", "from", view.From)
	return reply, err
}
