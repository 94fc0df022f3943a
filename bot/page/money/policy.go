package money

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/services"
)

// policy tells how much and on what basis.
func (p *Rules) policy(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	policies, err := p.Money.Policies(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(policies) == 0 {
		return p.Tell(p.Say("policy.nothing"), p.Button("support", "support")), nil
	}
	blocks := p.Lines(p.Say("policy.title")).Apart()
	for _, policy := range policies {
		lines := p.Lines("")
		lines.Say("policy.head", "name", policy.Name)
		for _, rule := range policy.Rules {
			role := p.Say("term_role." + string(rule.Role))
			if rule.Amount > 0 {
				lines.Say("policy.amount", "role", role, "amount", texts.Money(rule.Amount))
			} else {
				lines.Say("policy.coefficient", "role", role, "coefficient", texts.Thousandths(rule.Coefficient))
			}
		}
		lines.Say("policy.accrual."+string(policy.Accrual), "days", policy.AccrualDays, "percent", policy.AccrualPercent)
		lines.Say("policy.basis", "basis", policy.LegalBasis, "from", policy.From)
		blocks.Add(lines.Done().Text)
	}
	if turn.Speaker.Actor.Role == services.Officer {
		return blocks.End(p.Button("allowance", "month")), nil
	}
	return blocks.End(), nil
}
