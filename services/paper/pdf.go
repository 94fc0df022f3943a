package paper

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-fonts/dejavu/dejavusanscondensed"
	"codeberg.org/go-fonts/dejavu/dejavusanscondensedbold"
	"codeberg.org/go-pdf/fpdf"

	"canbobot/services/vn"
)

// Measures of a page, in millimetres.
const (
	edge     = 10.0
	foot     = 14.0
	rowLine  = 4.2 // a line of a row
	rowAir   = 1.6 // above and below it together
	small    = 8.5 // points of a row's letters
	typeface = "dejavu"
)

// sheaf draws tables on pages.
type sheaf struct {
	*fpdf.Fpdf
	table  table
	widths []float64
	named  bool // columns are named again on each page
}

// newSheaf begins a paper; the same paper gives the same bytes.
func newSheaf(orientation string, made time.Time) *sheaf {
	p := &sheaf{Fpdf: fpdf.New(orientation, "mm", "A4", "")}
	p.SetCreationDate(made)
	p.SetModificationDate(made)
	p.SetCatalogSort(true)
	p.SetProducer("canbobot", true)
	p.AddUTF8FontFromBytes(typeface, "", dejavusanscondensed.TTF)
	p.AddUTF8FontFromBytes(typeface, "B", dejavusanscondensedbold.TTF)
	p.SetMargins(edge, edge, edge)
	p.SetAutoPageBreak(false, foot)
	p.SetLineWidth(0.2)
	p.SetFillColor(237, 237, 237)
	p.AliasNbPages("{nb}")
	return p
}

