package notice

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
)

// notices shows staff what the ward sends, and everybody else what they got.
func (p *Sending) notices(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Speaker.Actor.IsStaff() {
		return p.sentNotices(ctx, turn)
	}
	return p.Inbox.received(ctx, turn)
}

// sentNotices shows staff what has not left yet, what was sent, and how many
// have read it.
func (p *Sending) sentNotices(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor := turn.Speaker.Actor
	drafts, err := p.Notices.Drafts(ctx, actor)
	if err != nil {
		return bot.Reply{}, err
	}
	sent, err := p.Notices.Outcomes.Sent(ctx, actor)
	if err != nil {
		return bot.Reply{}, err
	}
	blocks := p.Lines(p.Say("sent.title")).Apart()
	var shown []int64
	for _, draft := range kit.Few(drafts) {
		blocks.Say("sent.unsent", "number", draft.ID, "text", kit.FirstLine(draft.Text), "state", p.unsentWords(draft))
		shown = append(shown, draft.ID)
	}
	for _, progress := range kit.Few(sent) {
		blocks.Say("sent.block", "number", progress.Notice.ID, "text", kit.FirstLine(progress.Notice.Text), "total",
			progress.Total, "sent", progress.Sent, "confirmed", progress.Confirmed, "failed", progress.Failed)
		shown = append(shown, progress.Notice.ID)
	}
	blocks.OrSay("sent.nothing")
	blocks.Rows(kit.InRows(3, shown, func(id int64) bot.Button {
		return kit.Act(p.Say("sent.see_button", "number", id), "notice", id)
	})...)
	blocks.Row(kit.Positive(p.Button("new_notice", "broadcast")), p.Button("templates", "templates"))
	blocks.Row(p.MenuRow(p.Button("monthly", "monthly"))...)
	if actor.Role != services.Admin {
		return blocks.Done(), nil
	}
	on, err := p.Notices.ByLeader(ctx, actor)
	blocks.SayIf(on, "sent.by_leader")
	blocks.RowIf(on, p.Button("by_leader_off", "byleader", "off"))
	blocks.RowIf(!on, p.Button("by_leader_on", "byleader", "on"))
	return blocks.Done(), err
}

// setByLeader says whether a leader lets the ward's notices go.
func (p *Sending) setByLeader(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := p.Notices.SetByLeader(ctx, turn.Speaker.Actor, turn.Arg(0) == "on"); err != nil {
		return bot.Reply{}, err
	}
	return p.sentNotices(ctx, turn)
}

func (p *Sending) unsentWords(notice models.Notice) string {
	if notice.State == models.NoticeScheduled && notice.SendAt != nil {
		return p.Say("sent.scheduled", "at", *notice.SendAt)
	}
	return p.Say("sent." + string(notice.State))
}
