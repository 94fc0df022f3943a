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

// releasing is which notice goes, when, and for how many, as its sender typed.
type releasing struct {
	Notice int64
	At     *time.Time
	Count  int
}

// noticeNow sends a draft; thousands are counted by whoever sends it first.
func (p *Sending) noticeNow(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.release(ctx, turn, releasing{Notice: kit.Number(turn.Arg(0))})
}

// release sends a notice or puts it by. Where the number of its people must be
// typed, it asks.
func (p *Sending) release(ctx context.Context, turn bot.Turn, one releasing) (bot.Reply, error) {
	_, err := p.Notices.Release(ctx, turn.Speaker.Actor, one.Notice, notice.Go{At: one.At, Count: one.Count})
	if one.Count == 0 && services.CodeOf(err) == "notice_count" {
		return turn.Begin(ctx, "notice_count", kit.Untyped(one))
	}
	return p.released(ctx, turn, one.Notice, err)
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
		audience, err := p.audienceOf(ctx, turn.Speaker.Actor, kit.Typed[releasing](answers).Notice)
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
		Done: kit.With(p.release),
	}
}

// audienceOf is whom a notice is for, to who may see it.
func (p *Sending) audienceOf(ctx context.Context, actor services.Actor, told int64) (notice.Audience, error) {
	standing, err := p.Notices.Outcomes.Standing(ctx, actor, told)
	if err != nil {
		return notice.Audience{}, err
	}
	return notice.AudienceOf(standing.Notice)
}

// about opens a form about a notice that the actor may see.
func (p *Sending) about(form string) bot.Screen {
	begin := kit.About(p.Notices.Outcomes.Standing, form, "notice")
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		if turn.Speaker.Actor.Role == services.Viewer {
			return bot.Reply{}, services.Denied("role")
		}
		return begin(ctx, turn)
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
				return at.Format(time.RFC3339), p.Notices.CheckTime(ctx, turn.Speaker.Actor,
					kit.Typed[releasing](answers).Notice, at)
			},
		}},
		Confirm: kit.With(func(ctx context.Context, turn bot.Turn, one releasing) (bot.Reply, error) {
			if one.At == nil {
				return bot.Reply{}, services.Invalid("moment")
			}
			day := p.Say("weekday.day_" + strconv.Itoa(int(one.At.In(services.Zone).Weekday())))
			return bot.Reply{Text: p.Say("notice.when_confirm", "number", one.Notice, "weekday", day, "at", *one.At)},
				p.Notices.CheckTime(ctx, turn.Speaker.Actor, one.Notice, *one.At)
		}),
		Done: kit.With(p.release),
	}
}

// act does something to a notice, and shows how it stands then.
func (p *Sending) act(do func(context.Context, services.Actor, int64) error) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		notice := kit.Number(turn.Arg(0))
		return p.released(ctx, turn, notice, do(ctx, turn.Speaker.Actor, notice))
	}
}

// flag switches something of a draft on, or off: whether it may go at night too,
// whether what may have arrived is left alone rather than sent again.
func (p *Sending) flag(edit func(on *bool) notice.Edit) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		on := turn.Arg(1) == "on"
		edited, err := p.Notices.Edit(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), edit(&on))
		return p.released(ctx, turn, edited.ID, err)
	}
}

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
		return kit.Led(p.Refusal(err), reply), failed
	}
}

// noticeRemind reminds the silent.
func (p *Sending) noticeRemind(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	people, err := p.Notices.Remind(ctx, turn.Speaker.Actor, notice)
	lines := p.Lines("")
	lines.Say("progress.reminded", "people", people)
	lines.Row(p.Button("notice_silent", "noticesilent", notice, 0), p.Button("notice_see", "notice", notice))
	return lines.End(), err
}

// tell draws what the ward's own desk is told of a notice that stands so.
func (p *Sending) tell(state models.NoticeState, lead string) kit.Draw {
	return func(ctx context.Context, recipient services.Actor, notice int64) (bot.Reply, error) {
		standing, err := p.Notices.Outcomes.Standing(ctx, recipient, notice)
		if err != nil || standing.Notice.State != state {
			return bot.Reply{}, err
		}
		reply, err := p.noticeCard(ctx, recipient, notice)
		return kit.Led(lead, reply), err
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
