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
)

// asIs sends the clerk what nobody understood, as it was said.
func (p *Page) asIs(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	said := turn.Unheard()
	if said == "" {
		return turn.Begin(ctx, "support", nil)
	}
	_, err := p.Cases.Open(ctx, turn.Speaker.Actor, cases.Opening{Kind: "question", Text: said})
	if err == nil {
		turn.Heard()
	}
	return p.Tell(p.Say("support.asis", "text", said)), err
}

func (p *Page) supportForm() *bot.Form {
	return &bot.Form{
		Name: "support", Intent: bot.Support,
		Steps:   []bot.Step{kit.Sentence(bot.Step{Name: "text", Ask: "support.ask", Example: "example.question"})},
		Confirm: p.ConfirmWords("support.confirm", "text"),
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			_, err := p.Cases.Open(ctx, turn.Speaker.Actor, cases.Opening{Kind: "question", Text: answers["text"]})
			return p.Tell(p.Say("support.done")), err
		},
	}
}

// card is how a case is read and drawn.
func (p *Page) card() kit.Card[cases.View] {
	return kit.Card[cases.View]{Read: p.Cases.Card, Draw: func(reader services.Actor, view cases.View) bot.Reply {
		return p.drawCase(view, reader.IsStaff())
	}}
}

// drawCase shows who asks, how to call them, what was said, and what is known
// of the month's money.
func (p *Page) drawCase(view cases.View, staff bool) bot.Reply {
	lines := p.Private(p.Say("case.title", "number", view.Case.ID))
	if staff {
		lines.Say("case.who", "name", view.PersonName, "titles", kit.OrDash(strings.Join(view.Titles, "; ")), "phone",
			lines.Phone(view.Case.PersonID, view.Phone))
	}
	if month := view.Month; month != nil {
		lines.Add(p.StageLine(*month))
		// of an earlier list it is told with the list
		lines.SayIf(month.Reason != "" && !(staff && len(month.Earlier) > 0), "allowance.reason", "reason", month.Reason)
	}
	if staff {
		p.caseFacts(lines, view)
	}
	for _, message := range view.Case.Messages {
		from := p.Say("case.ward")
		if message.PersonID != nil {
			from = p.Say("case.officer")
		}
		lines.Say("case.message", "from", from, "at", texts.Moment(message.At), "text", message.Text)
	}
	lines.Add("", p.Say("case.state."+string(view.Case.State)))
	lines.SayIf(staff && view.Settled, "case.settled")
	closed := view.Case.State == models.CaseClosed
	lines.Card = bot.Card{Subject: outbox.Case, ID: view.Case.ID, Version: len(view.Case.Messages)}
	switch {
	case closed && staff:
		lines.Card.Version += 2
	case closed || staff && view.Settled:
		lines.Card.Version++
	}
	answer, ends := p.Button("answer", "caseans", view.Case.ID), p.Button("close_case", "caseclose", view.Case.ID)
	switch {
	case !staff:
		return lines.End(p.Button("support", "support"))
	case closed:
		return lines.End(p.Button("pending", "pending"))
	case view.Settled:
		lines.Row(kit.Positive(ends), answer)
	default:
		lines.Row(kit.Positive(answer), ends)
	}
	return lines.Done()
}

// answer is what the ward says to a case.
type answer struct {
	Case int64
	Text string
}

func (p *Page) answerCaseForm() *bot.Form {
	return &bot.Form{
		Name:  "answer_case",
		Steps: []bot.Step{kit.Sentence(bot.Step{Name: "text", Ask: "case.answer_ask"})},
		Confirm: kit.With(func(_ context.Context, _ bot.Turn, one answer) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("case.answer_confirm", "number", one.Case, "text", one.Text)}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, one answer) (bot.Reply, error) {
			view, err := p.Cases.Answer(ctx, turn.Speaker.Actor, one.Case, one.Text)
			if err != nil {
				return bot.Reply{}, err
			}
			reply := kit.Led(p.Say("case.answered"), p.drawCase(view, true))
			reply.Card = bot.Card{} // the card itself is redrawn; this is a receipt
			return reply, nil
		}),
	}
}

func (p *Page) receiptSaid(receipt models.LineReceipt) string {
	return p.Say("receipt.said."+string(receipt.Answer), "amount", texts.Money(receipt.Amount), "at",
		texts.Moment(receipt.UpdatedAt))
}

// caseFacts tell staff what the ward and the bank did with the money that a
// complaint is about, and how long the officer has waited.
func (p *Page) caseFacts(lines *kit.Lines, view cases.View) {
	if view.Month != nil {
		for _, earlier := range view.Month.Earlier {
			lines.Say("case.earlier", "month", earlier.Month, "amount", texts.Money(earlier.Amount), "reason",
				kit.OrDash(earlier.Reason))
		}
	}
	if line := view.Line; line != nil {
		state, how := p.Say("line_state."+string(line.Line.State)), p.Say("case.cash")
		if line.Line.BankTail != "" {
			state = p.Say("case.line_state." + string(line.Line.State))
			how = p.Say("case.account", "bank", line.Line.BankName, "tail", line.Line.BankTail)
		}
		lines.Say("case.line", "month", line.Run.Month, "amount", texts.Money(line.Line.Amount), "state", state, "how", how)
		if at := line.Run.ExportedAt; at != nil {
			lines.Say("case.exported", "at", texts.Moment(*at))
		}
		if line.Receipt.ID != 0 {
			lines.Add(p.receiptSaid(line.Receipt))
		}
	}
	lines.Say("case.opened", "at", texts.Moment(view.Case.CreatedAt))
	if at := view.Case.FirstAnsweredAt; at != nil {
		lines.Say("case.first_answered", "at", texts.Moment(*at))
	}
	if at := view.Case.ClosedAt; at != nil {
		lines.Say("case.closed", "at", texts.Moment(*at))
	}
}
