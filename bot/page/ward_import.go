package page

import (
	"context"
	"path"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/bank"
	"canbobot/services/sheet"
)

// importing tells how a sheet comes into the roster: by being sent.
func (s *Screens) importing(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: s.say("import.how"), Buttons: [][]bot.Button{bot.Row(s.button("roster", "roster"), s.button("find", "find")), s.menuRow()}}, nil
}

// isSheet reports whether a ward user sent what may be a list: by its name, for
// its content is looked at anyway.
func isSheet(turn bot.Turn) bool {
	file := turn.In.Attachment
	if file.Kind != bot.Document || !turn.Speaker.Actor.IsStaff() {
		return false
	}
	return slices.Contains([]string{".xlsx", ".xls", ".xlsm", ".xlsb", ".csv", ".ods"}, strings.ToLower(path.Ext(file.Name)))
}

// receiveSheet shows what a sheet would do; nothing is written.
func (s *Screens) receiveSheet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	file := turn.In.Attachment
	if file.Size > sheet.MaxFile {
		return bot.Reply{}, services.Invalid("sheet_large").With("max", sheet.MaxFile>>20)
	}
	content, err := turn.Fetch(ctx, sheet.MaxFile)
	if err != nil {
		return bot.Reply{}, err
	}
	if kind, err := bank.KindOf(content); err != nil {
		return bot.Reply{}, err
	} else if kind != bank.Roster {
		return s.receiveResults(ctx, turn, kind, file.Name, content)
	}
	return s.receiveRoster(ctx, turn, file.Name, content)
}

func (s *Screens) receiveRoster(ctx context.Context, turn bot.Turn, name string, content []byte) (bot.Reply, error) {
	preview, err := s.Sheets.Preview(ctx, turn.Speaker.Actor, name, content)
	if err != nil {
		return bot.Reply{}, err
	}
	return s.drawPreview(preview, content)
}

// How many findings a message names; the rest are in the sheet sent back.
const (
	errorsShown  = 5
	remarksShown = 3
)

// drawPreview sums a sheet up, with the sheet itself where there is anything to
// look at in it.
func (s *Screens) drawPreview(preview sheet.Preview, content []byte) (bot.Reply, error) {
	c := preview.Counts
	lines := []string{s.say("import.counts", "rows", c.Rows, "new", c.New, "changed", c.Changed, "unchanged", c.Unchanged, "wrong", c.Wrong)}
	if !c.Nothing() {
		lines = append(lines, s.sheetDetails(c))
	}
	wrong, remarks := preview.Errors(), preview.Remarks()
	for _, finding := range wrong[:min(len(wrong), errorsShown)] {
		lines = append(lines, s.say("import.finding", "cell", finding.Cell, "why", sheet.Explain(finding, s.sheetWords)))
	}
	if rest := c.Errors - errorsShown; rest > 0 {
		lines = append(lines, s.say("import.more_errors", "count", rest))
	}
	if len(remarks) > 0 {
		lines = append(lines, "", s.say("import.remarks", "count", c.Remarks))
		for _, finding := range remarks[:min(len(remarks), remarksShown)] {
			lines = append(lines, s.say("import.finding", "cell", finding.Cell, "why", sheet.Explain(finding, s.sheetWords)))
		}
	}
	reply := bot.Reply{Title: s.say("import.title", "file", preview.File), Protect: true}
	switch {
	case c.Errors > 0:
		lines = append(lines, "", s.say("import.wrong"))
	case preview.ID == 0:
		lines = append(lines, "", s.say("import.nothing"))
	default:
		lines = append(lines, "", s.say("import.ask"))
		reply.Buttons = append(reply.Buttons, bot.Row(positive(s.button("sheet_apply", "sheetok", id(preview.ID))), negative(s.button("sheet_drop", "sheetdrop", id(preview.ID)))))
	}
	reply.Text = strings.Join(lines, "\n")
	reply.Buttons = append(reply.Buttons, s.menuRow())
	if content == nil || len(preview.Findings) == 0 {
		return reply, nil
	}
	annotated, err := sheet.Annotate(content, preview, s.sheetWords)
	if err != nil {
		return bot.Reply{}, err
	}
	reply.Files = []bot.File{sheetFile(s.say("import.annotated")+" - "+strings.TrimSuffix(preview.File, path.Ext(preview.File))+".xlsx", annotated)}
	return reply, nil
}

func sheetFile(name string, content []byte) bot.File {
	return bot.File{Name: name, MIME: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Content: content}
}

func (s *Screens) sheetDetails(c sheet.Counts) string {
	return s.say("import.details", "people", c.NewPeople, "terms", c.NewTerms, "ended", c.EndedTerms, "phones", c.Phones, "births", c.Births, "citizens", c.Citizens)
}

