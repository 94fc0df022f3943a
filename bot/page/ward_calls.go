package page

import (
	"context"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services/outbox"
	"canbobot/services/vn"
)

// callsShown is how many people to telephone are listed at once.
const callsShown = 5

// calls lists whom no message reached, with the number to call.
func (s *Screens) calls(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	calls, total, err := s.Notices.Calls(ctx, turn.Speaker.Actor, callsShown)
	if err != nil {
		return bot.Reply{}, err
	}
	if total == 0 {
		return bot.Reply{Text: s.say("calls.nothing"), Buttons: [][]bot.Button{s.menuRow()}}, nil
	}
	reply := bot.Reply{Title: s.say("calls.title", "people", total), Protect: true}
	var blocks []string
	for _, call := range calls {
		block := s.say("calls.line", "name", call.Name, "phone", orDash(vn.FormatPhone(call.Phone)), "what", s.whatOf(call.Kind, call.Subject), "why", s.whyOf(call.Why))
		if call.Messages > 1 {
			block += "\n" + s.say("calls.more", "count", call.Messages-1)
		}
		blocks = append(blocks, block)
		reply.Buttons = append(reply.Buttons, bot.Row(positive(bot.Button{Label: s.say("calls.done_button", "name", givenName(call.Name)), Action: bot.Act("called", id(call.Person))}),
			bot.Button{Label: s.say("calls.see_button", "name", givenName(call.Name)), Action: bot.Act("person", id(call.Person))}))
	}
	if total > len(calls) {
		blocks = append(blocks, s.say("calls.rest", "count", total-len(calls)))
	}
	reply.Text = strings.Join(blocks, "\n\n")
	reply.Buttons = append(reply.Buttons, s.menuRow())
	return reply, nil
}

// called takes one person off the list and shows the rest.
func (s *Screens) called(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := s.Notices.Called(ctx, turn.Speaker.Actor, number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	reply, err := s.calls(ctx, turn)
	reply.Replace = true
	return reply, err
}

// givenName is what people call each other by: the last word of a name.
func givenName(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "–"
	}
	given := words[len(words)-1]
	if runes := []rune(given); len(runes) > 10 {
		return string(runes[:10])
	}
	return given
}

// whatOf names what a message was about.
func (s *Screens) whatOf(kind string, subject int64) string {
	if outbox.Templated(outbox.Kind(kind)) {
		return s.say("told_kind."+kind, "number", subject)
	}
	return s.say("told_kind.other")
}

// whyOf says why a message did not arrive.
func (s *Screens) whyOf(code string) string {
	if !s.Texts.Has("unreached." + code) {
		code = "other"
	}
	return s.say("unreached." + code)
}

// reachLines say by which channels a person can be written to.
func (s *Screens) reachLines(accounts []models.Account) string {
	if len(accounts) == 0 {
		return s.say("reach.none")
	}
	var lines []string
	for _, account := range accounts {
		name := s.say("channel." + account.Channel)
		switch {
		case account.UnreachableAt != nil:
			lines = append(lines, s.say("reach.unreachable", "channel", name, "since", models.DateOf(*account.UnreachableAt), "why", s.whyOf(account.UnreachableWhy)))
		case s.window(account.Channel, s.Clock().Sub(account.LastSeenAt)) == string(bot.Closed):
			lines = append(lines, s.say("reach.closed", "channel", name, "since", models.DateOf(account.LastSeenAt)))
		default:
			lines = append(lines, s.say("reach.open", "channel", name, "since", models.DateOf(account.LastSeenAt)))
		}
	}
	return strings.Join(lines, "\n")
}

// window says what a message costs on a channel; free where the channel knows
// no windows.
func (s *Screens) window(channel string, sinceLastSeen time.Duration) string {
	if s.Window == nil {
		return string(bot.Free)
	}
	return string(s.Window(channel, sinceLastSeen))
}
