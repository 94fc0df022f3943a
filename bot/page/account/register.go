package account

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/identity"
	"canbobot/services/outbox"
)

// Register puts the matter's screens, forms and messages into the book.
func (p *Page) Register(b *kit.Book) {
	card := p.card()
	b.Welcome, b.Consent = p.welcome, p.consent

	b.Screen("link", kit.Begin("link"), kit.Open, kit.Inner)
	b.Screen("asklink", kit.Begin("asklink"), kit.Open, kit.Inner)
	b.Screen("consent", p.consentAnswer, kit.Open, kit.Inner)
	b.Screen("privacy", p.privacy, kit.Intent(bot.Privacy, "privacy"))
	b.Screen("looks", p.looks, kit.Inner)
	b.Screen("unlink", kit.Told(p.Tell(p.Say("unlink.ask"), kit.Negative(p.Button("unlink_yes", "unlinkyes")))),
		kit.Intent(bot.Unlink, "unlink"))
	b.Screen("unlinkyes", p.unlinkYes, kit.Inner)
	b.Screen("unconsent", kit.Told(p.Tell(p.Say("privacy.withdraw_ask"),
		kit.Negative(p.Button("withdraw_yes", "unlinkyes", "withdraw")))), kit.Inner)
	b.Screen("style", p.style, kit.Label("style"))
	b.Screen("styleset", p.styleSet, kit.Inner)
	b.Screen("step_up", kit.Begin(bot.CodeForm), kit.Staff, kit.Label("step_up"))
	b.Screen("invite", p.invitePerson, kit.Inner)
	b.Screen("unlinkperson", p.unlinkPerson, kit.Inner)
	b.Screen("links", p.links, kit.Staff, kit.Inner)
	b.Screen("strangers", p.strangers, kit.Staff, kit.Inner)
	b.Screen("strangersno", p.refuseStrangers, kit.Staff, kit.Inner)
	b.Screen("linkcard", card.Open, kit.Staff, kit.Inner)
	b.Screen("linkyes", p.linkYes, kit.Inner)
	b.Screen("linknotme", p.linkNotMe, kit.Inner)
	b.Screen("numbernotme", p.numberNotMe, kit.Officers, kit.Inner)
	b.Screen("movenotme", p.moveNotMe, kit.Open, kit.Inner)
	b.Screen("linkno", card.Act(p.Identity.Requests.Refuse), kit.Inner)
	b.Screen("linkback", card.Act(p.Identity.Requests.TakeBack), kit.Inner)

	b.Typed("style", "cach tra loi", "cach hoi")
	b.Typed("styleset:brief", "gon", "tra loi gon", "hoi gon", "ngan gon", "hoi ngan gon", "tra loi ngan gon")
	b.Typed("styleset:full", "tung buoc", "tra loi tung buoc", "hoi tung buoc")

	p.registerRights(b)
	p.registerOfficer(b)

	b.Form(p.linkForm())
	b.Form(p.askLinkForm())
	b.Form(p.stepUpForm())

	b.Message(outbox.LinkAsked, card.For)
	b.Message(outbox.LinksAsked, p.linksAsked)
	b.Message(outbox.LinkWaiting, card.Waits(p.Say("told.link_waiting"), func(view identity.LinkCardView) bool {
		return view.Request.State == models.LinkPending
	}))
	b.Message(outbox.LinkDecided, p.decided)
	b.Message(outbox.AccountMoved, p.moved)
	b.Message(outbox.AccountEnded, p.ended)
	b.Message(outbox.AccountLinked, p.linked)
	b.Message(outbox.AccountDisowned, p.disowned)
	b.Message(outbox.OfficerAsked, p.officerAsked)
	b.Message(outbox.OfficerDecided, p.officerDecided)
	b.Message(outbox.NumberChanged, p.numbered)
	b.Message(outbox.NumberDisowned, p.numberDisowned)
	b.Card(outbox.Link, card.For)
}
