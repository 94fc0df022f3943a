package money

import (
	"cmp"
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/bank"
)

// resultsHow tells how a bank's answer comes onto a list: by being sent.
func (p *Lists) resultsHow(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	words, err := p.Results.Words(ctx, turn.Speaker.Actor)
	lines := p.Lines("")
	lines.Say("results.how")
	lines.RowIf(len(words) > 0, p.Button("result_words", "resultwords"))
	return lines.End(p.Button("back_to_run", "run", kit.Number(turn.Arg(0)))), err
}

// ReceiveResults shows what a bank's sheet would mark, or asks whether it is
// one; nothing is marked.
func (p *Lists) ReceiveResults(ctx context.Context, turn bot.Turn, kind bank.Kind, name string,
	content []byte) (bot.Reply, error) {
	if kind == bank.Unsure {
		sheet, err := p.Results.Ask(ctx, turn.Speaker.Actor, name, content)
		lines := p.Lines("")
		lines.Say("results.which")
		lines.Row(p.Button("sheet_results", "sheetas", sheet, "results"),
			p.Button("sheet_roster", "sheetas", sheet, "roster"))
		lines.Row(p.Button("sheet_old", "oldlist", sheet), p.Button("sheet_form", "bankform", sheet))
		return lines.End(), err
	}
	preview, err := p.Results.Preview(ctx, turn.Speaker.Actor, 0, name, content)
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawResults(ctx, preview, content)
}

// askWord asks what a phrase of a sheet means.
func (p *Lists) askWord(preview bank.Preview) bot.Reply {
	asked := preview.Question
	lines := p.Lines(p.Say("results.word", "word", asked.Text, "rows", asked.Rows, "total", texts.Money(asked.Total)))
	lines.Say("results.word_kept")
	lines.SayIf(asked.More > 0, "results.words_more", "count", asked.More)
	for _, answer := range asked.Answers {
		lines.Row(p.Button("result_"+answer, "resultword", preview.ID, asked.Key, answer))
	}
	return lines.End(p.Button("sheet_drop", "resultsdrop", preview.ID))
}

// learnWord keeps what a phrase means, and shows what the sheet comes to by it.
func (p *Lists) learnWord(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, sheet := turn.Speaker.Actor, kit.Number(turn.Arg(0))
	_, content, err := p.Results.Sheet(ctx, actor, sheet)
	if err != nil {
		return bot.Reply{}, err
	}
	preview, err := p.Results.Learn(ctx, actor, sheet, turn.Arg(1), turn.Arg(2))
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawResults(ctx, preview, content)
}

// words lists what the ward has said of banks' phrases; each can be forgotten.
func (p *Lists) words(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	words, err := p.Results.Words(ctx, turn.Speaker.Actor)
	lines := p.Lines("")
	for _, one := range words[:min(len(words), wordsListed)] {
		lines.Say("results.learned."+one.Answer, "word", one.Text, "date", models.DateOf(one.At.In(services.Zone)))
		lines.Row(kit.Act(kit.Cut(one.Text, labelRoom), "resultforget", one.ID))
	}
	lines.OrSay("results.learned.none")
	lines.SayIf(len(words) > 0, "results.learned.head")
	return lines.End(p.Button("runs", "runs")), err
}

const (
	wordsListed = 12 // phrases of one message
	labelRoom   = 20 // letters of a button that a cheap telephone shows
)

// sheetAs reads a sheet as what its sender says it is.
func (p *Lists) sheetAs(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	name, content, err := p.Results.Sheet(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	if turn.Arg(1) == "roster" {
		return p.AsRoster(ctx, turn, name, content)
	}
	return p.ReceiveResults(ctx, turn, bank.Results, name, content)
}

// drawResults sums a bank's sheet up, with the sheet itself where there is
// anything to look at in it.
func (p *Lists) drawResults(ctx context.Context, preview bank.Preview, content []byte) (bot.Reply, error) {
	if preview.Question != nil {
		return p.askWord(preview), nil
	}
	c := preview.Counts
	lines := p.Private("")
	lines.Say("results.counts", "rows", c.Rows, "month", preview.Run.Month)
	for _, said := range preview.Said[:min(len(preview.Said), wordsShown)] {
		lines.Say("results.said."+cmp.Or(said.Answer, "unsure"), "word", said.Text, "rows", said.Rows, "total",
			texts.Money(said.Total))
	}
	var own []string
	for _, said := range preview.Said {
		if said.Own {
			own = append(own, "“"+said.Text+"”")
		}
	}
	lines.SayIf(len(own) > 0, "results.own", "words", strings.Join(own, ", "))
	lines.SayIf(c.Paid > 0, "results.count.paid", "count", c.Paid, "total", texts.Money(preview.Total))
	lines.SayIf(c.Failed > 0, "results.count.failed", "count", c.Failed)
	lines.SayIf(c.Returned > 0, "results.count.returned", "count", c.Returned)
	for _, reason := range preview.Reasons[:min(len(preview.Reasons), reasonsShown)] {
		lines.Say("results.reason", "reason", reason.Text, "count", reason.Count)
	}
	lines.SayIf(c.Already > 0, "results.count.already", "count", c.Already)
	lines.SayIf(c.Waiting > 0, "results.count.waiting", "count", c.Waiting)
	lines.SayIf(c.Missing > 0, "results.count.missing", "count", c.Missing)
	if c.Errors > 0 {
		lines.Add("", p.Say("results.errors", "count", c.Wrong))
		lines.Errors(preview.Sheet())
	}
	lines.Remarks(preview.Sheet())
	return lines.Checked(ctx, preview.Sheet(), content, p.Say("results.ask"), p.Say("results.nothing"),
		p.Say("results.wrong"),
		p.Button("results_apply", "resultsok", preview.ID), p.Button("sheet_drop", "resultsdrop", preview.ID),
		p.Button("back_to_run", "run", preview.Run.ID))
}

// wordsShown is how many of the bank's words a message explains.
const wordsShown = 8

// reasonsShown is how many of the bank's reasons a message names.
const reasonsShown = 5

// applyResults marks what the preview showed. Where the list has changed since,
// the new preview is shown instead.
func (p *Lists) applyResults(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, sheet := turn.Speaker.Actor, kit.Number(turn.Arg(0))
	done, err := p.Results.Apply(ctx, actor, sheet)
	if services.CodeOf(err) == "results_stale" {
		preview, err := p.Results.Again(ctx, actor, sheet)
		if err != nil {
			return bot.Reply{}, err
		}
		reply, err := p.drawResults(ctx, preview, nil)
		return kit.Led(p.Say("results.stale"), reply), err
	}
	if err != nil {
		return bot.Reply{}, err
	}
	view, err := p.List.Run(ctx, actor, done.Run.ID)
	if err != nil {
		return bot.Reply{}, err
	}
	lines, c := p.Lines(p.Say("results.applied", "month", done.Run.Month)), done.Counts
	lines.Replace = true
	lines.Say("results.done", "paid", c.Paid, "failed", c.Failed, "returned", c.Returned)
	if view.Undo != nil {
		lines.Say("results.later")
		lines.Row(p.undoButton(*view.Undo))
	}
	return lines.End(p.Button("back_to_run", "run", done.Run.ID)), nil
}
