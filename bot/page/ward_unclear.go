package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/services"
)

// unclearShown is how many kept phrases fit a phone.
const unclearShown = 15

// unclear shows staff what the bot did not understand: how often, and where the
// ward keeps it, what.
func (s *Screens) unclear(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	actor := turn.Speaker.Actor
	report, err := s.Phrases.Of(ctx, actor, actor.Ward)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("unclear.title", "since", report.Since), Protect: true}
	var lines []string
	for _, count := range report.Counts {
		label := s.say("unclear.nothing_likely")
		if entry, ok := intentButtons[bot.Intent(count.Intent)]; ok {
			label = s.say("unclear.likely", "label", s.button(entry[0], entry[1]).Label)
		}
		lines = append(lines, s.say("unclear.count", "what", label, "times", count.Times))
	}
	if len(lines) == 0 {
		lines = append(lines, s.say("unclear.none"))
	}
	switch {
	case !report.Keeping:
		lines = append(lines, "", s.say("unclear.not_kept"))
	case len(report.Kept) > 0:
		lines = append(lines, "", s.say("unclear.kept"))
		for _, kept := range report.Kept[:min(unclearShown, len(report.Kept))] {
			lines = append(lines, s.say("unclear.phrase", "text", kept.Masked))
		}
	default:
		lines = append(lines, "", s.say("unclear.keeping"))
	}
	reply.Text = strings.Join(lines, "\n")
	if actor.Role == services.Admin {
		button := s.button("keep_phrases", "keepphrases", "on")
		if report.Keeping {
			button = s.button("forget_phrases", "keepphrases", "off")
		}
		reply.Buttons = append(reply.Buttons, bot.Row(button))
	}
	reply.Buttons = append(reply.Buttons, s.menuRow())
	return reply, nil
}

// keepPhrases turns the keeping on or off, after a question that says what it
// means.
func (s *Screens) keepPhrases(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	on, actor := turn.Arg(0) == "on", turn.Speaker.Actor
	if turn.Arg(1) != "yes" {
		reply := bot.Reply{Text: s.say("unclear.forget_ask"), Buttons: [][]bot.Button{bot.Row(s.button("forget_phrases", "keepphrases", "off", "yes"), s.button("unclear", "unclear")), s.menuRow()}}
		if on {
			reply = bot.Reply{Text: s.say("unclear.keep_ask"), Buttons: [][]bot.Button{bot.Row(s.button("keep_phrases", "keepphrases", "on", "yes"), s.button("unclear", "unclear")), s.menuRow()}}
		}
		return reply, nil
	}
	if err := s.Phrases.Keep(ctx, actor, actor.Ward, on); err != nil {
		return bot.Reply{}, err
	}
	return s.unclear(ctx, turn)
}
