package money

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
)

// terms is what only some policies have, as a form asks for it.
type terms struct{ kit.Kit }

// own is the answer of who has terms of their own.
const own = "own"

// steps ask whether there are any, and only then which.
func (t terms) steps(find func(context.Context, services.Actor, string) ([]models.Village, error)) []bot.Step {
	none := strings.ToLower(t.Say("policy_choice.none"))
	nothing := kit.Given([]bot.Button{kit.Choice(t.Say("policy_choice.none"), kit.None)})
	plain := func(_ bot.Turn, answers bot.Answers) bool { return answers["special"] != own }
	step := func(one bot.Step, read kit.Reading) bot.Step {
		one.Choices, one.Read, one.Show, one.Skip = nothing, kit.NoneOr(read), kit.Passed(one.Name, none, kit.AsKept), plain
		return one
	}
	villages := func(ctx context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
		found, err := find(ctx, turn.Speaker.Actor, input.Text)
		var names []string
		for _, village := range found {
			names = append(names, village.Name)
		}
		if refusal := (*services.Error)(nil); errors.As(err, &refusal) && refusal.Kind == services.KindNotFound {
			err = &services.Error{Kind: services.KindInvalid, Code: refusal.Code, Fields: refusal.Fields}
		}
		if err == nil && len(names) == 0 {
			err = services.Invalid("choice")
		}
		return strings.Join(names, ", "), err
	}
	pool := func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
		amount, ok := kit.AmountOf(input.Text)
		if !ok {
			return "", services.Invalid("policy_pool")
		}
		return texts.Money(amount), nil
	}
	acting := func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
		hundredths, ok := money.ReadPercent(strings.TrimSuffix(strings.TrimSpace(input.Text), "%") + "%")
		if !ok || hundredths == 0 || hundredths%100 != 0 {
			return "", services.Invalid("policy_percent")
		}
		return fmt.Sprintf("%d%%", hundredths/100), nil
	}
	deduct := func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
		hundredths, amount, ok := money.ReadDeduction(input.Text)
		switch {
		case !ok:
			return "", services.Invalid("policy_deduction")
		case amount > 0:
			return texts.Money(amount), nil
		}
		return hundredthsOf(hundredths), nil
	}
	basis := kit.Sentence(bot.Step{Name: "deduct_basis", Ask: "policy_ask.deduct_basis", Example: "example.deduct_basis"})
	basis.Skip = func(turn bot.Turn, answers bot.Answers) bool {
		return plain(turn, answers) || answers["deduct"] == kit.None
	}
	special := bot.Step{Name: "special", Ask: "policy_ask.special", Pick: true,
		Choices: kit.Given([]bot.Button{kit.Choice(t.Say("policy_choice.none"), kit.None)},
			[]bot.Button{kit.Choice(t.Say("policy_choice.own"), own)}),
		Read: kit.NoneOr(func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
			if input.Choice != own {
				return "", services.Invalid("choice")
			}
			return own, nil
		}),
		Show: kit.Passed("special", none, func(string) kit.Showing {
			return func(context.Context, bot.Turn, bot.Answers) (string, error) {
				return strings.ToLower(t.Say("policy_choice.own")), nil
			}
		}),
	}
	return []bot.Step{
		special,
		step(bot.Step{Name: "villages", Ask: "policy_ask.villages", Example: "example.policy_villages"}, villages),
		step(bot.Step{Name: "pool", Ask: "policy_ask.pool", Example: "example.policy_pool"}, pool),
		step(bot.Step{Name: "acting", Ask: "policy_ask.acting", Example: "example.policy_acting"}, acting),
		step(bot.Step{Name: "deduct", Ask: "policy_ask.deduct", Example: "example.policy_deduct"}, deduct),
		basis,
	}
}

// hundredthsOf writes hundredths of a percent as people do: 1,5%.
func hundredthsOf(hundredths int) string { return factor(int64(hundredths)*10) + "%" }

// termAnswers are what was said of them; kit.None for what there is not.
type termAnswers struct {
	Villages, Pool, Acting, Deduct string
	DeductBasis                    string `answer:"deduct_basis"`
}

// put puts them into a policy.
func (a termAnswers) put(policy *models.Policy) {
	said := func(answer string) string {
		if answer == kit.None {
			return ""
		}
		return answer
	}
	for name := range strings.SplitSeq(said(a.Villages), ", ") {
		if name != "" {
			policy.VillageNames = append(policy.VillageNames, name)
		}
	}
	policy.Pool, _ = kit.AmountOf(said(a.Pool))
	if hundredths, ok := money.ReadPercent(said(a.Acting)); ok {
		policy.ActingPercent = hundredths / 100
	}
	policy.DeductPercent, policy.DeductAmount, _ = money.ReadDeduction(said(a.Deduct))
	policy.DeductBasis = said(a.DeductBasis)
}

// described says them of a policy.
func (t terms) described(lines *kit.Lines, policy models.Policy) {
	lines.SayIf(len(policy.VillageNames) > 0, "policies.villages", "villages", strings.Join(policy.VillageNames, ", "))
	lines.SayIf(policy.Pool > 0, "policies.pool", "amount", texts.Money(policy.Pool))
	lines.SayIf(policy.ActingPercent > 0, "policies.acting", "percent", policy.ActingPercent)
	what := texts.Money(policy.DeductAmount)
	if policy.DeductPercent > 0 {
		what = hundredthsOf(policy.DeductPercent)
	}
	lines.SayIf(policy.DeductBasis != "", "policies.deduct", "what", what, "basis", policy.DeductBasis)
}
