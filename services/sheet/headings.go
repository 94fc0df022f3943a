package sheet

import "strings"

// Headings are the columns that the headings of a kind of sheet name, folded as
// Heading does.
type Headings map[string]string

// NewHeadings reads a list of columns with their headings: "amount: so tien|tien"
// a line; a line without a colon goes on with the column above.
func NewHeadings(list string) Headings {
	all, column := Headings{}, ""
	for line := range strings.Lines(list) {
		names := strings.TrimSpace(line)
		if head, rest, is := strings.Cut(names, ":"); is {
			column, names = head, strings.TrimSpace(rest)
		}
		for name := range strings.SplitSeq(names, "|") {
			if name != "" {
				all[name] = column
			}
		}
	}
	return all
}

// Columns are where a sheet has its columns, counted from 0.
type Columns map[string]int

// Find reads a row of headings; of two alike the first counts.
func (h Headings) Find(cells []string) Columns {
	columns := Columns{}
	for i, cell := range cells {
		what, known := h[Heading(cell)]
		if _, taken := columns[what]; known && !taken {
			columns[what] = i
		}
	}
	return columns
}

// All are the columns of a row of headings that name the same, in their order.
func (h Headings) All(cells []string, column string) []int {
	var all []int
	for i, cell := range cells {
		if what, known := h[Heading(cell)]; known && what == column {
			all = append(all, i)
		}
	}
	return all
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
