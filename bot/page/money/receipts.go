package money

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services/cases"
	"canbobot/services/list"
	"canbobot/services/vn"
)

// receiptRows ask the officer whether money that was paid has come.
func (p *Page) receiptRows(line int64) [][]bot.Button {
	return [][]bot.Button{
		bot.Row(kit.Positive(p.Button("got_full", "got", string(models.ReceiptFull), kit.ID(line)))),
		bot.Row(p.Button("got_less", "gotless", kit.ID(line)), p.Button("got_none", "got", string(models.ReceiptNone), kit.ID(line))),
	}
}

// receiptOf is what the officer has said of a month that was paid, with the
// button to say it or something else; nothing of a month that was not.
func (p *Page) receiptOf(ctx context.Context, turn bot.Turn, view list.MonthView) (said string, buttons [][]bot.Button, err error) {
	if view.Stage != list.StagePaid || view.LineID == 0 {
		return "", nil, nil
	}
	receipt, err := p.List.Receipt(ctx, turn.Speaker.Actor, view.LineID)
	if err != nil {
		return "", nil, err
	}
	if receipt.ID == 0 {
		return p.Say("receipt.asked"), [][]bot.Button{bot.Row(p.Button("got_or_not", "gotagain", kit.ID(view.LineID)))}, nil
	}
	said = p.Say("receipt.mine."+string(receipt.Answer), "amount", texts.Money(receipt.Amount))
	return said, [][]bot.Button{bot.Row(p.Button("got_again", "gotagain", kit.ID(view.LineID)))}, nil
}

// got keeps an answer that needs no amount.
func (p *Page) got(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	word := cases.Word{Answer: models.ReceiptAnswer(turn.Arg(0)), Line: kit.Number(turn.Arg(1)), Text: p.Say("problem.not_received_text")}
	receipt, err := p.Cases.Received(ctx, turn.Speaker.Actor, word)
	if err != nil {
		return bot.Reply{}, err
	}
	return p.receiptKept(receipt), nil
}

func (p *Page) receiptKept(receipt models.LineReceipt) bot.Reply {
	text := p.Say("receipt.kept")
	if receipt.Answer != models.ReceiptFull && receipt.CaseID != nil {
		text = p.Say("receipt.case", "number", *receipt.CaseID)
	}
	buttons := bot.Row(p.Button("got_again", "gotagain", kit.ID(receipt.LineID)), p.Button("menu", "menu"))
	return bot.Reply{Text: text, Buttons: [][]bot.Button{buttons}}
}

// gotAgain lets an officer say something else than before.
func (p *Page) gotAgain(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.List.MonthOfLine(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: p.StageLine(view), Text: p.Say("receipt.ask"), Protect: true}
	if view.Stage == list.StagePaid {
		reply.Buttons = p.receiptRows(kit.Number(turn.Arg(0)))
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow())
	return reply, nil
}

func (p *Page) gotLess(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return turn.Begin(ctx, "got_less", bot.Answers{"line": kit.ID(kit.Number(turn.Arg(0)))})
}

func (p *Page) gotLessForm() *bot.Form {
	return &bot.Form{
		Name: "got_less",
		Steps: []bot.Step{{
			Name: "amount", Ask: "receipt.less_ask", Example: "example.received", Read: kit.ReadAmount,
			Show: func(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
				return texts.Money(kit.Number(answers["amount"])), nil
			},
		}},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("receipt.less_confirm", "amount", texts.Money(kit.Number(answers["amount"])))}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			amount := kit.Number(answers["amount"])
			receipt, err := p.Cases.Received(ctx, turn.Speaker.Actor, cases.Word{
				Line: kit.Number(answers["line"]), Answer: models.ReceiptLess, Amount: amount, Text: p.Say("receipt.less_text", "amount", texts.Money(amount)),
			})
			if err != nil {
				return bot.Reply{}, err
			}
			return p.receiptKept(receipt), nil
		},
	}
}

// answersLine tells how many of those who were paid have said that it came; ""
// before anybody is paid.
func (p *Page) answersLine(answers list.Answers) string {
	if answers.Paid == 0 {
		return ""
	}
	return p.Say("receipt.rate", "full", answers.Full, "paid", answers.Paid, "rate", answers.Rate(), "less", answers.Less, "none", answers.None)
}

// silent lists who was paid and has not said whether it came, to be telephoned.
func (p *Page) silent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run, offset := kit.Number(turn.Arg(0)), int(min(kit.Number(turn.Arg(1)), 1<<30))
	people, total, err := p.List.Unanswered(ctx, turn.Speaker.Actor, run, offset, kit.Listed)
	if err != nil {
		return bot.Reply{}, err
	}
	back := bot.Row(p.Button("back_to_run", "run", kit.ID(run)), p.Button("menu", "menu"))
	if len(people) == 0 {
		return bot.Reply{Text: p.Say("receipt.all_answered"), Buttons: [][]bot.Button{back}}, nil
	}
	reply := bot.Reply{Title: p.Say("receipt.silent", "count", total), Protect: true}
	var lines []string
	for _, one := range people {
		lines = append(lines, p.Say("receipt.silent_line", "name", one.Name, "unit", one.Unit, "amount", texts.Money(one.Amount), "phone", kit.OrDash(vn.FormatPhone(one.Phone))))
	}
	reply.Text = strings.Join(lines, "\n")
	if next := offset + len(people); int64(next) < total {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("more", "silent", kit.ID(run), kit.ID(int64(next)))))
	}
	reply.Buttons = append(reply.Buttons, back)
	return reply, nil
}
