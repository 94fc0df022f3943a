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
	number := kit.ID(told.ID)
	reply := bot.Reply{Title: p.Say("draft.title_"+string(told.State), "number", told.ID)}
	if told.State == models.NoticeCancelled {
		reply.Text = kit.FirstLine(told.Text)
		reply.Buttons = [][]bot.Button{p.MenuRow(p.Button("new_notice", "broadcast"))}
		return reply, nil
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
	count := p.Say("draft.count_all", "people", reach.People)
	if reach.Unreached > 0 {
		count = p.Say("draft.count", "people", reach.People, "unreachable", reach.Unreached)
	}
	lines := []string{p.Say("draft.to", "who", who), count + p.costLines(reach)}
	if told.SendAt != nil {
		lines = append(lines, p.Say("draft.at", "at", *told.SendAt))
	}
	if told.Urgent {
		lines = append(lines, p.Say("draft.urgent"))
	}
	if told.Once {
		lines = append(lines, p.Say("draft.once"))
	}
	preview, err := p.preview(ctx, actor, told, audience)
	if err != nil {
		return bot.Reply{}, err
	}
	reply.Text = strings.Join(append(lines, preview...), "\n")
	if told.FileID != nil {
		if reply.Files, err = p.Inbox.noticeFiles(ctx, actor, told.ID); err != nil {
			return bot.Reply{}, err
		}
	}
	approval, whyNot, err := p.Notices.Approval(ctx, actor, told)
	if err != nil {
		return bot.Reply{}, err
	}
	if told.State == models.NoticeWaiting {
		if signed := p.StandInLines(approval, true); len(signed) > 0 {
			reply.Text += "\n\n" + strings.Join(signed, "\n")
		}
	}
	names := bot.Row(p.Button("notice_names", "noticenames", number, "all", "0"))
	if reach.Unreached > 0 {
		names = append(names, p.Button("notice_unreached", "noticenames", number, "calls", "0"))
	}
	edit := bot.Row(p.Button("notice_text", "noticetext", number), p.Button("notice_audience", "noticeaudience", number))
	drop := p.MenuRow(kit.Negative(p.Button("notice_drop", "noticedrop", number)))
	switch {
	case actor.Role == services.Viewer:
		reply.Buttons = [][]bot.Button{names, p.MenuRow()}
	case told.State == models.NoticeWaiting && whyNot == "":
		seen := kit.ID(int64(told.Version))
		yes, no := p.Button("notice_approve", "noticeyes", number, seen), p.Button("notice_return", "noticeno", number, seen)
		reply.Buttons = [][]bot.Button{bot.Row(kit.Positive(yes), no), names}
	case told.State == models.NoticeWaiting && approval.MayTakeBack:
		back := p.Button("take_back", "noticeback", number, told.Version)
		reply.Buttons = [][]bot.Button{bot.Row(kit.Negative(back)), names}
	case told.State == models.NoticeDraft:
		urgent := p.Button("urgent_on", "noticeurgent", number, "on")
		if told.Urgent {
			urgent = p.Button("urgent_off", "noticeurgent", number, "off")
		}
		once := p.Button("once_on", "noticeonce", number, "on")
		if told.Once {
			once = p.Button("once_off", "noticeonce", number, "off")
		}
		reply.Buttons = [][]bot.Button{
			bot.Row(kit.Positive(p.Button("notice_now", "noticenow", number)), p.Button("notice_later", "noticelater", number)),
			names, edit,
			bot.Row(p.Button("notice_template", "noticekeep", number), p.Button("notice_monthly", "noticemonthly", number)),
			bot.Row(urgent, once), drop}
	default:
		reply.Buttons = [][]bot.Button{names, edit, drop}
	}
	return reply, nil
}

// preview is the message as the first of its people will read it, in the parts
// in which the tightest channel sends it.
func (p *Sending) preview(ctx context.Context, actor services.Actor, told models.Notice,
	audience notice.Audience) ([]string, error) {
	directory, err := p.Notices.Audiences.Directory(ctx, actor)
	if err != nil {
		return nil, err
	}
	lines := []string{"", p.Say("draft.preview")}
	text := told.Text
	if len(notice.FieldsOf(text)) > 0 {
		people, _, err := p.Notices.Audiences.Roll(ctx, actor, audience, p.window, false, 0)
		if err != nil {
			return nil, err
		}
		if len(people) > 0 {
			lines = []string{"", p.Say("draft.preview_of", "name", people[0].Name)}
			if text, err = p.Inbox.filled(ctx, actor, people[0].Person, told); err != nil {
				return nil, err
			}
		}
	}
	arrives := p.Inbox.noticeAs(notice.View{Notice: told, From: directory.Ward.Kind + " " + directory.Ward.Name}, text)
	parts := bot.Split(arrives.Title+"\n"+arrives.Text, shortest)
	for i, part := range parts {
		if len(parts) > 1 {
			lines = append(lines, p.Say("draft.part", "part", i+1, "parts", len(parts)))
		}
		lines = append(lines, part)
	}
	for _, row := range arrives.Buttons {
		var labels []string
		for _, button := range row {
			labels = append(labels, "["+button.Label+"]")
		}
		lines = append(lines, strings.Join(labels, " "))
	}
	return lines, nil
}
