package notice

import (
	"context"
	"strconv"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
)

// noticeNow sends a draft; thousands are counted by whoever sends it first.
func (p *Page) noticeNow(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.release(ctx, turn, kit.Number(turn.Arg(0)), nil)
}

// release sends a notice or puts it by. Where the number of its people must be
// typed, it asks.
func (p *Page) release(ctx context.Context, turn bot.Turn, told int64, at *time.Time) (bot.Reply, error) {
	_, err := p.Notices.Release(ctx, turn.Speaker.Actor, told, notice.Go{At: at})
	if services.CodeOf(err) == "notice_count" {
		known := bot.Answers{"notice": kit.ID(told)}
		if at != nil {
			known["at"] = at.Format(time.RFC3339)
		}
		return turn.Begin(ctx, "notice_count", known)
	}
	return p.released(ctx, turn, told, err)
}

// released shows a notice as it stands after it was let go.
func (p *Page) released(ctx context.Context, turn bot.Turn, notice int64, err error) (bot.Reply, error) {
	if err != nil {
		return bot.Reply{}, err
	}
	reply, err := p.noticeCard(ctx, turn.Speaker.Actor, notice)
	reply.Replace = turn.In.Action != ""
	return reply, err
}

func (p *Page) noticeCountForm() *bot.Form {
	people := func(ctx context.Context, turn bot.Turn, answers bot.Answers) (int, error) {
		standing, err := p.Notices.Standing(ctx, turn.Speaker.Actor, kit.Number(answers["notice"]))
		if err != nil {
			return 0, err
		}
		audience, err := notice.AudienceOf(standing.Notice)
		if err != nil {
			return 0, err
		}
		return p.Notices.Count(ctx, turn.Speaker.Actor, audience)
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
			told := kit.Number(answers["notice"])
			_, err := p.Notices.Release(ctx, turn.Speaker.Actor, told,
				notice.Go{At: momentOf(answers["at"]), Count: int(kit.Number(answers["count"]))})
			return p.released(ctx, turn, told, err)
		},
	}
}

// noticeLater asks when a draft is to go.
func (p *Page) noticeLater(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.aboutNotice(ctx, turn, "notice_when")
}

// aboutNotice opens a form about a notice that the actor may see.
func (p *Page) aboutNotice(ctx context.Context, turn bot.Turn, form string) (bot.Reply, error) {
	if turn.Speaker.Actor.Role == services.Viewer {
		return bot.Reply{}, services.Denied("role")
	}
	notice := kit.Number(turn.Arg(0))
	if _, err := p.Notices.Standing(ctx, turn.Speaker.Actor, notice); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, form, bot.Answers{"notice": kit.ID(notice)})
}

func (p *Page) noticeWhenForm() *bot.Form {
	return &bot.Form{
		Name: "notice_when",
		Steps: []bot.Step{{
			Name: "at", Ask: "notice.when_ask", Example: "example.when",
			Read: func(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
				at, ok := understand.ReadMoment(input.Text, p.Clock.Local(), -1)
				if !ok {
					return "", services.Invalid("moment")
				}
				return at.Format(time.RFC3339), p.Notices.CheckTime(ctx, turn.Speaker.Actor, kit.Number(answers["notice"]), at)
			},
		}},
		Confirm: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			at := momentOf(answers["at"])
			if at == nil {
				return bot.Reply{}, services.Invalid("moment")
			}
			if err := p.Notices.CheckTime(ctx, turn.Speaker.Actor, kit.Number(answers["notice"]), *at); err != nil {
				return bot.Reply{}, err
			}
			day := p.Say("weekday.day_" + strconv.Itoa(int(at.In(services.Zone).Weekday())))
			return bot.Reply{Text: p.Say("notice.when_confirm", "number", answers["notice"], "weekday", day, "at", *at)}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return p.release(ctx, turn, kit.Number(answers["notice"]), momentOf(answers["at"]))
		},
	}
}

// noticeText writes a draft anew; what was sent gets a correction.
func (p *Page) noticeText(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.aboutNotice(ctx, turn, "notice_text")
}

func (p *Page) noticeTextForm() *bot.Form {
	return &bot.Form{
		Name: "notice_text",
		Steps: []bot.Step{{Name: "text", Ask: "notice.text_ask", Example: "example.notice", Free: true, Read: readNotice,
			Fields: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Fields, error) {
				standing, err := p.Notices.Standing(ctx, turn.Speaker.Actor, kit.Number(answers["notice"]))
				return bot.Fields{"text": standing.Notice.Text}, err
			}}},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			told, text := kit.Number(answers["notice"]), answers["text"]
			edited, err := p.Notices.Edit(ctx, turn.Speaker.Actor, told, notice.Edit{Text: &text})
			if services.CodeOf(err) == "notice_sent" {
				edited, err = p.Notices.Correct(ctx, turn.Speaker.Actor, told, text)
			}
			return p.released(ctx, turn, edited.ID, err)
		},
	}
}

func (p *Page) noticeAudience(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.aboutNotice(ctx, turn, "notice_audience")
}

