package money

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
)

// debts lists who has money to give back, the largest sum first, and who gave it back.
func (p *Debts) debts(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	debts, err := p.List.Debts.Of(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.Say("debts.title"))
	var left int64
	open := 0
	for _, debt := range debts {
		if debt.Left > 0 {
			left, open = left+debt.Left, open+1
		}
	}
	lines.SayIf(open > 0, "debts.total", "people", open, "left", texts.Money(left))
	shown, next := kit.Part(debts, turn.Arg(0))
	for _, debt := range shown {
		key := "debts.line"
		if debt.Left == 0 {
			key = "debts.ended"
		}
		lines.Say(key, "name", debt.Name, "left", texts.Money(debt.Left), "months", monthsOf(debt), "repaid",
			texts.Money(debt.Repaid+debt.Waived))
		lines.Row(kit.Act(debt.Name, "debt", debt.Person))
	}
	lines.OrSay("debts.nobody")
	lines.More(next, "debts")
	return lines.End(p.Button("runs", "runs")), nil
}

// debt is what one person has to give back, since when, and what happened.
func (p *Debts) debt(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	debt, err := p.List.Debts.Debt(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawDebt(debt), nil
}

func (p *Debts) drawDebt(debt list.Debt) bot.Reply {
	lines := p.Private(debt.Name)
	if debt.Left > 0 {
		lines.Say("debt.left", "left", texts.Money(debt.Left), "months", monthsOf(debt))
		lines.SayIf(debt.Most > 0, "debt.capped", "most", texts.Money(debt.Most))
		lines.Say("debt.how")
		lines.Row(kit.Positive(p.Button("repay", "repay", debt.Person)))
		lines.Row(p.Button("debt_cap", "debtcap", debt.Person), p.Button("waive", "waive", debt.Person))
	} else {
		lines.Say("debt.none")
	}
	for _, repayment := range debt.Repayments {
		lines.Add(repaymentLine(p.Kit, repayment))
		lines.RowIf(p.List.Debts.MayTakeBack(repayment),
			kit.Negative(kit.Act(p.Say("debt.take_back", "receipt", repayment.Receipt), "unrepay", repayment.ID)))
	}
	for _, waiver := range debt.Waivers {
		lines.Add(waiverLine(p.Kit, waiver))
		lines.RowIf(waiver.State == models.WaiverAsked, p.Button("waiver", "waiver", waiver.ID))
	}
	return lines.End(p.Button("debts", "debts"))
}

func (p *Debts) takeBackRepayment(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	debt, err := p.List.Debts.TakeBack(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.Say("debt.taken_back"))
	lines.Say("debt.left", "left", texts.Money(debt.Left), "months", monthsOf(debt))
	return lines.End(p.Button("debts", "debts")), nil
}

// repaying is what is said of money that somebody gave back.
type repaying struct {
	Person  int64
	Amount  int64
	Receipt string
	On      models.Date
}

// repayForm asks how much was given back, on which day, against which receipt.
func (p *Debts) repayForm() *bot.Form {
	return &bot.Form{
		Name: "repay",
		Steps: []bot.Step{
			{Name: "amount", Ask: "repay.amount", Example: "example.repaid", Read: p.readRepaid, Show: showAmount,
				Fields: p.owed, Choices: p.owedWhole},
			{Name: "on", Ask: "repay.on", Example: "example.from", Choices: p.DayChoices, Read: p.ReadDay,
				Show: kit.ShowDayOf("on")},
			kit.Sentence(bot.Step{Name: "receipt", Ask: "repay.receipt", Example: "example.receipt"}),
		},
		Mends: map[string]string{"repaid_more": "amount", "repaid_amount": "amount", "repaid_day": "on",
			"receipt_taken": "receipt", "receipt_number": "receipt"},
		Confirm: kit.With(func(ctx context.Context, turn bot.Turn, said repaying) (bot.Reply, error) {
			debt, err := p.List.Debts.Debt(ctx, turn.Speaker.Actor, said.Person)
			return bot.Reply{Text: p.Say("repay.confirm", "name", debt.Name, "amount", texts.Money(said.Amount), "words",
				texts.InWords(said.Amount), "receipt", said.Receipt, "on", said.On,
				"left", texts.Money(max(0, debt.Left-said.Amount)))}, err
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, said repaying) (bot.Reply, error) {
			debt, err := p.List.Debts.Repay(ctx, turn.Speaker.Actor, models.Repayment{PersonID: said.Person,
				Amount: said.Amount, Receipt: said.Receipt, PaidOn: said.On})
			if err != nil {
				return bot.Reply{}, err
			}
			return p.drawDebt(debt), nil
		}),
	}
}

func (p *Debts) owed(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Fields, error) {
	debt, err := p.List.Debts.Debt(ctx, turn.Speaker.Actor, kit.Typed[repaying](answers).Person)
	return bot.Fields{"name": debt.Name, "left": texts.Money(debt.Left)}, err
}

// owedWhole offers to enter all that is owed.
func (p *Debts) owedWhole(ctx context.Context, turn bot.Turn, answers bot.Answers) ([][]bot.Button, error) {
	debt, err := p.List.Debts.Debt(ctx, turn.Speaker.Actor, kit.Typed[repaying](answers).Person)
	if err != nil || debt.Left == 0 {
		return nil, err
	}
	return [][]bot.Button{bot.Row(kit.Choice(p.Say("repay.whole", "left", texts.Money(debt.Left)), kit.ID(debt.Left)))},
		nil
}

// readRepaid reads an amount that is typed, or the whole one that is chosen, and
// asks again at once where it is more than is owed.
func (p *Debts) readRepaid(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	if input.Choice != "" {
		input.Text = input.Choice
	}
	debt, err := p.List.Debts.Debt(ctx, turn.Speaker.Actor, kit.Typed[repaying](answers).Person)
	if err != nil {
		return "", err
	}
	amount, ok := kit.AmountOf(input.Text)
	switch {
	case !ok:
		return "", services.Invalid("repaid_amount")
	case amount > debt.Left:
		return "", services.Invalid("repaid_more")
	}
	return kit.ID(amount), nil
}

// debtCapForm asks how much a list may take of a month.
func (p *Debts) debtCapForm() *bot.Form {
	return &bot.Form{
		Name: "debt_cap",
		Steps: []bot.Step{{Name: "amount", Ask: "debt_cap.amount", Example: "example.debt_cap", Fields: p.owed,
			Choices: kit.Given(bot.Row(kit.Choice(p.Say("debt_cap.none"), "0"))), Read: readDebtCap, Show: showAmount}},
		Confirm: kit.With(func(ctx context.Context, turn bot.Turn, said repaying) (bot.Reply, error) {
			debt, err := p.List.Debts.Debt(ctx, turn.Speaker.Actor, said.Person)
			key := "debt_cap.confirm"
			if said.Amount == 0 {
				key = "debt_cap.confirm_none"
			}
			return bot.Reply{Text: p.Say(key, "name", debt.Name, "amount", texts.Money(said.Amount), "left",
				texts.Money(debt.Left))}, err
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, said repaying) (bot.Reply, error) {
			debt, err := p.List.Debts.SetCap(ctx, turn.Speaker.Actor, said.Person, said.Amount)
			if err != nil {
				return bot.Reply{}, err
			}
			return p.drawDebt(debt), nil
		}),
	}
}

// readDebtCap reads an amount that is typed, or that there is to be none.
func readDebtCap(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	if input.Choice == "0" {
		return input.Choice, nil
	}
	return kit.ReadAmount(ctx, turn, answers, input)
}

// repaymentLine tells one sum that was given back.
func repaymentLine(k kit.Kit, repayment models.Repayment) string {
	return k.Say("debt.repaid", "amount", texts.Money(repayment.Amount), "receipt", repayment.Receipt, "on",
		repayment.PaidOn)
}

// monthsOf are the months of a debt, the first first.
func monthsOf(debt list.Debt) string {
	months := make([]string, len(debt.Months))
	for i, month := range debt.Months {
		months[i] = texts.Month(month)
	}
	return strings.Join(months, ", ")
}

// owing tells an officer, or who was one, what is to be given back and what was.
func (p *Month) owing(ctx context.Context, turn bot.Turn, lines *kit.Lines) error {
	debt, err := p.List.Debts.Own(ctx, turn.Speaker.Actor)
	if err != nil {
		return err
	}
	lines.SayIf(debt.Left > 0, "debt.own", "left", texts.Money(debt.Left), "months", monthsOf(debt))
	lines.SayIf(debt.Most > 0, "debt.capped", "most", texts.Money(debt.Most))
	lines.SayIf(debt.Left == 0 && debt.Repaid+debt.Waived > 0, "debt.own_ended")
	for _, waiver := range debt.Waivers {
		if waiver.State == models.WaiverAgreed {
			lines.Add(waiverLine(p.Kit, waiver))
		}
	}
	for _, repayment := range debt.Repayments {
		lines.Add(repaymentLine(p.Kit, repayment))
	}
	return nil
}
