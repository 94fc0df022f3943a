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
func (p *Sending) noticeNow(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.release(ctx, turn, kit.Number(turn.Arg(0)), nil)
}

// release sends a notice or puts it by. Where the number of its people must be
// typed, it asks.
func (p *Sending) release(ctx context.Context, turn bot.Turn, told int64, at *time.Time) (bot.Reply, error) {
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
func (p *Sending) released(ctx context.Context, turn bot.Turn, notice int64, err error) (bot.Reply, error) {
	if err != nil {
		return bot.Reply{}, err
	}
	reply, err := p.noticeCard(ctx, turn.Speaker.Actor, notice)
	reply.Replace = turn.In.Action != ""
	return reply, err
}

func (p *Sending) noticeCountForm() *bot.Form {
	people := func(ctx context.Context, turn bot.Turn, answers bot.Answers) (int, error) {
		standing, err := p.Notices.Outcomes.Standing(ctx, turn.Speaker.Actor, kit.Number(answers["notice"]))
		if err != nil {
			return 0, err
		}
		audience, err := notice.AudienceOf(standing.Notice)
		if err != nil {
			return 0, err
		}
		return p.Notices.Audiences.Count(ctx, turn.Speaker.Actor, audience)
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

// about opens a form about a notice that the actor may see.
func (p *Sending) about(form string) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		if turn.Speaker.Actor.Role == services.Viewer {
			return bot.Reply{}, services.Denied("role")
		}
		notice := kit.Number(turn.Arg(0))
		if _, err := p.Notices.Outcomes.Standing(ctx, turn.Speaker.Actor, notice); err != nil {
			return bot.Reply{}, err
		}
		return turn.Begin(ctx, form, bot.Answers{"notice": kit.ID(notice)})
	}
}

func (p *Sending) noticeWhenForm() *bot.Form {
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

// act does something to a notice, and shows how it stands then.
func (p *Sending) act(do func(context.Context, services.Actor, int64) error) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		notice := kit.Number(turn.Arg(0))
		return p.released(ctx, turn, notice, do(ctx, turn.Speaker.Actor, notice))
	}
}

// flag switches something of a draft on, or off.
func (p *Sending) flag(edit func(on *bool) notice.Edit) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		on := turn.Arg(1) == "on"
		edited, err := p.Notices.Edit(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), edit(&on))
		return p.released(ctx, turn, edited.ID, err)
	}
}

// urgent lets a draft go at night too, or not.
func urgent(on *bool) notice.Edit { return notice.Edit{Urgent: on} }

// sentOnce says whether what may have arrived is sent again: a gap, or a repeat.
func sentOnce(on *bool) notice.Edit { return notice.Edit{Once: on} }

// sign decides on a notice as the actor saw it; where it has moved on meanwhile,
// that and the card as it has become.
func (p *Sending) sign(do func(_ context.Context, _ services.Actor, notice int64, version int) error) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		notice := kit.Number(turn.Arg(0))
		err := do(ctx, turn.Speaker.Actor, notice, kit.Version(turn.Arg(1)))
		if err == nil || services.KindOf(err) != services.KindConflict {
			return p.released(ctx, turn, notice, err)
		}
		reply, failed := p.released(ctx, turn, notice, nil)
		reply.Text = p.Refusal(err) + "\n\n" + reply.Text
		return reply, failed
	}
}

func (p *Sending) approve(ctx context.Context, actor services.Actor, notice int64, version int) error {
	_, err := p.Notices.Approve(ctx, actor, notice, version)
	return err
}

// again tries anew whom a notice has not reached.
func (p *Sending) again(ctx context.Context, actor services.Actor, notice int64) error {
	_, err := p.Notices.Resend(ctx, actor, notice)
	return err
}

// noticeRemind reminds the silent.
func (p *Sending) noticeRemind(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	people, err := p.Notices.Remind(ctx, turn.Speaker.Actor, notice)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: p.Say("progress.reminded", "people", people), Buttons: [][]bot.Button{
		bot.Row(p.Button("notice_silent", "noticesilent", notice, "0"),
			p.Button("notice_see", "notice", notice)), p.MenuRow()}}, nil
}

// tell draws what the ward's own desk is told of a notice that stands so.
func (p *Sending) tell(state models.NoticeState, lead string) kit.Draw {
	return func(ctx context.Context, recipient services.Actor, notice int64) (bot.Reply, error) {
		standing, err := p.Notices.Outcomes.Standing(ctx, recipient, notice)
		if err != nil || standing.Notice.State != state {
			return bot.Reply{}, err
		}
		reply, err := p.noticeCard(ctx, recipient, notice)
		reply.Text = lead + "\n\n" + reply.Text
		return reply, err
	}
}
