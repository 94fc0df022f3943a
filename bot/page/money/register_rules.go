package money

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
)

// Register puts policies, the year and the budget into the book.
func (p *Rules) Register(b *kit.Book) {
	card := p.card()
	b.Screen("policy", p.policy, kit.Intent(bot.Policy, "policy"))
	b.Screen("policies", p.policies, kit.Staff, kit.Label("policies"))
	b.Screen("policyrow", card.Open, kit.Staff, kit.Inner)
	b.Screen("policyadd", p.policyAdd, kit.Inner)
	b.Screen("policyyes", card.Act(p.Money.ApprovePolicy), kit.Staff, kit.Inner)
	b.Screen("policyno", card.Act(p.Money.RefusePolicy), kit.Staff, kit.Inner)
	b.Screen("policyback", card.Act(p.Money.TakeBackPolicy), kit.Staff, kit.Inner)
	b.Screen("policyfollow", p.policyFollow, kit.Staff, kit.Inner)
	b.Screen("policyclose", kit.About(card.Read, "policy_close", "policy"), kit.Staff, kit.Inner)
	b.Screen("year", p.year, kit.Staff, kit.Label("year"))
	b.Screen("yearparts", p.yearParts, kit.Staff, kit.Inner)
	b.Screen("vacant", p.vacancies, kit.Staff, kit.Inner)
	b.Screen("yearsheet", p.yearSheet, kit.Inner)
	b.Screen("budget", p.budget, kit.Inner)
	b.Screen("payday", p.payDay, kit.Inner)
	b.Screen("paydayset", p.payDaySet, kit.Inner)
	b.Screen("payway", p.payWay, kit.Staff, kit.Label("ward_way"))
	b.Screen("paywayset", p.payWaySet, kit.Inner)
	b.Screen("treasurycodes", kit.Begin("treasury_codes"), kit.Staff, kit.Inner)

	b.Message(outbox.PolicyAsked, p.policyTold(p.Say("told.policy_asked"), true))
	b.Message(outbox.PolicyWaiting, p.policyTold(p.Say("told.policy_waiting"), true))
	b.Message(outbox.PolicyDecided, p.policyTold(p.Say("told.policy_decided"), false))
	b.Card(outbox.Policy, card.For)

	b.Form(p.policyForm())
	b.Form(p.policyCloseForm())
	b.Form(p.budgetForm())
	b.Form(p.treasuryForm())
}
