package notice

import (
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
)

// progressCard shows how far a notice got.
func (p *Sending) progressCard(actor services.Actor, standing notice.Progress) bot.Reply {
	notice, number := standing.Notice, kit.ID(standing.Notice.ID)
	reply := bot.Reply{Title: p.Say("progress.title_"+string(notice.State), "number", notice.ID)}
	lines := []string{kit.FirstLine(notice.Text), "",
		p.Say("progress.sent", "sent", standing.Sent, "total", standing.Total), p.Say("progress.seen", "seen", standing.Seen)}
	if notice.NeedsConfirm {
		lines = append(lines, p.Say("progress.confirmed", "confirmed", standing.Confirmed))
	}
	if notice.Attendance {
		lines = append(lines, p.Say("progress.answers", "coming", standing.Coming, "absent", standing.Absent))
	}
	if standing.Failed > 0 {
		lines = append(lines, p.Say("progress.failed", "failed", standing.Failed))
	}
	if standing.Uncertain > 0 {
		lines = append(lines, p.Say("progress.uncertain", "people", standing.Uncertain))
	}
	if standing.Queued > 0 {
		lines = append(lines, p.Say("progress.left", "left", standing.Queued))
		if left := standing.TimeToGo(p.Clock()); left > 0 {
			lines = append(lines, p.Say("progress.time", "time", max(left, time.Minute)))
		}
	}
	if notice.ConfirmBy != nil {
		lines = append(lines, p.Say("progress.by", "at", *notice.ConfirmBy))
	}
	reply.Text = strings.Join(lines, "\n")
	if actor.Role == services.Viewer {
		reply.Buttons = [][]bot.Button{p.MenuRow(p.Button("broadcast", "sent"))}
		return reply
	}
	switch {
	case notice.State == models.NoticePaused:
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Positive(p.Button("notice_resume", "noticeresume", number)),
			kit.Negative(p.Button("notice_cancel", "noticecancel", number))))
	case standing.Queued > 0 && notice.State == models.NoticeIsSent:
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("notice_pause", "noticepause", number),
			kit.Negative(p.Button("notice_cancel", "noticecancel", number))))
	default:
		if notice.NeedsConfirm && standing.Sent > standing.Confirmed {
			reply.Buttons = append(reply.Buttons, bot.Row(p.Button("notice_silent", "noticesilent", number, "0"),
				p.Button("notice_remind", "noticeremind", number)))
		}
		if standing.Failed > 0 && notice.State == models.NoticeIsSent {
			reply.Buttons = append(reply.Buttons,
				bot.Row(p.Button("notice_again", "noticeagain", number), p.Button("calls", "calls")))
		}
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("notice_sheet", "noticesheet", number),
			p.Button("notice_chart", "noticechart", number)),
			bot.Row(p.Button("notice_correct", "noticetext", number)))
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("broadcast", "sent")))
	return reply
}

// costLines say what a notice would cost the ward, where it costs anything.
func (p *Sending) costLines(reach notice.Reach) string {
	if reach.Cost == 0 && reach.Billed == 0 && reach.Template == 0 {
		return ""
	}
	lines := []string{"", "", p.Say("notice.free", "people", reach.Free)}
	if reach.Billed > 0 {
		lines = append(lines, p.Say("notice.billed", "people", reach.Billed))
	}
	if reach.Template > 0 {
		lines = append(lines, p.Say("notice.template", "people", reach.Template))
	}
	return strings.Join(append(lines, p.Say("notice.cost", "cost", texts.Money(reach.Cost))), "\n")
}
