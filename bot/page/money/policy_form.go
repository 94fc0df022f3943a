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

// policyForm enters a policy: whose money, on what paper, from when, to whom and
// how much, and how a month begun or ended in the middle counts.
func (p *Rules) policyForm() *bot.Form {
	fixed := func(values ...[2]string) func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
		return func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
			var rows [][]bot.Button
			for _, value := range values {
				rows = append(rows, bot.Row(kit.Choice(p.Say("policy_choice."+value[0]), value[1])))
			}
			return rows, nil
		}
	}
	monthStarts := p.dayOfMonths(models.Month.First, func(date string) string {
		return p.Say("policies.from_button", "date", date)
	})
	nothing := fixed([2]string{"none", kit.None})
	sources := fixed([2]string{"town", "town"}, [2]string{"province", "province"})
	accruals := fixed([2]string{"on_day", "full_if_on_day 15"}, [2]string{"next_month", "next_month"},
		[2]string{"by_day", "by_day"}, [2]string{"full_from", "full_from 15 50"})
	stackings := fixed([2]string{"all", "all"}, [2]string{"highest", "highest"},
		[2]string{"highest_plus", "highest_plus 50"})
	return &bot.Form{
		Name: "policy",
		Mends: map[string]string{
			"policy_name": "name", "policy_source": "source", "policy_basis": "basis", "policy_dates": "to",
			"policy_rules": "head", "policy_amount": "head",
			"policy_coefficient": "head", "policy_overlap": "from", "policy_begun": "from", "policy_days": "accrual",
			"policy_percent": "accrual", "policy_cap": "cap",
		},
		Steps: []bot.Step{
			{Name: "source", Ask: "policy_ask.source", Choices: sources, Read: p.readChoiceOr(sources, kit.ReadSentence),
				Show: p.showSource}, kit.Sentence(bot.Step{Name: "name", Ask: "policy_ask.name", Example: "example.policy_name"}),
			kit.Sentence(bot.Step{Name: "basis", Ask: "policy_ask.basis", Example: "example.policy_basis"}),
			{Name: "decided", Ask: "policy_ask.decided", Example: "example.from", Choices: nothing, Read: kit.NoneOr(p.ReadDay),
				Show: p.showDayOrNone("decided")},
			{Name: "from", Ask: "policy_ask.from", Example: "example.from", Choices: monthStarts, Read: p.ReadDay,
				Show: kit.ShowDayOf("from")},
			{Name: "to", Ask: "policy_ask.to", Example: "example.policy_to", Choices: nothing, Read: p.readLastDay,
				Show: p.showDayOrNone("to")},
			{Name: "organizations", Ask: "policy_ask.organizations", Example: "example.policy_organizations",
				Choices: fixed([2]string{"every", every}), Read: p.readOrganizations, Show: p.showOrganizations},
			{Name: "head", Ask: "policy_ask.head", Example: "example.policy_amount", Choices: nothing, Read: readPay,
				Show: p.showPay("head")},
			{Name: "deputy", Ask: "policy_ask.deputy", Example: "example.policy_amount", Choices: nothing, Read: readPay,
				Show: p.showPay("deputy")},
			{Name: "member", Ask: "policy_ask.member", Example: "example.policy_amount", Choices: nothing, Read: readPay,
				Show: p.showPay("member")},
			{Name: "accrual", Ask: "policy_ask.accrual", Choices: accruals,
				Read: p.readChoiceOr(accruals, choiceSaid(understand.ReadAccrual)), Show: p.showAccrual, Pick: true},
			{Name: "stacking", Ask: "policy_ask.stacking", Choices: stackings,
				Read: p.readChoiceOr(stackings, choiceSaid(understand.ReadStacking)), Show: p.showStacking, Pick: true},
			{Name: "cap", Ask: "policy_ask.cap", Example: "example.policy_amount", Choices: nothing, Read: readCap,
				Show: p.showPay("cap")},
		},
		Confirm: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			policy := policyFrom(answers)
			effect, err := p.Money.PreviewPolicy(ctx, turn.Speaker.Actor, policy, kit.Number(answers["replaces"]))
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Title: policy.Name, Text: p.describePolicy(policy) + "\n\n" + p.policyEffect(effect)}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			policy, err := p.Money.AddPolicy(ctx, turn.Speaker.Actor, policyFrom(answers), kit.Number(answers["replaces"]))
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Text: p.Say("policies.done", "name", policy.Name),
				Buttons: [][]bot.Button{bot.Row(p.Button("policies", "policies"), p.Button("runs", "runs")), p.MenuRow()}}, nil
		},
	}
}

// every stands for all organizations among the answers.
const every = "every"

// policyFrom makes a policy of a form's answers.
func policyFrom(answers bot.Answers) models.Policy {
	policy := models.Policy{
		Name: answers["name"], Source: answers["source"], LegalBasis: answers["basis"],
		LegalDate: kit.DayOf(answers["decided"]),
		From:      kit.DayOf(answers["from"]), To: kit.DayOf(answers["to"]), Accrual: models.FullIfOnDay,
	}
	accrual := strings.Fields(answers["accrual"])
	if len(accrual) > 0 {
		policy.Accrual = models.Accrual(accrual[0])
	}
	if len(accrual) > 1 {
		policy.AccrualDays = int(kit.Number(accrual[1]))
	}
	if len(accrual) > 2 {
		policy.AccrualPercent = int(kit.Number(accrual[2]))
	}
	stacking := strings.Fields(answers["stacking"] + " ")
	if len(stacking) > 0 {
		policy.Stacking = models.Stacking(stacking[0])
	}
	if len(stacking) > 1 {
		policy.StackingPercent = int(kit.Number(stacking[1]))
	}
	if amount, _ := payOf(answers["cap"]); amount > 0 {
		policy.Cap = amount
	}
	organizations := []string{""}
	if answers["organizations"] != every {
		organizations = strings.Split(answers["organizations"], ",")
	}
	for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member} {
		amount, coefficient := payOf(answers[string(role)])
		if amount == 0 && coefficient == 0 {
			continue
		}
		for _, organization := range organizations {
			policy.Rules = append(policy.Rules, models.PolicyRule{Role: role, OrganizationCode: organization, Amount: amount,
				Coefficient: coefficient})
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
func (p *Rules) readChoiceOr(choices func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error),
	words func(bot.Input) (string, error)) func(context.Context, bot.Turn, bot.Answers, bot.Input) (string, error) {
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
