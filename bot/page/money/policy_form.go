package money

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services"
)

// policyAnswers are what is said of a policy. Amounts are kept as payOf reads
// them; an accrual and a stacking with the numbers that belong to them.
type policyAnswers struct {
	Source, Name, Basis    string
	Decided, From, To      models.Date
	Organizations          []string
	Head, Deputy, Member   string
	Accrual, Stacking, Cap string
	Replaces               int64
	termAnswers
}

// policyForm enters a policy: whose money, on what paper, from when, to whom and
// how much, and how a month begun or ended in the middle counts.
func (p *Rules) policyForm() *bot.Form {
	fixed := func(values ...[2]string) kit.Choices {
		return kit.Given(kit.InRows(1, values, func(value [2]string) bot.Button {
			return kit.Choice(p.Say("policy_choice."+value[0]), value[1])
		})...)
	}
	none := strings.ToLower(p.Say("policy_choice.none"))
	nothing := fixed([2]string{"none", kit.None})
	sources := fixed([2]string{"town", "town"}, [2]string{"province", "province"})
	accruals := fixed([2]string{"on_day", "full_if_on_day 15"}, [2]string{"next_month", "next_month"},
		[2]string{"by_day", "by_day"}, [2]string{"full_from", "full_from 15 50"})
	stackings := fixed([2]string{"all", "all"}, [2]string{"highest", "highest"},
		[2]string{"highest_plus", "highest_plus 50"})
	pays := func(step bot.Step, read kit.Reading) bot.Step {
		step.Choices, step.Read, step.Show = nothing, read, kit.Passed(step.Name, none, p.showPay)
		return step
	}
	return &bot.Form{
		Name: "policy",
		Mends: map[string]string{
			"policy_name": "name", "policy_source": "source", "policy_basis": "basis", "policy_dates": "to",
			"policy_rules": "head", "policy_amount": "head",
			"policy_coefficient": "head", "policy_overlap": "from", "policy_begun": "from", "policy_days": "accrual",
			"policy_percent": "accrual", "policy_cap": "cap", "policy_pool": "pool", "policy_deduction": "deduct",
			"policy_deduction_basis": "deduct_basis", "village_named": "villages",
		},
		Steps: append([]bot.Step{
			{Name: "source", Ask: "policy_ask.source", Choices: sources, Read: p.readChoiceOr(sources, kit.ReadSentence),
				Show: p.showSource},
			kit.Sentence(bot.Step{Name: "name", Ask: "policy_ask.name", Example: "example.policy_name"}),
			kit.Sentence(bot.Step{Name: "basis", Ask: "policy_ask.basis", Example: "example.policy_basis"}),
			{Name: "decided", Ask: "policy_ask.decided", Example: "example.from", Choices: nothing, Read: kit.NoneOr(p.ReadDay),
				Show: kit.Passed("decided", none, kit.ShowDayOf)},
			{Name: "from", Ask: "policy_ask.from", Example: "example.from",
				Choices: p.dayOfMonths(models.Month.First, "policies.from_button"), Read: p.ReadDay, Show: kit.ShowDayOf("from")},
			{Name: "to", Ask: "policy_ask.to", Example: "example.policy_to", Choices: nothing, Read: p.readLastDay,
				Show: kit.Passed("to", none, kit.ShowDayOf)},
			{Name: "organizations", Ask: "policy_ask.organizations", Example: "example.policy_organizations",
				Choices: fixed([2]string{"every", every}), Read: p.readOrganizations, Show: p.showOrganizations},
			pays(bot.Step{Name: "head", Ask: "policy_ask.head", Example: "example.policy_amount"}, readPay),
			pays(bot.Step{Name: "deputy", Ask: "policy_ask.deputy", Example: "example.policy_amount"}, readPay),
			pays(bot.Step{Name: "member", Ask: "policy_ask.member", Example: "example.policy_amount"}, readPay),
			{Name: "accrual", Ask: "policy_ask.accrual", Choices: accruals,
				Read: p.readChoiceOr(accruals, choiceSaid(understand.ReadAccrual)), Show: p.showAccrual, Pick: true},
			{Name: "stacking", Ask: "policy_ask.stacking", Choices: stackings,
				Read: p.readChoiceOr(stackings, choiceSaid(understand.ReadStacking)), Show: p.showStacking, Pick: true},
			pays(bot.Step{Name: "cap", Ask: "policy_ask.cap", Example: "example.policy_amount"}, readCap),
		}, terms{p.Kit}.steps(p.Money.FindVillages)...),
		Confirm: kit.With(func(ctx context.Context, turn bot.Turn, answers policyAnswers) (bot.Reply, error) {
			policy := policyFrom(answers)
			effect, err := p.Money.PreviewPolicy(ctx, turn.Speaker.Actor, policy, answers.Replaces)
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Title: policy.Name, Text: p.describePolicy(policy) + "\n\n" + p.policyEffect(effect)}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, answers policyAnswers) (bot.Reply, error) {
			policy, err := p.Money.AddPolicy(ctx, turn.Speaker.Actor, policyFrom(answers), answers.Replaces)
			lines := p.Lines("")
			lines.Say("policies.done", "name", policy.Name)
			lines.Row(p.Button("policies", "policies"), p.Button("runs", "runs"))
			return lines.End(), err
		}),
	}
}

