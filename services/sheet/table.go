package sheet

import (
	"fmt"

	"canbobot/services"
)

// Table reads the first sheet of a workbook as rows of texts, numbers as Excel
// keeps them. It refuses files as an import does (invalid/sheet_password and the
// like), and more rows than most with invalid/sheet_rows.
func Table(content []byte, most int) ([][]string, error) {
	file, err := open(content)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	names := file.GetSheetList()
	if len(names) == 0 {
		return nil, services.Invalid("sheet_header")
	}
	rows, err := file.Rows(names[0])
	if err != nil {
		return nil, services.Invalid("sheet_not").Because(err)
	}
	defer rows.Close()
	var table [][]string
	for rows.Next() {
		if len(table) >= most {
			total := len(table) + 1
			for rows.Next() {
				total++
			}
			return nil, services.Invalid("sheet_rows").With("rows", total).With("max", most)
		}
		cells, err := rows.Columns()
		if err != nil {
			return nil, services.Invalid("sheet_not").Because(err)
		}
		for i := range cells {
			cells[i] = plain(cells[i])
		}
		table = append(table, cells)
	}
	if err := rows.Error(); err != nil {
		return nil, fmt.Errorf("read table: %w", err)
	}
	return table, nil
}
