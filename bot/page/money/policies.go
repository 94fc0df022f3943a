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
	lines := p.Lines(p.Say("policies.title"))
	for i, one := range kit.Few(all) {
		line := p.Say("policies.line", "number", i+1, "name", one.Name, "dates", p.inForce(one.Policy))
		if one.State != models.PolicyInForce {
			line += " " + p.Say("policies.state."+string(one.State))
		}
		lines.Add(line)
		lines.Row(kit.Act(p.Say("policies.button", "number", i+1), "policyrow", one.ID))
	}
	lines.SayIf(len(all) > kit.Listed, "policies.more", "count", len(all)-kit.Listed)
	lines.OrSay("policies.nothing")
	lines.RowIf(turn.Speaker.Actor.MayDecide(), kit.Positive(p.Button("policy_add", "policyadd")))
	return lines.End(p.Button("runs", "runs")), nil
}

func (p *Rules) inForce(policy models.Policy) string {
	if policy.To.IsZero() {
		return p.Say("policies.since", "from", texts.Date(policy.From))
	}
	return p.Say("policies.between", "from", texts.Date(policy.From), "to", texts.Date(policy.To))
}

// card is how a policy is read and drawn.
func (p *Rules) card() kit.Card[money.PolicyCard] {
	return kit.Card[money.PolicyCard]{Read: p.Money.PolicyCard, Draw: p.drawPolicy}
}

// policyTold draws a policy for who is to sign it, or has proposed it, with what
// is said before it; one that waits for nobody any longer is not drawn to ask.
func (p *Rules) policyTold(lead string, asks bool) kit.Draw {
	return func(ctx context.Context, recipient services.Actor, policy int64) (bot.Reply, error) {
		card, err := p.Money.PolicyCard(ctx, recipient, policy)
		if err != nil || asks && card.Effect == nil {
			return bot.Reply{}, err
		}
		if card.State == models.PolicyRefused {
			return kit.Led(p.Say("told.policy_refused"), p.drawPolicy(recipient, card)), nil
		}
		return kit.Led(lead, p.drawPolicy(recipient, card)), nil
	}
}

// drawPolicy is a policy for whoever has it before them: what it pays, what it
// does to a month where it waits, and who signs that.
func (p *Rules) drawPolicy(actor services.Actor, card money.PolicyCard) bot.Reply {
	waits := card.Effect != nil
	lines := p.Lines(card.Name)
	lines.Card = bot.Card{Subject: outbox.Policy, ID: card.ID, Version: card.Version}
	lines.Add(p.describePolicy(card.Policy))
	lines.SayIf(card.ReplacedByID != nil, "policies.replaced")
	if waits {
		what := p.Say("policies.begins")
		switch {
		case card.State == models.PolicyEnding:
			what = p.Say("policies.ends", "last", texts.Date(card.Ending))
		case card.Replaces != nil:
			what = p.Say("policies.follows", "name", card.Replaces.Name, "last", texts.Date(card.From.AddDays(-1)))
		}
		lines.Add("", what, p.policyEffect(*card.Effect))
	}
	lines.SayIf(card.State == models.PolicyRefused, "policies.state.refused")
	lines.Add(p.StandInLines(card.Approval, waits)...)
	args := []any{card.ID, card.Version}
	switch {
	case waits && card.WhyNot == "":
		lines.Row(kit.Positive(p.Button("policy_yes", "policyyes", args...)),
			kit.Negative(p.Button("policy_no", "policyno", args...)))
	case waits && card.Approval.MayTakeBack:
		lines.Row(kit.Negative(p.Button("take_back", "policyback", args...)))
	case card.State == models.PolicyInForce && actor.MayDecide() && card.ReplacedByID == nil &&
		(card.To.IsZero() || card.To.After(p.Today())):
		lines.Row(kit.Positive(p.Button("policy_follow", "policyfollow", card.ID)),
			kit.Negative(p.Button("policy_close", "policyclose", card.ID)))
	}
	return lines.End(p.Button("policies", "policies"))
}

