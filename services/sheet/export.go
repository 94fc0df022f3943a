package sheet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/xuri/excelize/v2"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// Filter says which posts are exported; an empty list is all.
type Filter struct {
	Villages      []int64
	Organizations []string
	Roles         []models.TermRole
	Vacant        bool        // only branches without a head, or without a deputy where they have one
	On            models.Date // the day; today when zero
	// Full writes citizens' and account numbers whole: for who pays, after a
	// fresh code. Otherwise only their tails are shown.
	Full bool
}

// Export is the roster as a workbook.
type Export struct {
	Name    string
	Content []byte
	Rows    int
}

// exported is a row of the form.
type exported struct {
	branch models.Branch
	term   models.Term // zero for an empty post
	role   models.TermRole
	person models.Person
}

var exports = services.Guard("roster.exported", "whole numbers of all leave the house")

// Roster writes the ward's roster in its usual form. Staff may have it with
// numbers masked; whole, only a clerk or leader with a fresh code
// (denied/step_up). It is written down in the journal.
func (s *Service) Roster(ctx context.Context, actor services.Actor, filter Filter, say Say) (Export, error) {
	roles := []services.Role{services.Viewer, services.Clerk, services.Leader, services.Admin}
	if filter.Full {
		roles = []services.Role{services.Clerk, services.Leader}
	}
	if err := actor.Need(roles...); err != nil {
		return Export{}, err
	}
	if actor.Ward == 0 {
		return Export{}, services.NotFound("ward")
	}
	if filter.Full {
		if err := s.identity.RequireFresh(ctx, nil, actor, exports); err != nil {
			return Export{}, err
		}
	}
	if filter.On.IsZero() {
		filter.On = s.today()
	}
	form, err := s.form(s.store.WithContext(ctx), actor.Ward, filter)
	if err != nil {
		return Export{}, err
	}
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		look := journal.Look{Action: "roster.exported", Subject: fmt.Sprintf("ward:%d", actor.Ward), Detail: journal.Detail{
			"rows": len(form.rows), "full": filter.Full, "villages": filter.Villages, "organizations": filter.Organizations,
			"roles": filter.Roles, "vacant": filter.Vacant, "on": filter.On,
		}}
		if filter.Full {
			form.whole, err = s.roster.Show(tx, actor, look, form.people())
			return err
		}
		for _, person := range form.people() {
			look.People = append(look.People, person.ID)
		}
		return s.audit.Look(tx, actor, look)
	})
	if err != nil {
		return Export{}, err
	}
	content, err := form.draw(say)
	if err != nil {
		return Export{}, fmt.Errorf("export: %w", err)
	}
	return Export{Name: say("sheet.form.file",
		map[string]any{"date": fmt.Sprintf("%02d-%02d-%d", filter.On.Day, filter.On.Month, filter.On.Year)}) + ".xlsx",
		Content: content, Rows: len(form.rows)}, nil
}

// form is what is drawn.
type form struct {
	ward          models.Ward
	on            models.Date
	villages      map[int64]models.Village
	organizations map[string]models.Organization
	names         *names
	rows          []exported
	whole         map[int64]roster.Numbers // nil to mask
}

// people are those who stand on it.
func (f *form) people() []models.Person {
	var people []models.Person
	for _, row := range f.rows {
		if row.term.ID != 0 {
			people = append(people, row.person)
		}
	}
	return people
}

