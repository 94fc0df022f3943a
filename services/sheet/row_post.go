package sheet

import (
	"strings"

	"canbobot/models"
)

// posted reads which post of which branch.
func (s *section) posted() {
	names := s.index.names
	villageCell, unitCell, titleCell := s.cell(fieldVillage), s.cell(fieldUnit), s.cell(fieldTitle)
	village, unit := names.where(villageCell), names.where(unitCell)
	for _, found := range []*place{&village, &unit} {
		if found.branch != 0 {
			branch := s.index.branches[found.branch]
			found.village, found.organization = branch.VillageID, branch.OrganizationCode
		}
	}
	switch {
	case village.formerly:
		s.remark(fieldVillage, "village_former", villageCell, map[string]any{"now": s.index.villages[village.village].Name})
	case unit.formerly:
		s.remark(fieldUnit, "village_former", unitCell, map[string]any{"now": s.index.villages[unit.village].Name})
	}
	title, known := names.post(titleCell)
	switch {
	case titleCell == "":
		s.wrong(fieldTitle, "title_missing", "", nil)
	case !known:
		s.wrong(fieldTitle, "title_unknown", titleCell, nil)
	}
	at := place{village: first(village.village, unit.village),
		organization: firstText(unit.organization, village.organization)}
	if at.organization == "" && unitCell == "" {
		at.organization = title.organization
	}
	switch {
	case villageCell != "" && village == (place{}):
		s.wrong(fieldVillage, "village_unknown", villageCell,
			map[string]any{"near": strings.Join(names.nearest(villageCell), ", ")})
		at.village = 0
	case at.village != 0:
	case s.village != 0:
		at.village = s.village
	case s.above.village != 0:
		at.village = s.above.village
		s.remark(fieldVillage, "above", "", map[string]any{"now": s.index.villages[at.village].Name})
	default:
		s.wrong(fieldVillage, "village_missing", "", nil)
	}
	switch {
	case unitCell != "" && unit == (place{}):
		s.wrong(fieldUnit, "organization_unknown", unitCell, nil)
		at.organization = ""
	case at.organization != "":
	case s.organization != "":
		at.organization = s.organization
	case s.above.organization != "":
		at.organization = s.above.organization
		s.remark(fieldUnit, "above", "", map[string]any{"now": names.byCode[at.organization].Name})
	default:
		s.wrong(fieldUnit, "organization_missing", "", nil)
	}
	s.above = at
	if at.village == 0 || at.organization == "" || !known {
		return
	}
	organization := names.byCode[at.organization]
	s.line.role, s.line.acting = title.role, title.acting
	if acting := Words(s.cell(fieldActing)); acting != "" && acting != "khong" && acting != "0" {
		s.line.acting = true
	}
	if organization.HeadTitle == "" {
		s.line.role = models.CellMember
	} else if title.role == models.CellMember || title.role == models.Deputy && organization.DeputyTitle == "" {
		s.wrong(fieldTitle, "title_other", titleCell, map[string]any{"organization": organization.Name})
	}
	if s.line.branch = s.index.branchAt[at]; s.line.branch == 0 {
		s.wrong(fieldUnit, "branch_missing", firstText(unitCell, titleCell),
			map[string]any{"organization": organization.BranchName, "village": s.index.villages[at.village].Name})
	}
}

// term reads from when to when, and on what paper.
func (s *section) term() {
	for what, into := range map[field]*models.Date{fieldFrom: &s.line.from, fieldTo: &s.line.to,
		fieldDecided: &s.line.decided} {
		cell := s.cell(what)
		if !s.given(what, cell) || what == fieldTo && Words(cell) == "nay" {
			continue
		}
		day, said, err := s.days.readDay(cell)
		if err != nil {
			if first, is := monthly(cell); is {
				day, said, err = first, "day_first", nil
			}
		}
		if err != nil {
			s.refused(what, cell, err)
			continue
		}
		*into = day
		s.remark(what, said, cell, map[string]any{"now": day})
	}
	if !s.line.from.IsZero() && !s.line.to.IsZero() && s.line.to.Before(s.line.from) {
		s.wrong(fieldTo, "leaves_before", s.cell(fieldTo), map[string]any{"from": s.line.from, "to": s.line.to})
	}
	for what, into := range map[field]*string{fieldDecision: &s.line.decision, fieldSigner: &s.line.signer} {
		if cell := s.cell(what); s.given(what, cell) {
			*into = cut(cell)
		}
	}
}

func first(a, b int64) int64 {
	if a != 0 {
		return a
	}
	return b
}

func firstText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
