package story

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"canbobot/services/roster"
)

// page writes one sheet from top to bottom and keeps the first error.
type page struct {
	book              *excelize.File
	sheet             string
	row               int
	title, head, body int // styles
	label             int
	err               error
}

func (p *page) do(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *page) styles() {
	style := func(style excelize.Style) int {
		id, err := p.book.NewStyle(&style)
		p.do(err)
		return id
	}
	var frame []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		frame = append(frame, excelize.Border{Type: side, Color: "808080", Style: 1})
	}
	wrapped := &excelize.Alignment{Vertical: "top", WrapText: true}
	p.title = style(excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}})
	p.label = style(excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: wrapped})
	p.head = style(excelize.Style{Font: &excelize.Font{Bold: true},
		Alignment: &excelize.Alignment{Vertical: "center", Horizontal: "center", WrapText: true},
		Border:    frame, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8E8E8"}}})
	p.body = style(excelize.Style{Alignment: wrapped, Border: frame})
}

func (p *page) widths(widths ...float64) {
	for i, width := range widths {
		column, err := excelize.ColumnNumberToName(i + 1)
		p.do(err)
		p.do(p.book.SetColWidth(p.sheet, column, column, width))
	}
}

// cells writes one row.
func (p *page) cells(style int, texts ...string) {
	p.row++
	for i, text := range texts {
		cell, err := excelize.CoordinatesToCellName(i+1, p.row)
		p.do(err)
		p.do(p.book.SetCellStr(p.sheet, cell, safe(text)))
		if style != 0 {
			p.do(p.book.SetCellStyle(p.sheet, cell, cell, style))
		}
	}
}

// line writes one text that may run over the columns beside it.
func (p *page) line(style int, text string) { p.cells(style, text) }

// pair writes a label and what it labels.
func (p *page) pair(label, text string) {
	p.cells(0, label, text)
	cell := fmt.Sprintf("A%d", p.row)
	p.do(p.book.SetCellStyle(p.sheet, cell, cell, p.label))
}

// print lays the sheet out for paper, as wide as the paper and as long as it
// needs to be, with a page number on each.
func (p *page) print(orientation string) {
	size, width, height, fit := pageA4, 1, 0, true
	p.do(p.book.SetPageLayout(p.sheet, &excelize.PageLayoutOptions{Size: &size, Orientation: &orientation,
		FitToWidth: &width, FitToHeight: &height}))
	p.do(p.book.SetSheetProps(p.sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	margin := 0.5
	p.do(p.book.SetPageMargins(p.sheet, &excelize.PageLayoutMarginsOptions{Left: &margin, Right: &margin, Top: &margin,
		Bottom: &margin}))
	p.do(p.book.SetHeaderFooter(p.sheet, &excelize.HeaderFooterOptions{OddFooter: "&C&P/&N"}))
}

// maxCell bounds a cell, in letters; no honest text is near it.
const maxCell = 2000

// safe keeps what somebody wrote from being taken for a formula when the sheet
// is saved as another format, and drops what no sheet can hold.
func safe(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == '\ufffe' || r == '\uffff' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > maxCell {
		text = string(runes[:maxCell]) + "…"
	}
	if trimmed := strings.TrimLeft(text, " \n\u00a0"); trimmed != "" && strings.ContainsRune("=+-@", rune(trimmed[0])) {
		return "'" + text
	}
	return text
}

// paper writes a decision: number, day and who signed.
func (w writer) paper(decision roster.Decision) string {
	var parts []string
	if decision.Number != "" {
		parts = append(parts, decision.Number)
	}
	if day := date(decision.Date); day != "" {
		parts = append(parts, w.say("story.paper_day", "date", day))
	}
	if decision.Signer != "" {
		parts = append(parts, w.say("story.paper_signer", "name", decision.Signer))
	}
	return strings.Join(parts, ", ")
}
