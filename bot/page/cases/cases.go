package cases

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/cases"
	"canbobot/services/outbox"
	"canbobot/services/vn"
)

// support reaches the clerk with a question in the officer's own words.
func (p *Page) support(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return turn.Begin(ctx, "support", nil)
}

func (p *Page) supportForm() *bot.Form {
	return &bot.Form{
		Name: "support", Intent: bot.Support,
		Steps: []bot.Step{{Name: "text", Ask: "support.ask", Example: "example.question", Read: kit.ReadSentenceStep,
			Show: kit.AsKept("text"), Free: true}},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("support.confirm", "text", answers["text"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			if _, err := p.Cases.Open(ctx, turn.Speaker.Actor,
				cases.Opening{Kind: "question", Text: answers["text"]}); err != nil {
				return bot.Reply{}, err
			}
			return p.Tell(p.Say("support.done")), nil
		},
	}
}

func (p *Page) caseCard(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.Cases.Card(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawCase(view, true), nil
}

// drawCase shows who asks, how to call them, what was said, and what is known
// of the month's money.
func (p *Page) drawCase(view cases.View, staff bool) bot.Reply {
	lines := []string{}
	if staff {
		lines = append(lines, p.Say("case.who", "name", view.PersonName, "titles",
			kit.OrDash(strings.Join(view.Titles, "; ")), "phone", kit.OrDash(vn.FormatPhone(view.Phone))))
	}
	if view.Month != nil {
		lines = append(lines, p.StageLine(*view.Month))
		if view.Month.Reason != "" && !(staff && len(view.Month.Earlier) > 0) { // told with the list that it was of
			lines = append(lines, p.Say("allowance.reason", "reason", view.Month.Reason))
		}
	}
	if staff {
		lines = append(lines, p.caseFacts(view)...)
	}
	for _, message := range view.Case.Messages {
		from := p.Say("case.ward")
		if message.PersonID != nil {
			from = p.Say("case.officer")
		}
		lines = append(lines, p.Say("case.message", "from", from, "at", texts.Moment(message.At), "text", message.Text))
	}
	lines = append(lines, "", p.Say("case.state."+string(view.Case.State)))
	if staff && view.Settled {
		lines = append(lines, p.Say("case.settled"))
	}
	reply := bot.Reply{
		Title: p.Say("case.title", "number", view.Case.ID), Text: strings.Join(lines, "\n"), Protect: true,
		Card: bot.Card{Subject: outbox.Case, ID: view.Case.ID, Version: len(view.Case.Messages)},
	}
	switch {
	case view.Case.State == models.CaseClosed && staff:
		reply.Card.Version += 2
	case view.Case.State == models.CaseClosed || staff && view.Settled:
		reply.Card.Version++
	}
	switch {
	case !staff:
		reply.Buttons = [][]bot.Button{p.MenuRow(p.Button("support", "support"))}
	case view.Case.State == models.CaseClosed:
		reply.Buttons = [][]bot.Button{p.MenuRow(p.Button("pending", "pending"))}
	case view.Settled:
		reply.Buttons = [][]bot.Button{bot.Row(kit.Positive(p.Button("close_case", "caseclose", view.Case.ID)),
			p.Button("answer", "caseans", view.Case.ID))}
	default:
		reply.Buttons = [][]bot.Button{bot.Row(kit.Positive(p.Button("answer", "caseans", view.Case.ID)),
			p.Button("close_case", "caseclose", view.Case.ID))}
	}
	return reply
}

// myCase shows an officer their own question and its answers.
func (p *Page) myCase(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.Cases.Card(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawCase(view, false), nil
}

func (p *Page) answerCase(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return turn.Begin(ctx, "answer_case", bot.Answers{"case": kit.ID(kit.Number(turn.Arg(0)))})
}

func (p *Page) answerCaseForm() *bot.Form {
	return &bot.Form{
		Name: "answer_case",
		Steps: []bot.Step{{Name: "text", Ask: "case.answer_ask", Read: kit.ReadSentenceStep, Show: kit.AsKept("text"),
			Free: true}}, Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("case.answer_confirm", "number", answers["case"], "text", answers["text"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			view, err := p.Cases.Answer(ctx, turn.Speaker.Actor, kit.Number(answers["case"]), answers["text"])
			if err != nil {
				return bot.Reply{}, err
			}
			reply := p.drawCase(view, true)
			reply.Text = p.Say("case.answered") + "\n\n" + reply.Text
			reply.Card = bot.Card{} // the card itself is redrawn; this is a receipt
			return reply, nil
		},
	}
}

func (p *Page) closeCase(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	view, err := p.Cases.Close(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := p.drawCase(view, true)
	reply.Replace = true
	return reply, nil
}

func (p *Page) receiptSaid(receipt models.LineReceipt) string {
	return p.Say("receipt.said."+string(receipt.Answer), "amount", texts.Money(receipt.Amount), "at",
		texts.Moment(receipt.UpdatedAt))
}

// caseFacts tell staff what the ward and the bank did with the money that a
// complaint is about, and how long the officer has waited.
func (p *Page) caseFacts(view cases.View) []string {
	var lines []string
	if view.Month != nil {
		for _, earlier := range view.Month.Earlier {
			lines = append(lines, p.Say("case.earlier", "month", earlier.Month, "amount", texts.Money(earlier.Amount), "reason",
				kit.OrDash(earlier.Reason)))
		}
	}
	if line := view.Line; line != nil {
		state, how := p.Say("line_state."+string(line.Line.State)), p.Say("case.cash")
		if line.Line.BankTail != "" {
			state = p.Say("case.line_state." + string(line.Line.State))
			how = p.Say("case.account", "bank", line.Line.BankName, "tail", line.Line.BankTail)
		}
		lines = append(lines, p.Say("case.line", "month", line.Run.Month, "amount", texts.Money(line.Line.Amount), "state",
			state, "how", how))
		if at := line.Run.ExportedAt; at != nil {
			lines = append(lines, p.Say("case.exported", "at", texts.Moment(*at)))
		}
		if line.Receipt.ID != 0 {
			lines = append(lines, p.receiptSaid(line.Receipt))
		}
	}
	lines = append(lines, p.Say("case.opened", "at", texts.Moment(view.Case.CreatedAt)))
	if at := view.Case.FirstAnsweredAt; at != nil {
		lines = append(lines, p.Say("case.first_answered", "at", texts.Moment(*at)))
	}
	if at := view.Case.ClosedAt; at != nil {
		lines = append(lines, p.Say("case.closed", "at", texts.Moment(*at)))
	}
	return lines
}

// redraw is a case's card for whoever has it before them.
func (p *Page) redraw(ctx context.Context, recipient services.Actor, id int64) (bot.Reply, error) {
	view, err := p.Cases.Card(ctx, recipient, id)
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawCase(view, recipient.IsStaff()), nil
}
