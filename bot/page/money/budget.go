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
)

// given is what a source gives the ward for a year.
type given struct {
	Source string
	Year   int
	Amount int64
}

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
	return turn.Begin(ctx, "budget", kit.Untyped(given{Year: yearAsked(p.Kit, turn)}))
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
			{Name: "amount", Ask: "budget.amount", Example: "example.budget", Read: kit.ReadAmount, Show: showAmount},
		},
		Confirm: kit.With(func(_ context.Context, _ bot.Turn, given given) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("budget.confirm", "year", given.Year, "source", p.SourceName(given.Source), "amount",
				texts.Money(given.Amount), "words", texts.InWords(given.Amount))}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, given given) (bot.Reply, error) {
			lines := p.Lines("")
			lines.Say("budget.done")
			lines.Row(p.Button("year", "year", given.Year), p.Button("budget", "budget", given.Year))
			return lines.End(), p.Year.SetBudget(ctx, turn.Speaker.Actor, given.Source, given.Year, given.Amount)
		}),
	}
}

func (p *Rules) sourceChoices(ctx context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	sources, err := p.Year.Sources(ctx, turn.Speaker.Actor)
	return kit.InRows(1, sources, func(source string) bot.Button {
		return kit.Choice(p.SourceName(source), source)
	}), err
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
	lines := p.Lines("")
	lines.Say("pay_day.ask")
	lines.Add(p.payDayWords("now", day))
	lines.Rows(kit.InRows(3, []int{5, 10, 15, 20, 25, 0}, func(day int) bot.Button {
		return kit.Act(p.payDayWords("button", day), "paydayset", day)
	})...)
	return lines.End(), nil
}

// payDayWords say something of a day, or of none.
func (p *Rules) payDayWords(what string, day int) string {
	if day == 0 {
		return p.Say("pay_day.none_" + what)
	}
	return p.Say("pay_day.day_"+what, "day", day)
}

func (p *Rules) payDaySet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	day := int(kit.Number(turn.Arg(0)))
	return p.Tell(p.payDayWords("done", day), p.Button("year", "year")), p.Money.SetPayDay(ctx, turn.Speaker.Actor, day)
}
