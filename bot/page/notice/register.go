package notice

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
)

// Register puts the matter's screens, forms and messages into the book.
func (p *Page) Register(b *kit.Book) {
	b.Screen("notices", p.notices, kit.Intent(bot.Notices, "notices"))
	b.Screen("confirm", p.confirmNotice, kit.Inner)
	b.Screen("come", p.come, kit.Inner)
	b.Screen("absent", p.absent, kit.Inner)
	b.Screen("askback", p.askBack, kit.Officers, kit.Inner)
	b.Screen("noticefile", p.noticeFile, kit.Inner)

	b.Screen("sent", p.sentNotices, kit.Staff, kit.Intent(bot.WardBroadcast, "broadcast"))
	b.Screen("byleader", p.setByLeader, kit.Inner)
	b.Screen("broadcast", p.broadcast, kit.Staff, kit.Label("new_notice"))
	b.Screen("notice", p.notice, kit.Staff, kit.Inner)
	b.Screen("noticenow", p.noticeNow, kit.Inner)
	b.Screen("noticelater", p.noticeLater, kit.Staff, kit.Inner)
	b.Screen("noticetext", p.noticeText, kit.Staff, kit.Inner)
	b.Screen("noticeaudience", p.noticeAudience, kit.Staff, kit.Inner)
	b.Screen("noticeurgent", p.noticeUrgent, kit.Inner)
	b.Screen("noticeonce", p.noticeOnce, kit.Inner)
	b.Screen("noticedrop", p.noticeDrop, kit.Inner)
	b.Screen("noticeyes", p.noticeYes, kit.Inner)
	b.Screen("noticeno", p.noticeNo, kit.Inner)
	b.Screen("noticeback", p.noticeBack, kit.Inner)
	b.Screen("noticepause", p.noticePause, kit.Inner)
	b.Screen("noticeresume", p.noticeResume, kit.Inner)
	b.Screen("noticecancel", p.noticeCancel, kit.Inner)
	b.Screen("noticeagain", p.noticeAgain, kit.Inner)
	b.Screen("noticeremind", p.noticeRemind, kit.Inner)
	b.Screen("noticesilent", p.noticeSilent, kit.Inner)
	b.Screen("noticenames", p.noticeNames, kit.Staff, kit.Inner)
	b.Screen("noticesheet", p.noticeSheet, kit.Inner)
	b.Screen("noticechart", p.noticeChart, kit.Inner)
	b.Screen("noticemonthly", p.noticeMonthly, kit.Staff, kit.Inner)
	b.Screen("monthly", p.monthly, kit.Staff, kit.Label("monthly"))
	b.Screen("stopmonthly", p.stopMonthly, kit.Inner)
	b.Screen("templates", p.templates, kit.Staff, kit.Label("templates"))
	b.Screen("newtemplate", p.newTemplate, kit.Staff, kit.Inner)
	b.Screen("noticekeep", p.newTemplate, kit.Staff, kit.Inner)
	b.Screen("usetemplate", p.useTemplate, kit.Inner)
	b.Screen("droptemplate", p.dropTemplate, kit.Inner)
	b.Screen("calls", p.calls, kit.Staff, kit.Label("calls"))
	b.Screen("called", p.called, kit.Inner)

	b.Typed("calls", "can goi dien")

	b.Form(p.broadcastForm())
	b.Form(p.noticeCountForm())
	b.Form(p.noticeWhenForm())
	b.Form(p.noticeTextForm())
	b.Form(p.noticeAudienceForm())
	b.Form(p.noticeMonthlyForm())
	b.Form(p.templateForm())
	b.Form(p.absentForm())
	b.Form(p.askBackForm())

	b.Message(outbox.NoticeSent, p.arrives)
	b.Many(outbox.NoticeSent, p.noticeFor)
	b.Message(outbox.NoticeRemind, p.reminded)
	b.Message(outbox.NoticeWaiting, p.waits)
	b.Message(outbox.NoticeAsked, p.asked)
	b.Message(outbox.NoticeReturned, p.cameBack)
	b.Card(outbox.Sending, p.noticeCard)
	b.Once(outbox.Notice, p.once)
}
