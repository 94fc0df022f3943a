package money

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/outbox"
)

// waiverCard is how a waiver is read and drawn.
func (p *Debts) waiverCard() kit.Card[list.WaiverCard] {
	return kit.Card[list.WaiverCard]{Read: p.List.Waivers.Card, Draw: p.drawWaiver}
}

func (p *Debts) drawWaiver(_ services.Actor, card list.WaiverCard) bot.Reply {
	waits := card.State == models.WaiverAsked
	lines := p.Private(p.Say("waiver.title", "name", card.Name))
	lines.Card = bot.Card{Subject: outbox.Waiver, ID: card.ID, Version: card.Version}
	lines.Say("waiver.amount", "amount", texts.Money(card.Amount), "words", texts.InWords(card.Amount))
	lines.Say("waiver.decision", "decision", card.Decision)
	lines.Say("waiver.left", "left", texts.Money(card.Left))
	lines.Say("waiver.state." + string(card.State))
	lines.Add(p.StandInLines(card.Approval, waits)...)
	args := []any{card.ID, card.Version}
	switch {
	case waits && card.WhyNot == "":
		lines.Row(kit.Positive(p.Button("waiver_yes", "waiveryes", args...)),
			kit.Negative(p.Button("waiver_no", "waiverno", args...)))
	case waits && card.Approval.MayTakeBack:
		lines.Row(kit.Negative(p.Button("take_back", "waiverback", args...)))
	}
	return lines.End(p.Button("debt", "debt", card.PersonID))
}

// forgoing is what is said of a debt that is to be given up.
type forgoing struct {
	Person   int64
	Amount   int64
	Decision string
}

// waiveForm asks how much is given up, and by which decision.
func (p *Debts) waiveForm() *bot.Form {
	return &bot.Form{
		Name: "waive",
		Steps: []bot.Step{
			{Name: "amount", Ask: "waive.amount", Example: "example.repaid", Read: p.readRepaid, Show: showAmount,
				Fields: p.owed, Choices: p.owedWhole},
			kit.Sentence(bot.Step{Name: "decision", Ask: "waive.decision", Example: "example.decision"}),
		},
		Mends: map[string]string{"waived_more": "amount", "repaid_amount": "amount", "waiver_decision": "decision"},
		Confirm: kit.With(func(ctx context.Context, turn bot.Turn, said forgoing) (bot.Reply, error) {
			debt, err := p.List.Debts.Debt(ctx, turn.Speaker.Actor, said.Person)
			return bot.Reply{Text: p.Say("waive.confirm", "name", debt.Name, "amount", texts.Money(said.Amount), "words",
				texts.InWords(said.Amount), "decision", said.Decision)}, err
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, said forgoing) (bot.Reply, error) {
			card, err := p.List.Waivers.Ask(ctx, turn.Speaker.Actor, said.Person, said.Amount, said.Decision)
			return p.waiverCard().Drawn(turn.Speaker.Actor, card, err)
		}),
	}
}

// waiverLine tells one sum that was given up, or is asked to be.
func waiverLine(k kit.Kit, waiver models.Waiver) string {
	return k.Say("waiver.line."+string(waiver.State), "amount", texts.Money(waiver.Amount), "decision", waiver.Decision)
}
