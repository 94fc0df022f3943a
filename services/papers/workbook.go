package papers

import (
	"fmt"
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
	if err := book.SetDocProps(&excelize.DocProperties{Creator: "canbobot", Created: stamp, Modified: stamp, LastModifiedBy: "canbobot"}); err != nil {
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
	return buffer.Bytes(), nil
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
		Font:      &excelize.Font{Family: font, Size: l.size, Bold: l.bold, Italic: l.italic},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: l.wrapped, Horizontal: map[align]string{left: "left", center: "center", right: "right"}[l.align]},
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
	s.do(book.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &size, Orientation: &orientation, FitToWidth: &width, FitToHeight: &height}))
	s.do(book.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	bottom := 0.6
	s.do(book.SetPageMargins(name, &excelize.PageLayoutMarginsOptions{Left: &margin, Right: &margin, Top: &margin, Bottom: &bottom}))
	s.do(book.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&C" + d.page + " &P/&N"}))
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
	head := 1
	if !t.plain {
		head = 4 + len(t.title)
	}
	s.do(s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: head, TopLeftCell: fmt.Sprintf("A%d", head+1), ActivePane: "bottomLeft"}))
	if !t.plain {
		d.drawHeads(s, t)
	}
	heads := make([]any, wide)
	for i, column := range t.columns {
		heads[i] = excelize.Cell{Value: safe(column.head), StyleID: s.of(look{bold: true, framed: true, filled: true, wrapped: true, align: center, size: 11})}
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
		s.span(cells, 1, wide, t.words, look{bold: true, italic: true, size: 12})
		s.write(cells)
	}
	if t.signatures != nil {
		s.sign(*t.signatures)
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
	return book.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: name, RefersTo: fmt.Sprintf("'%s'!$%d:$%d", name, head, head)})
}

// drawHeads writes who issues the paper, the state's head and the title, and an
// empty row between them.
func (d document) drawHeads(s *sheet, t table) {
	half := 0 // the columns that the left head may have: about two fifths
	var all, sofar float64
	for _, column := range t.columns {
		all += column.width
	}
	for sofar < all*0.4 && half < s.wide-1 {
		sofar += t.columns[half].width
		half++
	}
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

// line writes one row of the table.
func (s *sheet) line(t table, line line) {
	cells := make([]any, s.wide)
	base := look{framed: true, wrapped: true, size: 11, bold: line.kind != body}
	if line.kind == group {
		l := base
		l.filled = true
		for i := range cells {
			cells[i] = excelize.Cell{StyleID: s.of(l)}
		}
		s.span(cells, 1, s.wide, fmt.Sprint(line.cells[0]), l)
		s.write(cells)
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
			l := base
			s.span(cells, 2, last, text, l)
		}
	}
	if t.tall && line.kind == body {
		s.write(cells, excelize.RowOpts{Height: 30})
		return
	}
	s.write(cells)
}

// sign writes place, day and the three who sign.
func (s *sheet) sign(signatures signatures) {
	s.row++
	third := max(s.wide/3, 1)
	bounds := [][2]int{{1, third}, {third + 1, 2 * third}, {2*third + 1, s.wide}}
	row := func(texts []string, l look) {
		cells := make([]any, s.wide)
		for i, text := range texts {
			if text != "" {
				s.span(cells, bounds[i][0], bounds[i][1], text, l)
			}
		}
		s.write(cells)
	}
	row([]string{"", "", signatures.place}, look{italic: true, align: center, size: 12})
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
