package notice

import (
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
)

// Register puts what reaches people, and their answers, into the book.
func (p *Inbox) Register(b *kit.Book) {
	b.Screen("confirm", p.confirmNotice, kit.Inner)
	b.Screen("come", p.come, kit.Inner)
	b.Screen("absent", p.absent, kit.Inner)
	b.Screen("askback", kit.About(p.Notices.One, "ask_back", "notice"), kit.Officers, kit.Inner)
	b.Screen("noticefile", p.noticeFile, kit.Inner)

	b.Form(p.absentForm())
	b.Form(p.askBackForm())

	b.Message(outbox.NoticeSent, p.arrives)
	b.Many(outbox.NoticeSent, p.noticeFor)
	b.Message(outbox.NoticeRemind, p.reminded)
	b.Once(outbox.Notice, p.once)
}
