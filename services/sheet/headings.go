package sheet

import (
	"slices"
	"strings"

	"canbobot/models"
)

// Headings say which column a heading names: those that are known whole, and the
// words by which others are.
type Headings struct {
	whole map[string]string // folded as Heading does
	cues  []cue             // the first that fits
}

// cue is a column by words of its heading.
type cue struct {
	column     string
	has, lacks []string
}

// NewHeadings reads a list of columns with their headings: "amount: so tien|tien"
// a line; a line without a colon goes on with the column above. "amount~ so tien
// ! phi" is a column by words: one of those before the mark, none of those after.
func NewHeadings(list string) Headings {
	all, column := Headings{whole: map[string]string{}}, ""
	for line := range strings.Lines(list) {
		names := strings.TrimSpace(line)
		if head, rest, is := strings.Cut(names, "~"); is {
			has, lacks, _ := strings.Cut(rest, "!")
			all.cues = append(all.cues, cue{head, listed(has), listed(lacks)})
			continue
		}
		if head, rest, is := strings.Cut(names, ":"); is {
			column, names = head, rest
		}
		for _, name := range listed(names) {
			all.whole[name] = column
		}
	}
	return all
}

func listed(names string) []string {
	var all []string
	for name := range strings.SplitSeq(names, "|") {
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// Meaning reads one heading: as it is known whole, or by one of its lines, where a
// bank writes two languages, or else by its words; "" for no column.
func (h Headings) Meaning(cell string) string {
	if len(cell) > maxCell {
		return ""
	}
	if what, known := h.whole[Heading(cell)]; known {
		return what
	}
	if strings.Contains(cell, "\n") {
		for line := range strings.Lines(cell) {
			if what, known := h.whole[Heading(line)]; known {
				return what
			}
		}
	}
	if len(cell) > 100 { // no heading, but a note
		return ""
	}
	for _, cue := range h.cues {
		if Says(cell, cue.has) && !Says(cell, cue.lacks) {
			return cue.column
		}
	}
	return ""
}

// Whole is the column that a folded heading names as it stands.
func (h Headings) Whole(folded string) (column string, known bool) {
	column, known = h.whole[folded]
	return column, known
}

// Words is a cell as it is compared: folded, letters and digits alone, in single
// spaces; what stands in brackets too.
func Words(cell string) string { return words(models.Fold(cell)) }

// Says reports whether a cell has one of some words, whole.
func Says(cell string, any []string) bool {
	text := " " + Words(cell) + " "
	return slices.ContainsFunc(any, func(word string) bool { return strings.Contains(text, " "+word+" ") })
}

// Columns are where a sheet has its columns, counted from 0.
type Columns map[string]int

// Find reads a row of headings; of two alike the first counts.
func (h Headings) Find(cells []string) Columns {
	columns := Columns{}
	for i, what := range h.Read(nil, cells) {
		if _, taken := columns[what]; what != "" && !taken {
			columns[what] = i
		}
	}
	return columns
}

// Read says of each cell of a row which column it heads, "" for none. The row
// above may span several of them: "Kết quả" over "Trạng thái" and "Lý do".
func (h Headings) Read(upper, lower []string) []string {
	columns, over := make([]string, max(len(upper), len(lower))), ""
	for i := range columns {
		above, below := at(upper, i), at(lower, i)
		if above != "" || below == "" {
			over = above
		}
		if below == "" {
			columns[i] = h.Meaning(above)
		} else if columns[i] = h.Meaning(below); columns[i] == "" && over != "" {
			columns[i] = h.Meaning(over + " " + below)
		}
	}
	return columns
}

// Has reports whether the sheet has a column.
func (c Columns) Has(column string) bool { _, ok := c[column]; return ok }

// Cell is the text that a row has in a column; "" where it has none.
func (c Columns) Cell(cells []string, column string) string {
	if i, ok := c[column]; ok && i < len(cells) {
		return Text(cells[i])
	}
	return ""
}