// pdf draws the document with a typeface of its own, which has every letter of
// Vietnamese.
func (d document) pdf() ([]byte, error) {
	p := newSheaf("L", d.made)
	p.SetFooterFunc(func() {
		p.SetY(-10)
		p.SetFont(typeface, "", 8)
		p.CellFormat(0, 5, printable(d.foot), "", 0, "L", false, 0, "")
		p.SetX(edge)
		p.CellFormat(0, 5, fmt.Sprintf("%s %d/{nb}", d.page, p.PageNo()), "", 0, "C", false, 0, "")
	})
	for _, t := range d.tables {
		p.draw(d, t)
	}
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (p *sheaf) draw(d document, t table) {
	p.table, p.named = t, true
	orientation, across := "P", 210.0
	if t.landscape {
		orientation, across = "L", 297.0
	}
	all := 0.0
	for _, column := range t.columns {
		all += column.width
	}
	p.widths = p.widths[:0]
	for _, column := range t.columns {
		p.widths = append(p.widths, column.width/all*(across-2*edge))
	}
	p.AddPageFormat(orientation, fpdf.SizeType{Wd: 210, Ht: 297})
	span := across - 2*edge
	p.heads(d.left, d.right, edge, span)
	p.Ln(4)
	for i, title := range t.title {
		p.SetFont(typeface, "B", 13)
		if i > 0 {
			p.SetFont(typeface, "", 9)
		}
		p.CellFormat(0, 6, printable(title), "", 1, "C", false, 0, "")
	}
	p.Ln(2)
	p.columns()
	words, need := p.ending(t, span)
	for i, line := range t.rows {
		if i == max(0, len(t.rows)-3) && need > 0 {
			// Nobody signs a page that has no row on it.
			p.room(need + 3*2*rowLine)
		}
		// A heading is not left alone at the foot of a page.
		p.row(line, line.kind == group && i+1 < len(t.rows))
	}
	p.named = false
	p.room(need)
	if len(words) > 0 {
		p.SetFont(typeface, "B", 10)
		p.Ln(3)
		for _, text := range words {
			p.CellFormat(0, 5, text, "", 1, "L", false, 0, "")
		}
	}
	if t.signatures != nil {
		p.sign(*t.signatures, span)
	}
}

// heads draws who writes and, beside it, the state.
func (p *sheaf) heads(left, right []string, x, span float64) {
	p.SetFont(typeface, "B", 10)
	for i := range right {
		p.SetX(x)
		text := ""
		if i < len(left) {
			text = left[i]
		}
		p.CellFormat(span*0.4, 5, printable(text), "", 0, "C", false, 0, "")
		p.CellFormat(span*0.6, 5, printable(right[i]), "", 1, "C", false, 0, "")
	}
}

// ending is the amount in words, by line, and the height of all that follows
// the rows.
func (p *sheaf) ending(t table, span float64) (words []string, height float64) {
	if t.words != "" {
		p.SetFont(typeface, "B", 10)
		words = p.SplitText(printable(t.words), span)
		height = 3 + 5*float64(len(words))
	}
	if t.signatures != nil {
		height += 42
	}
	return words, height
}

// room turns the page when less than height is left of it.
func (p *sheaf) room(height float64) {
	_, tall := p.GetPageSize()
	if p.GetY()+height <= tall-foot {
		return
	}
	orientation := "P"
	if p.table.landscape {
		orientation = "L"
	}
	p.AddPageFormat(orientation, fpdf.SizeType{Wd: 210, Ht: 297})
	if p.named {
		p.columns()
	}
}

func (p *sheaf) columns() {
	cells := make([]any, len(p.table.columns))
	for i, column := range p.table.columns {
		cells[i] = column.head
	}
	p.cells(cells, "B", func(int) align { return center }, true, 0)
}

func (p *sheaf) row(line line, keep bool) {
	style := ""
	if line.kind != body {
		style = "B"
	}
	least := 0.0
	if p.table.tall && line.kind == body {
		least = 10
	}
	if keep {
		p.room(3 * (rowLine + rowAir))
	}
	if line.kind == group {
		p.SetFont(typeface, style, small)
		p.room(rowLine + rowAir)
		p.CellFormat(0, rowLine+rowAir, printable(fmt.Sprint(line.cells[0])), "1", 1, "L", true, 0, "")
		return
	}
	p.cells(line.cells, style, func(i int) align { return p.table.columns[i].align }, false, least)
}

// cells draws one row, as high as its highest cell. The words of a sum run over
// the empty cells beside them.
func (p *sheaf) cells(cells []any, style string, aligned func(int) align, filled bool, least float64) {
	p.SetFont(typeface, style, small)
	type box struct {
		x, width float64
		lines    []string
		align    align
	}
	var boxes []box
	x, height := edge, least
	for i := 0; i < len(cells); i++ {
		b := box{x: x, width: p.widths[i], align: aligned(i)}
		text := ""
		switch value := cells[i].(type) {
		case int64:
			text = vn.Dots(value)
		case string:
			text = printable(value)
			for style == "B" && !filled && i+1 < len(cells) && cells[i+1] == nil {
				i++
				b.width += p.widths[i]
			}
		}
		b.lines = p.SplitText(text, b.width)
		if _, number := cells[i].(int64); number { // is smaller rather than broken
			b.lines = []string{text}
		}
		x += b.width
		height = max(height, float64(len(b.lines))*rowLine+rowAir)
		boxes = append(boxes, b)
	}
	if !filled {
		p.room(height)
		p.SetFont(typeface, style, small)
	}
	y := p.GetY()
	for _, b := range boxes {
		draw := "D"
		if filled {
			draw = "DF"
		}
		p.Rect(b.x, y, b.width, height, draw)
		top := y + (height-float64(len(b.lines))*rowLine)/2
		for i, text := range b.lines {
			p.SetXY(b.x, top+float64(i)*rowLine)
			p.SetFontSize(small)
			if long := p.GetStringWidth(text); long > b.width-2 {
				p.SetFontSize(small * (b.width - 2) / long)
			}
			p.CellFormat(b.width, rowLine, strings.TrimSpace(text), "", 0, [...]string{"L", "C", "R"}[b.align], false, 0, "")
		}
	}
	p.SetXY(edge, y+height)
}

// sign draws place, day and the three who sign, on one page.
func (p *sheaf) sign(s signatures, span float64) {
	p.Ln(3)
	third := span / 3
	row := func(style string, size float64, texts ...string) {
		p.SetFont(typeface, style, size)
		for i, text := range texts {
			last := 0
			if i == len(texts)-1 {
				last = 1
			}
			p.CellFormat(third, 5, printable(text), "", last, "C", false, 0, "")
		}
	}
	row("", 9, "", "", s.place)
	row("B", 9.5, s.roles...)
	row("", 8, s.hint, s.hint, s.hint)
	p.Ln(18)
	row("B", 9.5, s.names...)
}

// printable is a text of letters that the typeface can look up.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return '?'
		}
		return r
	}, clean(text))
}