// sheetWords finds the words that a sheet carries.
func (s *Screens) sheetWords(key string, fields map[string]any) string {
	return s.Texts.Say(key, bot.Fields(fields))
}

// applySheet writes what the preview showed. Where the roster has changed since,
// the new preview is shown instead.
func (s *Screens) applySheet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, number := turn.Speaker.Actor, number(turn.Arg(0))
	done, err := s.Sheets.Apply(ctx, actor, number)
	if services.CodeOf(err) == "import_stale" {
		preview, err := s.Sheets.Again(ctx, actor, number)
		if err != nil {
			return bot.Reply{}, err
		}
		reply, err := s.drawPreview(preview, nil)
		reply.Text = s.say("import.stale") + "\n\n" + reply.Text
		return reply, err
	}
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Title: s.say("import.applied"), Text: s.sheetDetails(done.Counts), Replace: true,
		Buttons: [][]bot.Button{bot.Row(s.button("report", "report"), s.button("roster", "roster")), s.menuRow()}}, nil
}

func (s *Screens) dropSheet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := s.Sheets.Drop(ctx, turn.Speaker.Actor, number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: s.say("import.dropped"), Replace: true, Buttons: [][]bot.Button{s.menuRow()}}, nil
}

// The parts of the roster that a button asks for; its argument says which.
const (
	partAll          = "all"
	partOrganization = "o"
	partRole         = "r"
	partVillage      = "v"
	partVacant       = "x"
)

// rosterSheet asks which part of the roster is wanted, and then which of them.
func (s *Screens) rosterSheet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Text: s.say("roster_sheet.which")}
	switch turn.Arg(0) {
	case partOrganization:
		organizations, err := s.Sheets.Organizations(ctx, turn.Speaker.Actor)
		if err != nil {
			return bot.Reply{}, err
		}
		for _, organization := range organizations {
			reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: organization.BranchName, Action: bot.Act("rosterget", partOrganization, organization.Code)}))
		}
	case partRole:
		for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member, models.CellMember} {
			reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: s.say("roster_sheet.role." + string(role)), Action: bot.Act("rosterget", partRole, string(role))}))
		}
	case partVillage:
		villages, err := s.Roster.Villages(ctx, turn.Speaker.Actor)
		if err != nil {
			return bot.Reply{}, err
		}
		offset := int(min(number(turn.Arg(1)), int64(len(villages))))
		for _, village := range villages[offset:min(offset+listed, len(villages))] {
			reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: village.Name, Action: bot.Act("rosterget", partVillage, id(village.ID))}))
		}
		if next := offset + listed; next < len(villages) {
			reply.Buttons = append(reply.Buttons, bot.Row(s.button("more", "roster", partVillage, id(int64(next)))))
		}
	default:
		reply.Text = s.say("roster_sheet.ask")
		reply.Buttons = [][]bot.Button{
			bot.Row(s.button("roster_all", "rosterget", partAll)),
			bot.Row(s.button("roster_organization", "roster", partOrganization), s.button("roster_role", "roster", partRole)),
			bot.Row(s.button("roster_village", "roster", partVillage), s.button("roster_vacant", "rosterget", partVacant)),
		}
	}
	reply.Buttons = append(reply.Buttons, s.menuRow())
	return reply, nil
}

// getRoster hands the sheet out: with numbers masked, unless the button asks for
// them whole.
func (s *Screens) getRoster(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	filter := sheet.Filter{Full: turn.Arg(2) == "full"}
	switch turn.Arg(0) {
	case partOrganization:
		filter.Organizations = []string{turn.Arg(1)}
	case partRole:
		filter.Roles = []models.TermRole{models.TermRole(turn.Arg(1))}
	case partVillage:
		filter.Villages = []int64{number(turn.Arg(1))}
	case partVacant:
		filter.Vacant = true
	}
	export, err := s.Sheets.Roster(ctx, turn.Speaker.Actor, filter, s.sheetWords)
	if err != nil {
		return bot.Reply{}, err
	}
	back := bot.Row(s.button("roster", "roster"), s.button("menu", "menu"))
	if export.Rows == 0 {
		return bot.Reply{Text: s.say("roster_sheet.empty"), Buttons: [][]bot.Button{back}}, nil
	}
	reply := bot.Reply{Text: s.say("roster_sheet.done", "rows", export.Rows), Files: []bot.File{sheetFile(export.Name, export.Content)}, Protect: true}
	if !filter.Full && !filter.Vacant {
		reply.Text += "\n" + s.say("roster_sheet.masked")
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("roster_full", "rosterget", turn.Arg(0), turn.Arg(1), "full")))
	}
	reply.Buttons = append(reply.Buttons, back)
	return reply, nil
}
