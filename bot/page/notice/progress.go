package notice

import (
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
	notice, id := standing.Notice, standing.Notice.ID
	lines := p.Lines(p.Say("progress.title_"+string(notice.State), "number", id))
	lines.Add(kit.FirstLine(notice.Text), "", p.Say("progress.sent", "sent", standing.Sent, "total", standing.Total))
	lines.Say("progress.seen", "seen", standing.Seen)
	lines.SayIf(notice.NeedsConfirm, "progress.confirmed", "confirmed", standing.Confirmed)
	lines.SayIf(notice.Attendance, "progress.answers", "coming", standing.Coming, "absent", standing.Absent)
	lines.SayIf(standing.Failed > 0, "progress.failed", "failed", standing.Failed)
	lines.SayIf(standing.Uncertain > 0, "progress.uncertain", "people", standing.Uncertain)
	if standing.Queued > 0 {
		lines.Say("progress.left", "left", standing.Queued)
		left := standing.TimeToGo(p.Clock())
		lines.SayIf(left > 0, "progress.time", "time", max(left, time.Minute))
	}
	if notice.ConfirmBy != nil {
		lines.Say("progress.by", "at", *notice.ConfirmBy)
	}
	sent := p.Button("broadcast", "sent")
	if actor.Role == services.Viewer {
		return lines.End(sent)
	}
	cancel := kit.Negative(p.Button("notice_cancel", "noticecancel", id))
	switch {
	case notice.State == models.NoticePaused:
		lines.Row(kit.Positive(p.Button("notice_resume", "noticeresume", id)), cancel)
	case standing.Queued > 0 && notice.State == models.NoticeIsSent:
		lines.Row(p.Button("notice_pause", "noticepause", id), cancel)
	default:
		lines.RowIf(notice.NeedsConfirm && standing.Sent > standing.Confirmed,
			p.Button("notice_silent", "noticesilent", id, 0), p.Button("notice_remind", "noticeremind", id))
		lines.RowIf(standing.Failed > 0 && notice.State == models.NoticeIsSent,
			p.Button("notice_again", "noticeagain", id), p.Button("calls", "calls"))
		lines.Row(p.Button("notice_sheet", "noticesheet", id), p.Button("notice_chart", "noticechart", id))
		lines.Row(p.Button("notice_correct", "noticetext", id))
	}
	return lines.End(sent)
}

// costLines say what a notice would cost the ward, where it costs anything.
func (p *Sending) costLines(lines *kit.Lines, reach notice.Reach) {
	if reach.Cost == 0 && reach.Billed == 0 && reach.Template == 0 {
		return
	}
	lines.Add("", p.Say("notice.free", "people", reach.Free))
	lines.SayIf(reach.Billed > 0, "notice.billed", "people", reach.Billed)
	lines.SayIf(reach.Template > 0, "notice.template", "people", reach.Template)
	lines.Say("notice.cost", "cost", texts.Money(reach.Cost))
}
