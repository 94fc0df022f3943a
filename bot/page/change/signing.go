package change

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/approve"
	"canbobot/services/cases"
	"canbobot/services/change"
	"canbobot/services/identity"
	"canbobot/services/outbox"
)

// Signing is where requests wait for who decides, and by which rules.
type Signing struct {
	kit.Kit
	Requests    *Page
	Changes     *change.Service
	Approvals   *approve.Service
	Delegations *approve.Delegations
	Cases       *cases.Service
	Identity    *identity.Service
}

// Register puts the ward's queue, the decisions and the rules into the book.
func (p *Signing) Register(b *kit.Book) {
	card, decided := p.cards(), p.decided()
	b.Screen("pending", p.pending, kit.Staff, kit.Intent(bot.WardPending, "pending"))
	b.Screen("next", p.next, kit.Staff, kit.Inner)
	b.Screen("waiting", p.waiting, kit.Staff, kit.Label("waiting"))
	b.Screen("card", p.card, kit.Staff, kit.Inner)
	b.Screen("ok", decided.Step(p.Changes.Approve), kit.Inner)
	b.Screen("ret", kit.About(card.Read, "return", "request", "version"), kit.Staff, kit.Inner)
	b.Screen("no", kit.About(card.Read, "refuse", "request", "version"), kit.Staff, kit.Inner)
	b.Screen("takeback", decided.Step(p.Changes.TakeBack), kit.Inner)
	b.Screen("many", p.many, kit.Staff, kit.Label("many"))
	b.Screen("manyyes", p.manyYes, kit.Staff, kit.Inner)

	b.Screen("rules", p.approvalRules, kit.Staff, kit.Label("rules"))
	b.Screen("delegations", p.delegations, kit.Staff, kit.Label("delegations"))
	b.Screen("delegate", p.delegate, kit.Staff, kit.Inner)
	b.Screen("undelegate", kit.Did(p.Delegations.Revoke, kit.Redraws(p.undelegated)), kit.Inner)
	b.Typed("rules", "quy trinh duyet")
	b.Typed("delegations", "uy quyen", "nho nguoi ky thay")

	b.Form(p.decisionForm("return", "return.ask", p.Changes.Return))
	b.Form(p.decisionForm("refuse", "refuse.ask", p.Changes.Refuse))
	b.Form(p.delegateForm())

	b.Message(outbox.Delegated, p.delegated)
	b.Message(outbox.ChangeSubmitted, decided.Waits("", submitted))
	b.Message(outbox.ChangeWaiting, decided.Waits(p.Say("told.waiting"), submitted))
	b.Message(outbox.ChangeDecided, card.For)
	b.Card(outbox.Change, card.For)
}
