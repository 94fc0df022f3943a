package money

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/services/list"
	"canbobot/services/money"
)

// why derives each component: rate, rule, legal basis, in post since.
func (p *Month) why(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	month := p.MonthAsked(turn)
	view, adjusted, err := p.List.Explain(ctx, turn.Speaker.Actor, month)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(view.Parts) == 0 {
		lines := p.Lines("")
		lines.Say("why.nothing", "month", month)
		lines.Row(p.Button("policy", "policy"), p.Button("support", "support"))
		return lines.End(), nil
	}
	blocks := p.Private(p.Say("why.title", "month", month, "amount", texts.Money(view.Amount))).Apart()
	for _, part := range view.Parts {
		if view.ListedIn == 0 || view.Own(part.Month) {
			blocks.Say("why.part", "amount", texts.Money(part.Amount+part.Deducted), "sum", p.sumOf(part), "title",
				part.Title, "branch", part.BranchName, "basis", part.Basis, "since", part.From)
		}
	}
	deducted := int64(0)
	for _, part := range view.Parts {
		deducted += part.Deducted
	}
	blocks.SayIf(deducted > 0, "why.deducted", "amount", texts.Money(deducted))
	for _, one := range adjusted {
		blocks.Add(p.adjustedMonth(one, view.Parts))
	}
	blocks.RowIf(view.Stage == list.StagePaid, p.Button("confirm_paid", "attestpaid", month))
	blocks.Row(p.Button("problem", "problem", month))
	return blocks.End(), nil
}

// sumOf is what an amount is made of: "mức cấp trưởng 200.000 đ x 1 tháng".
func (p *Month) sumOf(part list.PartView) string {
	rate := p.Say("why.rate", "role", kit.Lower(p.Say("term_role."+string(part.Role))), "rate", texts.Money(part.Rate))
	switch part.Why {
	case money.WhyFull:
		return p.Say("why.whole", "rate", rate)
	case money.WhyByDay:
		return p.Say("why.days", "rate", rate, "days", part.Days, "of", part.Month.Days())
	}
	return rate + ", " + p.Say("why.how."+part.Why, "days", part.Days)
}

// adjustedMonth derives what is paid, or taken back, for an earlier month, and
// names the posts that it is for.
func (p *Month) adjustedMonth(one list.Adjusted, parts []list.PartView) string {
	key, amount, lines := "why.arrears", one.Amount, p.Lines("")
	if amount < 0 {
		key, amount = "why.recovery", -amount
	}
	lines.Say(key, "month", one.Month, "owed", texts.Money(one.Owed), "settled", texts.Money(one.Settled), "amount",
		texts.Money(amount))
	for _, part := range parts {
		if part.Month == one.Month {
			lines.Say("why.because", "amount", texts.Money(part.Amount), "title", part.Title, "branch", part.BranchName,
				"since", part.From, "rate", texts.Money(part.Rate), "how", p.Say("why.how."+part.Why, "days", part.Days),
				"basis", part.Basis)
		}
	}
	return lines.Done().Text
}
