package sheets

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/bank"
)

// line is one row of a sheet that names somebody, typed. What a sheet leaves
// empty stays as the roster has it.
type line struct {
	tab, row int
	wrong    bool

	name, folded string
	birth        models.Date
	birthYear    int
	phone        string
	shared       bool // several people answer the number
	citizen      string
	account      string
	bank         string

	branch   int64
	role     models.TermRole
	acting   bool
	from, to models.Date
	decision string
	decided  models.Date
	signer   string
	reason   string // why a term ended, as far as the note says
}

// reading is a workbook on its way to a plan.
type reading struct {
	index    *index
	days     days
	tabs     []tab
	lines    []line
	findings []Finding
	errors   int
	remarks  int
	banks    map[string]string // as cells name them
}

// readAll reads every sheet that has headings like a list's. It refuses with
// invalid/sheet_header when none has, and invalid/sheet_rows when there are too
// many rows.
func readAll(file *excelize.File, index *index, today models.Date) (*reading, error) {
	r := &reading{index: index, days: days{today: today, epoch: epoch1900}, banks: map[string]string{}}
	if props, err := file.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		r.days.epoch = epoch1904
	}
	total := 0
	lists := file.GetSheetList()
	for _, sheet := range lists[:min(len(lists), maxSheets)] {
		if visible, err := file.GetSheetVisible(sheet); err == nil && !visible {
			continue
		}
		if err := r.readSheet(file, sheet, &total); err != nil {
			return nil, err
		}
	}
	if total > MaxRows {
		return nil, services.Invalid("sheet_rows").With("rows", total).With("max", MaxRows)
	}
	if len(r.tabs) == 0 {
		return nil, services.Invalid("sheet_header")
	}
	return r, nil
}

// readSheet streams one sheet: the first rows are held back until the headings
// are found among them. Rows past MaxRows are only counted.
func (r *reading) readSheet(file *excelize.File, sheet string, total *int) error {
	held := map[int][]string{}
	found := false
	var of *section
	flush := func() {
		head, ok := findHeader(held)
		if !ok {
			return
		}
		found = true
		r.tabs = append(r.tabs, tab{name: sheet, header: head})
		of = &section{reading: r, tab: len(r.tabs) - 1}
		of.ignored()
		for number := head.last + 1; number <= headerRows; number++ {
			if cells := held[number]; cells != nil {
				of.read(number, cells)
				*total++
			}
		}
	}
	decided := false
	err := each(file, sheet, func(number int, cells []string) error {
		if number <= headerRows {
			held[number] = cells
			return nil
		}
		if !decided {
			decided = true
			flush()
		}
		if !found {
			return errRows // no list: the rest does not matter
		}
		if *total++; *total <= MaxRows {
			of.read(number, cells)
		}
		return nil
	})
	if err != nil && !errors.Is(err, errRows) {
		return err
	}
	if !decided {
		flush()
	}
	return nil
}

// section is what rows of a sheet take from those above them.
type section struct {
	*reading
	tab          int
	row          int
	cells        []string
	line         line
	village      int64  // of the last heading line inside the list, or of the row above
	organization string // likewise
	above        place
}

func (s *section) header() header { return s.tabs[s.tab].header }

// ignored remarks on the columns that nobody knows.
func (s *section) ignored() {
	head := s.header()
	for column := range maxColumns {
		if name, unknown := head.unknown[column]; unknown {
			s.note(finding{tab: s.tab, row: head.last, column: column, code: "column_unknown", value: name, remark: true})
		}
	}
}

// finding is a Finding before its cell has a name.
type finding struct {
	tab, row, column int
	code, value      string
	fields           map[string]any
	remark           bool
}

func (r *reading) note(f finding) {
	if f.remark {
		r.remarks++
	} else {
		r.errors++
	}
	if len(r.findings) >= MaxFindings && (f.remark || r.errors > MaxFindings) {
		return
	}
	cell, err := excelize.CoordinatesToCellName(f.column+1, f.row)
	if err != nil {
		cell = ""
	}
	r.findings = append(r.findings, Finding{Sheet: r.tabs[f.tab].name, Cell: cell, Row: f.row, Code: f.code, Value: cut(f.value), Fields: f.fields, Remark: f.remark})
}

