package notice

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
)

// callsShown is how many people to telephone are listed at once.
const callsShown = 5

// calls lists whom no message reached, with the number to call.
func (p *Sending) calls(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	calls, total, err := p.Notices.Outcomes.Calls(ctx, turn.Speaker.Actor, callsShown)
	if err != nil || total == 0 {
		return p.Tell(p.Say("calls.nothing")), err
	}
	blocks := p.Private(p.Say("calls.title", "people", total)).Apart()
	for _, call := range calls {
		block := p.Say("calls.line", "name", call.Name, "phone", blocks.Phone(call.Person, call.Phone), "what",
			p.whatOf(call.Kind, call.Subject), "why", p.whyOf(call.Why))
		if call.Messages > 1 {
			block += "\n" + p.Say("calls.more", "count", call.Messages-1)
		}
		blocks.Add(block)
		given := kit.GivenName(call.Name)
		blocks.Row(kit.Positive(kit.Act(p.Say("calls.done_button", "name", given), "called", call.Person)),
			kit.Act(p.Say("calls.see_button", "name", given), "person", call.Person))
	}
	blocks.SayIf(total > len(calls), "calls.rest", "count", total-len(calls))
	return blocks.End(), nil
}

// whatOf names what a message was about.
func (p *Sending) whatOf(kind string, subject int64) string {
	if outbox.Templated(outbox.Kind(kind)) || kind == string(outbox.NumberChanged) {
		return p.Say("told_kind."+kind, "number", subject)
	}
	return p.Say("told_kind.other")
}
