package page

import (
	"context"
	"path"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/services"
	"canbobot/services/bank"
	"canbobot/services/sheet"
)

// resultsHow tells how a bank's answer comes onto a list: by being sent.
func (s *Screens) resultsHow(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := turn.Speaker.Actor.Need(services.Clerk, services.Leader); err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: s.say("results.how"), Buttons: [][]bot.Button{bot.Row(s.button("back_to_run", "run", id(number(turn.Arg(0)))), s.button("menu", "menu"))}}, nil
}

// receiveResults shows what a bank's sheet would mark, or asks whether it is
// one; nothing is marked.
func (s *Screens) receiveResults(ctx context.Context, turn bot.Turn, kind bank.Kind, name string, content []byte) (bot.Reply, error) {
	if kind == bank.Unsure {
		sheet, err := s.Results.Ask(ctx, turn.Speaker.Actor, name, content)
		if err != nil {
			return bot.Reply{}, err
		}
		return bot.Reply{Text: s.say("results.which"), Buttons: [][]bot.Button{
			bot.Row(s.button("sheet_results", "sheetas", id(sheet), "results"), s.button("sheet_roster", "sheetas", id(sheet), "roster")), s.menuRow()}}, nil
	}
	preview, err := s.Results.Preview(ctx, turn.Speaker.Actor, 0, name, content)
	if err != nil {
		return bot.Reply{}, err
	}
	return s.drawResults(preview, content)
}

// sheetAs reads a sheet as what its sender says it is.
func (s *Screens) sheetAs(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	name, content, err := s.Results.Sheet(ctx, turn.Speaker.Actor, number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	if turn.Arg(1) == "roster" {
		return s.receiveRoster(ctx, turn, name, content)
	}
	return s.receiveResults(ctx, turn, bank.Results, name, content)
}

// drawResults sums a bank's sheet up, with the sheet itself where there is
// anything to look at in it.
func (s *Screens) drawResults(preview bank.Preview, content []byte) (bot.Reply, error) {
	c := preview.Counts
	lines := []string{s.say("results.counts", "rows", c.Rows, "month", preview.Run.Month)}
	count := func(key string, n int, fields ...any) {
		if n > 0 {
			lines = append(lines, s.Texts.Say("results.count."+key, countFields(n, fields)))
		}
	}
	count("paid", c.Paid, "total", texts.Money(preview.Total))
	count("failed", c.Failed)
	count("returned", c.Returned)
	for _, reason := range preview.Reasons[:min(len(preview.Reasons), reasonsShown)] {
		lines = append(lines, s.say("results.reason", "reason", reason.Text, "count", reason.Count))
	}
	count("already", c.Already)
	count("waiting", c.Waiting)
	count("missing", c.Missing)
	wrong, remarks := preview.Sheet().Errors(), preview.Sheet().Remarks()
	if c.Errors > 0 {
		lines = append(lines, "", s.say("results.errors", "count", c.Wrong))
		for _, finding := range wrong[:min(len(wrong), errorsShown)] {
			lines = append(lines, s.say("import.finding", "cell", finding.Cell, "why", sheet.Explain(finding, s.sheetWords)))
		}
		if rest := c.Errors - errorsShown; rest > 0 {
			lines = append(lines, s.say("import.more_errors", "count", rest))
		}
	}
	for _, finding := range remarks[:min(len(remarks), remarksShown)] {
		lines = append(lines, s.say("import.finding", "cell", finding.Cell, "why", sheet.Explain(finding, s.sheetWords)))
	}
	reply := bot.Reply{Title: s.say("import.title", "file", preview.File), Protect: true}
	switch {
	case c.Errors > 0:
		lines = append(lines, "", s.say("results.wrong"))
	case preview.ID == 0:
		lines = append(lines, "", s.say("results.nothing"))
	default:
		lines = append(lines, "", s.say("results.ask"))
		reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("results_apply", "resultsok", id(preview.ID))), negative(s.button("sheet_drop", "resultsdrop", id(preview.ID)))))
	}
	reply.Text = strings.Join(lines, "\n")
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("back_to_run", "run", id(preview.Run.ID)), s.button("menu", "menu")))
	if content == nil || len(preview.Findings) == 0 {
		return reply, nil
	}
	annotated, err := sheet.Annotate(content, preview.Sheet(), s.sheetWords)
	if err != nil {
		return bot.Reply{}, err
	}
	reply.Files = []bot.File{sheetFile(s.say("import.annotated")+" - "+strings.TrimSuffix(preview.File, path.Ext(preview.File))+".xlsx", annotated)}
	return reply, nil
}

// reasonsShown is how many of the bank's reasons a message names.
const reasonsShown = 5

func countFields(n int, fields []any) bot.Fields {
	filled := bot.Fields{"count": n}
	for i := 0; i+1 < len(fields); i += 2 {
		filled[fields[i].(string)] = fields[i+1]
	}
	return filled
}

// applyResults marks what the preview showed. Where the list has changed since,
// the new preview is shown instead.
func (s *Screens) applyResults(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, sheet := turn.Speaker.Actor, number(turn.Arg(0))
	done, err := s.Results.Apply(ctx, actor, sheet)
	if services.CodeOf(err) == "results_stale" {
		preview, err := s.Results.Again(ctx, actor, sheet)
		if err != nil {
			return bot.Reply{}, err
		}
		reply, err := s.drawResults(preview, nil)
		reply.Text = s.say("results.stale") + "\n\n" + reply.Text
		return reply, err
	}
	if err != nil {
		return bot.Reply{}, err
	}
	c := done.Counts
	return bot.Reply{Title: s.say("results.applied", "month", done.Run.Month), Text: s.say("results.done", "paid", c.Paid, "failed", c.Failed, "returned", c.Returned), Replace: true,
		Buttons: [][]bot.Button{bot.Row(s.button("back_to_run", "run", id(done.Run.ID)), s.button("menu", "menu"))}}, nil
}

func (s *Screens) dropResults(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := s.Results.Drop(ctx, turn.Speaker.Actor, number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: s.say("results.dropped"), Replace: true, Buttons: [][]bot.Button{bot.Row(s.button("runs", "runs"), s.button("menu", "menu"))}}, nil
}
