package money

import (
	"cmp"
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
)

// payWay shows how the ward's money goes out, and lets staff change it.
func (p *Rules) payWay(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	ward, err := p.Money.Ways.Of(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Lines(p.Say("ward_way.title"))
	lines.Say("ward_way." + string(ward.PayThrough))
	if ward.PayThrough == models.ByTreasury {
		lines.Add(p.Texts.Say("ward_way.codes", p.codes(ward.Treasury)))
	}
	lines.Say("ward_way.from")
	if turn.Speaker.Actor.MayDecide() || turn.Speaker.Actor.Role == services.Admin {
		for _, way := range []models.Through{models.ByBank, models.ByTreasury, models.ByCash} {
			lines.RowIf(way != ward.PayThrough, kit.Act(p.Say("ward_way.choice_"+string(way)), "paywayset", way))
		}
		lines.RowIf(ward.PayThrough == models.ByTreasury, p.Button("treasury_codes", "treasurycodes"))
	}
	return lines.End(), nil
}

func (p *Rules) payWaySet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	way := models.Through(turn.Arg(0))
	if err := p.Money.Ways.Set(ctx, turn.Speaker.Actor, way); err != nil {
		return bot.Reply{}, err
	}
	return p.Tell(p.Say("ward_way.done_"+string(way)), p.Button("ward_way", "payway"), p.Button("runs", "runs")), nil
}

// codes are a ward's codes by the words of its form.
func (p *Rules) codes(of models.Treasury) bot.Fields {
	fields := bot.Fields{}
	for name, value := range map[string]string{"unit": of.BudgetUnit, "account": of.TreasuryAccount,
		"treasury": of.TreasuryName, "chapter": of.BudgetChapter, "category": of.BudgetCategory, "item": of.BudgetItem} {
		fields[name] = cmp.Or(value, p.Say("payform.blank"))
	}
	return fields
}

// treasuryCodes are the answers of its form; kit.None for one that is passed over.
type treasuryCodes struct{ Unit, Account, Treasury, Chapter, Category, Item string }

func (a treasuryCodes) of() models.Treasury {
	said := func(answer string) string {
		if answer == kit.None {
			return ""
		}
		return answer
	}
	return models.Treasury{TreasuryName: said(a.Treasury), TreasuryAccount: said(a.Account), BudgetUnit: said(a.Unit),
		BudgetChapter: said(a.Chapter), BudgetCategory: said(a.Category), BudgetItem: said(a.Item)}
}

// treasuryForm asks what the treasury's forms name the ward by, one at a time.
func (p *Rules) treasuryForm() *bot.Form {
	step := func(one bot.Step, read kit.Reading) bot.Step {
		one.Choices = kit.Given([]bot.Button{kit.Choice(p.Say("button.none"), kit.None)})
		one.Read, one.Show = kit.NoneOr(read), p.OrNone(one.Name, kit.AsKept)
		return one
	}
	code := func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
		return money.ReadBudgetCode(input.Text)
	}
	name := func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
		return kit.ReadSentence(input)
	}
	return &bot.Form{
		Name: "treasury_codes",
		Steps: []bot.Step{
			step(bot.Step{Name: "unit", Ask: "treasury_codes.unit", Example: "example.budget_unit"}, code),
			step(bot.Step{Name: "account", Ask: "treasury_codes.account", Example: "example.treasury_account"}, code),
			step(bot.Step{Name: "treasury", Ask: "treasury_codes.treasury", Example: "example.treasury_name"}, name),
			step(bot.Step{Name: "chapter", Ask: "treasury_codes.chapter", Example: "example.budget_chapter"}, code),
			step(bot.Step{Name: "category", Ask: "treasury_codes.category", Example: "example.budget_category"}, code),
			step(bot.Step{Name: "item", Ask: "treasury_codes.item", Example: "example.budget_item"}, code),
		},
		Confirm: kit.With(func(_ context.Context, _ bot.Turn, a treasuryCodes) (bot.Reply, error) {
			return bot.Reply{Text: p.Texts.Say("ward_way.codes", p.codes(a.of()))}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, a treasuryCodes) (bot.Reply, error) {
			err := p.Money.Ways.SetTreasury(ctx, turn.Speaker.Actor, a.of())
			return p.Tell(p.Say("treasury_codes.done"), p.Button("ward_way", "payway")), err
		}),
	}
}
