package cases

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/cases"
)

// problem opens a case with the clerk about one month, after a question that
// says what is known, so that nobody complains about a month not due yet.
func (p *Page) problem(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	slots, said := turn.Meaning.Slots, bot.Said{}
	if turn.Arg(0) != "" || (slots.Month > 0 || slots.Ago > 0) && !slots.Lunar {
		said["month"] = bot.Input{Choice: p.MonthAsked(turn).String()}
	}
	said["what"] = bot.Input{Choice: understand.Shortfall(turn.In.Text)}
	return turn.BeginSaid(ctx, "problem", nil, said)
}

// complaint is what is wrong with a month's money.
type complaint struct {
	Month models.Month
	What  string
}

func (p *Page) problemForm() *bot.Form {
	return &bot.Form{
		Name: "problem", Intent: bot.AllowanceProblem,
		Steps: []bot.Step{
			{
				Name: "month", Ask: "problem.month", Example: "example.month", Choices: p.problemMonths, Read: p.readMonth,
				Show: func(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
					month, err := models.ParseMonth(answers["month"])
					return p.Say("problem.month_choice", "month", month), err
				},
			},
			{
				Name: "what", Ask: "problem.what", Pick: true, Free: true, Show: kit.AsKept("what"),
				Choices: kit.Given(bot.Row(kit.Choice(p.Say("problem.not_received"), "none"),
					kit.Choice(p.Say("problem.too_little"), "less"))),
				Read: func(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
					switch input.Choice {
					case "none":
						return p.Say("problem.not_received_text"), nil
					case "less":
						return p.Say("problem.too_little_text"), nil
					}
					return kit.ReadSentence(input)
				},
			},
		},
		Confirm: kit.With(func(ctx context.Context, turn bot.Turn, one complaint) (bot.Reply, error) {
			if one.Month == 0 {
				return bot.Reply{}, services.Invalid("month")
			}
			view, err := p.List.Month(ctx, turn.Speaker.Actor, one.Month)
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Title: p.Say("problem.confirm"), Text: p.StageLine(view) + "\n" +
				p.Say("problem.said", "text", one.What), Protect: true}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, one complaint) (bot.Reply, error) {
			if one.Month == 0 {
				return bot.Reply{}, services.Invalid("month")
			}
			_, err := p.Cases.Open(ctx, turn.Speaker.Actor, cases.Opening{Kind: "payment", Month: one.Month, Text: one.What})
			return p.Tell(p.Say("problem.done")), err
		}),
	}
}

// problemMonths offers the latest months, or those that one of the moon's falls
// into.
func (p *Page) problemMonths(_ context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	first := p.Today().MonthOf() - 2
	if turn.Meaning.Slots.Lunar && turn.Meaning.Slots.Month > 0 {
		first = p.MonthAsked(turn)
	}
	return kit.InRows(3, []models.Month{first, first + 1, first + 2}, func(month models.Month) bot.Button {
		return kit.Choice(p.Say("problem.month_choice", "month", month), month.String())
	}), nil
}

// readMonth reads a month by the sun: a button's, "tháng 3", "3/2026" or "3".
func (p *Page) readMonth(_ context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	text := input.Choice
	if text == "" {
		if n := kit.Number(strings.TrimSpace(input.Text)); n >= 1 && n <= 12 {
			turn.Meaning.Slots = bot.Slots{Month: int(n)}
		}
		if slots := turn.Meaning.Slots; slots.Month == 0 && slots.Ago == 0 || slots.Lunar {
			return "", services.Invalid("month")
		}
		text = p.MonthAsked(turn).String()
	}
	month, err := models.ParseMonth(text)
	if err != nil {
		return "", services.Invalid("month")
	}
	return month.String(), nil
}
