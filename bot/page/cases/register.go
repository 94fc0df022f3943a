package cases

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
	"canbobot/services/cases"
	"canbobot/services/outbox"
	"context"
)

// Register puts the matter's screens, forms and messages into the book.
func (p *Page) Register(b *kit.Book) {
	card := p.card()
	b.Screen("problem", p.problem, kit.Officers, kit.Own(bot.AllowanceProblem, "problem", p.MonthSaid))
	b.Screen("asis", p.asIs, kit.Officers, kit.Inner)
	b.Screen("support", kit.Begin("support"), kit.Officers, kit.Own(bot.Support, "support"))
	b.Screen("mycase", card.Open, kit.Inner)
	b.Screen("case", card.Open, kit.Staff, kit.Inner)
	b.Screen("caseans", kit.About(card.Read, "answer_case", "case"), kit.Staff, kit.Inner)
	b.Screen("caseclose", card.Step(func(ctx context.Context, actor services.Actor, id int64, _ int) (cases.View, error) {
		return p.Cases.Close(ctx, actor, id)
	}), kit.Inner)

	b.Form(p.problemForm())
	b.Form(p.supportForm())
	b.Form(p.answerCaseForm())

	b.Message(outbox.CaseOpened, card.For)
	b.Message(outbox.CaseAnswered, card.For)
	b.Card(outbox.Case, card.For)
}
