package account

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
)

// Register puts the matter's screens, forms and messages into the book.
func (p *Page) Register(b *kit.Book) {
	b.Welcome, b.Consent = p.welcome, p.consent

	b.Screen("link", p.link, kit.Open, kit.Inner)
	b.Screen("asklink", p.askLink, kit.Open, kit.Inner)
	b.Screen("consent", p.consentAnswer, kit.Open, kit.Inner)
	b.Screen("privacy", p.privacy, kit.Intent(bot.Privacy, "privacy"))
	b.Screen("unlink", p.unlink, kit.Intent(bot.Unlink, "unlink"))
	b.Screen("unlinkyes", p.unlinkYes, kit.Inner)
	b.Screen("style", p.style, kit.Label("style"))
	b.Screen("styleset", p.styleSet, kit.Inner)
	b.Screen("step_up", p.stepUp, kit.Staff, kit.Label("step_up"))
	b.Screen("invite", p.invitePerson, kit.Inner)
	b.Screen("unlinkperson", p.unlinkPerson, kit.Inner)
	b.Screen("links", p.links, kit.Staff, kit.Inner)
	b.Screen("linkcard", p.linkCard, kit.Staff, kit.Inner)
	b.Screen("linkyes", p.linkYes, kit.Inner)
	b.Screen("linkno", p.linkNo, kit.Inner)
	b.Screen("linkback", p.linkBack, kit.Inner)

	b.Typed("style", "cach tra loi", "cach hoi")
	b.Typed("styleset:brief", "gon", "tra loi gon", "hoi gon", "ngan gon", "hoi ngan gon", "tra loi ngan gon")
	b.Typed("styleset:full", "tung buoc", "tra loi tung buoc", "hoi tung buoc")

	b.Form(p.linkForm())
	b.Form(p.askLinkForm())
	b.Form(p.stepUpForm())

	b.Message(outbox.LinkAsked, p.redraw)
	b.Message(outbox.LinksAsked, p.linksAsked)
	b.Message(outbox.LinkWaiting, p.reminded)
	b.Message(outbox.LinkDecided, p.decided)
	b.Message(outbox.AccountMoved, p.moved)
	b.Card(outbox.Link, p.redraw)
}
