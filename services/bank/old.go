package bank

import (
	"context"
	"regexp"
	"strings"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/sheet"
)

// unitHeadings are those of the unit on a ward's own list.
var unitHeadings = sheet.NewHeadings(`unit: don vi|chi hoi|chi doan|thon|to dan pho|thon to dan pho|dia chi|to
unit~ don vi|chi hoi|chi doan|thon|to dan pho ! ma|so`)

// sums are words of a row that is nobody's.
var sums = regexp.MustCompile(`^(tong|cong|bang chu|nguoi lap|ke toan|thu truong|nguoi nhan)\b`)

// OldList reads a list that the ward made by itself out of a sheet that staff have
// sent: whom, how much, and where it says so the account and the unit. Unread
// counts rows that name somebody and whose amount cannot be read. A sheet without
// names and amounts is refused with invalid/old_columns.
func (s *Service) OldList(ctx context.Context, actor services.Actor, kept int64) (lines []list.OldLine, unread int,
	err error) {
	_, content, err := s.Sheet(ctx, actor, kept)
	if err != nil {
		return nil, 0, err
	}
	at, unit, on, found := sheet.Columns(nil), -1, "", false
	err = sheet.Each(ctx, content, models.Date{}, func(row sheet.Row) error {
		if row.Sheet != on {
			on, at, unit = row.Sheet, nil, -1
		}
		if columns := headings.Find(row.Cells); columns.Has(fieldName) && columns.Has(fieldAmount) &&
			row.Number <= sheet.HeadingRows {
			at, unit, found = columns, -1, true
			for i, cell := range row.Cells {
				if unit < 0 && unitHeadings.Meaning(cell) != "" {
					unit = i
				}
			}
			return nil
		}
		name := at.Cell(row.Cells, fieldName)
		if at == nil || name == "" || sums.MatchString(sheet.Words(name)) || digits.MatchString(name) {
			return nil
		}
		amount, read := sheet.Amount(at.Cell(row.Cells, fieldAmount))
		if !read {
			if at.Cell(row.Cells, fieldAmount) != "" {
				unread++
			}
			return nil
		}
		line := list.OldLine{Name: bareName(name), Amount: amount}
		if number, _, err := sheet.AccountNumber(at.Cell(row.Cells, fieldAccount)); err == nil && len(number) >= 4 {
			line.Tail = number[len(number)-4:]
		}
		if unit >= 0 && unit < len(row.Cells) {
			line.Unit = sheet.Text(row.Cells[unit])
		}
		lines = append(lines, line)
		return nil
	})
	if err == nil && (!found || len(lines) == 0) {
		err = services.Invalid("old_columns")
	}
	return lines, unread, err
}

// bareName is a name without the courtesy before it.
func bareName(name string) string {
	folded := models.Fold(name)
	words, bare := strings.Fields(name), strings.Fields(courtesies.ReplaceAllString(folded, "$2"))
	return strings.Join(words[max(0, len(words)-len(bare)):], " ")
}
