package notice

import (
	"context"
	"strings"

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
	reply := bot.Reply{Title: p.Say("sent.title")}
	var blocks []string
	var row []bot.Button
	open := func(notice int64) {
		row = append(row, kit.Act(p.Say("sent.see_button", "number", notice), "notice", notice))
		if len(row) == 3 {
			reply.Buttons, row = append(reply.Buttons, row), nil
		}
	}
	for i, draft := range drafts {
		if i == kit.Listed {
			break
		}
		blocks = append(blocks, p.Say("sent.unsent", "number", draft.ID, "text", kit.FirstLine(draft.Text), "state",
			p.unsentWords(draft)))
		open(draft.ID)
	}
	for i, progress := range sent {
		if i == kit.Listed {
			break
		}
		blocks = append(blocks, p.Say("sent.block", "number", progress.Notice.ID, "text", kit.FirstLine(progress.Notice.Text),
			"total", progress.Total, "sent", progress.Sent, "confirmed", progress.Confirmed, "failed", progress.Failed))
		open(progress.Notice.ID)
	}
	if len(blocks) == 0 {
		blocks = append(blocks, p.Say("sent.nothing"))
	}
	if row != nil {
		reply.Buttons = append(reply.Buttons, row)
	}
	reply.Text = strings.Join(blocks, "\n\n")
	reply.Buttons = append(reply.Buttons,
		bot.Row(kit.Positive(p.Button("new_notice", "broadcast")), p.Button("templates", "templates")),
		p.MenuRow(p.Button("monthly", "monthly")))
	if actor.Role != services.Admin {
		return reply, nil
	}
	on, err := p.Notices.ByLeader(ctx, actor)
	if on {
		reply.Text += "\n\n" + p.Say("sent.by_leader")
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("by_leader_off", "byleader", "off")))
	} else {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("by_leader_on", "byleader", "on")))
	}
	return reply, err
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
