package sheet

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/xuri/excelize/v2"

	"canbobot/services"
	outside "canbobot/services/reading"
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
// yellow, with the reason as a comment, and a sheet that lists them all; of one
// that is too large, or cannot be changed within bounds, that list alone. The words
// are the caller's. It is done in a process of its own.
func Annotate(ctx context.Context, content []byte, preview Preview, say Say) ([]byte, error) {
	order := annotation{Name: say("sheet.list.name", nil)}
	for _, head := range []string{"sheet", "cell", "kind", "value", "why"} {
		order.Heads = append(order.Heads, say("sheet.list."+head, nil))
	}
	kinds := map[bool]string{false: say("sheet.list.error", nil), true: say("sheet.list.remark", nil)}
	for _, finding := range preview.Findings {
		order.Found = append(order.Found, found{Sheet: finding.Sheet, Cell: finding.Cell, Remark: finding.Remark,
			Kind: kinds[finding.Remark], Value: finding.Value, Why: Explain(finding, say)})
	}
	if preview.Counts.Rows <= mostAnnotated {
		order.Content = content
	}
	done, err := order.apart(ctx)
	if services.CodeOf(err) == costly && order.Content != nil {
		order.Content = nil
		done, err = order.apart(ctx)
	}
	return done, err
}

// annotation is what a child is to do: colour and list what was found.
type annotation struct {
	Content []byte // of the sheet; nil for the list alone
	Name    string // of the list
	Heads   []string
	Found   []found
}

// found is a finding in words.
type found struct {
	Sheet, Cell, Kind, Value, Why string
	Remark                        bool
}

func (a annotation) apart(ctx context.Context) ([]byte, error) {
	order, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("annotate: %w", err)
	}
	return annotateApart(ctx, order)
}

var annotateApart = outside.Apart("annotation", outside.Limits{Time: 10 * time.Second, Clock: 15 * time.Second,
	Memory: 768 << 20, Answer: 64 << 20, Costly: costly}, annotateHere)

func annotateHere(order []byte) ([]byte, error) {
	var a annotation
	if err := json.Unmarshal(order, &a); err != nil {
		return nil, fmt.Errorf("annotate: %w", err)
	}
	file := excelize.NewFile()
	if a.Content != nil {
		opened, err := open(a.Content)
		if err != nil {
			return nil, err
		}
		file = opened
	}
	defer file.Close()
	if a.Content != nil {
		if err := a.colour(file); err != nil {
			return nil, err
		}
	}
	if err := a.list(file); err != nil {
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

func (a annotation) colour(file *excelize.File) error {
	styles := map[string]int{}
	why := map[[2]string]string{}
	wrong := map[[2]string]bool{}
	var order [][2]string
	for _, finding := range a.Found {
		at := [2]string{finding.Sheet, finding.Cell}
		if why[at] == "" {
			order = append(order, at)
		} else {
			why[at] += "\n"
		}
		why[at] += finding.Why
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

// list adds a sheet with every finding, errors first.
func (a annotation) list(file *excelize.File) error {
	name := a.Name
	if index, err := file.GetSheetIndex(name); err == nil && index >= 0 { // sent back as it came
		if err := file.DeleteSheet(name); err != nil {
			return fmt.Errorf("list: %w", err)
		}
	}
	if _, err := file.NewSheet(name); err != nil {
		return fmt.Errorf("list: %w", err)
	}
	if a.Content == nil {
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
	if err := out.SetRow("A1", text(bold, a.Heads...)); err != nil {
		return fmt.Errorf("list: %w", err)
	}
	row := 2
	for _, remark := range []bool{false, true} {
		for _, one := range a.Found {
			if one.Remark != remark {
				continue
			}
			if err := out.SetRow(fmt.Sprintf("A%d", row),
				text(wrap, one.Sheet, one.Cell, one.Kind, one.Value, one.Why)); err != nil {
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
