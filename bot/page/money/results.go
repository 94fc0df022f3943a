package money

import (
	"context"
	"path"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/texts"
	"canbobot/services"
	"canbobot/services/bank"
	"canbobot/services/sheet"
)

// resultsHow tells how a bank's answer comes onto a list: by being sent.
func (p *Lists) resultsHow(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := turn.Speaker.Actor.Need(services.Clerk, services.Leader); err != nil {
		return bot.Reply{}, err
	}
	return p.Tell(p.Say("results.how"), p.Button("back_to_run", "run", kit.Number(turn.Arg(0)))), nil
}

// ReceiveResults shows what a bank's sheet would mark, or asks whether it is
// one; nothing is marked.
func (p *Lists) ReceiveResults(ctx context.Context, turn bot.Turn, kind bank.Kind, name string,
	content []byte) (bot.Reply, error) {
	if kind == bank.Unsure {
		sheet, err := p.Results.Ask(ctx, turn.Speaker.Actor, name, content)
		if err != nil {
			return bot.Reply{}, err
		}
		return bot.Reply{Text: p.Say("results.which"), Buttons: [][]bot.Button{
			bot.Row(p.Button("sheet_results", "sheetas", sheet, "results"),
				p.Button("sheet_roster", "sheetas", sheet, "roster")), p.MenuRow()}}, nil
	}
	preview, err := p.Results.Preview(ctx, turn.Speaker.Actor, 0, name, content)
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawResults(preview, content)
}

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
func (p *Lists) drawResults(preview bank.Preview, content []byte) (bot.Reply, error) {
	c := preview.Counts
	lines := []string{p.Say("results.counts", "rows", c.Rows, "month", preview.Run.Month)}
	count := func(key string, n int, fields ...any) {
		if n > 0 {
			lines = append(lines, p.Texts.Say("results.count."+key, countFields(n, fields)))
		}
	}
	count("paid", c.Paid, "total", texts.Money(preview.Total))
	count("failed", c.Failed)
	count("returned", c.Returned)
	for _, reason := range preview.Reasons[:min(len(preview.Reasons), reasonsShown)] {
		lines = append(lines, p.Say("results.reason", "reason", reason.Text, "count", reason.Count))
	}
	count("already", c.Already)
	count("waiting", c.Waiting)
	count("missing", c.Missing)
	wrong, remarks := preview.Sheet().Errors(), preview.Sheet().Remarks()
	if c.Errors > 0 {
		lines = append(lines, "", p.Say("results.errors", "count", c.Wrong))
		for _, finding := range wrong[:min(len(wrong), kit.ErrorsShown)] {
			lines = append(lines, p.Say("import.finding", "cell", finding.Cell, "why", sheet.Explain(finding, p.SheetWords)))
		}
		if rest := c.Errors - kit.ErrorsShown; rest > 0 {
			lines = append(lines, p.Say("import.more_errors", "count", rest))
		}
	}
	for _, finding := range remarks[:min(len(remarks), kit.RemarksShown)] {
		lines = append(lines, p.Say("import.finding", "cell", finding.Cell, "why", sheet.Explain(finding, p.SheetWords)))
	}
	reply := bot.Reply{Title: p.Say("import.title", "file", preview.File), Protect: true}
	switch {
	case c.Errors > 0:
		lines = append(lines, "", p.Say("results.wrong"))
	case preview.ID == 0:
		lines = append(lines, "", p.Say("results.nothing"))
	default:
		lines = append(lines, "", p.Say("results.ask"))
		reply.Buttons = append(reply.Buttons, bot.Row(kit.Positive(p.Button("results_apply", "resultsok",
			preview.ID)), kit.Negative(p.Button("sheet_drop", "resultsdrop", preview.ID))))
	}
	reply.Text = strings.Join(lines, "\n")
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("back_to_run", "run", preview.Run.ID)))
	if content == nil || len(preview.Findings) == 0 {
		return reply, nil
	}
	annotated, err := sheet.Annotate(content, preview.Sheet(), p.SheetWords)
	if err != nil {
		return bot.Reply{}, err
	}
	reply.Files = []bot.File{kit.SheetFile(p.Say("import.annotated")+" - "+
		strings.TrimSuffix(preview.File, path.Ext(preview.File))+".xlsx", annotated)}
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
func (p *Lists) applyResults(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, sheet := turn.Speaker.Actor, kit.Number(turn.Arg(0))
	done, err := p.Results.Apply(ctx, actor, sheet)
	if services.CodeOf(err) == "results_stale" {
		preview, err := p.Results.Again(ctx, actor, sheet)
		if err != nil {
			return bot.Reply{}, err
		}
		reply, err := p.drawResults(preview, nil)
		reply.Text = p.Say("results.stale") + "\n\n" + reply.Text
		return reply, err
	}
	if err != nil {
		return bot.Reply{}, err
	}
	c := done.Counts
	return bot.Reply{Title: p.Say("results.applied", "month", done.Run.Month),
		Text: p.Say("results.done", "paid", c.Paid, "failed", c.Failed, "returned", c.Returned), Replace: true,
		Buttons: [][]bot.Button{p.MenuRow(p.Button("back_to_run", "run", done.Run.ID))}}, nil
}

func (p *Lists) dropResults(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := p.Results.Drop(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: p.Say("results.dropped"), Replace: true,
		Buttons: [][]bot.Button{p.MenuRow(p.Button("runs", "runs"))}}, nil
}
