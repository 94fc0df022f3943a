package money

import (
	"context"
	"strings"

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
	var blocks []string
	for _, policy := range policies {
		lines := []string{p.Say("policy.head", "name", policy.Name)}
		for _, rule := range policy.Rules {
			if rule.Amount > 0 {
				lines = append(lines, p.Say("policy.amount", "role", p.Say("term_role."+string(rule.Role)), "amount",
					texts.Money(rule.Amount)))
			} else {
				lines = append(lines, p.Say("policy.coefficient", "role", p.Say("term_role."+string(rule.Role)), "coefficient",
					texts.Thousandths(rule.Coefficient)))
			}
		}
		lines = append(lines,
			p.Say("policy.accrual."+string(policy.Accrual), "days", policy.AccrualDays, "percent", policy.AccrualPercent),
			p.Say("policy.basis", "basis", policy.LegalBasis, "from", policy.From))
		blocks = append(blocks, strings.Join(lines, "\n"))
	}
	reply := bot.Reply{Title: p.Say("policy.title"), Text: strings.Join(blocks, "\n\n")}
	if turn.Speaker.Actor.Role == services.Officer {
		reply.Buttons = [][]bot.Button{p.MenuRow(p.Button("allowance", "month"))}
	} else {
		reply.Buttons = [][]bot.Button{p.MenuRow()}
	}
	return reply, nil
}
