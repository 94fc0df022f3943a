package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
	"canbobot/services/change"
)

// decision is how a request is answered with words.
type decision = func(ctx context.Context, actor services.Actor, id int64, version int, reason string) (change.Card,
	error)

// answered is what is said to a request in words, as the actor saw it.
type answered struct {
	Request int64
	Version int
	Reason  string
}

// decisionForm asks what is missing or wrong, in words that the proposer reads.
func (p *Signing) decisionForm(name, ask string, decide decision) *bot.Form {
	return &bot.Form{
		Name: name,
		Steps: []bot.Step{{Name: "reason", Ask: ask, Choices: p.Requests.choices(1, "reason.*.label", reasons[name]...),
			Read: p.readReason, Show: kit.AsKept("reason"), Free: true, Pick: true}},
		Confirm: kit.With(func(_ context.Context, _ bot.Turn, one answered) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("decision.confirm", "number", one.Request, "what", p.Say("decision."+name), "reason",
				one.Reason)}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, one answered) (bot.Reply, error) {
			card, err := decide(ctx, turn.Speaker.Actor, one.Request, one.Version, one.Reason)
			return p.decided().Drawn(turn.Speaker.Actor, card, err)
		}),
	}
}

// reasons are what is usually missing, or wrong.
var reasons = map[string][]string{
	"return": {"decision", "phone", "name"},
	"refuse": {"wrong_person", "duplicate"},
}

// readReason keeps the words that the proposer will read.
func (p *Signing) readReason(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	for _, known := range reasons {
		for _, reason := range known {
			if input.Choice == reason {
				return p.Say("reason." + reason + ".text"), nil
			}
		}
	}
	return kit.ReadSentence(input)
}
