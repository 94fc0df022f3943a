package notice

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
	"canbobot/services/outbox"
)

// shortest is what the tightest channel takes in one message, in runes.
const shortest = 2000

// notice shows one notice to its senders.
func (p *Sending) notice(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.noticeCard(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
}

// noticeCard is a notice as its senders see it: a draft with its preview, or how
// far it got.
func (p *Sending) noticeCard(ctx context.Context, actor services.Actor, notice int64) (bot.Reply, error) {
	standing, err := p.Notices.Outcomes.Standing(ctx, actor, notice)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{}
	if standing.Notice.SentAt != nil {
		reply = p.progressCard(actor, standing)
	} else if reply, err = p.draftCard(ctx, actor, standing.Notice); err != nil {
		return bot.Reply{}, err
	}
	reply.Card = bot.Card{Subject: outbox.Sending, ID: notice}
	return reply, nil
}

// draftCard shows what has not left: to whom, when, and exactly what they will
// read.
func (p *Sending) draftCard(ctx context.Context, actor services.Actor, told models.Notice) (bot.Reply, error) {
	lines := p.Lines(p.Say("draft.title_"+string(told.State), "number", told.ID))
	if told.State == models.NoticeCancelled {
		lines.Add(kit.FirstLine(told.Text))
		return lines.End(p.Button("new_notice", "broadcast")), nil
	}
	audience, err := notice.AudienceOf(told)
	if err != nil {
		return bot.Reply{}, err
	}
	who, err := p.audienceWords(ctx, actor, audience)
	if err != nil {
		return bot.Reply{}, err
	}
	reach, err := p.Notices.Audiences.Reach(ctx, actor, audience, p.window)
	if err != nil {
		return bot.Reply{}, err
	}
	lines.Say("draft.to", "who", who)
	lines.SayIf(reach.Unreached == 0, "draft.count_all", "people", reach.People)
	lines.SayIf(reach.Unreached > 0, "draft.count", "people", reach.People, "unreachable", reach.Unreached)
	p.costLines(lines, reach)
	if told.SendAt != nil {
		lines.Say("draft.at", "at", *told.SendAt)
	}
	lines.SayIf(told.Urgent, "draft.urgent")
	lines.SayIf(told.Once, "draft.once")
	if err := p.preview(ctx, actor, told, audience, lines); err != nil {
		return bot.Reply{}, err
	}
	if told.FileID != nil {
		if lines.Files, err = p.Inbox.noticeFiles(ctx, actor, told.ID); err != nil {
			return bot.Reply{}, err
		}
	}
	approval, whyNot, err := p.Notices.Approval(ctx, actor, told)
	if err != nil {
		return bot.Reply{}, err
	}
	waits := told.State == models.NoticeWaiting
	if signed := p.StandInLines(approval, true); waits && len(signed) > 0 {
		lines.Add("")
		lines.Add(signed...)
	}
	p.draftButtons(lines, actor, told, reach.Unreached > 0, waits && whyNot == "", waits && approval.MayTakeBack)
	return lines.Done(), nil
}

// draftButtons are what the actor may do to a draft that stands so.
func (p *Sending) draftButtons(lines *kit.Lines, actor services.Actor, told models.Notice, calls, signs,
	takesBack bool) {
	id := told.ID
	names := bot.Row(p.Button("notice_names", "noticenames", id, "all", 0))
	if calls {
		names = append(names, p.Button("notice_unreached", "noticenames", id, "calls", 0))
	}
	edit := bot.Row(p.Button("notice_text", "noticetext", id), p.Button("notice_audience", "noticeaudience", id))
	drop := p.MenuRow(kit.Negative(p.Button("notice_drop", "noticedrop", id)))
	switch {
	case actor.Role == services.Viewer:
		lines.Rows(names, p.MenuRow())
	case signs:
		lines.Rows(bot.Row(kit.Positive(p.Button("notice_approve", "noticeyes", id, told.Version)),
			p.Button("notice_return", "noticeno", id, told.Version)), names)
	case takesBack:
		lines.Rows(bot.Row(kit.Negative(p.Button("take_back", "noticeback", id, told.Version))), names)
	case told.State == models.NoticeDraft:
		urgent, once := p.Button("urgent_on", "noticeurgent", id, "on"), p.Button("once_on", "noticeonce", id, "on")
		if told.Urgent {
			urgent = p.Button("urgent_off", "noticeurgent", id, "off")
		}
		if told.Once {
			once = p.Button("once_off", "noticeonce", id, "off")
		}
		now, later := p.Button("notice_now", "noticenow", id), p.Button("notice_later", "noticelater", id)
		lines.Rows(bot.Row(kit.Positive(now), later), names, edit,
			bot.Row(p.Button("notice_template", "noticekeep", id), p.Button("notice_monthly", "noticemonthly", id)),
			bot.Row(urgent, once), drop)
	default:
		lines.Rows(names, edit, drop)
	}
}

// preview is the message as the first of its people will read it, in the parts
// in which the tightest channel sends it.
func (p *Sending) preview(ctx context.Context, actor services.Actor, told models.Notice, audience notice.Audience,
	lines *kit.Lines) error {
	directory, err := p.Notices.Audiences.Directory(ctx, actor)
	if err != nil {
		return err
	}
	text, lead := told.Text, p.Say("draft.preview")
	if len(notice.FieldsOf(text)) > 0 {
		people, _, err := p.Notices.Audiences.Roll(ctx, actor, audience, p.window, false, 0)
		if err != nil {
			return err
		}
		if len(people) > 0 {
			lead = p.Say("draft.preview_of", "name", people[0].Name)
			if text, err = p.Inbox.filled(ctx, actor, people[0].Person, told); err != nil {
				return err
			}
		}
	}
	lines.Add("", lead)
	arrives := p.Inbox.noticeAs(notice.View{Notice: told, From: directory.Ward.Kind + " " + directory.Ward.Name}, text)
	parts := bot.Split(arrives.Title+"\n"+arrives.Text, shortest)
	for i, part := range parts {
		lines.SayIf(len(parts) > 1, "draft.part", "part", i+1, "parts", len(parts))
		lines.Add(part)
	}
	for _, row := range arrives.Buttons {
		var labels []string
		for _, button := range row {
			labels = append(labels, "["+button.Label+"]")
		}
		lines.Add(strings.Join(labels, " "))
	}
	return nil
}
