package models

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"gorm.io/gorm"
)

// Sealer seals a value for the row that its key names, opens it there again, and
// makes the keyed hashes by which it is found; services/vault is it.
type Sealer interface {
	SealRow(secret *Secret, key []any, plain string) (Sealed, error)
	OpenRow(secret *Secret, key []any, sealed string) (string, error)
	Hash(kind, value string) []byte
}

// A field tagged seal:"TABLE.COLUMN" is plain in memory and sealed in the
// database: whatever is written through a row is sealed for it, with the hashes
// beside it, and whatever is read into one is opened. This is the only door: who
// asks the database about such a column compares its hashes. The fields that hold
// the row's key follow where they are not called as its columns:
// seal:"people.phone,Person". What is read by Scan or Pluck is not opened; Find
// opens what a statement of any kind brings.

// SealedBy has a store seal and open with this from here on. Without it, rows that
// have something to seal are neither written nor read.
func (s *Store) SealedBy(sealer Sealer) { s.seals.sealer = sealer }

// seals are the callbacks of one store.
type seals struct {
	store  *Store
	sealer Sealer
}

func (s *Store) sealing() error {
	s.seals = &seals{store: s}
	calls := s.DB.Callback()
	return errors.Join(
		calls.Create().Before("gorm:create").Register("seal:create", s.seals.beforeCreate),
		calls.Create().After("gorm:create").Register("seal:created", s.seals.after),
		calls.Update().Before("gorm:update").Register("seal:update", s.seals.beforeUpdate),
		calls.Update().After("gorm:update").Register("seal:updated", s.seals.after),
		calls.Query().After("gorm:query").Register("seal:open", s.seals.afterQuery),
	)
}

// private is a tagged field of a row's type.
type private struct {
	secret *Secret
	field  []int
	key    [][]int
	bytes  bool
	hashes map[string][]int // by column, where the type has them
}

var privates sync.Map // reflect.Type to []private

// privateOf finds the tagged fields of a type, which is code: what is wrong there
// is wrong for good.
func privateOf(of reflect.Type) []private {
	if known, ok := privates.Load(of); ok {
		return known.([]private)
	}
	var found []private
	if of.Kind() == reflect.Struct {
		for _, field := range reflect.VisibleFields(of) {
			tag := field.Tag.Get("seal")
			if tag == "" {
				continue
			}
			name, by, named := strings.Cut(tag, ",")
			one := private{secret: SecretOf(name), field: field.Index, hashes: map[string][]int{}}
			one.bytes = field.Type.Kind() == reflect.Slice
			keys := strings.Split(by, ",")
			if !named {
				keys = nil
				for _, column := range one.secret.Key {
					keys = append(keys, goName(column))
				}
			}
			for _, key := range keys {
				is, ok := of.FieldByName(key)
				if !ok {
					panic(fmt.Sprintf("%v.%s: the row of %s is not in it: no %s", of, field.Name, name, key))
				}
				one.key = append(one.key, is.Index)
			}
			for _, hash := range one.secret.Hashes() {
				if is, ok := of.FieldByName(goName(hash.Column)); ok {
					one.hashes[hash.Column] = is.Index
				}
			}
			found = append(found, one)
		}
	}
	privates.Store(of, found)
	return found
}

