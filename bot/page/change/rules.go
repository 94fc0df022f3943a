package change

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/approve"
	"canbobot/services/change"
)

// signerName names who signs a step.
func (p *Page) signerName(step approve.Step) string {
	if step.Desk != "" {
		return p.Say("approval.who." + step.Desk)
	}
	return p.Say("approval.who." + step.Role)
}

// stepLines tell who has signed a request, and whom it waits for; nothing where
// one signature decides.
func (p *Page) stepLines(card change.Card) []string {
	if !card.Approval.Several() {
		return nil
	}
	var lines []string
	for i, step := range card.Approval.Steps {
		var names []string
		for _, signature := range step.Signed {
			if signature.For == "" {
				names = append(names, p.Say("approval.by", "name", signature.Name, "at", signature.At))
			} else {
				names = append(names, p.Say("approval.by_for", "name", signature.Name, "absent", signature.For, "at", signature.At))
			}
		}
		who := p.signerName(step.Step)
		waits := card.Request.State == models.ChangeSubmitted
		missing := step.People - len(step.Signed)
		switch {
		case len(names) > 0:
			if waits && missing > 0 {
				names = append(names, p.Say("approval.missing", "missing", missing))
			}
			lines = append(lines, p.Say("approval.signed", "number", i+1, "who", kit.Capital(who), "names", strings.Join(names, "; ")))
		case !waits:
		case i == card.Approval.Now && missing > 1:
			lines = append(lines, p.Say("approval.now_more", "number", i+1, "who", who, "missing", missing))
		case i == card.Approval.Now:
			lines = append(lines, p.Say("approval.now", "number", i+1, "who", who))
		default:
			lines = append(lines, p.Say("approval.then", "number", i+1, "who", who))
		}
	}
	return lines
}

// approvalRules reads the ward's rules out: kinds with the same rule together.
func (p *Page) approvalRules(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
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
	var lines []string
	if len(own) == 0 {
		lines = append(lines, p.Say("rules.default"))
	}
	for _, text := range order {
		lines = append(lines, p.Say("rules.kind", "kinds", kit.Capital(strings.Join(kindsOf[text], ", ")))+"\n"+text)
	}
	lines = append(lines, p.Say("rules.changing"))
	return bot.Reply{Title: p.Say("rules.title"), Text: strings.Join(lines, "\n\n"), Buttons: [][]bot.Button{bot.Row(p.Button("delegations", "delegations"), p.Button("menu", "menu"))}}, nil
}

func (p *Page) ruleLines(rule approve.Rule) string {
	var who []string
	for _, proposer := range rule.Proposers {
		who = append(who, p.Say("rules.proposer."+proposer))
	}
	lines := []string{p.Say("rules.proposers", "who", strings.Join(who, ", "))}
	for i, step := range rule.Steps {
		line := p.Say("rules.step", "number", i+1, "who", kit.Capital(p.signerName(step)))
		if step.People > 1 {
			line += p.Say("rules.people", "people", step.People)
		}
		if step.StepUp {
			line += p.Say("rules.code")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
