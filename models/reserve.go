package models

import (
	"fmt"

	"gorm.io/gorm"
)

// Reserve takes ids for rows that are about to be written: what is sealed for a
// row has to know which. The caller is in a transaction; the table is code.
func (s *Store) Reserve(tx *gorm.DB, table string, n int) ([]int64, error) {
	if n == 0 {
		return nil, nil
	}
	ids := make([]int64, 0, n)
	if s.Dialect == PostgreSQL {
		err := tx.Raw("SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?)", table,
			n).Scan(&ids).Error
		if err != nil {
			return nil, fmt.Errorf("reserve rows of %s: %w", table, err)
		}
		return ids, nil
	}
	// A transaction of SQLite that writes is alone, and every table counts on from
	// its largest id ever.
	var last int64
	if err := tx.Raw("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = ?",
		table).Scan(&last).Error; err != nil {
		return nil, fmt.Errorf("reserve rows of %s: %w", table, err)
	}
	for i := range n {
		ids = append(ids, last+1+int64(i))
	}
	return ids, nil
}
