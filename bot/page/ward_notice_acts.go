package page

import (
	"context"
	"strconv"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
	"canbobot/services/vn"
)

// noticeNow sends a draft; thousands are counted by whoever sends it first.
func (s *Screens) noticeNow(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.release(ctx, turn, number(turn.Arg(0)), nil)
}

// release sends a notice or puts it by. Where the number of its people must be
// typed, it asks.
func (s *Screens) release(ctx context.Context, turn bot.Turn, told int64, at *time.Time) (bot.Reply, error) {
	_, err := s.Notices.Release(ctx, turn.Speaker.Actor, told, notice.Go{At: at})
	if services.CodeOf(err) == "notice_count" {
		known := bot.Answers{"notice": id(told)}
		if at != nil {
			known["at"] = at.Format(time.RFC3339)
		}
		return turn.Begin(ctx, "notice_count", known)
	}
	return s.released(ctx, turn, told, err)
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
		audience, err := notice.AudienceOf(standing.Notice)
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
			told := number(answers["notice"])
			_, err := s.Notices.Release(ctx, turn.Speaker.Actor, told, notice.Go{At: momentOf(answers["at"]), Count: int(number(answers["count"]))})
			return s.released(ctx, turn, told, err)
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
			told, text := number(answers["notice"]), answers["text"]
			edited, err := s.Notices.Edit(ctx, turn.Speaker.Actor, told, notice.Edit{Text: &text})
			if services.CodeOf(err) == "notice_sent" {
				edited, err = s.Notices.Correct(ctx, turn.Speaker.Actor, told, text)
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
			edited, err := s.Notices.Edit(ctx, turn.Speaker.Actor, number(answers["notice"]), notice.Edit{Audience: &audience})
			return s.released(ctx, turn, edited.ID, err)
		},
	}
}

// noticeUrgent lets a draft go at night too, or not.
func (s *Screens) noticeUrgent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	urgent := turn.Arg(1) == "on"
	edited, err := s.Notices.Edit(ctx, turn.Speaker.Actor, number(turn.Arg(0)), notice.Edit{Urgent: &urgent})
	return s.released(ctx, turn, edited.ID, err)
}

// noticeOnce says whether what may have arrived is sent again: a gap, or a
// repeat.
func (s *Screens) noticeOnce(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	once := turn.Arg(1) == "on"
	edited, err := s.Notices.Edit(ctx, turn.Speaker.Actor, number(turn.Arg(0)), notice.Edit{Once: &once})
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
	told, page := number(turn.Arg(0)), int(number(turn.Arg(1)))
	silent, total, err := s.Notices.Silent(ctx, turn.Speaker.Actor, told, page)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("progress.silent", "people", total), Text: s.nameLines(silent, page), Protect: true}
	if (page+1)*notice.RollPage < total {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("more", "noticesilent", id(told), strconv.Itoa(page+1))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("notice_remind", "noticeremind", id(told)), s.button("notice_see", "notice", id(told))), s.menuRow())
	return reply, nil
}

// noticeNames lists a draft's people: all, or those whom no message reaches.
func (s *Screens) noticeNames(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	told, which, page := number(turn.Arg(0)), turn.Arg(1), int(number(turn.Arg(2)))
	standing, err := s.Notices.Standing(ctx, turn.Speaker.Actor, told)
	if err != nil {
		return bot.Reply{}, err
	}
	audience, err := notice.AudienceOf(standing.Notice)
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
	if (page+1)*notice.RollPage < total {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("more", "noticenames", id(told), which, strconv.Itoa(page+1))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("notice_see", "notice", id(told)), s.button("menu", "menu")))
	return reply, nil
}

func (s *Screens) nameLines(people []notice.Named, page int) string {
	lines := make([]string, len(people))
	for i, one := range people {
		lines[i] = s.say("draft.name", "number", page*notice.RollPage+i+1, "name", one.Name, "phone", orDash(vn.FormatPhone(one.Phone)), "titles", orDash(one.Titles))
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
