package cases

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
)

// Register puts the matter's screens, forms and messages into the book.
func (p *Page) Register(b *kit.Book) {
	b.Screen("problem", p.problem, kit.Officers, kit.Own(bot.AllowanceProblem, "problem", p.MonthSaid))
	b.Screen("support", p.support, kit.Officers, kit.Own(bot.Support, "support"))
	b.Screen("mycase", p.myCase, kit.Inner)
	b.Screen("case", p.caseCard, kit.Staff, kit.Inner)
	b.Screen("caseans", p.answerCase, kit.Staff, kit.Inner)
	b.Screen("caseclose", p.closeCase, kit.Inner)

	b.Form(p.problemForm())
	b.Form(p.supportForm())
	b.Form(p.answerCaseForm())

	b.Message(outbox.CaseOpened, p.redraw)
	b.Message(outbox.CaseAnswered, p.redraw)
	b.Card(outbox.Case, p.redraw)
}
