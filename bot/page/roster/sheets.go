package roster

import (
	"context"
	"path"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
	"canbobot/services/bank"
	"canbobot/services/sheet"
)

// importing tells how a sheet comes into the roster: by being sent.
func (p *Page) importing(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	lines := p.Lines("")
	lines.Say("import.how")
	lines.Row(p.Button("roster", "roster"), p.Button("find", "find"))
	return lines.End(), nil
}

// isSheet reports whether a ward user sent what may be a list: by its name, for
// its content is looked at anyway.
func isSheet(turn bot.Turn) bool {
	file := turn.In.Attachment
	if file.Kind != bot.Document || !turn.Speaker.Actor.IsStaff() {
		return false
	}
	return slices.Contains([]string{".xlsx", ".xls", ".xlsm", ".xlsb", ".csv", ".ods"},
		strings.ToLower(path.Ext(file.Name)))
}

// takeSheet shows what a sheet would do, where one was sent; nothing is written.
func (p *Page) takeSheet(ctx context.Context, turn bot.Turn) (bot.Reply, bool, error) {
	if !isSheet(turn) {
		return bot.Reply{}, false, nil
	}
	reply, err := p.receiveSheet(ctx, turn)
	return reply, true, err
}

func (p *Page) receiveSheet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	file := turn.In.Attachment
	if file.Size > sheet.MaxFile {
		return bot.Reply{}, services.Invalid("sheet_large").With("max", sheet.MaxFile>>20)
	}
	content, err := turn.Fetch(ctx, sheet.MaxFile)
	if err != nil {
		return bot.Reply{}, err
	}
	kind, err := bank.KindOf(ctx, content)
	if err != nil {
		return bot.Reply{}, err
	}
	if kind != bank.Roster {
		return p.Other(ctx, turn, kind, file.Name, content)
	}
	return p.ReceiveRoster(ctx, turn, file.Name, content)
}

func (p *Page) ReceiveRoster(ctx context.Context, turn bot.Turn, name string, content []byte) (bot.Reply, error) {
	preview, err := p.Sheets.Preview(ctx, turn.Speaker.Actor, name, content)
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawPreview(ctx, preview, content)
}

// drawPreview sums a sheet up, with the sheet itself where there is anything to
// look at in it.
func (p *Page) drawPreview(ctx context.Context, preview sheet.Preview, content []byte) (bot.Reply, error) {
	c := preview.Counts
	lines := p.Private("")
	lines.Say("import.counts", "rows", c.Rows, "new", c.New, "changed", c.Changed, "unchanged", c.Unchanged, "wrong",
		c.Wrong)
	if !c.Nothing() {
		lines.Add(p.sheetDetails(c))
	}
	lines.Errors(preview)
	if len(preview.Remarks()) > 0 {
		lines.Add("", p.Say("import.remarks", "count", c.Remarks))
		lines.Remarks(preview)
	}
	return lines.Checked(ctx, preview, content, p.Say("import.ask"), p.Say("import.nothing"), p.Say("import.wrong"),
		p.Button("sheet_apply", "sheetok", preview.ID), p.Button("sheet_drop", "sheetdrop", preview.ID))
}

func (p *Page) sheetDetails(c sheet.Counts) string {
	return p.Say("import.details", "people", c.NewPeople, "terms", c.NewTerms, "ended", c.EndedTerms, "phones", c.Phones,
		"births", c.Births, "citizens", c.Citizens)
}

// applySheet writes what the preview showed. Where the roster has changed since,
// the new preview is shown instead.
func (p *Page) applySheet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, number := turn.Speaker.Actor, kit.Number(turn.Arg(0))
	done, err := p.Sheets.Apply(ctx, actor, number)
	if services.CodeOf(err) == "import_stale" {
		preview, err := p.Sheets.Again(ctx, actor, number)
		if err != nil {
			return bot.Reply{}, err
		}
		reply, err := p.drawPreview(ctx, preview, nil)
		return kit.Led(p.Say("import.stale"), reply), err
	}
	lines := p.Lines(p.Say("import.applied"))
	lines.Replace = true
	lines.Add(p.sheetDetails(done.Counts))
	lines.Row(p.Button("report", "report"), p.Button("roster", "roster"))
	return lines.End(), err
}