// describePolicy says what a policy pays, to whom, and on what paper.
func (p *Rules) describePolicy(policy models.Policy) string {
	lines := p.Lines("")
	lines.Say("policies.source", "source", p.SourceName(policy.Source))
	if policy.LegalDate.IsZero() {
		lines.Say("policies.basis", "basis", policy.LegalBasis)
	} else {
		lines.Say("policies.basis_dated", "basis", policy.LegalBasis, "date", texts.Date(policy.LegalDate))
	}
	lines.Say("policies.when", "dates", p.inForce(policy))
	seen := map[models.TermRole]bool{}
	for _, rule := range policy.Rules {
		if !seen[rule.Role] {
			seen[rule.Role] = true
			lines.Say("policies.rule", "role", p.Say("role_name."+string(rule.Role)), "amount", p.rulePays(rule))
		}
	}
	lines.Say("policies.organizations", "organizations", p.ruleOrganizations(policy.Rules))
	lines.Add(p.accrualWords(policy), p.stackingWords(policy))
	lines.SayIf(policy.Cap > 0, "policies.cap", "amount", texts.Money(policy.Cap))
	terms{p.Kit}.described(lines, policy)
	return lines.Done().Text
}

// stackingWords say what is paid to who holds several posts.
func (p *Rules) stackingWords(policy models.Policy) string {
	switch policy.Stacking {
	case models.StackHighest:
		return p.Say("policies.highest")
	case models.StackPercent:
		return p.Say("policies.highest_plus", "percent", policy.StackingPercent)
	}
	return p.Say("policies.all")
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
	return turn.Begin(ctx, "policy", nil)
}

// policyFollow begins a policy in the place of another: whose money it is and
// how months count go without saying, the paper and the amounts are asked.
func (p *Rules) policyFollow(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	one, err := p.Money.PolicyCard(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "policy", kit.Untyped(struct {
		Replaces                        int64  `answer:",fixed"`
		Source, Name, Accrual, Stacking string `answer:",fixed"`
	}{one.ID, one.Source, one.Name, accrualKept(one.Policy), stackingKept(one.Policy)}))
}

// closing is on which last day a policy ends.
type closing struct {
	Policy int64
	Last   models.Date
}

func (p *Rules) policyCloseForm() *bot.Form {
	return &bot.Form{
		Name: "policy_close", Mends: map[string]string{"policy_dates": "last", "policy_ended": "last"},
		Steps: []bot.Step{{Name: "last", Ask: "policies.last_ask", Example: "example.from",
			Choices: p.dayOfMonths(models.Month.Last, "policies.until_button"), Read: p.ReadDay, Show: kit.ShowDayOf("last")}},
		Confirm: kit.With(func(ctx context.Context, turn bot.Turn, closing closing) (bot.Reply, error) {
			one, err := p.Money.PolicyCard(ctx, turn.Speaker.Actor, closing.Policy)
			if err != nil {
				return bot.Reply{}, err
			}
			effect, err := p.Money.PreviewClose(ctx, turn.Speaker.Actor, one.ID, closing.Last)
			return bot.Reply{Title: p.Say("policies.close_title"), Text: p.Say("policies.close_text", "name", one.Name, "last",
				texts.Date(closing.Last)) + "\n" + p.policyEffect(effect)}, err
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, closing closing) (bot.Reply, error) {
			return p.Tell(p.Say("policies.closed", "last", texts.Date(closing.Last)), p.Button("policies", "policies")),
				p.Money.ClosePolicy(ctx, turn.Speaker.Actor, closing.Policy, closing.Last)
		}),
	}
}

// policyEffect says what a policy does to a month before it is written.
func (p *Rules) policyEffect(effect money.PolicyEffect) string {
	return p.Say("policies.effect", "month", effect.Month, "people", effect.People, "before", texts.Money(effect.Before),
		"after", texts.Money(effect.After), "change", difference(effect.Before, effect.After))
}
