package sheet

import (
	"context"
	"errors"
	"strings"

	"canbobot/models"
	"canbobot/services"
)

// Row is one row of a workbook that is not the roster's; another reader finds
// its own headings. The bounds and refusals are those of the roster's sheets.
type Row struct {
	Sheet  string
	Number int      // 1 first
	Cells  []string // raw: a number as it is stored, a day as its serial number
	Days   Days
}

// Days reads the days of one workbook.
type Days struct{ days }

// Read reads a day as spreadsheets keep it and as people type it; it refuses
// with invalid/day, day_year, day_impossible or day_range.
func (d Days) Read(cell string) (models.Date, error) {
	day, _, err := d.readDay(cell)
	return day, err
}

// Any is Read for days of any time.
func (d Days) Any(cell string) (models.Date, error) {
	day, _, err := d.read(cell)
	return day, err
}

// HeadingRows is how far down headings are looked for.
const HeadingRows = headerRows

// Each calls do with every row that has anything in it, of every sheet that is
// shown, in order. It refuses what is no harmless workbook as Check does, and
// invalid/sheet_rows more than MaxRows.
func Each(ctx context.Context, content []byte, today models.Date, do func(Row) error) error {
	book, err := unpack(ctx, content)
	if err != nil {
		return err
	}
	calendar := Days{days{today: today, epoch: book.epoch()}}
	total := 0
	for _, one := range book.Tabs {
		err := one.each(func(number int, cells []string) error {
			if total++; total > MaxRows {
				return errRows
			}
			return do(Row{one.Name, number, cells, calendar})
		})
		if errors.Is(err, errRows) {
			return services.Invalid("sheet_rows").With("rows", total).With("max", MaxRows)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Heading folds a heading: no case, accents or marks, and nothing in brackets.
func Heading(cell string) string { return heading(cell) }

// Text takes a cell as one line of text.
func Text(cell string) string { return plain(cell) }

// AccountNumber reads a bank account's number, mended where a spreadsheet
// shortened it without losing a digit. Masked says that the cell shows an end
// of it only, which Number then is.
func AccountNumber(cell string) (number string, hidden bool, err error) {
	if masked(cell) || covered.MatchString(strings.ReplaceAll(cell, " ", "")) {
		digits := onlyDigits(cell)
		return digits[max(0, len(digits)-4):], true, nil
	}
	number, _, err = readAccount(cell)
	return number, false, err
}

// IsFormulaError reports whether a cell shows that its formula failed.
func IsFormulaError(cell string) bool { return errorValues[cell] }

// Shorten cuts a cell as a finding shows it.
func Shorten(text string) string { return cut(text) }
