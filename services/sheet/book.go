package sheet

import (
	"errors"
	"time"

	"canbobot/models"
	"canbobot/services"
	outside "canbobot/services/reading"

	"github.com/xuri/excelize/v2"
)

// book is what is read of a workbook: the rows of the sheets that are shown.
type book struct {
	From1904 bool `json:"1904,omitempty"` // days are counted from that year on
	Tabs     []leaf
}

// leaf is one sheet of a book.
type leaf struct {
	Name string
	Rows []numbered
	// Hidden counts rows that are not shown: what somebody has hidden is not meant.
	Hidden int `json:",omitempty"`
	// Wrong is the code of what ends its rows before their time; not every reader
	// comes as far.
	Wrong  string         `json:",omitempty"`
	Fields map[string]int `json:",omitempty"`
}

// costly refuses what was not done within its bounds.
const costly = "sheet_costly"

// unpack reads a workbook in a process of its own.
var unpack = outside.Apart("sheet", outside.Limits{Time: 10 * time.Second, Clock: 15 * time.Second,
	Memory: 768 << 20, Answer: 128 << 20, Costly: costly}, unpackHere)

// unpackHere refuses as open does.
func unpackHere(content []byte) (book, error) {
	file, err := open(content)
	if err != nil {
		return book{}, err
	}
	defer file.Close()
	var got book
	if props, err := file.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		got.From1904 = *props.Date1904
	}
	lists := file.GetSheetList()
	for _, sheet := range lists[:min(len(lists), maxSheets)] {
		if visible, err := file.GetSheetVisible(sheet); err == nil && !visible {
			continue
		}
		one := leaf{Name: sheet}
		err := rowsOf(file, sheet, &one.Hidden, func(row numbered) {
			if len(one.Rows) > MaxRows+headerRows {
				row.Cells = nil // it is only counted
			}
			one.Rows = append(one.Rows, row)
		})
		if wrong := (*services.Error)(nil); errors.As(err, &wrong) {
			one.Wrong, one.Fields = wrong.Code, map[string]int{}
			for field, value := range wrong.Fields {
				if number, ok := value.(int); ok {
					one.Fields[field] = number
				}
			}
		}
		uncounted(file, &one)
		got.Tabs = append(got.Tabs, one)
	}
	return got, nil
}

// Bounds of where formulas without a value are looked for.
const (
	formulaRows    = 1000
	formulaColumns = 30
	formulaCells   = 400
)

// uncounted marks the cells of formulas that no spreadsheet has counted yet, as a
// program leaves them: they read as empty and are not.
func uncounted(file *excelize.File, one *leaf) {
	if len(one.Rows) > formulaRows {
		return
	}
	looked, wide := 0, 0
	for _, row := range one.Rows {
		wide = max(wide, len(row.Cells))
		for column := range min(wide, formulaColumns) {
			if column < len(row.Cells) && row.Cells[column] != "" {
				continue
			}
			if looked++; looked > formulaCells {
				return
			}
			cell, err := excelize.CoordinatesToCellName(column+1, row.Number)
			if err != nil {
				continue
			}
			if formula, err := file.GetCellFormula(one.Name, cell); err != nil || formula == "" {
				continue
			}
			for len(row.Cells) <= column {
				row.Cells = append(row.Cells, "")
			}
			row.Cells[column] = "#CALC!"
			for i := range one.Rows {
				if one.Rows[i].Number == row.Number {
					one.Rows[i] = row
				}
			}
		}
	}
}

// epoch is the day that the book counts from.
func (b book) epoch() models.Date {
	if b.From1904 {
		return epoch1904
	}
	return epoch1900
}

// each calls do with every row that has anything in it. The cells are raw: a
// number as it is stored, a day as its serial number.
func (l leaf) each(do func(row int, cells []string) error) error {
	for _, row := range l.Rows {
		if err := do(row.Number, row.Cells); err != nil {
			return err
		}
	}
	if l.Wrong == "" {
		return nil
	}
	wrong := services.Invalid(l.Wrong)
	for field, value := range l.Fields {
		wrong.With(field, value)
	}
	return wrong
}
