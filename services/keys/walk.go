package keys

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vault"
)

// table is what is sealed and hashed in one table, walked together: a row is
// written once.
type table struct {
	name    string
	key     []string
	secrets []*models.Secret
}

// tables are all of them but that of the keys themselves.
func tables() []*table {
	var all []*table
	for _, secret := range models.Secrets {
		if secret == models.KeyValue {
			continue
		}
		at := slices.IndexFunc(all, func(t *table) bool { return t.name == secret.Table })
		if at < 0 {
			all, at = append(all, &table{name: secret.Table}), len(all)
		}
		if len(secret.Key) > len(all[at].key) {
			all[at].key = secret.Key // some secrets of a table may be named by a part of it
		}
		all[at].secrets = append(all[at].secrets, secret)
	}
	return all
}

func (t *table) names() (names []string) {
	for _, secret := range t.secrets {
		names = append(names, secret.Name())
	}
	return names
}

// keyOf is a row's key as one of its secrets names it.
func (t *table) keyOf(secret *models.Secret, r *row) (key []any) {
	for i, column := range t.key {
		if slices.Contains(secret.Key, column) {
			key = append(key, r.key[i])
		}
	}
	return key
}

// by is the column in whose order a table is walked: unique, and never changing.
func (t *table) by() string { return t.key[len(t.key)-1] }

// columns are what is read of a row after its key: each secret with its hashes.
func (t *table) columns() (names []string) {
	for _, secret := range t.secrets {
		names = append(names, secret.Column)
		for _, hash := range secret.Hashes() {
			names = append(names, hash.Column)
		}
	}
	return names
}

// Bounds of one transaction, in rows: sealing takes microseconds a row, and who
// writes one of them waits for the rest.
const (
	batchRows   = 500
	batchLiteDB = 100
	batchFiles  = 20 // of up to some megabytes each
)

func (s *Service) batch(t *table) int {
	if slices.ContainsFunc(t.secrets, func(secret *models.Secret) bool { return secret.File }) {
		return batchFiles
	}
	if s.store.Dialect == models.SQLite {
		return batchLiteDB
	}
	return batchRows
}

// Progress hears of a table how many rows were looked at and how many written.
type Progress func(table string, seen, written int)

// row is one as it was read, and what is to be written.
type row struct {
	key, was []any
	set      map[string]any
}

// walk looks at every row of a table and seals and hashes anew what is not of the
// sealing key. Columns in taking may hold what is sealed for the column, or
// plain where their Secret says so; elsewhere that is an error. It returns the
// keys of rows whose number another row has by now.
func (s *Service) walk(ctx context.Context, t *table, taking []string, progress Progress) (doubles []any, err error) {
	var after any
	seen, written := 0, 0
	for {
		rows, err := s.next(ctx, t, after)
		if err != nil || len(rows) == 0 {
			return doubles, err
		}
		after = rows[len(rows)-1].key[len(t.key)-1]
		var changed []*row
		for _, r := range rows {
			if err := s.renew(t, r, taking); err != nil {
				return doubles, err
			}
			if len(r.set) > 0 {
				changed = append(changed, r)
			}
		}
		double, err := s.update(ctx, t, changed)
		if err != nil {
			return doubles, err
		}
		doubles = append(doubles, double...)
		seen, written = seen+len(rows), written+len(changed)-len(double)
		if progress != nil {
			progress(t.name, seen, written)
		}
	}
}

func (s *Service) next(ctx context.Context, t *table, after any) ([]*row, error) {
	columns := append(slices.Clone(t.key), t.columns()...)
	query := services.AcrossWards(s.store.WithContext(ctx), "sealed anew").Table(t.name).Select(columns).
		Order(t.by()).Limit(s.batch(t))
	if after != nil {
		query = query.Where(t.by()+" > ?", after)
	}
	found, err := query.Rows()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.name, err)
	}
	defer found.Close()
	var rows []*row
	for found.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			return nil, fmt.Errorf("read %s: %w", t.name, err)
		}
		rows = append(rows, &row{key: values[:len(t.key)], was: values[len(t.key):], set: map[string]any{}})
	}
	return rows, found.Err()
}

func text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return ""
}

// renew finds what of a row is to be written.
func (s *Service) renew(t *table, r *row, taking []string) error {
	i := 0
	for _, secret := range t.secrets {
		sealed := text(r.was[i])
		i += 1 + len(secret.Hashes())
		if sealed == "" || vault.Bound(sealed) == s.vault.ID() {
			continue
		}
		key := t.keyOf(secret, r)
		plain, err := s.plain(secret, key, sealed, slices.Contains(taking, secret.Name()))
		if err != nil {
			return fmt.Errorf("%s of %v: %w", secret.Name(), key, err)
		}
		again, err := s.vault.Seal(vault.In(secret, key...), plain)
		if err != nil {
			return err
		}
		r.set[secret.Column] = string(again)
		if secret.Bytes {
			r.set[secret.Column] = []byte(again)
		}
		for column, hash := range secret.HashesOf(s.vault, plain) {
			r.set[column] = hash
		}
	}
	return nil
}

func (s *Service) plain(secret *models.Secret, key []any, sealed string, taking bool) (string, error) {
	switch {
	case taking && secret.WasPlain && vault.Bound(sealed) == "":
		return sealed, nil
	case taking && vault.Loose(sealed) != "":
		return s.vault.Open(vault.Outside(secret.Name()), models.Sealed(sealed))
	}
	return s.vault.Open(vault.In(secret, key...), models.Sealed(sealed))
}

// update writes a batch in one transaction, each row only where it still is as it
// was read. Where one of them has a number that another row has by now, rows are
// written one by one, and those that cannot be are returned.
func (s *Service) update(ctx context.Context, t *table, changed []*row) (doubles []any, err error) {
	if len(changed) == 0 {
		return nil, nil
	}
	db := services.AcrossWards(s.store.WithContext(ctx), "sealed anew")
	err = db.Transaction(func(tx *gorm.DB) error {
		for _, r := range changed {
			if err := s.set(tx, t, r); err != nil {
				return err
			}
		}
		return nil
	})
	if !models.IsTaken(err) {
		return nil, err
	}
	for _, r := range changed {
		switch err := s.set(db, t, r); {
		case models.IsTaken(err):
			doubles = append(doubles, r.key[len(t.key)-1])
		case err != nil:
			return doubles, err
		}
	}
	return doubles, nil
}

func (s *Service) set(tx *gorm.DB, t *table, r *row) error {
	var sets, conditions []string
	var values, compared []any
	for i, column := range t.columns() {
		value, change := r.set[column]
		if !change {
			continue
		}
		sets, values = append(sets, column+" = ?"), append(values, value)
		if r.was[i] == nil {
			conditions = append(conditions, column+" IS NULL")
			continue
		}
		conditions, compared = append(conditions, column+" = ?"), append(compared, r.was[i])
	}
	query := "UPDATE " + t.name + " SET " + strings.Join(sets, ", ") + " WHERE " + t.by() + " = ? AND " +
		strings.Join(conditions, " AND ")
	values = append(append(values, r.key[len(t.key)-1]), compared...)
	if err := tx.Exec(query, values...).Error; err != nil {
		return fmt.Errorf("write %s: %w", t.name, err)
	}
	return nil
}
