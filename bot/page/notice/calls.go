package notice

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/outbox"
	"canbobot/services/vn"
)

// callsShown is how many people to telephone are listed at once.
const callsShown = 5

// calls lists whom no message reached, with the number to call.
func (p *Sending) calls(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	calls, total, err := p.Notices.Outcomes.Calls(ctx, turn.Speaker.Actor, callsShown)
	if err != nil {
		return bot.Reply{}, err
	}
	if total == 0 {
		return p.Tell(p.Say("calls.nothing")), nil
	}
	reply := bot.Reply{Title: p.Say("calls.title", "people", total), Protect: true}
	var blocks []string
	for _, call := range calls {
		block := p.Say("calls.line", "name", call.Name, "phone", kit.OrDash(vn.FormatPhone(call.Phone)), "what",
			p.whatOf(call.Kind, call.Subject), "why", p.whyOf(call.Why))
		if call.Messages > 1 {
			block += "\n" + p.Say("calls.more", "count", call.Messages-1)
		}
		blocks = append(blocks, block)
		reply.Buttons = append(reply.Buttons, bot.Row(
			kit.Positive(kit.Act(p.Say("calls.done_button", "name", kit.GivenName(call.Name)), "called", call.Person)),
			kit.Act(p.Say("calls.see_button", "name", kit.GivenName(call.Name)), "person", call.Person)))
	}
	if total > len(calls) {
		blocks = append(blocks, p.Say("calls.rest", "count", total-len(calls)))
	}
	reply.Text = strings.Join(blocks, "\n\n")
	reply.Buttons = append(reply.Buttons, p.MenuRow())
	return reply, nil
}

// called takes one person off the list and shows the rest.
func (p *Sending) called(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := p.Notices.Outcomes.Called(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	reply, err := p.calls(ctx, turn)
	reply.Replace = true
	return reply, err
}

// whatOf names what a message was about.
func (p *Sending) whatOf(kind string, subject int64) string {
	if outbox.Templated(outbox.Kind(kind)) {
		return p.Say("told_kind."+kind, "number", subject)
	}
	return p.Say("told_kind.other")
}
