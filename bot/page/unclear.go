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
func (f *front) unclear(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor := turn.Speaker.Actor
	report, err := f.Phrases.Of(ctx, actor, actor.Ward)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: f.Say("unclear.title", "since", report.Since), Protect: true}
	var lines []string
	for _, count := range report.Counts {
		label := f.Say("unclear.nothing_likely")
		if button, ok := f.Book.Way(bot.Intent(count.Intent)); ok {
			label = f.Say("unclear.likely", "label", button.Label)
		}
		lines = append(lines, f.Say("unclear.count", "what", label, "times", count.Times))
	}
	if len(lines) == 0 {
		lines = append(lines, f.Say("unclear.none"))
	}
	switch {
	case !report.Keeping:
		lines = append(lines, "", f.Say("unclear.not_kept"))
	case len(report.Kept) > 0:
		lines = append(lines, "", f.Say("unclear.kept"))
		for _, kept := range report.Kept[:min(unclearShown, len(report.Kept))] {
			lines = append(lines, f.Say("unclear.phrase", "text", kept.Masked))
		}
	default:
		lines = append(lines, "", f.Say("unclear.keeping"))
	}
	reply.Text = strings.Join(lines, "\n")
	if actor.Role == services.Admin {
		button := f.Button("keep_phrases", "keepphrases", "on")
		if report.Keeping {
			button = f.Button("forget_phrases", "keepphrases", "off")
		}
		reply.Buttons = append(reply.Buttons, bot.Row(button))
	}
	reply.Buttons = append(reply.Buttons, f.MenuRow())
	return reply, nil
}

// keepPhrases turns the keeping on or off, after a question that says what it
// means.
func (f *front) keepPhrases(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	on, actor := turn.Arg(0) == "on", turn.Speaker.Actor
	if turn.Arg(1) != "yes" {
		reply := bot.Reply{Text: f.Say("unclear.forget_ask"),
			Buttons: [][]bot.Button{bot.Row(f.Button("forget_phrases", "keepphrases", "off", "yes"),
				f.Button("unclear", "unclear")), f.MenuRow()}}
		if on {
			reply = bot.Reply{Text: f.Say("unclear.keep_ask"),
				Buttons: [][]bot.Button{bot.Row(f.Button("keep_phrases", "keepphrases", "on", "yes"),
					f.Button("unclear", "unclear")), f.MenuRow()}}
		}
		return reply, nil
	}
	if err := f.Phrases.Keep(ctx, actor, actor.Ward, on); err != nil {
		return bot.Reply{}, err
	}
	return f.unclear(ctx, turn)
}
