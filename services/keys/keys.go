// Package keys keeps a database to its SECRET_KEY: it refuses a wrong one, seals
// for its row what an earlier release sealed for its column, counts what is
// sealed with which key, and seals and hashes everything anew with the present
// one, so that an old key can be taken away.
package keys

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vault"
)

// Service walks what is sealed.
type Service struct {
	store *models.Store
	vault *vault.Vault
	clock services.Clock
}

func New(store *models.Store, vault *vault.Vault, clock services.Clock) *Service {
	return &Service{store: store, vault: vault, clock: clock}
}

// canary is the row by which a database knows its key; the other rows are keys
// that were taken away, each under its own id.
const canary = "canary"

// mark is what the canary holds: the columns of which every value is sealed for
// its row. What is not is refused from then on.
type mark struct {
	Bound []string `json:"bound"`
}

// Wrong is a SECRET_KEY that is not this database's.
type Wrong struct{ Want, Got string }

func (w *Wrong) Error() string {
	return fmt.Sprintf("SECRET_KEY is not the key of this database: want the key with id %s, have %s. "+
		"Set the right one, or add it to SECRET_KEYS_OLD until 'canbobot key rotate' is done", w.Want, w.Got)
}

// ExitCode is that of a usage mistake.
func (w *Wrong) ExitCode() int { return 2 }

func place(id string) vault.Place { return vault.In(models.KeyValue, id) }

// Check refuses a key that does not open the database with *Wrong, and has the
// vault know the keys that were taken away. It comes before anything is read or
// written; a database without tables has nothing to say.
func (s *Service) Check(ctx context.Context) error {
	db := s.store.WithContext(ctx)
	if !db.Migrator().HasTable(&models.Key{}) {
		return s.probe(db)
	}
	var rows []models.Key
	if err := db.Order("id").Find(&rows).Error; err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if len(rows) == 0 {
		return s.probe(db)
	}
	for _, row := range rows {
		id := vault.Bound(string(row.Value))
		if !s.vault.Knows(id) {
			return &Wrong{Want: id, Got: s.vault.ID()}
		}
		value, err := s.vault.Open(place(row.ID), row.Value)
		if err != nil {
			return fmt.Errorf("key %s of the database: %w", row.ID, err)
		}
		if row.ID == canary {
			continue
		}
		secret, err := base64.StdEncoding.DecodeString(value)
		if err == nil {
			err = s.vault.Know(secret)
		}
		if err != nil {
			return fmt.Errorf("key %s of the database: %w", row.ID, err)
		}
	}
	return nil
}

// probe judges the key by any value there is, where nothing says which it is: in
// a database of an earlier release.
func (s *Service) probe(db *gorm.DB) error {
	for _, secret := range models.Secrets {
		if secret.WasPlain || !db.Migrator().HasTable(secret.Table) || !db.Migrator().HasColumn(secret.Table, secret.Column) {
			continue
		}
		var sealed []string
		err := services.AcrossWards(db, "one sealed value").Table(secret.Table).Where(secret.Column+" <> ''").Limit(1).
			Pluck(secret.Column, &sealed).Error
		if err != nil {
			return fmt.Errorf("keys: %w", err)
		}
		for _, one := range sealed {
			id := vault.Bound(one)
			if id == "" {
				id = vault.Loose(one)
			}
			if id != "" && !s.vault.Knows(id) {
				return &Wrong{Want: id, Got: s.vault.ID()}
			}
		}
	}
	return nil
}

// read is the canary; found is false where there is none.
func (s *Service) read(db *gorm.DB) (m mark, found bool, err error) {
	var row models.Key
	err = db.Take(&row, "id = ?", canary).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return m, false, nil
	}
	if err != nil {
		return m, false, fmt.Errorf("keys: %w", err)
	}
	text, err := s.vault.Open(place(canary), row.Value)
	if err == nil {
		err = json.Unmarshal([]byte(text), &m)
	}
	if err != nil {
		return m, false, fmt.Errorf("keys: canary: %w", err)
	}
	return m, true, nil
}

func (s *Service) write(db *gorm.DB, m mark) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.put(db, canary, string(text))
}

func (s *Service) put(db *gorm.DB, id, value string) error {
	sealed, err := s.vault.Seal(place(id), value)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	err = db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}},
		DoUpdates: clause.AssignmentColumns([]string{"value", "at"})}).
		Create(&models.Key{ID: id, Value: sealed, At: s.clock.UTC()}).Error
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}

// Once does something once in the life of the database: the canary remembers it.
func (s *Service) Once(ctx context.Context, name string, do func(context.Context) error) error {
	m, _, err := s.read(s.store.WithContext(ctx))
	if err != nil || slices.Contains(m.Bound, name) {
		return err
	}
	if err := do(ctx); err != nil {
		return err
	}
	m.Bound = append(m.Bound, name)
	return s.write(s.store.WithContext(ctx), m)
}

// Begin writes the canary into a database that has none, and seals for its row
// whatever an earlier release sealed for its column or kept as it is. It goes on
// where it was stopped; done, it finds nothing to do.
func (s *Service) Begin(ctx context.Context) error {
	db := s.store.WithContext(ctx)
	m, found, err := s.read(db)
	if err != nil {
		return err
	}
	if !found {
		if err := s.write(db, m); err != nil {
			return err
		}
	}
	for _, t := range tables() {
		missing := slices.DeleteFunc(t.names(), func(name string) bool { return slices.Contains(m.Bound, name) })
		if len(missing) == 0 {
			continue
		}
		if _, err := s.walk(ctx, t, missing, nil); err != nil {
			return err
		}
		m.Bound = append(m.Bound, missing...)
		if err := s.write(db, m); err != nil {
			return err
		}
	}
	return nil
}
