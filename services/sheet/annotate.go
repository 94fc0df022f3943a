package sheet

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

const (
	// mostAnnotated is up to which size a sheet comes back as it was sent, with
	// its cells coloured; of a larger one only the list comes, since changing a
	// workbook takes all of it into memory.
	mostAnnotated = 20_000
	mostComments  = 500
	red, yellow   = "FFC7CE", "FFEB9C"
)

// Annotate gives a sheet back with each wrong cell red and each remarked one
// yellow, with the reason as a comment, and a sheet that lists them all. The
// words are the caller's.
func Annotate(content []byte, preview Preview, say Say) ([]byte, error) {
	file := excelize.NewFile()
	inPlace := preview.Counts.Rows <= mostAnnotated
	if inPlace {
		opened, err := open(content)
		if err != nil {
			return nil, err
		}
		file = opened
	}
	defer file.Close()
	if inPlace {
		if err := colour(file, preview.Findings, say); err != nil {
			return nil, err
		}
	}
	if err := list(file, preview, say, !inPlace); err != nil {
		return nil, err
	}
	buffer, err := file.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("write annotated sheet: %w", err)
	}
	return buffer.Bytes(), nil
}

// Explain says in words what a finding is.
func Explain(finding Finding, say Say) string {
	if finding.Remark {
		return say("sheet.remark."+finding.Code, finding.Fields)
	}
	return say("sheet.error."+finding.Code, finding.Fields)
}

func colour(file *excelize.File, findings []Finding, say Say) error {
	styles := map[string]int{}
	why := map[[2]string]string{}
	wrong := map[[2]string]bool{}
	var order [][2]string
	for _, finding := range findings {
		at := [2]string{finding.Sheet, finding.Cell}
		if why[at] == "" {
			order = append(order, at)
		} else {
			why[at] += "\n"
		}
		why[at] += Explain(finding, say)
		wrong[at] = wrong[at] || !finding.Remark
	}
	for i, at := range order {
		fill := yellow
		if wrong[at] {
			fill = red
		}
		before, err := file.GetCellStyle(at[0], at[1])
		if err != nil {
			return fmt.Errorf("style of %s: %w", at[1], err)
		}
		key := fmt.Sprint(fill, before)
		style, known := styles[key]
		if !known {
			with, err := file.GetStyle(before)
			if err != nil {
				with = &excelize.Style{}
			}
			with.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{fill}}
			if style, err = file.NewStyle(with); err != nil {
				return fmt.Errorf("style: %w", err)
			}
			styles[key] = style
		}
		if err := file.SetCellStyle(at[0], at[1], at[1], style); err != nil {
			return fmt.Errorf("colour %s: %w", at[1], err)
		}
		if i >= mostComments {
			continue
		}
		if err := file.DeleteComment(at[0], at[1]); err != nil {
			continue // what stood there stays
		}
		if err := file.AddComment(at[0], excelize.Comment{Cell: at[1], Author: "canbobot", Text: why[at], Width: 320,
			Height: 90}); err != nil {
			return fmt.Errorf("comment on %s: %w", at[1], err)
		}
	}
	return nil
}

// list adds a sheet with every finding; alone makes it the only one.
func list(file *excelize.File, preview Preview, say Say, alone bool) error {
	name := say("sheet.list.name", nil)
	if index, err := file.GetSheetIndex(name); err == nil && index >= 0 { // sent back as it came
		if err := file.DeleteSheet(name); err != nil {
			return fmt.Errorf("list: %w", err)
		}
	}
	if _, err := file.NewSheet(name); err != nil {
		return fmt.Errorf("list: %w", err)
	}
	if alone {
		if err := file.DeleteSheet("Sheet1"); err != nil {
			return fmt.Errorf("list: %w", err)
		}
	}
	out, err := file.NewStreamWriter(name)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	bold, err := file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	wrap, err := file.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	for column, width := range []float64{18, 8, 12, 28, 80} {
		if err := out.SetColWidth(column+1, column+1, width); err != nil {
			return fmt.Errorf("list: %w", err)
		}
	}
	text := func(style int, texts ...string) []any {
		cells := make([]any, len(texts))
		for i, text := range texts {
			cells[i] = excelize.Cell{StyleID: style, Value: harmless(text)}
		}
		return cells
	}
	if err := out.SetRow("A1", text(bold, say("sheet.list.sheet", nil), say("sheet.list.cell", nil),
		say("sheet.list.kind", nil), say("sheet.list.value", nil), say("sheet.list.why", nil))); err != nil {
		return fmt.Errorf("list: %w", err)
	}
	row := 2
	for _, list := range [][]Finding{preview.Errors(), preview.Remarks()} {
		for _, finding := range list {
			kind := say("sheet.list.error", nil)
			if finding.Remark {
				kind = say("sheet.list.remark", nil)
			}
			if err := out.SetRow(fmt.Sprintf("A%d", row),
				text(wrap, finding.Sheet, finding.Cell, kind, finding.Value, Explain(finding, say))); err != nil {
				return fmt.Errorf("list: %w", err)
			}
			row++
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("list: %w", err)
	}
	return nil
}

// harmless keeps a text from being taken for a formula, here and wherever the
// sheet is saved to later; reading takes the apostrophe off again.
func harmless(text string) string {
	if risky(text) {
		return "'" + text
	}
	return text
}