func (s *Service) form(tx *gorm.DB, ward int64, filter Filter) (*form, error) {
	f := &form{on: filter.On, villages: map[int64]models.Village{}, organizations: map[string]models.Organization{}}
	var villages []models.Village
	var organizations []models.Organization
	var branches []models.Branch
	var terms []models.Term
	var people []models.Person
	of := services.InWard(tx, ward).Where(current, filter.On, filter.On)
	if len(filter.Villages) > 0 {
		of = of.Where("village_id IN ?", filter.Villages)
	}
	if len(filter.Organizations) > 0 {
		of = of.Where("organization_code IN ?", filter.Organizations)
	}
	err := errors.Join(
		tx.Take(&f.ward, "id = ?", ward).Error,
		services.InWard(tx, ward).Find(&villages).Error,
		tx.Find(&organizations).Error,
		of.Find(&branches).Error,
		services.InWard(tx, ward).Where("superseded_at IS NULL AND from_date <= ? AND (to_date IS NULL OR to_date >= ?)",
			filter.On, filter.On).Order("id").Find(&terms).Error,
		services.InWard(tx, ward).Where("merged_into IS NULL").Find(&people).Error,
	)
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	for _, village := range villages {
		f.villages[village.ID] = village
	}
	for _, organization := range organizations {
		f.organizations[organization.Code] = organization
	}
	f.names = newNames(nil, organizations, nil)
	byID := make(map[int64]models.Person, len(people))
	for _, person := range people {
		byID[person.ID] = person
	}
	held := map[int64][]models.Term{}
	for _, term := range terms {
		held[term.BranchID] = append(held[term.BranchID], term)
	}
	wanted := func(role models.TermRole) bool { return len(filter.Roles) == 0 || slices.Contains(filter.Roles, role) }
	slices.SortStableFunc(branches, func(a, b models.Branch) int {
		va, vb, oa, ob := f.villages[a.VillageID], f.villages[b.VillageID], f.organizations[a.OrganizationCode],
			f.organizations[b.OrganizationCode]
		return compareAll(int64(va.SortOrder-vb.SortOrder), va.ID-vb.ID, int64(oa.SortOrder-ob.SortOrder), a.ID-b.ID)
	})
	for _, branch := range branches {
		posts := held[branch.ID]
		slices.SortStableFunc(posts, func(a, b models.Term) int {
			return compareAll(int64(rank(a.Role)-rank(b.Role)), int64(a.Slot-b.Slot), a.ID-b.ID)
		})
		if !filter.Vacant {
			for _, term := range posts {
				if wanted(term.Role) {
					f.rows = append(f.rows, exported{branch: branch, term: term, role: term.Role, person: byID[term.PersonID]})
				}
			}
			continue
		}
		organization := f.organizations[branch.OrganizationCode]
		for role, title := range map[models.TermRole]string{models.Head: organization.HeadTitle,
			models.Deputy: organization.DeputyTitle} {
			empty := !slices.ContainsFunc(posts, func(t models.Term) bool { return t.Role == role })
			if title != "" && empty && wanted(role) {
				f.rows = append(f.rows, exported{branch: branch, role: role})
			}
		}
	}
	if filter.Vacant { // of one branch in the order of rank
		slices.SortStableFunc(f.rows, func(a, b exported) int {
			if a.branch.ID != b.branch.ID {
				return 0
			}
			return rank(a.role) - rank(b.role)
		})
	}
	return f, nil
}

func rank(role models.TermRole) int {
	return slices.Index([]models.TermRole{models.Head, models.Deputy, models.Member, models.CellMember}, role)
}

func compareAll(differences ...int64) int {
	for _, d := range differences {
		switch {
		case d < 0:
			return -1
		case d > 0:
			return 1
		}
	}
	return 0
}

// Where the form has its headings; the rows follow.
const formHeader = 6

// widths of the form's columns, in letters: together they fill an A4 page lying
// on its side when they are fitted to its width.
var widths = map[field]float64{
	fieldNumber: 5, fieldName: 24, fieldBirth: 11, fieldTitle: 18, fieldActing: 9, fieldUnit: 22, fieldVillage: 22,
	fieldPhone: 13, fieldCitizen: 14,
	fieldAccount: 17, fieldBank: 13, fieldHolder: 18,
	fieldFrom: 11, fieldTo: 11, fieldDecision: 13, fieldDecided: 11, fieldSigner: 15,
	fieldNote: 16,
}

