package keys

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// Count is how many values of a column are sealed with a key.
type Count struct {
	Column string
	Key    string // its id
	Values int64
}

// Status counts what is sealed, a column and key a row, in order of the columns.
// What is not sealed for its row counts under "".
func (s *Service) Status(ctx context.Context) ([]Count, error) {
	var all []Count
	for _, secret := range models.Secrets {
		column := secret.Column
		if secret.Bytes && s.store.Dialect == models.PostgreSQL {
			column = "encode(substr(" + column + ", 1, 9), 'escape')"
		} else if secret.Bytes {
			column = "CAST(substr(" + column + ", 1, 9) AS text)"
		}
		var rows []Count
		// What ends in ~ after eight letters is sealed for its row.
		err := services.AcrossWards(s.store.WithContext(ctx), "counts of sealed values").Raw(`SELECT k AS "key",
			COUNT(*) AS "values" FROM (SELECT CASE WHEN substr(` + column + `, 9, 1) = '~' THEN substr(` + column +
			`, 1, 8) ELSE '' END AS k FROM ` + secret.Table + ` WHERE length(` + secret.Column + `) > 0) sealed
			GROUP BY k`).Scan(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("count %s: %w", secret.Name(), err)
		}
		slices.SortFunc(rows, func(a, b Count) int { return cmp.Compare(a.Key, b.Key) })
		for _, row := range rows {
			row.Column = secret.Name()
			all = append(all, row)
		}
	}
	return all, nil
}

// Key is the id of the key that seals.
func (s *Service) Key() string { return s.vault.ID() }

// Left is what a rotation could not finish.
type Left struct {
	Counts  []Count // still under another key
	Doubles []any   // people whose number another of the ward has by now
}

// Done reports whether the old key can be taken away.
func (l Left) Done() bool { return len(l.Counts) == 0 && len(l.Doubles) == 0 }

// passes bounds how often the tables are walked again for what was written with
// an old key meanwhile.
const passes = 3

// Rotate seals and hashes everything anew with the present key, a batch a
// transaction; stopped, it goes on from there. When nothing is left under
// another key, what hashes cannot be made anew of (KeptHashes, the journal) keeps
// its key, sealed with the present one.
func (s *Service) Rotate(ctx context.Context, progress Progress) (Left, error) {
	var left Left
	for range passes {
		left = Left{}
		for _, t := range tables() {
			doubles, err := s.walk(ctx, t, nil, progress)
			if err != nil {
				return left, err
			}
			left.Doubles = append(left.Doubles, doubles...)
		}
		counts, err := s.Status(ctx)
		if err != nil {
			return left, err
		}
		left.Counts = slices.DeleteFunc(counts, func(c Count) bool {
			return c.Key == s.vault.ID() || c.Column == models.KeyValue.Name()
		})
		if left.Done() {
			return left, s.keep(ctx)
		}
		if len(left.Doubles) > 0 {
			break
		}
	}
	return left, nil
}

// keep seals the keys of earlier and, last of all, the canary with the present
// key: until then the database wants the old one.
func (s *Service) keep(ctx context.Context) error {
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		m, _, err := s.read(tx)
		if err != nil {
			return err
		}
		for id, secret := range s.vault.Older() {
			if err := s.put(tx, id, secret); err != nil {
				return err
			}
		}
		return s.write(tx, m)
	})
}
