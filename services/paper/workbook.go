package paper

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"
)

const (
	pageA4 = 9    // Excel's number of the paper
	most   = 2000 // letters in a cell; no honest text is near it
	font   = "Times New Roman"
)

// workbook draws each table as a sheet. Rows are streamed, so that a long list
// costs little more than its bytes.
func (d document) workbook() (content []byte, err error) {
	book := excelize.NewFile()
	defer func() {
		if closing := book.Close(); err == nil {
			err = closing
		}
	}()
	stamp := d.made.Format("2006-01-02T15:04:05Z")
	if err := book.SetDocProps(&excelize.DocProperties{Creator: "canbobot", Created: stamp, Modified: stamp,
		LastModifiedBy: "canbobot"}); err != nil {
		return nil, err
	}
	styles := &styles{book: book, known: map[look]int{}}
	used := map[string]bool{}
	for i, t := range d.tables {
		name := sheetName(t.sheet, used)
		if i == 0 {
			err = book.SetSheetName("Sheet1", name)
		} else {
			_, err = book.NewSheet(name)
		}
		if err != nil {
			return nil, err
		}
		if err := d.drawSheet(book, name, t, styles); err != nil {
			return nil, fmt.Errorf("sheet %d: %w", i+1, err)
		}
	}
	buffer, err := book.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return inOrder(buffer.Bytes())
}

// inOrder puts a workbook's parts in the order of their names: streamed sheets
// come in any, and the same list is to give the same bytes.
func inOrder(content []byte) ([]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(archive.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	var out bytes.Buffer
	sorted := zip.NewWriter(&out)
	for _, part := range archive.File {
		if err := sorted.Copy(part); err != nil {
			return nil, err
		}
	}
	if err := sorted.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// sheetName is a name that Excel takes, once in a workbook.
func sheetName(name string, used map[string]bool) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return '-'
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > 28 {
		name = string(runes[:28])
	}
	base := name
	for n := 2; used[strings.ToLower(name)] || name == ""; n++ {
		name = fmt.Sprintf("%s %d", base, n)
	}
	used[strings.ToLower(name)] = true
	return name
}

// look is a cell's style.
type look struct {
	bold, italic, framed, filled, wrapped, text bool
	size                                        float64
	align                                       align
	digits                                      int // groups of three of a number; 0 for a text
}

type styles struct {
	book  *excelize.File
	known map[look]int
	err   error
}

func (s *styles) of(l look) int {
	if id, known := s.known[l]; known {
		return id
	}
	style := excelize.Style{
		Font: &excelize.Font{Family: font, Size: l.size, Bold: l.bold, Italic: l.italic},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: l.wrapped,
			Horizontal: map[align]string{left: "left", center: "center", right: "right"}[l.align]},
	}
	if l.framed && l.align != center {
		style.Alignment.Indent = 1
	}
	if l.framed {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			style.Border = append(style.Border, excelize.Border{Type: side, Color: "000000", Style: 1})
		}
	}
	if l.filled {
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EDEDED"}}
	}
	switch {
	case l.text:
		style.NumFmt = 49 // text: leading noughts stay
	case l.digits > 0:
		// The dots are written out: a comma in the format would be printed as a
		// comma on a machine that is not set to Vietnamese.
		format := "0"
		if l.digits > 1 {
			format = "#" + strings.Repeat(`\.###`, l.digits-2) + `\.##0`
		}
		style.CustomNumFmt = &format
	}
	id, err := s.book.NewStyle(&style)
	if err != nil && s.err == nil {
		s.err = err
	}
	s.known[l] = id
	return id
}

// number is a cell that adds up and prints with dots.
func (s *styles) number(amount int64, l look) excelize.Cell {
	groups := (len(strings.TrimPrefix(fmt.Sprint(amount), "-")) + 2) / 3
	l.digits = groups
	return excelize.Cell{Value: amount, StyleID: s.of(l)}
}

// sheet writes one sheet from top to bottom and keeps the first error.
type sheet struct {
	*styles
	stream *excelize.StreamWriter
	row    int
	wide   int // columns
	err    error
}