// draw writes the form: heading, title, columns, and the posts, one a row.
func (f *form) draw(say Say) ([]byte, error) {
	file := excelize.NewFile()
	defer file.Close()
	sheet := say("sheet.form.sheet", nil)
	if err := file.SetSheetName("Sheet1", sheet); err != nil {
		return nil, err
	}
	if err := f.page(file, sheet); err != nil {
		return nil, err
	}
	styles, err := formStyles(file)
	if err != nil {
		return nil, err
	}
	out, err := file.NewStreamWriter(sheet)
	if err != nil {
		return nil, err
	}
	for i, what := range columns {
		if err := out.SetColWidth(i+1, i+1, widths[what]); err != nil {
			return nil, err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: formHeader,
		TopLeftCell: fmt.Sprintf("A%d", formHeader+1), ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	if err := f.head(out, styles, say); err != nil {
		return nil, err
	}
	for i, row := range f.rows {
		values := f.values(i, row, say)
		cells := make([]any, len(columns))
		for column, what := range columns {
			style := styles.text
			if what == fieldNumber {
				style = styles.number
			}
			cells[column] = excelize.Cell{StyleID: style, Value: values[what]}
		}
		if err := out.SetRow(fmt.Sprintf("A%d", formHeader+1+i), cells); err != nil {
			return nil, err
		}
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	var buffer bytes.Buffer
	if err := file.Write(&buffer); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// page makes the sheet print on A4, as wide as the page, with its headings and
// the number on every one.
func (f *form) page(file *excelize.File, sheet string) error {
	a4, landscape, one, many, fit := 9, "landscape", 1, 0, true
	margin, edge := 0.4, 0.6
	return errors.Join(
		file.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}),
		file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &one,
			FitToHeight: &many}),
		file.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{Left: &margin, Right: &margin, Top: &edge,
			Bottom: &edge}),
		file.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: "&C&P/&N"}),
		file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles",
			RefersTo: fmt.Sprintf("'%s'!$%d:$%d", sheet, formHeader, formHeader), Scope: sheet}),
	)
}

type formStyle struct{ heading, title, column, text, number int }

func formStyles(file *excelize.File) (formStyle, error) {
	var styles formStyle
	var border []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		border = append(border, excelize.Border{Type: side, Style: 1, Color: "000000"})
	}
	font := func(size float64, bold bool) *excelize.Font {
		return &excelize.Font{Family: "Times New Roman", Size: size, Bold: bold}
	}
	asText := "@"
	middle := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	for _, one := range []struct {
		into  *int
		style excelize.Style
	}{
		{&styles.heading, excelize.Style{Font: font(12, true), Alignment: middle}},
		{&styles.title, excelize.Style{Font: font(14, true), Alignment: middle}},
		{&styles.column, excelize.Style{Font: font(11, true), Alignment: middle, Border: border,
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E6E6"}}}},
		{&styles.text, excelize.Style{Font: font(11, false), Border: border, CustomNumFmt: &asText,
			Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}}},
		{&styles.number, excelize.Style{Font: font(11, false), Border: border,
			Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}}},
	} {
		id, err := file.NewStyle(&one.style)
		if err != nil {
			return styles, err
		}
		*one.into = id
	}
	return styles, nil
}

// head writes who lists whom, and the columns' names.
func (f *form) head(out *excelize.StreamWriter, styles formStyle, say Say) error {
	last := len(columns)
	half := last / 2
	pair := func(row int, left, right string) error {
		cells := make([]any, half+1)
		cells[0], cells[half] = excelize.Cell{StyleID: styles.heading, Value: harmless(left)},
			excelize.Cell{StyleID: styles.heading, Value: right}
		if err := out.SetRow(fmt.Sprintf("A%d", row), cells, excelize.RowOpts{Height: 20}); err != nil {
			return err
		}
		return errors.Join(f.merge(out, row, 1, half), f.merge(out, row, half+1, last))
	}
	whole := func(row, style int, text string) error {
		if err := out.SetRow(fmt.Sprintf("A%d", row), []any{excelize.Cell{StyleID: style, Value: harmless(text)}},
			excelize.RowOpts{Height: 22}); err != nil {
			return err
		}
		return f.merge(out, row, 1, last)
	}
	fields := map[string]any{"kind": f.ward.Kind, "ward": f.ward.Name, "date": f.on}
	names := make([]any, last)
	for i, what := range columns {
		names[i] = excelize.Cell{StyleID: styles.column, Value: say("sheet.column."+string(what), nil)}
	}
	return errors.Join(
		pair(1, say("sheet.form.committee", fields), say("sheet.form.nation", nil)),
		pair(2, "", say("sheet.form.motto", nil)),
		whole(3, styles.title, say("sheet.form.title", nil)),
		whole(4, styles.heading, say("sheet.form.on", fields)),
		out.SetRow(fmt.Sprintf("A%d", formHeader), names, excelize.RowOpts{Height: 32}),
	)
}

