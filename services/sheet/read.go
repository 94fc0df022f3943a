package sheet

import (
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"canbobot/models"
	"canbobot/services"
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
	tail         string // of an account that the sheet shows no more of, as an export does
	bank         string
	holder       string     // the name on the account, where it is said
	way          models.Way // where the account's cell says that none is wanted

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
func readAll(from book, index *index, today models.Date) (*reading, error) {
	r := &reading{index: index, days: days{today: today, epoch: from.epoch()}, banks: map[string]string{}}
	total := 0
	for _, one := range from.Tabs {
		if err := r.readSheet(one, &total); err != nil {
			return nil, err
		}
	}
	if total > MaxRows {
		return nil, services.Invalid("sheet_rows").With("rows", total).With("max", MaxRows)
	}
	if len(r.tabs) == 0 {
		return nil, services.Invalid(unheaded(from))
	}
	return r, nil
}

// unheaded says why a book has no list that can be read.
func unheaded(from book) string {
	for _, one := range from.Tabs {
		for _, row := range one.Rows[:min(len(one.Rows), headerRows)] {
			if slices.ContainsFunc(row.Cells, oldFont) {
				return "sheet_font"
			}
		}
	}
	return "sheet_header"
}

// readSheet reads one sheet: the first rows are held back until the headings
// are found among them. Rows past MaxRows are only counted.
func (r *reading) readSheet(from leaf, total *int) error {
	held := map[int][]string{}
	found := false
	var of *section
	flush := func() {
		head, ok := findHeader(held)
		if !ok {
			return
		}
		found = true
		head.apart(held)
		r.tabs = append(r.tabs, tab{name: from.Name, header: head})
		of = &section{reading: r, tab: len(r.tabs) - 1}
		of.ignored()
		of.titled(from, held)
		for number := head.last + 1; number <= headerRows; number++ {
			if cells := held[number]; cells != nil {
				of.read(number, cells)
				*total++
			}
		}
	}
	decided := false
	err := from.each(func(number int, cells []string) error {
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
	signed       bool // the signatures below the list have begun
}

func (s *section) header() header { return s.tabs[s.tab].header }

// titled takes the village that a sheet is about from what stands over its
// headings, or from its own name.
func (s *section) titled(from leaf, held map[int][]string) {
	if from.Hidden > 0 {
		s.note(finding{tab: s.tab, row: s.header().last, code: "rows_hidden", remark: true,
			fields: map[string]any{"count": from.Hidden}})
	}
	if s.header().has(fieldVillage) {
		return
	}
	texts := []string{from.Name}
	for number := 1; number < s.header().first; number++ {
		texts = append(texts, held[number]...)
	}
	found := map[int64]bool{}
	for _, text := range texts {
		if id := s.index.names.within(text); id != 0 {
			found[id] = true
			s.village = id
		}
	}
	if len(found) != 1 {
		s.village = 0
		return
	}
	s.note(finding{tab: s.tab, row: s.header().last, code: "village_titled", remark: true,
		fields: map[string]any{"now": s.index.villages[s.village].Name}})
}

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
	r.findings = append(r.findings, Finding{Sheet: r.tabs[f.tab].name, Cell: cell, Row: f.row, Code: f.code,
		Value: cut(f.value), Fields: f.fields, Remark: f.remark})
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
	if ok && column < len(s.cells) && s.cells[column] != "" {
		return plain(s.cells[column])
	}
	if column, ok = s.header().columns[fieldBirthToo]; ok && what == fieldBirth && column < len(s.cells) {
		return plain(s.cells[column])
	}
	return ""
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
		s.note(finding{tab: s.tab, row: s.row, column: s.header().column(what), code: code, value: value, fields: fields,
			remark: true})
	}
}