func (s *sheet) do(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *sheet) write(cells []any, options ...excelize.RowOpts) {
	s.row++
	s.do(s.stream.SetRow(fmt.Sprintf("A%d", s.row), cells, options...))
}

// span writes a text over the columns from and to, counted from 1.
func (s *sheet) span(cells []any, from, to int, text string, l look) {
	cells[from-1] = excelize.Cell{Value: safe(text), StyleID: s.of(l)}
	if to > from {
		a, err := excelize.CoordinatesToCellName(from, s.row+1)
		s.do(err)
		b, err := excelize.CoordinatesToCellName(to, s.row+1)
		s.do(err)
		s.do(s.stream.MergeCell(a, b))
	}
}

func (d document) drawSheet(book *excelize.File, name string, t table, styles *styles) error {
	size, width, height, fit, orientation, margin := pageA4, 1, 0, true, "portrait", 0.4
	if t.landscape {
		orientation = "landscape"
	}
	wide := len(t.columns)
	s := &sheet{styles: styles, wide: wide}
	s.do(book.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &size, Orientation: &orientation, FitToWidth: &width,
		FitToHeight: &height}))
	s.do(book.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	bottom := 0.6
	s.do(book.SetPageMargins(name, &excelize.PageLayoutMarginsOptions{Left: &margin, Right: &margin, Top: &margin,
		Bottom: &bottom}))
	s.do(book.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&L" + d.foot + "&C" + d.page + " &P/&N"}))
	if s.err != nil {
		return s.err
	}
	var err error
	if s.stream, err = book.NewStreamWriter(name); err != nil {
		return err
	}
	for i, column := range t.columns {
		s.do(s.stream.SetColWidth(i+1, i+1, column.width))
	}
	head := 1 + len(t.above)
	if !t.plain {
		head = 4 + len(t.title)
	}
	s.do(s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: head, TopLeftCell: fmt.Sprintf("A%d", head+1),
		ActivePane: "bottomLeft"}))
	if !t.plain {
		d.drawHeads(s, t)
	}
	for _, row := range t.above {
		cells := make([]any, len(row))
		for i, text := range row {
			cells[i] = safe(text)
		}
		s.write(cells)
	}
	heads := make([]any, wide)
	for i, column := range t.columns {
		heads[i] = excelize.Cell{Value: safe(column.head),
			StyleID: s.of(look{bold: true, framed: true, filled: true, wrapped: true, align: center, size: 11})}
	}
	s.write(heads, excelize.RowOpts{Height: 32})
	if s.row != head {
		return fmt.Errorf("the headings are in row %d, not %d", s.row, head)
	}
	for _, line := range t.rows {
		s.line(t, line)
	}
	if t.words != "" {
		s.row++
		cells := make([]any, wide)
		s.span(cells, 1, wide, t.words, look{bold: true, italic: true, wrapped: true, size: 12})
		s.write(cells, excelize.RowOpts{Height: 17 * lines(t.words, t.across(), 1.25)})
	}
	if t.signatures != nil {
		s.sign(t, *t.signatures)
	}
	if s.err == nil {
		s.err = styles.err
	}
	if s.err != nil {
		return s.err
	}
	if err := s.stream.Flush(); err != nil {
		return err
	}
	return book.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: name,
		RefersTo: fmt.Sprintf("'%s'!$%d:$%d", name, head, head)})
}

// drawHeads writes who issues the paper, the state's head and the title, and an
// empty row between them.
func (d document) drawHeads(s *sheet, t table) {
	half := t.cut(0.42)
	for i := range 2 {
		cells := make([]any, s.wide)
		if i < len(d.left) {
			s.span(cells, 1, half, d.left[i], look{bold: true, align: center, size: 12})
		}
		s.span(cells, half+1, s.wide, d.right[i], look{bold: true, align: center, size: 12})
		s.write(cells)
	}
	s.row++
	for i, title := range t.title {
		l := look{bold: i == 0, italic: i > 0, align: center, size: 12}
		if i == 0 {
			l.size = 14
		}
		cells := make([]any, s.wide)
		s.span(cells, 1, s.wide, title, l)
		s.write(cells)
	}
}