func (f *form) merge(out *excelize.StreamWriter, row, from, to int) error {
	first, err := excelize.CoordinatesToCellName(from, row)
	if err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(to, row)
	if err != nil {
		return err
	}
	return out.MergeCell(first, last)
}

// values are the cells of one row.
func (f *form) values(i int, row exported, say Say) map[field]any {
	organization := f.organizations[row.branch.OrganizationCode]
	values := map[field]any{
		fieldNumber: i + 1, fieldTitle: harmless(organization.TitleOf(row.role)),
		fieldUnit: harmless(organization.BranchName), fieldVillage: harmless(f.villages[row.branch.VillageID].Name),
	}
	if row.term.ID == 0 {
		values[fieldNote] = say("sheet.form.vacant", nil)
		return values
	}
	person, term := row.person, row.term
	values[fieldName] = harmless(person.Name)
	// A title that would not be understood again gives way to the usual one.
	if said, known := f.names.post(term.Title); known && (said.role == row.role || row.role == models.CellMember) &&
		!said.acting {
		values[fieldTitle] = harmless(term.Title)
	}
	values[fieldBirth] = day(person.BirthDate)
	if person.BirthDate.IsZero() && person.BirthYear != 0 {
		values[fieldBirth] = fmt.Sprint(person.BirthYear)
	}
	values[fieldPhone] = harmless(vn.FormatPhone(person.Phone))
	values[fieldBank] = harmless(person.BankName)
	if person.PayWay != "" {
		values[fieldAccount] = say("sheet.form.way."+string(person.PayWay), nil)
	}
	if person.BankRelation != "" {
		values[fieldHolder] = harmless(person.Holder(person.Name))
	}
	if term.Acting {
		values[fieldActing] = say("sheet.form.acting", nil)
	}
	values[fieldFrom], values[fieldTo] = day(term.From), day(term.To)
	values[fieldDecision], values[fieldDecided], values[fieldSigner] = harmless(term.DecisionNumber),
		day(term.DecisionDate), harmless(term.DecisionSigner)
	if person.PhoneShared && person.Phone != "" {
		values[fieldNote] = say("sheet.form.shared", nil)
	}
	if person.BankTail != "" {
		values[fieldAccount] = "****" + person.BankTail
	}
	if len(person.CitizenID) > 0 {
		values[fieldCitizen] = "****"
	}
	if f.whole != nil {
		values[fieldCitizen] = f.whole[person.ID].Citizen
		if person.PayWay == "" {
			values[fieldAccount] = f.whole[person.ID].Account
		}
	}
	return values
}

// day is dd/mm/yyyy, as text: no spreadsheet turns it round.
func day(d models.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.Day, d.Month, d.Year)
}

// Organizations lists those that have a branch in the actor's ward, in the
// ward's order.
func (s *Service) Organizations(ctx context.Context, actor services.Actor) ([]models.Organization, error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, err
	}
	var found []models.Organization
	err := s.store.WithContext(ctx).Where("code IN (SELECT organization_code FROM branches WHERE ward_id = ?)",
		actor.Ward).Order("sort_order, code").Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read organizations: %w", err)
	}
	return found, nil
}
