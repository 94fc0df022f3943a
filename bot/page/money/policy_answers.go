package money

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services"
)

// payOf reads a kept amount: đồng, or thousandths behind an x.
func payOf(kept string) (amount, coefficient int64) {
	if thousandths, is := strings.CutPrefix(kept, "x"); is {
		return 0, kit.Number(thousandths)
	}
	return kit.Number(kept), 0
}

// readPay reads what a role is paid: an amount, or a coefficient of the base
// salary such as "hệ số 0,15".
func readPay(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	if input.Choice == kit.None || understand.None(input.Text) {
		return kit.None, nil
	}
	if thousandths, ok := understand.ReadCoefficient(input.Text); ok {
		return "x" + kit.ID(thousandths), nil
	}
	amount, ok := kit.AmountOf(input.Text)
	if !ok {
		return "", services.Invalid("policy_amount")
	}
	return strconv.FormatInt(amount, 10), nil
}

// readCap reads an amount; a coefficient is no cap.
func readCap(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	kept, err := readPay(ctx, turn, answers, input)
	if err == nil && strings.HasPrefix(kept, "x") {
		return "", services.Invalid("policy_cap")
	}
	return kept, err
}

func (p *Rules) showPay(step string) kit.Showing {
	return func(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
		amount, coefficient := payOf(answers[step])
		return p.rulePays(models.PolicyRule{Amount: amount, Coefficient: coefficient}), nil
	}
}

// factor writes thousandths as people do: 0,15.
func factor(thousandths int64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d,%03d", thousandths/1000, thousandths%1000), "0"), ",")
}

func accrualKept(p models.Policy) string {
	switch p.Accrual {
	case models.FullIfOnDay:
		return fmt.Sprintf("%s %d", p.Accrual, max(p.AccrualDays, 1))
	case models.FullFrom:
		return fmt.Sprintf("%s %d %d", p.Accrual, max(p.AccrualDays, 1), p.AccrualPercent)
	}
	return string(p.Accrual)
}

func stackingKept(p models.Policy) string {
	if p.Stacking == models.StackPercent {
		return fmt.Sprintf("%s %d", p.Stacking, p.StackingPercent)
	}
	return string(p.Stacking)
}

func (p *Rules) showAccrual(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	return p.accrualWords(policyFrom(kit.Typed[policyAnswers](answers))), nil
}

func (p *Rules) showStacking(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	return p.stackingWords(policyFrom(kit.Typed[policyAnswers](answers))), nil
}

func (p *Rules) showSource(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	return p.SourceName(answers["source"]), nil
}

// readLastDay reads a last day that does not come before the first.
func (p *Rules) readLastDay(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	kept, err := kit.NoneOr(p.ReadDay)(ctx, turn, answers, input)
	if err == nil && kept != kit.None && kit.DayOf(kept).Before(kit.DayOf(answers["from"])) {
		return "", services.Invalid("policy_dates")
	}
	return kept, err
}

// dayOfMonths offers a day of this month and of the next.
func (p *Rules) dayOfMonths(of func(models.Month) models.Date, label string) kit.Choices {
	return func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
		this := p.Today().MonthOf()
		return kit.InRows(2, []models.Date{of(this), of(this + 1)}, func(day models.Date) bot.Button {
			return kit.Choice(p.Say(label, "date", kit.ShortDate(day)), day.String())
		}), nil
	}
}

// readOrganizations reads one or several organizations: "phụ nữ, nông dân".
func (p *Rules) readOrganizations(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	codes, all := understand.ReadOrganizations(input.Text)
	switch {
	case all || input.Choice == every:
		return every, nil
	case len(codes) == 0:
		return "", services.Invalid("choice")
	}
	return strings.Join(codes, ","), nil
}

func (p *Rules) showOrganizations(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	if answers["organizations"] == every {
		return p.Say("policies.every"), nil
	}
	var names []string
	for code := range strings.SplitSeq(answers["organizations"], ",") {
		names = append(names, p.Say("organization_short."+code))
	}
	return strings.Join(names, ", "), nil
}
