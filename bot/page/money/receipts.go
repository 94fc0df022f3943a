package money

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services/cases"
	"canbobot/services/list"
)

// receiptRows ask the officer whether money that was paid has come.
func (p *Month) receiptRows(line int64) [][]bot.Button {
	return [][]bot.Button{
		bot.Row(kit.Positive(p.Button("got_full", "got", models.ReceiptFull, line))),
		bot.Row(p.Button("got_less", "gotless", line), p.Button("got_none", "got", models.ReceiptNone, line)),
	}
}

// receiptOf is what the officer has said of a month that was paid, with the
// button to say it or something else; nothing of a month that was not.
func (p *Month) receiptOf(ctx context.Context, turn bot.Turn, view list.MonthView) (said string,
	buttons [][]bot.Button, err error) {
	if view.Stage != list.StagePaid || view.LineID == 0 {
		return "", nil, nil
	}
	receipt, err := p.List.Receipt(ctx, turn.Speaker.Actor, view.LineID)
	if err != nil {
		return "", nil, err
	}
	if receipt.ID == 0 {
		return p.Say("receipt.asked"), [][]bot.Button{bot.Row(p.Button("got_or_not", "gotagain", view.LineID))}, nil
	}
	said = p.Say("receipt.mine."+string(receipt.Answer), "amount", texts.Money(receipt.Amount))
	return said, [][]bot.Button{bot.Row(p.Button("got_again", "gotagain", view.LineID))}, nil
}

// got keeps an answer that needs no amount.
func (p *Month) got(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	receipt, err := p.Cases.Received(ctx, turn.Speaker.Actor, cases.Word{Answer: models.ReceiptAnswer(turn.Arg(0)),
		Line: kit.Number(turn.Arg(1)), Text: p.Say("problem.not_received_text")})
	return p.receiptKept(receipt), err
}

func (p *Month) receiptKept(receipt models.LineReceipt) bot.Reply {
	text := p.Say("receipt.kept")
	if receipt.Answer != models.ReceiptFull && receipt.CaseID != nil {
		text = p.Say("receipt.case", "number", *receipt.CaseID)
	}
	return p.Tell(text, p.Button("got_again", "gotagain", receipt.LineID))
}

// gotAgain lets an officer say something else than before.
func (p *Month) gotAgain(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	line := kit.Number(turn.Arg(0))
	view, err := p.List.MonthOfLine(ctx, turn.Speaker.Actor, line)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.StageLine(view))
	lines.Say("receipt.ask")
	if view.Stage == list.StagePaid {
		lines.Rows(p.receiptRows(line)...)
	}
	return lines.End(), nil
}

// less is what has come of a line's money.
type less struct{ Line, Amount int64 }

func (p *Month) gotLessForm() *bot.Form {
	return &bot.Form{
		Name: "got_less",
		Steps: []bot.Step{{Name: "amount", Ask: "receipt.less_ask", Example: "example.received", Read: kit.ReadAmount,
			Show: showAmount}},
		Confirm: kit.With(func(_ context.Context, _ bot.Turn, less less) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("receipt.less_confirm", "amount", texts.Money(less.Amount))}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, less less) (bot.Reply, error) {
			receipt, err := p.Cases.Received(ctx, turn.Speaker.Actor, cases.Word{Line: less.Line, Answer: models.ReceiptLess,
				Amount: less.Amount, Text: p.Say("receipt.less_text", "amount", texts.Money(less.Amount))})
			return p.receiptKept(receipt), err
		}),
	}
}