func cut(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

// column is where a field is; of one without a column, where the name is.
func (h header) column(what field) int {
	for _, one := range []field{what, fieldName, fieldGiven} {
		if column, ok := h.columns[one]; ok {
			return column
		}
	}
	return 0
}

func (s *section) cell(what field) string {
	column, ok := s.header().columns[what]
	if !ok || column >= len(s.cells) {
		return ""
	}
	return plain(s.cells[column])
}

// wrong notes an error in the row.
func (s *section) wrong(what field, code, value string, fields map[string]any) {
	s.line.wrong = true
	s.note(finding{tab: s.tab, row: s.row, column: s.header().column(what), code: code, value: value, fields: fields})
}

func (s *section) refused(what field, value string, err error) {
	refusal := (*services.Error)(nil)
	code, fields := "unreadable", map[string]any(nil)
	if errors.As(err, &refusal) {
		code, fields = refusal.Code, refusal.Fields
	}
	s.wrong(what, code, value, fields)
}

func (s *section) remark(what field, code remark, value string, fields map[string]any) {
	if code != "" {
		s.note(finding{tab: s.tab, row: s.row, column: s.header().column(what), code: code, value: value, fields: fields, remark: true})
	}
}

// vacant marks a row of the form that nobody is in.
const vacant = "khuyet"

var (
	numbering = regexp.MustCompile(`^\(?(?:\d{1,2}|[A-Za-z])\)?$`) // (1) (2) (3), A B C
	total     = regexp.MustCompile(`^tong (?:cong|so)`)
	ordinal   = regexp.MustCompile(`^(?:[ivxlc]+|\d{1,3}|[a-z])$`)
)

// read types one row.
func (s *section) read(row int, cells []string) {
	s.row, s.cells = row, cells
	s.line = line{tab: s.tab, row: row}
	name := s.cell(fieldName)
	if family, given := s.cell(fieldFamily), s.cell(fieldGiven); given != "" && (name == "" || s.header().has(fieldGiven)) {
		name = strings.TrimSpace(family + " " + given)
		if !s.header().has(fieldFamily) && s.cell(fieldName) != "" {
			name = s.cell(fieldName) + " " + given // "Họ và tên" over two columns
		}
	}
	if name == "" {
		s.nameless()
		return
	}
	counted := s.counted()
	if !counted || len(name) < 4 {
		if what, ok := meaning(name); ok && what != fieldUnrelated || numbering.MatchString(name) {
			return // the headings again, or their numbers
		}
	}
	if s.bare() {
		if s.heading() {
			return
		}
		if !counted {
			s.remark(fieldName, "row_skipped", name, nil)
			return
		}
	}
	if !counted && total.MatchString(models.Fold(name)) {
		return
	}
	s.person(name)
	s.posted()
	s.term()
	s.lines = append(s.lines, s.line)
}

// counted reports whether a row has a number of its own in the list.
func (s *section) counted() bool {
	number := s.cell(fieldNumber)
	return number != "" && strings.Trim(number, "0123456789.") == ""
}

// bare reports whether a row says nothing of who it names.
func (s *section) bare() bool {
	for _, what := range []field{fieldTitle, fieldUnit, fieldVillage, fieldPhone, fieldBirth, fieldCitizen, fieldFrom} {
		if s.cell(what) != "" {
			return false
		}
	}
	return true
}

// heading reads a line inside the list, such as "II. Tổ dân phố 5", that says
// where those below it serve.
func (s *section) heading() bool {
	text := ""
	for column, cell := range s.cells {
		cell = plain(cell)
		if cell == "" || column == s.header().column(fieldNumber) && s.header().has(fieldNumber) && ordinal.MatchString(words(models.Fold(cell))) {
			continue
		}
		if text != "" {
			return false
		}
		text = cell
	}
	found := s.index.names.where(text)
	if found == (place{}) {
		folded := words(models.Fold(text))
		if first, rest, ok := strings.Cut(folded, " "); ok && ordinal.MatchString(first) {
			found = s.index.names.findWhere(rest)
		}
	}
	if found.branch != 0 {
		branch := s.index.branches[found.branch]
		found.village, found.organization = branch.VillageID, branch.OrganizationCode
	}
	switch {
	case found == (place{}):
		return false
	case found.village != 0:
		s.village, s.organization = found.village, found.organization
	default:
		s.organization = found.organization
	}
	s.above = place{}
	return true
}

// nameless is a row without a name: a heading inside the list, an empty post,
// the signatures below it, or a name forgotten.
func (s *section) nameless() {
	if strings.Contains(words(models.Fold(s.cell(fieldNote))), vacant) || s.heading() {
		return
	}
	if _, titled := s.index.names.post(s.cell(fieldTitle)); titled || s.counted() && !s.bare() {
		s.wrong(fieldName, "name_missing", "", nil)
		s.lines = append(s.lines, s.line)
		return
	}
	for _, cell := range s.cells {
		if cell = plain(cell); cell != "" && strings.Trim(cell, "0123456789.,() ") != "" {
			s.remark(fieldName, "row_skipped", cell, nil)
			return
		}
	}
}

// person reads who is named.
func (s *section) person(cell string) {
	name, said, err := readName(cell)
	if err != nil {
		s.refused(fieldName, cell, err)
	}
	s.line.name, s.line.folded = name, models.Fold(name)
	s.remark(fieldName, said, cell, map[string]any{"now": name})

	if cell := s.cell(fieldBirth); s.given(fieldBirth, cell) {
		day, year, said, err := s.days.readBirth(cell)
		if err != nil {
			s.refused(fieldBirth, cell, err)
		} else {
			s.line.birth, s.line.birthYear = day, year
			s.remark(fieldBirth, said, cell, map[string]any{"now": day})
		}
	}
	if cell := s.cell(fieldPhone); s.given(fieldPhone, cell) && !masked(cell) {
		number, said, err := readPhone(cell)
		switch {
		case err != nil && services.CodeOf(err) == "phone" && countDigits(cell) > 0:
			s.wrong(fieldPhone, "phone_digits", cell, map[string]any{"digits": countDigits(cell)})
		case err != nil:
			s.refused(fieldPhone, cell, err)
		default:
			s.line.phone = number
			s.remark(fieldPhone, said, cell, map[string]any{"now": "0" + number[3:]})
		}
	}
	if cell := s.cell(fieldCitizen); s.given(fieldCitizen, cell) && !masked(cell) {
		number, said, err := readCitizen(cell)
		if err != nil {
			s.refused(fieldCitizen, cell, err)
		} else {
			s.line.citizen = number
			s.remark(fieldCitizen, said, cell, map[string]any{"now": number})
		}
	}
	s.paid()
	note := words(models.Fold(s.cell(fieldNote)))
	for _, sign := range []string{"dung chung so", "chung so", "chung may", "dung chung may", "chung dien thoai"} {
		s.line.shared = s.line.shared || strings.Contains(note, sign)
	}
	for _, sign := range reasons {
		if strings.Contains(note, sign.says) {
			s.line.reason = sign.means
			break
		}
	}
}

// reasons are what notes say of a term's end.
var reasons = []struct{ says, means string }{
	{"tu tran", "died"}, {"qua doi", "died"}, {"da mat", "died"}, {"mien nhiem", "dismissed"}, {"bai nhiem", "dismissed"},
	{"xin nghi", "resigned"}, {"xin thoi", "resigned"}, {"chuyen", "moved"},
}

// given reports whether a cell says anything that can be read.
func (s *section) given(what field, cell string) bool {
	switch {
	case cell == "" || cell == "-" || cell == "–" || cell == "0" || cell == "x" && what != fieldActing:
		return false
	case errorValues[cell]:
		s.wrong(what, "formula", cell, nil)
		return false
	}
	return true
}

// paid reads where a person is paid.
func (s *section) paid() {
	account, name := s.cell(fieldAccount), s.cell(fieldBank)
	if !s.given(fieldAccount, account) || masked(account) {
		return
	}
	if name == "" { // "3706205123456 Agribank" in one cell
		if i := strings.IndexFunc(account, func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' }); i > bank.LeastDigits {
			account, name = strings.TrimRight(account[:i], " -,("), strings.Trim(account[i:], " -,()")
		}
	}
	number, said, err := readAccount(account)
	if err != nil {
		s.refused(fieldAccount, account, err)
		return
	}
	s.remark(fieldAccount, said, account, map[string]any{"now": number})
	found, err := s.bankOf(name)
	switch {
	case name == "":
		s.wrong(fieldBank, "bank_missing", "", nil)
	case err != nil:
		s.refused(fieldBank, name, err)
	default:
		s.line.account, s.line.bank = number, found
	}
}

// bankOf finds a bank, with the branch of it that people write behind.
func (s *section) bankOf(name string) (string, error) {
	if known := s.banks[name]; known != "" {
		return known, nil
	}
	found, err := findBank(name)
	if err == nil && len(s.banks) < mostRemembered {
		s.banks[name] = found
	}
	return found, err
}

// shortBanks are names that people use, folded, beside those of services/bank.
var shortBanks = map[string]string{
	"nong nghiep": "agribank", "nong nghiep va phat trien nong thon": "agribank", "cong thuong": "vietinbank", "ctg": "vietinbank",
	"ngoai thuong": "vietcombank", "vcb": "vietcombank", "dau tu va phat trien": "bidv", "quan doi": "mb", "mbbank": "mb", "mb bank": "mb",
}

func findBank(name string) (string, error) {
	found, err := bank.ByName(name)
	if err == nil {
		return found.Name, nil
	}
	folded := words(models.Fold(name))
	for _, lead := range []string{"ngan hang tmcp", "ngan hang", "nh tmcp", "nh"} {
		folded = strings.TrimPrefix(folded, lead+" ")
	}
	if full := shortBanks[folded]; full != "" {
		folded = full
	}
	parts := strings.Fields(folded)
	for i := len(parts); i > 0; i-- { // "Agribank Hồng Lĩnh"
		if found, ok := bank.ByName(strings.Join(parts[:i], " ")); ok == nil {
			return found.Name, nil
		}
	}
	return "", err
}

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
	title, known := names.post(titleCell)
	switch {
	case titleCell == "":
		s.wrong(fieldTitle, "title_missing", "", nil)
	case !known:
		s.wrong(fieldTitle, "title_unknown", titleCell, nil)
	}
	at := place{village: first(village.village, unit.village), organization: firstText(unit.organization, village.organization)}
	if at.organization == "" && unitCell == "" {
		at.organization = title.organization
	}
	switch {
	case villageCell != "" && village == (place{}):
		s.wrong(fieldVillage, "village_unknown", villageCell, map[string]any{"near": strings.Join(names.nearest(villageCell), ", ")})
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
	if acting := words(models.Fold(s.cell(fieldActing))); acting != "" && acting != "khong" && acting != "0" {
		s.line.acting = true
	}
	if organization.HeadTitle == "" {
		s.line.role = models.CellMember
	} else if title.role == models.CellMember || title.role == models.Deputy && organization.DeputyTitle == "" {
		s.wrong(fieldTitle, "title_other", titleCell, map[string]any{"organization": organization.Name})
	}
	if s.line.branch = s.index.branchAt[at]; s.line.branch == 0 {
		s.wrong(fieldUnit, "branch_missing", firstText(unitCell, titleCell), map[string]any{"organization": organization.BranchName, "village": s.index.villages[at.village].Name})
	}
}

// term reads from when to when, and on what paper.
func (s *section) term() {
	for what, into := range map[field]*models.Date{fieldFrom: &s.line.from, fieldTo: &s.line.to, fieldDecided: &s.line.decided} {
		cell := s.cell(what)
		if !s.given(what, cell) || what == fieldTo && words(models.Fold(cell)) == "nay" {
			continue
		}
		day, said, err := s.days.readDay(cell)
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
