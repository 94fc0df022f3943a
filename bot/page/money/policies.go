package money

import (
	"context"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
	"canbobot/services/outbox"
)

// policies lists what the ward pays and paid, the latest first.
func (p *Rules) policies(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	all, err := p.Money.AllPolicies(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: p.Say("policies.title"), Text: p.Say("policies.nothing")}
	var lines []string
	for i, one := range all {
		if i == kit.Listed {
			lines = append(lines, p.Say("policies.more", "count", len(all)-kit.Listed))
			break
		}
		line := p.Say("policies.line", "number", i+1, "name", one.Name, "dates", p.inForce(one.Policy))
		if one.State != models.PolicyInForce {
			line += " " + p.Say("policies.state."+string(one.State))
		}
		lines = append(lines, line)
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Act(p.Say("policies.button", "number", i+1), "policyrow", one.ID)))
	}
	if len(lines) > 0 {
		reply.Text = strings.Join(lines, "\n")
	}
	if turn.Speaker.Actor.MayDecide() {
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Positive(p.Button("policy_add", "policyadd"))))
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("runs", "runs")))
	return reply, nil
}

func (p *Rules) inForce(policy models.Policy) string {
	if policy.To.IsZero() {
		return p.Say("policies.since", "from", texts.Date(policy.From))
	}
	return p.Say("policies.between", "from", texts.Date(policy.From), "to", texts.Date(policy.To))
}

// policyRow shows one policy whole.
func (p *Rules) policyRow(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return p.policyCard(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
}

// policyCard is a policy for whoever has it before them: what it pays, what it
// does to a month where it waits, and who signs that.
func (p *Rules) policyCard(ctx context.Context, actor services.Actor, policy int64) (bot.Reply, error) {
	card, err := p.Money.PolicyCard(ctx, actor, policy)
	if err != nil {
		return bot.Reply{}, err
	}
	waits := card.Effect != nil
	lines := []string{p.describePolicy(card.Policy)}
	if card.ReplacedByID != nil {
		lines = append(lines, p.Say("policies.replaced"))
	}
	if waits {
		what := p.Say("policies.begins")
		switch {
		case card.State == models.PolicyEnding:
			what = p.Say("policies.ends", "last", texts.Date(card.Ending))
		case card.Replaces != nil:
			what = p.Say("policies.follows", "name", card.Replaces.Name, "last", texts.Date(card.From.AddDays(-1)))
		}
		lines = append(lines, "", what, p.policyEffect(*card.Effect))
	}
	if card.State == models.PolicyRefused {
		lines = append(lines, p.Say("policies.state.refused"))
	}
	reply := bot.Reply{Title: card.Name, Text: strings.Join(append(lines, p.StandInLines(card.Approval, waits)...), "\n"),
		Card: bot.Card{Subject: outbox.Policy, ID: card.ID, Version: card.Version}}
	args := []any{card.ID, card.Version}
	switch {
	case waits && card.WhyNot == "":
		reply.Buttons = [][]bot.Button{bot.Row(kit.Positive(p.Button("policy_yes", "policyyes", args...)),
			kit.Negative(p.Button("policy_no", "policyno", args...)))}
	case waits && card.Approval.MayTakeBack:
		reply.Buttons = [][]bot.Button{bot.Row(kit.Negative(p.Button("take_back", "policyback", args...)))}
	case card.State == models.PolicyInForce && actor.MayDecide() && card.ReplacedByID == nil &&
		(card.To.IsZero() || card.To.After(p.Today())):
		reply.Buttons = [][]bot.Button{bot.Row(kit.Positive(p.Button("policy_follow", "policyfollow", card.ID)),
			kit.Negative(p.Button("policy_close", "policyclose", card.ID)))}
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("policies", "policies")))
	return reply, nil
}

// decidePolicy makes a step of a policy that waits, and shows what it came to.
func (p *Rules) decidePolicy(do func(_ context.Context, _ services.Actor, id int64, version int) error) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		policy := kit.Number(turn.Arg(0))
		if err := do(ctx, turn.Speaker.Actor, policy, kit.Version(turn.Arg(1))); err != nil {
			return bot.Reply{}, err
		}
		reply, err := p.policyCard(ctx, turn.Speaker.Actor, policy)
		reply.Replace = true
		return reply, err
	}
}

// policyTold draws a policy for who is to sign it, or has proposed it, with what
// is said before it; one that waits for nobody any longer is not drawn to ask.
func (p *Rules) policyTold(before string, asks bool) func(context.Context, services.Actor, int64) (bot.Reply, error) {
	return func(ctx context.Context, recipient services.Actor, policy int64) (bot.Reply, error) {
		card, err := p.Money.PolicyCard(ctx, recipient, policy)
		if err != nil || asks && card.Effect == nil {
			return bot.Reply{}, err
		}
		said := before
		if card.State == models.PolicyRefused {
			said = p.Say("told.policy_refused")
		}
		reply, err := p.policyCard(ctx, recipient, policy)
		reply.Text = said + "\n\n" + reply.Text
		return reply, err
	}
}

