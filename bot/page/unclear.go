package page

import (
	"context"

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
	lines := f.Private(f.Say("unclear.title", "since", report.Since))
	for _, count := range report.Counts {
		label := f.Say("unclear.nothing_likely")
		if button, ok := f.Book.Way(bot.Intent(count.Intent)); ok {
			label = f.Say("unclear.likely", "label", button.Label)
		}
		lines.Say("unclear.count", "what", label, "times", count.Times)
	}
	lines.OrSay("unclear.none")
	switch {
	case !report.Keeping:
		lines.Add("", f.Say("unclear.not_kept"))
	case len(report.Kept) > 0:
		lines.Add("", f.Say("unclear.kept"))
		for _, kept := range report.Kept[:min(unclearShown, len(report.Kept))] {
			lines.Say("unclear.phrase", "text", kept.Masked)
		}
	default:
		lines.Add("", f.Say("unclear.keeping"))
	}
	if actor.Role == services.Admin {
		lines.RowIf(report.Keeping, f.Button("forget_phrases", "keepphrases", "off"))
		lines.RowIf(!report.Keeping, f.Button("keep_phrases", "keepphrases", "on"))
	}
	return lines.End(), nil
}

// keepPhrases turns the keeping on or off, after a question that says what it
// means.
func (f *front) keepPhrases(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	on, actor := turn.Arg(0) == "on", turn.Speaker.Actor
	if turn.Arg(1) != "yes" {
		lines, back := f.Lines(""), f.Button("unclear", "unclear")
		lines.SayIf(on, "unclear.keep_ask")
		lines.OrSay("unclear.forget_ask")
		lines.RowIf(on, f.Button("keep_phrases", "keepphrases", "on", "yes"), back)
		lines.RowIf(!on, f.Button("forget_phrases", "keepphrases", "off", "yes"), back)
		return lines.End(), nil
	}
	if err := f.Phrases.Keep(ctx, actor, actor.Ward, on); err != nil {
		return bot.Reply{}, err
	}
	return f.unclear(ctx, turn)
}
