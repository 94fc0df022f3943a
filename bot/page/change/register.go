package change

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/change"
	"canbobot/services/outbox"
)

// Register puts every kind's form into the book, and what leads to one's own
// requests.
func (p *Page) Register(b *kit.Book) {
	for _, one := range registry {
		asked := one.on(p)
		asked.register(b)
		b.Form(p.formOf(asked))
	}
	own := kit.Card[change.Card]{Read: p.Changes.Card, Draw: p.ownCard}
	b.Screen("mine", p.myRequests, kit.Intent(bot.MyRequests, "mine"))
	b.Screen("request", own.Open, kit.Inner)
	b.Screen("withdraw", own.Step(p.Changes.Withdraw), kit.Inner)
	b.Screen("redo", p.redo, kit.Inner)
	b.Screen("papers", p.papers, kit.Inner)
	b.Screen("attach", p.attach, kit.Inner)
	b.Screen("detach", p.detach, kit.Inner)

	b.Screen("notme", p.notMe, kit.Inner)

	b.Take(p.paperFor)

	b.Message(outbox.ChangeConcerns, p.concernsYou)
	b.Message(outbox.ChangeDisowned, p.disowned)
}
