package money

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
)

func (p *Rules) budget(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := turn.Speaker.Actor.Need(services.Clerk, services.Leader); err != nil {
		return bot.Reply{}, err
	}
	sources, err := p.Year.Sources(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(sources) == 0 {
		return p.Tell(p.Say("budget.no_source")), nil
	}
	return turn.Begin(ctx, "budget", bot.Answers{"year": strconv.Itoa(yearAsked(p.Kit, turn))})
}

// budgetForm asks what a source gives the ward for a year.
func (p *Rules) budgetForm() *bot.Form {
	return &bot.Form{
		Name: "budget",
		Steps: []bot.Step{
			{
				Name: "source", Ask: "budget.source", Choices: p.sourceChoices, Read: p.readSource,
				Show: kit.ShowChoice("source", p.sourceChoices), Pick: true,
				Fields: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Fields, error) {
					return bot.Fields{"year": answers["year"]}, nil
				},
			},
			{
				Name: "amount", Ask: "budget.amount", Example: "example.budget", Read: kit.ReadAmount,
				Show: showAmount,
			},
		},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			amount := kit.Number(answers["amount"])
			return bot.Reply{Text: p.Say("budget.confirm", "year", answers["year"], "source", p.sourceName(answers["source"]),
				"amount", texts.Money(amount), "words", texts.InWords(amount))}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			year := int(kit.Number(answers["year"]))
			if err := p.Year.SetBudget(ctx, turn.Speaker.Actor, answers["source"], year,
				kit.Number(answers["amount"])); err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{
				Text: p.Say("budget.done"),
				Buttons: [][]bot.Button{bot.Row(p.Button("year", "year", answers["year"]),
					p.Button("budget", "budget", answers["year"])), p.MenuRow()},
			}, nil
		},
	}
}

func (p *Rules) sourceChoices(ctx context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	sources, err := p.Year.Sources(ctx, turn.Speaker.Actor)
	if err != nil {
		return nil, err
	}
	var rows [][]bot.Button
	for _, source := range sources {
		rows = append(rows, bot.Row(kit.Choice(p.sourceName(source), source)))
	}
	return rows, nil
}

// readSource reads a choice, or part of its name.
func (p *Rules) readSource(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	rows, err := p.sourceChoices(ctx, turn, answers)
	if err != nil {
		return "", err
	}
	said := models.Fold(input.Text)
	i := slices.IndexFunc(rows, func(row []bot.Button) bool {
		return row[0].Action.Value() == input.Choice || input.Choice == "" && said != "" &&
			strings.Contains(models.Fold(row[0].Label), said)
	})
	if i < 0 {
		return "", services.Invalid("choice")
	}
	return rows[i][0].Action.Value(), nil
}

// payDay shows by which day the ward says that it pays, and lets staff change it.
func (p *Rules) payDay(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := turn.Speaker.Actor.Need(services.Clerk, services.Leader); err != nil {
		return bot.Reply{}, err
	}
	day, err := p.Money.PayDay(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	text := p.Say("pay_day.none_now")
	if day > 0 {
		text = p.Say("pay_day.now", "day", day)
	}
	choice := func(day int) bot.Button {
		return kit.Act(p.Say("pay_day.choice_button", "day", day), "paydayset", day)
	}
	return bot.Reply{Text: p.Say("pay_day.ask") + "\n" + text, Buttons: [][]bot.Button{
		{choice(5), choice(10), choice(15)}, {choice(20), choice(25),
			kit.Act(p.Say("pay_day.none_button"), "paydayset", "0")}, p.MenuRow(),
	}}, nil
}

func (p *Rules) payDaySet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	day := int(kit.Number(turn.Arg(0)))
	if err := p.Money.SetPayDay(ctx, turn.Speaker.Actor, day); err != nil {
		return bot.Reply{}, err
	}
	text := p.Say("pay_day.none_done")
	if day > 0 {
		text = p.Say("pay_day.done", "day", day)
	}
	return p.Tell(text, p.Button("year", "year")), nil
}
