package page

import (
	"context"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
	"canbobot/services/outbox"
)

// shortest is what the tightest channel takes in one message, in runes.
const shortest = 2000

// sentNotices shows staff what has not left yet, what was sent, and how many
// have read it.
func (s *Screens) sentNotices(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	actor := turn.Speaker.Actor
	drafts, err := s.Notices.Drafts(ctx, actor)
	if err != nil {
		return bot.Reply{}, err
	}
	sent, err := s.Notices.Sent(ctx, actor)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("sent.title")}
	var blocks []string
	var row []bot.Button
	open := func(notice int64) {
		row = append(row, bot.Button{Label: s.say("sent.see_button", "number", notice), Action: bot.Act("notice", id(notice))})
		if len(row) == 3 {
			reply.Buttons, row = append(reply.Buttons, row), nil
		}
	}
	for i, draft := range drafts {
		if i == listed {
			break
		}
		blocks = append(blocks, s.say("sent.unsent", "number", draft.ID, "text", firstLine(draft.Text), "state", s.unsentWords(draft)))
		open(draft.ID)
	}
	for i, progress := range sent {
		if i == listed {
			break
		}
		blocks = append(blocks, s.say("sent.block", "number", progress.Notice.ID, "text", firstLine(progress.Notice.Text),
			"total", progress.Total, "sent", progress.Sent, "confirmed", progress.Confirmed, "failed", progress.Failed))
		open(progress.Notice.ID)
	}
	if len(blocks) == 0 {
		blocks = append(blocks, s.say("sent.nothing"))
	}
	if row != nil {
		reply.Buttons = append(reply.Buttons, row)
	}
	reply.Text = strings.Join(blocks, "\n\n")
	reply.Buttons = append(reply.Buttons,
		bot.Row(positive(s.button("new_notice", "broadcast")), s.button("templates", "templates")),
		bot.Row(s.button("monthly", "monthly"), s.button("menu", "menu")))
	if actor.Role != services.Admin {
		return reply, nil
	}
	on, err := s.Notices.ByLeader(ctx, actor)
	if on {
		reply.Text += "\n\n" + s.say("sent.by_leader")
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("by_leader_off", "byleader", "off")))
	} else {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("by_leader_on", "byleader", "on")))
	}
	return reply, err
}

// setByLeader says whether a leader lets the ward's notices go.
func (s *Screens) setByLeader(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := s.Notices.SetByLeader(ctx, turn.Speaker.Actor, turn.Arg(0) == "on"); err != nil {
		return bot.Reply{}, err
	}
	return s.sentNotices(ctx, turn)
}

func (s *Screens) unsentWords(notice models.Notice) string {
	if notice.State == models.NoticeScheduled && notice.SendAt != nil {
		return s.say("sent.scheduled", "at", *notice.SendAt)
	}
	return s.say("sent." + notice.State)
}

