package change

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/approve"
)

// approvalRules reads the ward's rules out: kinds with the same rule together.
func (p *Signing) approvalRules(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	own, all, err := p.Approvals.Rules(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	var order []string
	kindsOf := map[string][]string{}
	for _, rule := range all {
		text := p.ruleLines(rule)
		if kindsOf[text] == nil {
			order = append(order, text)
		}
		kindsOf[text] = append(kindsOf[text], p.Say("kind_short."+rule.Kind))
	}
	blocks := p.Lines(p.Say("rules.title")).Apart()
	blocks.SayIf(len(own) == 0, "rules.default")
	for _, text := range order {
		blocks.Add(p.Say("rules.kind", "kinds", kit.Capital(strings.Join(kindsOf[text], ", "))) + "\n" + text)
	}
	blocks.Say("rules.changing")
	return blocks.End(p.Button("delegations", "delegations")), nil
}

func (p *Signing) ruleLines(rule approve.Rule) string {
	lines := p.Lines("")
	var who []string
	for _, proposer := range rule.Proposers {
		who = append(who, p.Say("rules.proposer."+proposer))
	}
	lines.SayIf(len(who) > 0, "rules.proposers", "who", strings.Join(who, ", ")) // a list or a notice: by nobody
	for i, step := range rule.Steps {
		line := p.Say("rules.step", "number", i+1, "who", kit.Capital(p.SignerName(step)))
		if step.People > 1 {
			line += p.Say("rules.people", "people", step.People)
		}
		if step.StepUp {
			line += p.Say("rules.code")
		}
		lines.Add(line)
	}
	return lines.Done().Text
}
