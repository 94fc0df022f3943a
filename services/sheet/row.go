package sheet

import (
	"regexp"
	"strings"
)

// vacant marks a row of the form that nobody is in.
const vacant = "khuyet"

var (
	numbering = regexp.MustCompile(`^\(?(?:\d{1,2}|[A-Za-z])\)?$`) // (1) (2) (3), A B C
	total     = regexp.MustCompile(`^(?:cộng|tổng)(?:$|[ :.])`)
	signs     = regexp.MustCompile(`^(?:nguoi lap|ke toan|chu tich|pho chu tich|thu truong|tm uy ban|t m uy ban|` +
		`tm ubnd|nguoi duyet|xac nhan cua|lap bieu|thu quy|truong ban)`)
	ordinal = regexp.MustCompile(`^(?:[ivxlc]+|\d{1,3}|[a-z])$`)
)

// read types one row.
func (s *section) read(row int, cells []string) {
	s.row, s.cells = row, cells
	s.line = line{tab: s.tab, row: row}
	name := s.cell(fieldName)
	if family, given := s.cell(fieldFamily), s.cell(fieldGiven); given != "" &&
		(name == "" || s.header().has(fieldGiven)) {
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
	if vacancy(name) {
		s.remark(fieldName, "row_vacant", name, nil)
		return
	}
	if !counted && (s.signed || s.signature()) {
		s.signed = true
		s.remark(fieldName, "row_skipped", name, nil)
		return
	}
	if !counted && total.MatchString(strings.ToLower(name)) {
		return
	}
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
	if title := s.cell(fieldTitle); others.MatchString(Words(title)) {
		if _, known := s.index.names.post(title); !known {
			s.remark(fieldTitle, "row_other", title, nil)
			return
		}
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

// signature reports whether a row names who signs below the list.
func (s *section) signature() bool {
	for _, cell := range s.cells {
		if signs.MatchString(Words(cell)) {
			_, titled := s.index.names.post(cell)
			return !titled
		}
	}
	return false
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
		if cell == "" || column == s.header().column(fieldNumber) && s.header().has(fieldNumber) &&
			ordinal.MatchString(Words(cell)) {
			continue
		}
		if text != "" {
			return false
		}
		text = cell
	}
	found := s.index.names.where(text)
	if found == (place{}) {
		folded := Words(text)
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
	if strings.Contains(Words(s.cell(fieldNote)), vacant) || s.heading() {
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