// across is the width of all columns, in letters.
func (t table) across() (all float64) {
	for _, column := range t.columns {
		all += column.width
	}
	return all
}

// cut is after how many columns a part of the width is most nearly reached; at
// least one column is left on both sides.
func (t table) cut(part float64) int {
	all, sofar, best := t.across(), 0.0, 1
	nearest := all
	for i := range len(t.columns) - 1 {
		sofar += t.columns[i].width
		if off := math.Abs(sofar - all*part); off < nearest {
			nearest, best = off, i+1
		}
	}
	return best
}

// lines is how many lines a text takes in a column: rows that are streamed get
// no height from the program that opens them. Letter is the width of a letter.
func lines(text string, width, letter float64) float64 {
	count, used := 1.0, 0.0
	for _, word := range strings.Fields(text) {
		long := float64(len([]rune(word))) * letter
		switch {
		case used == 0:
			used = long
		case used+letter+long <= width:
			used += letter + long
		default:
			count, used = count+1, long
		}
		for used > width {
			count, used = count+1, used-width
		}
	}
	return count
}

// line writes one row of the table.
func (s *sheet) line(t table, line line) {
	cells := make([]any, s.wide)
	base := look{framed: true, wrapped: true, size: 11, bold: line.kind != body}
	height := 1.0 // in lines
	if line.kind == group {
		l := base
		l.filled = true
		for i := range cells {
			cells[i] = excelize.Cell{StyleID: s.of(l)}
		}
		s.span(cells, 1, s.wide, fmt.Sprint(line.cells[0]), l)
		s.write(cells, excelize.RowOpts{Height: 18})
		return
	}
	for i, value := range line.cells {
		l := base
		l.align = t.columns[i].align
		switch value := value.(type) {
		case nil:
			cells[i] = excelize.Cell{StyleID: s.of(l)}
		case int64:
			cells[i] = s.number(value, l)
		case string:
			height = max(height, lines(value, t.columns[i].width-1.5, 0.9))
			l.text = true
			cells[i] = excelize.Cell{Value: safe(value), StyleID: s.of(l)}
		}
	}
	if line.kind != body && t.columns[0].align == center { // the words of a sum need room
		if text, ok := line.cells[1].(string); ok {
			last := 2
			for last < s.wide && line.cells[last] == nil {
				last++
			}
			s.span(cells, 2, last, text, base)
			height = 1
		}
	}
	if t.tall && line.kind == body {
		s.write(cells, excelize.RowOpts{Height: max(30, 4+14*height)})
		return
	}
	s.write(cells, excelize.RowOpts{Height: 4 + 14*height})
}

// sign writes place, day and the three who sign.
func (s *sheet) sign(t table, signatures signatures) {
	s.row++
	first := t.cut(1.0 / 3)
	second := max(t.cut(2.0/3), first+1)
	bounds := [][2]int{{1, first}, {first + 1, second}, {second + 1, s.wide}}
	row := func(texts []string, l look) {
		cells := make([]any, s.wide)
		for i, text := range texts {
			if text != "" {
				s.span(cells, bounds[i][0], bounds[i][1], text, l)
			}
		}
		s.write(cells)
	}
	place := make([]any, s.wide)
	s.span(place, t.cut(0.42)+1, s.wide, signatures.place, look{italic: true, align: right, size: 12})
	s.write(place)
	row(signatures.roles, look{bold: true, align: center, size: 12})
	row([]string{signatures.hint, signatures.hint, signatures.hint}, look{italic: true, align: center, size: 11})
	s.row += 4
	row(signatures.names, look{bold: true, align: center, size: 12})
}

// safe keeps what somebody wrote from being taken for a formula when the sheet
// is saved as another format, and drops what no sheet can hold.
func safe(text string) string {
	text = clean(text)
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	if trimmed := strings.TrimLeft(text, " \u00a0"); trimmed != "" && strings.ContainsRune("=+-@", rune(trimmed[0])) {
		return "'" + text
	}
	return text
}

// clean is a text in one form, without what no paper can show.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r < ' ' || r == 0x7f || r == '\ufffe' || r == '\uffff':
			return -1
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(text, "")))
}
