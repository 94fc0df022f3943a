package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services/cases"
	"canbobot/services/list"
	"canbobot/services/vn"
)

// receiptRows ask the officer whether money that was paid has come.
func (s *Screens) receiptRows(line int64) [][]bot.Button {
	return [][]bot.Button{
		bot.Row(positive(s.button("got_full", "got", string(models.ReceiptFull), id(line)))),
		bot.Row(s.button("got_less", "gotless", id(line)), s.button("got_none", "got", string(models.ReceiptNone), id(line))),
	}
}

// receiptOf is what the officer has said of a month that was paid, with the
// button to say it or something else; nothing of a month that was not.
func (s *Screens) receiptOf(ctx context.Context, turn bot.Turn, view list.MonthView) (said string, buttons [][]bot.Button, err error) {
	if view.Stage != list.StagePaid || view.LineID == 0 {
		return "", nil, nil
	}
	receipt, err := s.List.Receipt(ctx, turn.Speaker.Actor, view.LineID)
	if err != nil {
		return "", nil, err
	}
	if receipt.ID == 0 {
		return s.say("receipt.asked"), [][]bot.Button{bot.Row(s.button("got_or_not", "gotagain", id(view.LineID)))}, nil
	}
	said = s.say("receipt.mine."+string(receipt.Answer), "amount", texts.Money(receipt.Amount))
	return said, [][]bot.Button{bot.Row(s.button("got_again", "gotagain", id(view.LineID)))}, nil
}

func (s *Screens) receiptSaid(receipt models.LineReceipt) string {
	return s.say("receipt.said."+string(receipt.Answer), "amount", texts.Money(receipt.Amount), "at", texts.Moment(receipt.UpdatedAt))
}

// got keeps an answer that needs no amount.
func (s *Screens) got(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := officersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	word := cases.Word{Answer: models.ReceiptAnswer(turn.Arg(0)), Line: number(turn.Arg(1)), Text: s.say("problem.not_received_text")}
	receipt, err := s.Cases.Received(ctx, turn.Speaker.Actor, word)
	if err != nil {
		return bot.Reply{}, err
	}
	return s.receiptKept(receipt), nil
}

func (s *Screens) receiptKept(receipt models.LineReceipt) bot.Reply {
	text := s.say("receipt.kept")
	if receipt.Answer != models.ReceiptFull && receipt.CaseID != nil {
		text = s.say("receipt.case", "number", *receipt.CaseID)
	}
	buttons := bot.Row(s.button("got_again", "gotagain", id(receipt.LineID)), s.button("menu", "menu"))
	return bot.Reply{Text: text, Buttons: [][]bot.Button{buttons}}
}

// gotAgain lets an officer say something else than before.
func (s *Screens) gotAgain(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := officersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	view, err := s.List.MonthOfLine(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.stageLine(view), Text: s.say("receipt.ask"), Protect: true}
	if view.Stage == list.StagePaid {
		reply.Buttons = s.receiptRows(number(turn.Arg(0)))
	}
	reply.Buttons = append(reply.Buttons, s.menuRow())
	return reply, nil
}

func (s *Screens) gotLess(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := officersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	return turn.Begin(ctx, "got_less", bot.Answers{"line": id(number(turn.Arg(0)))})
}

func (s *Screens) gotLessForm() *bot.Form {
	return &bot.Form{
		Name: "got_less",
		Steps: []bot.Step{{
			Name: "amount", Ask: "receipt.less_ask", Example: "example.received", Read: readAmount,
			Show: func(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
				return texts.Money(number(answers["amount"])), nil
			},
		}},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: s.say("receipt.less_confirm", "amount", texts.Money(number(answers["amount"])))}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			amount := number(answers["amount"])
			receipt, err := s.Cases.Received(ctx, turn.Speaker.Actor, cases.Word{
				Line: number(answers["line"]), Answer: models.ReceiptLess, Amount: amount, Text: s.say("receipt.less_text", "amount", texts.Money(amount)),
			})
			if err != nil {
				return bot.Reply{}, err
			}
			return s.receiptKept(receipt), nil
		},
	}
}

// answersLine tells how many of those who were paid have said that it came; ""
// before anybody is paid.
func (s *Screens) answersLine(answers list.Answers) string {
	if answers.Paid == 0 {
		return ""
	}
	return s.say("receipt.rate", "full", answers.Full, "paid", answers.Paid, "rate", answers.Rate(), "less", answers.Less, "none", answers.None)
}

// silent lists who was paid and has not said whether it came, to be telephoned.
func (s *Screens) silent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run, offset := number(turn.Arg(0)), int(min(number(turn.Arg(1)), 1<<30))
	people, total, err := s.List.Unanswered(ctx, turn.Speaker.Actor, run, offset, listed)
	if err != nil {
		return bot.Reply{}, err
	}
	back := bot.Row(s.button("back_to_run", "run", id(run)), s.button("menu", "menu"))
	if len(people) == 0 {
		return bot.Reply{Text: s.say("receipt.all_answered"), Buttons: [][]bot.Button{back}}, nil
	}
	reply := bot.Reply{Title: s.say("receipt.silent", "count", total), Protect: true}
	var lines []string
	for _, one := range people {
		lines = append(lines, s.say("receipt.silent_line", "name", one.Name, "unit", one.Unit, "amount", texts.Money(one.Amount), "phone", orDash(vn.FormatPhone(one.Phone))))
	}
	reply.Text = strings.Join(lines, "\n")
	if next := offset + len(people); int64(next) < total {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("more", "silent", id(run), id(int64(next)))))
	}
	reply.Buttons = append(reply.Buttons, back)
	return reply, nil
}

// caseFacts tell staff what the ward and the bank did with the money that a
// complaint is about, and how long the officer has waited.
func (s *Screens) caseFacts(view cases.View) []string {
	var lines []string
	if view.Month != nil {
		for _, earlier := range view.Month.Earlier {
			lines = append(lines, s.say("case.earlier", "month", earlier.Month, "amount", texts.Money(earlier.Amount), "reason", orDash(earlier.Reason)))
		}
	}
	if line := view.Line; line != nil {
		state, how := s.say("line_state."+string(line.Line.State)), s.say("case.cash")
		if line.Line.BankTail != "" {
			state = s.say("case.line_state." + string(line.Line.State))
			how = s.say("case.account", "bank", line.Line.BankName, "tail", line.Line.BankTail)
		}
		lines = append(lines, s.say("case.line", "month", line.Run.Month, "amount", texts.Money(line.Line.Amount), "state", state, "how", how))
		if at := line.Run.ExportedAt; at != nil {
			lines = append(lines, s.say("case.exported", "at", texts.Moment(*at)))
		}
		if line.Receipt.ID != 0 {
			lines = append(lines, s.receiptSaid(line.Receipt))
		}
	}
	lines = append(lines, s.say("case.opened", "at", texts.Moment(view.Case.CreatedAt)))
	if at := view.Case.FirstAnsweredAt; at != nil {
		lines = append(lines, s.say("case.first_answered", "at", texts.Moment(*at)))
	}
	if at := view.Case.ClosedAt; at != nil {
		lines = append(lines, s.say("case.closed", "at", texts.Moment(*at)))
	}
	return lines
}