// notice shows one notice to its senders.
func (s *Screens) notice(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	return s.noticeCard(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
}

// noticeCard is a notice as its senders see it: a draft with its preview, or how
// far it got.
func (s *Screens) noticeCard(ctx context.Context, actor services.Actor, notice int64) (bot.Reply, error) {
	standing, err := s.Notices.Standing(ctx, actor, notice)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{}
	if standing.Notice.SentAt != nil {
		reply = s.progressCard(actor, standing)
	} else if reply, err = s.draftCard(ctx, actor, standing.Notice); err != nil {
		return bot.Reply{}, err
	}
	reply.Card = bot.Card{Subject: outbox.Sending, ID: notice}
	return reply, nil
}

// draftCard shows what has not left: to whom, when, and exactly what they will
// read.
func (s *Screens) draftCard(ctx context.Context, actor services.Actor, told models.Notice) (bot.Reply, error) {
	number := id(told.ID)
	reply := bot.Reply{Title: s.say("draft.title_"+told.State, "number", told.ID)}
	if told.State == models.NoticeCancelled {
		reply.Text = firstLine(told.Text)
		reply.Buttons = [][]bot.Button{bot.Row(s.button("new_notice", "broadcast"), s.button("menu", "menu"))}
		return reply, nil
	}
	audience, err := notice.AudienceOf(told)
	if err != nil {
		return bot.Reply{}, err
	}
	who, err := s.audienceWords(ctx, actor, audience)
	if err != nil {
		return bot.Reply{}, err
	}
	reach, err := s.Notices.Reach(ctx, actor, audience, s.window)
	if err != nil {
		return bot.Reply{}, err
	}
	count := s.say("draft.count_all", "people", reach.People)
	if reach.Unreached > 0 {
		count = s.say("draft.count", "people", reach.People, "unreachable", reach.Unreached)
	}
	lines := []string{s.say("draft.to", "who", who), count + s.costLines(reach)}
	if told.SendAt != nil {
		lines = append(lines, s.say("draft.at", "at", *told.SendAt))
	}
	if told.Urgent {
		lines = append(lines, s.say("draft.urgent"))
	}
	if told.Once {
		lines = append(lines, s.say("draft.once"))
	}
	preview, err := s.preview(ctx, actor, told, audience)
	if err != nil {
		return bot.Reply{}, err
	}
	reply.Text = strings.Join(append(lines, preview...), "\n")
	if told.FileID != nil {
		if reply.Files, err = s.noticeFiles(ctx, actor, told.ID); err != nil {
			return bot.Reply{}, err
		}
	}
	names := bot.Row(s.button("notice_names", "noticenames", number, "all", "0"))
	if reach.Unreached > 0 {
		names = append(names, s.button("notice_unreached", "noticenames", number, "calls", "0"))
	}
	edit := bot.Row(s.button("notice_text", "noticetext", number), s.button("notice_audience", "noticeaudience", number))
	drop := bot.Row(negative(s.button("notice_drop", "noticedrop", number)), s.button("menu", "menu"))
	switch {
	case actor.Role == services.Viewer:
		reply.Buttons = [][]bot.Button{names, s.menuRow()}
	case told.State == models.NoticeWaiting && actor.Role == services.Leader && actor.Staff != told.StaffID:
		reply.Buttons = [][]bot.Button{bot.Row(positive(s.button("notice_approve", "noticeyes", number)), s.button("notice_return", "noticeno", number)), names}
	case told.State == models.NoticeDraft:
		urgent := s.button("urgent_on", "noticeurgent", number, "on")
		if told.Urgent {
			urgent = s.button("urgent_off", "noticeurgent", number, "off")
		}
		once := s.button("once_on", "noticeonce", number, "on")
		if told.Once {
			once = s.button("once_off", "noticeonce", number, "off")
		}
		reply.Buttons = [][]bot.Button{
			bot.Row(positive(s.button("notice_now", "noticenow", number)), s.button("notice_later", "noticelater", number)), names, edit,
			bot.Row(s.button("notice_template", "noticekeep", number), s.button("notice_monthly", "noticemonthly", number)),
			bot.Row(urgent, once), drop}
	default:
		reply.Buttons = [][]bot.Button{names, edit, drop}
	}
	return reply, nil
}

// preview is the message as the first of its people will read it, in the parts
// in which the tightest channel sends it.
func (s *Screens) preview(ctx context.Context, actor services.Actor, told models.Notice, audience notice.Audience) ([]string, error) {
	directory, err := s.Notices.Directory(ctx, actor)
	if err != nil {
		return nil, err
	}
	lines := []string{"", s.say("draft.preview")}
	text := told.Text
	if len(notice.FieldsOf(text)) > 0 {
		people, _, err := s.Notices.Roll(ctx, actor, audience, s.window, false, 0)
		if err != nil {
			return nil, err
		}
		if len(people) > 0 {
			lines = []string{"", s.say("draft.preview_of", "name", people[0].Name)}
			if text, err = s.filled(ctx, actor, people[0].Person, told); err != nil {
				return nil, err
			}
		}
	}
	arrives := s.noticeAs(notice.View{Notice: told, From: directory.Ward.Kind + " " + directory.Ward.Name}, text)
	parts := bot.Split(arrives.Title+"\n"+arrives.Text, shortest)
	for i, part := range parts {
		if len(parts) > 1 {
			lines = append(lines, s.say("draft.part", "part", i+1, "parts", len(parts)))
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

// progressCard shows how far a notice got.
func (s *Screens) progressCard(actor services.Actor, standing notice.Progress) bot.Reply {
	notice, number := standing.Notice, id(standing.Notice.ID)
	reply := bot.Reply{Title: s.say("progress.title_"+notice.State, "number", notice.ID)}
	lines := []string{firstLine(notice.Text), "", s.say("progress.sent", "sent", standing.Sent, "total", standing.Total), s.say("progress.seen", "seen", standing.Seen)}
	if notice.NeedsConfirm {
		lines = append(lines, s.say("progress.confirmed", "confirmed", standing.Confirmed))
	}
	if notice.Attendance {
		lines = append(lines, s.say("progress.answers", "coming", standing.Coming, "absent", standing.Absent))
	}
	if standing.Failed > 0 {
		lines = append(lines, s.say("progress.failed", "failed", standing.Failed))
	}
	if standing.Uncertain > 0 {
		lines = append(lines, s.say("progress.uncertain", "people", standing.Uncertain))
	}
	if standing.Queued > 0 {
		lines = append(lines, s.say("progress.left", "left", standing.Queued))
		if left := standing.TimeToGo(s.Clock()); left > 0 {
			lines = append(lines, s.say("progress.time", "time", max(left, time.Minute)))
		}
	}
	if notice.ConfirmBy != nil {
		lines = append(lines, s.say("progress.by", "at", *notice.ConfirmBy))
	}
	reply.Text = strings.Join(lines, "\n")
	if actor.Role == services.Viewer {
		reply.Buttons = [][]bot.Button{bot.Row(s.button("broadcast", "sent"), s.button("menu", "menu"))}
		return reply
	}
	switch {
	case notice.State == models.NoticePaused:
		reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("notice_resume", "noticeresume", number)), negative(s.button("notice_cancel", "noticecancel", number))))
	case standing.Queued > 0 && notice.State == models.NoticeIsSent:
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("notice_pause", "noticepause", number), negative(s.button("notice_cancel", "noticecancel", number))))
	default:
		if notice.NeedsConfirm && standing.Sent > standing.Confirmed {
			reply.Buttons = append(reply.Buttons, bot.Row(s.button("notice_silent", "noticesilent", number, "0"), s.button("notice_remind", "noticeremind", number)))
		}
		if standing.Failed > 0 && notice.State == models.NoticeIsSent {
			reply.Buttons = append(reply.Buttons, bot.Row(s.button("notice_again", "noticeagain", number), s.button("calls", "calls")))
		}
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("notice_sheet", "noticesheet", number), s.button("notice_chart", "noticechart", number)),
			bot.Row(s.button("notice_correct", "noticetext", number)))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("broadcast", "sent"), s.button("menu", "menu")))
	return reply
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if runes := []rune(line); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return line
}

// costLines say what a notice would cost the ward, where it costs anything.
func (s *Screens) costLines(reach notice.Reach) string {
	if reach.Cost == 0 && reach.Billed == 0 && reach.Template == 0 {
		return ""
	}
	lines := []string{"", "", s.say("notice.free", "people", reach.Free)}
	if reach.Billed > 0 {
		lines = append(lines, s.say("notice.billed", "people", reach.Billed))
	}
	if reach.Template > 0 {
		lines = append(lines, s.say("notice.template", "people", reach.Template))
	}
	return strings.Join(append(lines, s.say("notice.cost", "cost", texts.Money(reach.Cost))), "\n")
}