// describePolicy says what a policy pays, to whom, and on what paper.
func (p *Rules) describePolicy(policy models.Policy) string {
	lines := []string{p.Say("policies.source", "source", p.sourceName(policy.Source)),
		p.Say("policies.basis", "basis", policy.LegalBasis)}
	if !policy.LegalDate.IsZero() {
		lines[1] = p.Say("policies.basis_dated", "basis", policy.LegalBasis, "date", texts.Date(policy.LegalDate))
	}
	lines = append(lines, p.Say("policies.when", "dates", p.inForce(policy)))
	organizations := p.ruleOrganizations(policy.Rules)
	seen := map[models.TermRole]bool{}
	for _, rule := range policy.Rules {
		if !seen[rule.Role] {
			seen[rule.Role] = true
			lines = append(lines, p.Say("policies.rule", "role", p.Say("role_name."+string(rule.Role)), "amount",
				p.rulePays(rule)))
		}
	}
	lines = append(lines, p.Say("policies.organizations", "organizations", organizations), p.accrualWords(policy))
	switch policy.Stacking {
	case models.StackHighest:
		lines = append(lines, p.Say("policies.highest"))
	case models.StackPercent:
		lines = append(lines, p.Say("policies.highest_plus", "percent", policy.StackingPercent))
	default:
		lines = append(lines, p.Say("policies.all"))
	}
	if policy.Cap > 0 {
		lines = append(lines, p.Say("policies.cap", "amount", texts.Money(policy.Cap)))
	}
	return strings.Join(lines, "\n")
}

func (p *Rules) accrualWords(policy models.Policy) string {
	switch policy.Accrual {
	case models.NextMonth:
		return p.Say("policies.next_month")
	case models.ByDay:
		return p.Say("policies.by_day")
	case models.FullFrom:
		return p.Say("policies.full_from", "days", policy.AccrualDays, "percent", policy.AccrualPercent)
	}
	return p.Say("policies.on_day", "day", policy.AccrualDays)
}

func (p *Rules) rulePays(rule models.PolicyRule) string {
	if rule.Coefficient > 0 {
		return p.Say("policies.coefficient", "factor", factor(rule.Coefficient))
	}
	return texts.Money(rule.Amount)
}

// ruleOrganizations names whom the rules cover.
func (p *Rules) ruleOrganizations(rules []models.PolicyRule) string {
	var names []string
	for _, rule := range rules {
		if rule.OrganizationCode == "" {
			return p.Say("policies.every")
		}
		if name := p.Say("organization_short." + rule.OrganizationCode); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func (p *Rules) policyAdd(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := turn.Speaker.Actor.Need(services.Clerk, services.Leader); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "policy", bot.Answers{})
}

// policyFollow begins a policy in the place of another: whose money it is and
// how months count go without saying, the paper and the amounts are asked.
func (p *Rules) policyFollow(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	one, err := p.Money.PolicyCard(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	known := bot.Answers{}
	known.Fix("replaces", kit.ID(one.ID))
	known.Fix("source", one.Source)
	known.Fix("name", one.Name)
	known.Fix("accrual", accrualKept(one.Policy))
	known.Fix("stacking", stackingKept(one.Policy))
	return turn.Begin(ctx, "policy", known)
}

func (p *Rules) policyClose(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	one, err := p.Money.PolicyCard(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "policy_close", bot.Answers{"policy": kit.ID(one.ID)})
}

func (p *Rules) policyCloseForm() *bot.Form {
	monthEnds := p.dayOfMonths(models.Month.Last, func(date string) string {
		return p.Say("policies.until_button", "date", date)
	})
	return &bot.Form{
		Name: "policy_close", Mends: map[string]string{"policy_dates": "last", "policy_ended": "last"},
		Steps: []bot.Step{{Name: "last", Ask: "policies.last_ask", Example: "example.from", Choices: monthEnds,
			Read: p.ReadDay, Show: kit.ShowDayOf("last")}},
		Confirm: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			one, err := p.Money.PolicyCard(ctx, turn.Speaker.Actor, kit.Number(answers["policy"]))
			if err != nil {
				return bot.Reply{}, err
			}
			effect, err := p.Money.PreviewClose(ctx, turn.Speaker.Actor, one.ID, kit.DayOf(answers["last"]))
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Title: p.Say("policies.close_title"), Text: p.Say("policies.close_text", "name", one.Name, "last",
				texts.Date(kit.DayOf(answers["last"]))) + "\n" + p.policyEffect(effect)}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			if err := p.Money.ClosePolicy(ctx, turn.Speaker.Actor, kit.Number(answers["policy"]),
				kit.DayOf(answers["last"])); err != nil {
				return bot.Reply{}, err
			}
			return p.Tell(p.Say("policies.closed", "last", texts.Date(kit.DayOf(answers["last"]))), p.Button("policies", "policies")), nil
		},
	}
}

// policyEffect says what a policy does to a month before it is written.
func (p *Rules) policyEffect(effect money.PolicyEffect) string {
	return p.Say("policies.effect", "month", effect.Month, "people", effect.People, "before", texts.Money(effect.Before),
		"after", texts.Money(effect.After), "change", difference(effect.Before, effect.After))
}
