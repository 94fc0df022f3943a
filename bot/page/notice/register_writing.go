package notice

import "canbobot/bot/page/kit"

// Register puts what is written and kept into the book.
func (p *Writing) Register(b *kit.Book) {
	b.Screen("broadcast", p.broadcast, kit.Staff, kit.Label("new_notice"))
	b.Screen("noticetext", p.Sending.about("notice_text"), kit.Staff, kit.Inner)
	b.Screen("noticeaudience", p.Sending.about("notice_audience"), kit.Staff, kit.Inner)
	b.Screen("noticemonthly", p.Sending.about("notice_monthly"), kit.Staff, kit.Inner)
	b.Screen("monthly", p.monthly, kit.Staff, kit.Label("monthly"))
	b.Screen("stopmonthly", kit.Did(p.Notices.StopRecurring, kit.Redraws(p.monthly)), kit.Inner)
	b.Screen("templates", p.templates, kit.Staff, kit.Label("templates"))
	b.Screen("newtemplate", p.newTemplate, kit.Staff, kit.Inner)
	b.Screen("noticekeep", p.newTemplate, kit.Staff, kit.Inner)
	b.Screen("usetemplate", p.useTemplate, kit.Inner)
	b.Screen("droptemplate", kit.Did(p.Notices.Templates.Drop, kit.Redraws(p.templates)), kit.Inner)

	b.Form(p.broadcastForm())
	b.Form(p.noticeTextForm())
	b.Form(p.noticeAudienceForm())
	b.Form(p.noticeMonthlyForm())
	b.Form(p.templateForm())
}
