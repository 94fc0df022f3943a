package change

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
)

// Register puts every kind's form into the book, and what leads to one's own
// requests.
func (p *Page) Register(b *kit.Book) {
	for _, one := range registry {
		asked := one.on(p)
		asked.register(b)
		b.Form(p.formOf(asked))
	}
	b.Screen("mine", p.myRequests, kit.Intent(bot.MyRequests, "mine"))
	b.Screen("request", p.request, kit.Inner)
	b.Screen("withdraw", p.withdraw, kit.Inner)
	b.Screen("redo", p.redo, kit.Inner)
	b.Screen("papers", p.papers, kit.Inner)
	b.Screen("attach", p.attach, kit.Inner)
	b.Screen("detach", p.detach, kit.Inner)

	b.Take(p.paperFor)
}