// every stands for all organizations among the answers.
const every = "every"

// policyFrom makes a policy of a form's answers.
func policyFrom(a policyAnswers) models.Policy {
	policy := models.Policy{
		Name: a.Name, Source: a.Source, LegalBasis: a.Basis, LegalDate: a.Decided, From: a.From, To: a.To,
		Accrual: models.FullIfOnDay,
	}
	accrual, stacking := append(strings.Fields(a.Accrual), "", "", ""), append(strings.Fields(a.Stacking), "", "")
	if accrual[0] != "" {
		policy.Accrual = models.Accrual(accrual[0])
	}
	policy.AccrualDays, policy.AccrualPercent = int(kit.Number(accrual[1])), int(kit.Number(accrual[2]))
	policy.Stacking, policy.StackingPercent = models.Stacking(stacking[0]), int(kit.Number(stacking[1]))
	policy.Cap, _ = payOf(a.Cap)
	a.put(&policy)
	for _, role := range []struct {
		is   models.TermRole
		pays string
	}{{models.Head, a.Head}, {models.Deputy, a.Deputy}, {models.Member, a.Member}} {
		amount, coefficient := payOf(role.pays)
		if amount == 0 && coefficient == 0 {
			continue
		}
		for _, organization := range a.Organizations {
			policy.Rules = append(policy.Rules, models.PolicyRule{Role: role.is, Amount: amount, Coefficient: coefficient,
				OrganizationCode: strings.TrimPrefix(organization, every)})
		}
	}
	return policy
}

// choiceSaid takes words that a reader makes a choice of.
func choiceSaid(read func(string) string) func(bot.Input) (string, error) {
	return func(input bot.Input) (string, error) {
		choice := read(input.Text)
		if choice == "" {
			return "", services.Invalid("choice")
		}
		return choice, nil
	}
}

// readChoiceOr takes a button's value, or words that another reading takes.
func (p *Rules) readChoiceOr(choices kit.Choices, words func(bot.Input) (string, error)) kit.Reading {
	return func(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
		rows, err := choices(ctx, turn, answers)
		if err != nil {
			return "", err
		}
		for _, row := range rows {
			if row[0].Action.Value() == input.Choice || input.Choice == "" &&
				models.Fold(row[0].Label) == models.Fold(input.Text) {
				return row[0].Action.Value(), nil
			}
		}
		if input.Choice != "" {
			return "", services.Invalid("choice")
		}
		return words(input)
	}
}
