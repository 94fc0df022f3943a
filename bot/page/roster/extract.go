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
	reply := bot.Reply{Text: p.Say("roster_sheet.which")}
	switch turn.Arg(0) {
	case partOrganization:
		organizations, err := p.Sheets.Organizations(ctx, turn.Speaker.Actor)
		if err != nil {
			return bot.Reply{}, err
		}
		for _, organization := range organizations {
			reply.Buttons = append(reply.Buttons,
				bot.Row(kit.Act(organization.BranchName, "rosterget", partOrganization, organization.Code)))
		}
	case partRole:
		for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member, models.CellMember} {
			reply.Buttons = append(reply.Buttons,
				bot.Row(kit.Act(p.Say("roster_sheet.role."+string(role)), "rosterget", partRole, role)))
		}
	case partVillage:
		villages, err := p.Roster.Villages(ctx, turn.Speaker.Actor)
		if err != nil {
			return bot.Reply{}, err
		}
		offset := int(min(kit.Number(turn.Arg(1)), int64(len(villages))))
		for _, village := range villages[offset:min(offset+kit.Listed, len(villages))] {
			reply.Buttons = append(reply.Buttons, bot.Row(kit.Act(village.Name, "rosterget", partVillage, village.ID)))
		}
		if next := offset + kit.Listed; next < len(villages) {
			reply.Buttons = append(reply.Buttons, bot.Row(p.Button("more", "roster", partVillage, next)))
		}
	default:
		reply.Text = p.Say("roster_sheet.ask")
		reply.Buttons = [][]bot.Button{
			bot.Row(p.Button("roster_all", "rosterget", partAll)),
			bot.Row(p.Button("roster_organization", "roster", partOrganization), p.Button("roster_role", "roster", partRole)),
			bot.Row(p.Button("roster_village", "roster", partVillage), p.Button("roster_vacant", "rosterget", partVacant)),
		}
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow())
	return reply, nil
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
	if err != nil {
		return bot.Reply{}, err
	}
	back := p.MenuRow(p.Button("roster", "roster"))
	if export.Rows == 0 {
		return bot.Reply{Text: p.Say("roster_sheet.empty"), Buttons: [][]bot.Button{back}}, nil
	}
	reply := bot.Reply{Text: p.Say("roster_sheet.done", "rows", export.Rows),
		Files: []bot.File{kit.SheetFile(export.Name, export.Content)}, Protect: true}
	if !filter.Full && !filter.Vacant {
		reply.Text += "\n" + p.Say("roster_sheet.masked")
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("roster_full", "rosterget", turn.Arg(0), turn.Arg(1), "full")))
	}
	reply.Buttons = append(reply.Buttons, back)
	return reply, nil
}
