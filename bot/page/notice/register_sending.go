package notice

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/notice"
	"canbobot/services/outbox"
)

// Register puts what is sent, and what came of it, into the book.
func (p *Sending) Register(b *kit.Book) {
	b.Screen("notices", p.notices, kit.Intent(bot.Notices, "notices"))
	b.Screen("sent", p.sentNotices, kit.Staff, kit.Intent(bot.WardBroadcast, "broadcast"))
	b.Screen("byleader", p.setByLeader, kit.Inner)
	b.Screen("notice", p.notice, kit.Staff, kit.Inner)
	b.Screen("noticenow", p.noticeNow, kit.Inner)
	b.Screen("noticelater", p.about("notice_when"), kit.Staff, kit.Inner)
	b.Screen("noticeurgent", p.flag(func(on *bool) notice.Edit { return notice.Edit{Urgent: on} }), kit.Inner)
	b.Screen("noticeonce", p.flag(func(on *bool) notice.Edit { return notice.Edit{Once: on} }), kit.Inner)
	b.Screen("noticedrop", p.act(p.Notices.Drop), kit.Inner)
	b.Screen("noticeyes", p.sign(p.approve), kit.Inner)
	b.Screen("noticeno", p.sign(p.Notices.Return), kit.Inner)
	b.Screen("noticeback", p.sign(p.Notices.TakeBack), kit.Inner)
	b.Screen("noticepause", p.act(p.Notices.Pause), kit.Inner)
	b.Screen("noticeresume", p.act(p.Notices.Resume), kit.Inner)
	b.Screen("noticecancel", p.act(p.Notices.Cancel), kit.Inner)
	b.Screen("noticeagain", p.act(p.again), kit.Inner)
	b.Screen("noticeremind", p.noticeRemind, kit.Inner)
	b.Screen("noticesilent", p.noticeSilent, kit.Inner)
	b.Screen("noticenames", p.noticeNames, kit.Staff, kit.Inner)
	b.Screen("noticesheet", p.noticeSheet, kit.Inner)
	b.Screen("noticechart", p.noticeChart, kit.Inner)
	b.Screen("calls", p.calls, kit.Staff, kit.Label("calls"))
	b.Screen("called", kit.Did(p.Notices.Outcomes.Called, kit.Redraws(p.calls)), kit.Inner)

	b.Typed("calls", "can goi dien")

	b.Form(p.noticeCountForm())
	b.Form(p.noticeWhenForm())

	b.Message(outbox.NoticeWaiting, p.tell(models.NoticeWaiting, p.Say("told.notice_waiting")))
	b.Message(outbox.NoticeAsked, p.tell(models.NoticeWaiting, p.Say("told.notice_asked")))
	b.Message(outbox.NoticeReturned, p.tell(models.NoticeDraft, p.Say("told.notice_returned")))
	b.Card(outbox.Sending, p.noticeCard)
}
