package money

import (
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/list"
	"canbobot/services/outbox"
)

// Register puts what people owe back, and what a ward gives up of it, into the book.
func (p *Debts) Register(b *kit.Book) {
	b.Screen("debts", p.debts, kit.Staff, kit.Label("debts"))
	b.Screen("debt", p.debt, kit.Inner)
	b.Screen("repay", kit.About(p.List.Debts.Debt, "repay", "person"), kit.Staff, kit.Inner)
	b.Screen("debtcap", kit.About(p.List.Debts.Debt, "debt_cap", "person"), kit.Staff, kit.Inner)
	b.Screen("unrepay", p.takeBackRepayment, kit.Inner)
	b.Form(p.repayForm())
	b.Form(p.debtCapForm())

	card, waits := p.waiverCard(), func(card list.WaiverCard) bool { return card.State == models.WaiverAsked }
	b.Screen("waive", kit.About(p.List.Debts.Debt, "waive", "person"), kit.Staff, kit.Inner)
	b.Screen("waiver", card.Open, kit.Staff, kit.Inner)
	b.Screen("waiveryes", card.Step(p.List.Waivers.Approve), kit.Staff, kit.Inner)
	b.Screen("waiverno", card.Step(p.List.Waivers.Refuse), kit.Staff, kit.Inner)
	b.Screen("waiverback", card.Step(p.List.Waivers.TakeBack), kit.Staff, kit.Inner)
	b.Form(p.waiveForm())
	b.Message(outbox.WaiverAsked, card.Waits(p.Say("told.waiver_asked"), waits))
	b.Message(outbox.WaiverWaiting, card.Waits(p.Say("told.waiver_waiting"), waits))
	b.Message(outbox.WaiverDecided, card.Waits(p.Say("told.waiver_decided"), func(list.WaiverCard) bool { return true }))
	b.Card(outbox.Waiver, card.For)
}