// goName is the field of a column: ward_id is WardID.
func goName(column string) string {
	var name strings.Builder
	for part := range strings.SplitSeq(column, "_") {
		if part == "id" {
			name.WriteString("ID")
			continue
		}
		name.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return name.String()
}

func (p private) keyOf(row reflect.Value) (key []any, whole bool) {
	whole = true
	for _, index := range p.key {
		value := row.FieldByIndex(index)
		for value.Kind() == reflect.Pointer && !value.IsNil() {
			value = value.Elem()
		}
		whole = whole && !value.IsZero()
		key = append(key, value.Interface())
	}
	return key, whole
}

func (p private) text(field reflect.Value) string {
	if p.bytes {
		return string(field.Bytes())
	}
	return field.String()
}

func (p private) set(field reflect.Value, text string) {
	if !p.bytes {
		field.SetString(text)
		return
	}
	var content []byte
	if text != "" {
		content = []byte(text)
	}
	field.SetBytes(content)
}

// rowsOf are the structs in what a statement reads into or writes from.
func rowsOf(value reflect.Value) (rows []reflect.Value) {
	for value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface {
		if value.IsNil() {
			return nil
		}
		value = value.Elem()
	}
	switch value.Kind() {
	case reflect.Struct:
		return []reflect.Value{value}
	case reflect.Slice, reflect.Array:
		of := value.Type().Elem()
		for of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		if of.Kind() == reflect.Struct && len(privateOf(of)) == 0 {
			return nil
		}
		for i := range value.Len() {
			rows = append(rows, rowsOf(value.Index(i))...)
		}
	}
	return rows
}

// undo is what a statement has to put back when it is over.
type undo struct {
	puts  []func()
	began bool // a transaction of its own
}

const undoing = "seal:undo"

func (s *seals) after(db *gorm.DB) {
	value, ok := db.InstanceGet(undoing)
	if !ok {
		return
	}
	u := value.(*undo)
	for _, put := range u.puts {
		put()
	}
	if u.began {
		if db.Error == nil {
			db.Commit()
		} else {
			db.Rollback()
		}
		db.Statement.ConnPool = db.ConnPool
	}
}

// sealRow seals what a row holds and remembers how to have it plain again.
func (s *seals) sealRow(u *undo, row reflect.Value, key func(private) ([]any, bool)) error {
	for _, p := range privateOf(row.Type()) {
		field := row.FieldByIndex(p.field)
		plain := p.text(field)
		sealed, hashes, err := s.sealed(p, plain, key)
		if err != nil {
			return err
		}
		for column, index := range p.hashes {
			row.FieldByIndex(index).SetBytes(hashes[column])
		}
		if plain == "" {
			continue
		}
		p.set(field, sealed)
		u.puts = append(u.puts, func() { p.set(field, plain) })
	}
	return nil
}

// Seal seals rows that have their keys in place, for what is written past the
// store: a COPY.
func (s *Store) Seal(rows any) error {
	for _, row := range rowsOf(reflect.ValueOf(rows)) {
		if err := s.seals.sealRow(&undo{}, row, func(p private) ([]any, bool) { return p.keyOf(row) }); err != nil {
			return err
		}
	}
	return nil
}

// errNoRow is a value that would be sealed for nobody.
var errNoRow = errors.New("the row is not known")

func (s *seals) sealed(p private, plain string, key func(private) ([]any, bool)) (string, map[string][]byte, error) {
	if plain == "" {
		return "", nil, nil
	}
	if s.sealer == nil {
		return "", nil, fmt.Errorf("seal %s: nothing seals", p.secret.Name())
	}
	of, whole := key(p)
	if !whole {
		return "", nil, fmt.Errorf("seal %s: %w", p.secret.Name(), errNoRow)
	}
	sealed, err := s.sealer.SealRow(p.secret, of, plain)
	if err != nil {
		return "", nil, fmt.Errorf("seal %s: %w", p.secret.Name(), err)
	}
	return string(sealed), p.secret.HashesOf(s.sealer, plain), nil
}

// unsealed refuses what would be written past the rows: by the name of a table alone
// nothing is sealed.
func (s *seals) unsealed(db *gorm.DB) {
	values, ok := db.Statement.Dest.(map[string]any)
	if db.Error != nil || db.Statement.Schema != nil || !ok {
		return
	}
	for _, secret := range Secrets {
		switch value := values[secret.Column].(type) {
		case nil, Sealed:
		default:
			if secret.Table == db.Statement.Table && value != "" {
				_ = db.AddError(fmt.Errorf("write %s: by its row, else it is not sealed", secret.Name()))
			}
		}
	}
}

func (s *seals) beforeCreate(db *gorm.DB) {
	s.unsealed(db)
	if db.Error != nil || db.Statement.Schema == nil || len(privateOf(db.Statement.Schema.ModelType)) == 0 {
		return
	}
	rows, u := rowsOf(db.Statement.ReflectValue), &undo{}
	db.InstanceSet(undoing, u)
	if id := db.Statement.Schema.LookUpField("ID"); id != nil && id.AutoIncrement {
		var fresh []reflect.Value
		for _, row := range rows {
			if row.FieldByIndex(id.StructField.Index).IsZero() {
				fresh = append(fresh, row)
			}
		}
		if err := s.number(db, u, fresh, id.StructField.Index); err != nil {
			_ = db.AddError(err)
			return
		}
	}
	for _, row := range rows {
		_ = db.AddError(s.sealRow(u, row, func(p private) ([]any, bool) { return p.keyOf(row) }))
	}
}

// number gives rows their ids before they are written: each is sealed for its own.
func (s *seals) number(db *gorm.DB, u *undo, rows []reflect.Value, id []int) error {
	if len(rows) == 0 {
		return nil
	}
	if _, within := db.Statement.ConnPool.(gorm.TxCommitter); !within {
		tx := db.Begin(&sql.TxOptions{})
		if tx.Error != nil {
			return tx.Error
		}
		db.Statement.ConnPool, u.began = tx.Statement.ConnPool, true
	}
	ids, err := s.store.Reserve(db.Session(&gorm.Session{NewDB: true}), db.Statement.Table, len(rows))
	if err != nil {
		return err
	}
	for i, row := range rows {
		row.FieldByIndex(id).SetInt(ids[i])
	}
	return nil
}

func (s *seals) beforeUpdate(db *gorm.DB) {
	s.unsealed(db)
	if db.Error != nil || db.Statement.Schema == nil || len(privateOf(db.Statement.Schema.ModelType)) == 0 {
		return
	}
	u := &undo{}
	db.InstanceSet(undoing, u)
	model := reflect.Indirect(reflect.ValueOf(db.Statement.Model))
	switch dest := db.Statement.Dest.(type) {
	case map[string]any:
		s.sealMap(db, u, model, dest)
	case *map[string]any:
		s.sealMap(db, u, model, *dest)
	default:
		for _, row := range rowsOf(reflect.ValueOf(dest)) {
			_ = db.AddError(s.sealRow(u, row, func(p private) ([]any, bool) {
				if key, whole := p.keyOf(row); whole || model.Type() != row.Type() {
					return key, whole
				}
				return p.keyOf(model)
			}))
		}
	}
}

// sealMap seals what is set by the names of columns, in a map of the statement's
// own; the model, where there is one, has the plain value afterwards.
func (s *seals) sealMap(db *gorm.DB, u *undo, model reflect.Value, dest map[string]any) {
	written := make(map[string]any, len(dest))
	for column, value := range dest {
		if field := db.Statement.Schema.LookUpField(column); field != nil {
			column = field.DBName
		}
		written[column] = value
	}
	for _, p := range privateOf(db.Statement.Schema.ModelType) {
		value, set := written[p.secret.Column]
		if !set {
			continue
		}
		var plain string
		switch v := value.(type) {
		case string:
			plain = v
		case []byte:
			plain = string(v)
		case nil:
		default:
			_ = db.AddError(fmt.Errorf("seal %s: cannot seal %T", p.secret.Name(), value))
			return
		}
		sealed, hashes, err := s.sealed(p, plain, func(p private) ([]any, bool) {
			if model.Kind() != reflect.Struct {
				return nil, false
			}
			return p.keyOf(model)
		})
		if err != nil {
			_ = db.AddError(err)
			return
		}
		written[p.secret.Column] = sealed
		if p.bytes {
			written[p.secret.Column] = []byte(sealed)
		}
		for _, hash := range p.secret.Hashes() {
			written[hash.Column] = Hash(hashes[hash.Column])
		}
		if model.Kind() == reflect.Struct && model.CanSet() {
			u.puts = append(u.puts, func() { p.set(model.FieldByIndex(p.field), plain) })
		}
	}
	db.Statement.Dest = written
}

func (s *seals) afterQuery(db *gorm.DB) {
	if db.Error != nil || db.RowsAffected == 0 {
		return
	}
	for _, row := range rowsOf(db.Statement.ReflectValue) {
		for _, p := range privateOf(row.Type()) {
			field := row.FieldByIndex(p.field)
			text := p.text(field)
			if text == "" {
				continue
			}
			if err := s.open(p, row, field, text); err != nil {
				_ = db.AddError(err)
				return
			}
		}
	}
}

func (s *seals) open(p private, row, field reflect.Value, text string) error {
	if s.sealer == nil {
		return fmt.Errorf("open %s: nothing opens", p.secret.Name())
	}
	key, whole := p.keyOf(row)
	if !whole {
		return fmt.Errorf("open %s: %w", p.secret.Name(), errNoRow)
	}
	plain, err := s.sealer.OpenRow(p.secret, key, text)
	if err != nil {
		return fmt.Errorf("open %s of %v: %w", p.secret.Name(), key, err)
	}
	p.set(field, plain)
	return nil
}
