package page

import (
	"context"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
)

// policies lists what the ward pays and paid, the latest first.
func (s *Screens) policies(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	all, err := s.Money.AllPolicies(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("policies.title"), Text: s.say("policies.nothing")}
	var lines []string
	for i, one := range all {
		if i == listed {
			lines = append(lines, s.say("policies.more", "count", len(all)-listed))
			break
		}
		lines = append(lines, s.say("policies.line", "number", i+1, "name", one.Name, "dates", s.inForce(one.Policy)))
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: s.say("policies.button", "number", i+1), Action: bot.Act("policyrow", id(one.ID))}))
	}
	if len(lines) > 0 {
		reply.Text = strings.Join(lines, "\n")
	}
	if turn.Speaker.Actor.MayDecide() {
		reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("policy_add", "policyadd"))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("runs", "runs"), s.button("menu", "menu")))
	return reply, nil
}

func (s *Screens) inForce(policy models.Policy) string {
	if policy.To.IsZero() {
		return s.say("policies.since", "from", texts.Date(policy.From))
	}
	return s.say("policies.between", "from", texts.Date(policy.From), "to", texts.Date(policy.To))
}

// policyRow shows one policy whole.
func (s *Screens) policyRow(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	one, err := s.policyOf(ctx, turn, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: one.Name, Text: s.describePolicy(one.Policy)}
	if one.ReplacedByID != nil {
		reply.Text += "\n" + s.say("policies.replaced")
	}
	if turn.Speaker.Actor.MayDecide() && one.ReplacedByID == nil && (one.To.IsZero() || one.To.After(s.today())) {
		reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("policy_follow", "policyfollow", id(one.ID))), negative(s.button("policy_close", "policyclose", id(one.ID)))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("policies", "policies"), s.button("menu", "menu")))
	return reply, nil
}

func (s *Screens) policyOf(ctx context.Context, turn bot.Turn, wanted int64) (money.PolicyView, error) {
	if err := staffOnly(turn); err != nil {
		return money.PolicyView{}, err
	}
	all, err := s.Money.AllPolicies(ctx, turn.Speaker.Actor)
	if err != nil {
		return money.PolicyView{}, err
	}
	i := slices.IndexFunc(all, func(one money.PolicyView) bool { return one.ID == wanted })
	if i < 0 {
		return money.PolicyView{}, services.NotFound("policy")
	}
	return all[i], nil
}

// describePolicy says what a policy pays, to whom, and on what paper.
func (s *Screens) describePolicy(p models.Policy) string {
	lines := []string{s.say("policies.source", "source", s.sourceName(p.Source)), s.say("policies.basis", "basis", p.LegalBasis)}
	if !p.LegalDate.IsZero() {
		lines[1] = s.say("policies.basis_dated", "basis", p.LegalBasis, "date", texts.Date(p.LegalDate))
	}
	lines = append(lines, s.say("policies.when", "dates", s.inForce(p)))
	organizations := s.ruleOrganizations(p.Rules)
	seen := map[models.TermRole]bool{}
	for _, rule := range p.Rules {
		if !seen[rule.Role] {
			seen[rule.Role] = true
			lines = append(lines, s.say("policies.rule", "role", s.say("role_name."+string(rule.Role)), "amount", s.rulePays(rule)))
		}
	}
	lines = append(lines, s.say("policies.organizations", "organizations", organizations), s.accrualWords(p))
	switch p.Stacking {
	case models.StackHighest:
		lines = append(lines, s.say("policies.highest"))
	case models.StackPercent:
		lines = append(lines, s.say("policies.highest_plus", "percent", p.StackingPercent))
	default:
		lines = append(lines, s.say("policies.all"))
	}
	if p.Cap > 0 {
		lines = append(lines, s.say("policies.cap", "amount", texts.Money(p.Cap)))
	}
	return strings.Join(lines, "\n")
}

func (s *Screens) accrualWords(p models.Policy) string {
	switch p.Accrual {
	case models.NextMonth:
		return s.say("policies.next_month")
	case models.ByDay:
		return s.say("policies.by_day")
	case models.FullFrom:
		return s.say("policies.full_from", "days", p.AccrualDays, "percent", p.AccrualPercent)
	}
	return s.say("policies.on_day", "day", p.AccrualDays)
}

func (s *Screens) rulePays(rule models.PolicyRule) string {
	if rule.Coefficient > 0 {
		return s.say("policies.coefficient", "factor", factor(rule.Coefficient))
	}
	return texts.Money(rule.Amount)
}

// ruleOrganizations names whom the rules cover.
func (s *Screens) ruleOrganizations(rules []models.PolicyRule) string {
	var names []string
	for _, rule := range rules {
		if rule.OrganizationCode == "" {
			return s.say("policies.every")
		}
		if name := s.say("organization_short." + rule.OrganizationCode); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func (s *Screens) policyAdd(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := turn.Speaker.Actor.Need(services.Clerk, services.Leader); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "policy", bot.Answers{})
}

// policyFollow begins a policy in the place of another: whose money it is and
// how months count go without saying, the paper and the amounts are asked.
func (s *Screens) policyFollow(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	one, err := s.policyOf(ctx, turn, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	known := bot.Answers{}
	known.Fix("replaces", id(one.ID))
	known.Fix("source", one.Source)
	known.Fix("name", one.Name)
	known.Fix("accrual", accrualKept(one.Policy))
	known.Fix("stacking", stackingKept(one.Policy))
	return turn.Begin(ctx, "policy", known)
}

func (s *Screens) policyClose(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	one, err := s.policyOf(ctx, turn, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "policy_close", bot.Answers{"policy": id(one.ID)})
}

func (s *Screens) policyCloseForm() *bot.Form {
	monthEnds := func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
		var row []bot.Button
		for _, month := range []models.Month{s.today().MonthOf(), s.today().MonthOf() + 1} {
			row = append(row, bot.Button{Label: s.say("policies.until_button", "date", shortDate(month.Last())), Action: bot.Choice(month.Last().String())})
		}
		return [][]bot.Button{row}, nil
	}
	return &bot.Form{
		Name: "policy_close", Mends: map[string]string{"policy_dates": "last", "policy_ended": "last"},
		Steps: []bot.Step{{Name: "last", Ask: "policies.last_ask", Example: "example.from", Choices: monthEnds, Read: s.readDay, Show: showDayOf("last")}},
		Confirm: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			one, err := s.policyOf(ctx, turn, number(answers["policy"]))
			if err != nil {
				return bot.Reply{}, err
			}
			effect, err := s.Money.PreviewClose(ctx, turn.Speaker.Actor, one.ID, dayOf(answers["last"]))
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Title: s.say("policies.close_title"), Text: s.say("policies.close_text", "name", one.Name, "last", texts.Date(dayOf(answers["last"]))) + "\n" + s.policyEffect(effect)}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			if err := s.Money.ClosePolicy(ctx, turn.Speaker.Actor, number(answers["policy"]), dayOf(answers["last"])); err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Text: s.say("policies.closed", "last", texts.Date(dayOf(answers["last"]))), Buttons: [][]bot.Button{bot.Row(s.button("policies", "policies"), s.button("menu", "menu"))}}, nil
		},
	}
}

// policyEffect says what a policy does to a month before it is written.
func (s *Screens) policyEffect(effect money.PolicyEffect) string {
	change := texts.Money(effect.After - effect.Before)
	if effect.After >= effect.Before {
		change = "+" + change
	}
	return s.say("policies.effect", "month", effect.Month, "people", effect.People, "before", texts.Money(effect.Before), "after", texts.Money(effect.After), "change", change)
}
