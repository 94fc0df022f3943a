package roster

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/sheet"
)

// The parts of the roster that a button asks for; its argument says which.
const (
	partAll          = "all"
	partOrganization = "o"
	partRole         = "r"
	partVillage      = "v"
	partVacant       = "x"
)

// rosterSheet asks which part of the roster is wanted, and then which of them.
func (p *Page) rosterSheet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	lines := p.Lines("")
	switch turn.Arg(0) {
	case partOrganization:
		organizations, err := p.Sheets.Organizations(ctx, turn.Speaker.Actor)
		if err != nil {
			return bot.Reply{}, err
		}
		for _, organization := range organizations {
			lines.Row(kit.Act(organization.BranchName, "rosterget", partOrganization, organization.Code))
		}
	case partRole:
		for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member, models.CellMember} {
			lines.Row(kit.Act(p.Say("roster_sheet.role."+string(role)), "rosterget", partRole, role))
		}
	case partVillage:
		villages, err := p.Roster.Villages(ctx, turn.Speaker.Actor)
		if err != nil {
			return bot.Reply{}, err
		}
		shown, next := kit.Part(villages, turn.Arg(1))
		for _, village := range shown {
			lines.Row(kit.Act(village.Name, "rosterget", partVillage, village.ID))
		}
		lines.More(next, "roster", partVillage)
	default:
		lines.Say("roster_sheet.ask")
		lines.Row(p.Button("roster_all", "rosterget", partAll))
		lines.Row(p.Button("roster_organization", "roster", partOrganization), p.Button("roster_role", "roster", partRole))
		lines.Row(p.Button("roster_village", "roster", partVillage), p.Button("roster_vacant", "rosterget", partVacant))
	}
	lines.OrSay("roster_sheet.which")
	return lines.End(), nil
}

// getRoster hands the sheet out: with numbers masked, unless the button asks for
// them whole.
func (p *Page) getRoster(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	filter := sheet.Filter{Full: turn.Arg(2) == "full"}
	switch turn.Arg(0) {
	case partOrganization:
		filter.Organizations = []string{turn.Arg(1)}
	case partRole:
		filter.Roles = []models.TermRole{models.TermRole(turn.Arg(1))}
	case partVillage:
		filter.Villages = []int64{kit.Number(turn.Arg(1))}
	case partVacant:
		filter.Vacant = true
	}
	export, err := p.Sheets.Roster(ctx, turn.Speaker.Actor, filter, p.SheetWords)
	back := p.Button("roster", "roster")
	if err != nil || export.Rows == 0 {
		return p.Tell(p.Say("roster_sheet.empty"), back), err
	}
	lines, masked := p.Private(""), !filter.Full && !filter.Vacant
	lines.Files = []bot.File{kit.SheetFile(export.Name, export.Content)}
	lines.Say("roster_sheet.done", "rows", export.Rows)
	lines.SayIf(masked, "roster_sheet.masked")
	lines.RowIf(masked, p.Button("roster_full", "rosterget", turn.Arg(0), turn.Arg(1), "full"))
	return lines.End(back), nil
}
