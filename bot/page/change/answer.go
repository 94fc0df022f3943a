package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
	"canbobot/services/change"
)

// beginDecision opens the form in which a request is answered with words.
func (p *Signing) beginDecision(form string) bot.Screen {
	return func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		if _, err := p.Changes.Card(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0))); err != nil {
			return bot.Reply{}, err
		}
		return turn.Begin(ctx, form, bot.Answers{"request": kit.ID(kit.Number(turn.Arg(0))),
			"version": kit.ID(kit.Number(turn.Arg(1)))})
	}
}

// decision is how a request is answered with words.
type decision = func(ctx context.Context, actor services.Actor, id int64, version int, reason string) (change.Card,
	error)

// decisionForm asks what is missing or wrong, in words that the proposer reads.
func (p *Signing) decisionForm(name, ask string, decide decision) *bot.Form {
	return &bot.Form{
		Name: name,
		Steps: []bot.Step{{Name: "reason", Ask: ask, Choices: p.Requests.choices(1, "reason.*.label", reasons[name]...),
			Read: p.readReason, Show: kit.AsKept("reason"), Free: true, Pick: true}},
		Confirm: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("decision.confirm", "number", answers["request"], "what", p.Say("decision."+name),
				"reason", answers["reason"])}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			card, err := decide(ctx, turn.Speaker.Actor, kit.Number(answers["request"]), kit.Version(answers["version"]),
				answers["reason"])
			reply, err := p.decided(card, err)
			reply.Replace = false // the pressed button sits on the form, not on the card
			return reply, err
		},
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