func (p *Page) noticeAudienceForm() *bot.Form {
	return &bot.Form{
		Name: "notice_audience", Steps: []bot.Step{p.audienceStep()},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			audience, err := audienceKept(answers)
			if err != nil {
				return bot.Reply{}, err
			}
			edited, err := p.Notices.Edit(ctx, turn.Speaker.Actor, kit.Number(answers["notice"]),
				notice.Edit{Audience: &audience})
			return p.released(ctx, turn, edited.ID, err)
		},
	}
}

// noticeUrgent lets a draft go at night too, or not.
func (p *Page) noticeUrgent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	urgent := turn.Arg(1) == "on"
	edited, err := p.Notices.Edit(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), notice.Edit{Urgent: &urgent})
	return p.released(ctx, turn, edited.ID, err)
}

// noticeOnce says whether what may have arrived is sent again: a gap, or a
// repeat.
func (p *Page) noticeOnce(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	once := turn.Arg(1) == "on"
	edited, err := p.Notices.Edit(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), notice.Edit{Once: &once})
	return p.released(ctx, turn, edited.ID, err)
}

func (p *Page) noticeDrop(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	return p.released(ctx, turn, notice, p.Notices.Drop(ctx, turn.Speaker.Actor, notice))
}

func (p *Page) noticeYes(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	_, err := p.Notices.Approve(ctx, turn.Speaker.Actor, notice, kit.Version(turn.Arg(1)))
	return p.signed(ctx, turn, notice, err)
}

func (p *Page) noticeNo(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	return p.signed(ctx, turn, notice, p.Notices.Return(ctx, turn.Speaker.Actor, notice, kit.Version(turn.Arg(1))))
}

// signed is a notice after a decision on it; where it has moved on meanwhile, that
// and the card as it has become.
func (p *Page) signed(ctx context.Context, turn bot.Turn, notice int64, err error) (bot.Reply, error) {
	if err == nil || services.KindOf(err) != services.KindConflict {
		return p.released(ctx, turn, notice, err)
	}
	reply, failed := p.released(ctx, turn, notice, nil)
	reply.Text = p.Refusal(err) + "\n\n" + reply.Text
	return reply, failed
}

// noticeBack takes one's own signature off a notice that waits for more.
func (p *Page) noticeBack(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	return p.signed(ctx, turn, notice, p.Notices.TakeBack(ctx, turn.Speaker.Actor, notice, kit.Version(turn.Arg(1))))
}

func (p *Page) noticePause(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	return p.released(ctx, turn, notice, p.Notices.Pause(ctx, turn.Speaker.Actor, notice))
}

func (p *Page) noticeResume(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	return p.released(ctx, turn, notice, p.Notices.Resume(ctx, turn.Speaker.Actor, notice))
}

func (p *Page) noticeCancel(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	return p.released(ctx, turn, notice, p.Notices.Cancel(ctx, turn.Speaker.Actor, notice))
}

// noticeAgain tries anew whom a notice has not reached.
func (p *Page) noticeAgain(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	_, err := p.Notices.Resend(ctx, turn.Speaker.Actor, notice)
	return p.released(ctx, turn, notice, err)
}

// noticeRemind reminds the silent.
func (p *Page) noticeRemind(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	people, err := p.Notices.Remind(ctx, turn.Speaker.Actor, notice)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: p.Say("progress.reminded", "people", people), Buttons: [][]bot.Button{
		bot.Row(p.Button("notice_silent", "noticesilent", kit.ID(notice), "0"),
			p.Button("notice_see", "notice", kit.ID(notice))), p.MenuRow()}}, nil
}

// toldSenders draws what the ward's own desk is told of a notice.
func (p *Page) waits(ctx context.Context, recipient services.Actor, notice int64) (bot.Reply, error) {
	return p.toldSenders(ctx, recipient, notice, models.NoticeWaiting, p.Say("told.notice_waiting"))
}

// asked reminds who signs a notice.
func (p *Page) asked(ctx context.Context, recipient services.Actor, notice int64) (bot.Reply, error) {
	return p.toldSenders(ctx, recipient, notice, models.NoticeWaiting, p.Say("told.notice_asked"))
}

func (p *Page) cameBack(ctx context.Context, recipient services.Actor, notice int64) (bot.Reply, error) {
	return p.toldSenders(ctx, recipient, notice, models.NoticeDraft, p.Say("told.notice_returned"))
}

func (p *Page) toldSenders(ctx context.Context, recipient services.Actor, notice int64, state models.NoticeState,
	lead string) (bot.Reply,
	error) {
	standing, err := p.Notices.Standing(ctx, recipient, notice)
	if err != nil || standing.Notice.State != state {
		return bot.Reply{}, err
	}
	reply, err := p.noticeCard(ctx, recipient, notice)
	reply.Text = lead + "\n\n" + reply.Text
	return reply, err
}

// reminded draws a notice again for who has not confirmed it.
func (p *Page) reminded(ctx context.Context, recipient services.Actor, notice int64) (bot.Reply, error) {
	view, err := p.Notices.One(ctx, recipient, notice)
	if err != nil || view.State == models.DeliveryConfirmed {
		return bot.Reply{}, err
	}
	reply, err := p.drawNotice(ctx, recipient, view)
	reply.Title = p.Say("notices.again", "from", view.From)
	return reply, err
}
