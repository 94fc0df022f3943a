package services

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// InWard holds a query, an update or a delete to the rows of one ward; ward 0
// has none. What it returns may be used for several.
func InWard(db *gorm.DB, ward int64) *gorm.DB {
	column := clause.Column{Table: clause.CurrentTable, Name: "ward_id"}
	return db.Where(clause.Eq{Column: column, Value: ward}).Session(&gorm.Session{})
}

// acrossWards is the setting of a query that is meant to see every ward.
const acrossWards = "services:across_wards"

// AcrossWards lets a query see every ward, which nothing done for a person may:
// it is for jobs, commands and what is known before the ward is. Tests fail for
// a statement on a ward's table that says neither its ward, nor a key, nor this.
func AcrossWards(db *gorm.DB, why string) *gorm.DB {
	return db.Set(acrossWards, why).Session(&gorm.Session{})
}

// IsAcrossWards reports whether a statement was let see every ward.
func IsAcrossWards(db *gorm.DB) bool {
	_, is := db.Get(acrossWards)
	return is
}

// Locked keeps the rows that are read until the transaction ends: others may
// read them and name them, nobody else may change or lock them. On SQLite the
// transaction itself is that lock.
func Locked(db *gorm.DB) *gorm.DB {
	return db.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Session(&gorm.Session{})
}

// Take reads one row of a ward. One that is missing and one of another ward are
// both refused as not_found with the code, so that an answer never tells which.
func Take[T any](db *gorm.DB, actor Actor, code string, id int64) (T, error) {
	if actor.Role != System || actor.Ward != 0 {
		db = InWard(db, actor.Ward)
	}
	var row T
	err := db.Where(clause.Eq{Column: clause.PrimaryColumn, Value: id}).Take(&row).Error
	return row, Found(err, code, id)
}

// Found is the outcome of reading one row that must be there: not_found with
// the code where it is not.
func Found(err error, code string, id int64) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound):
		return NotFound(code)
	}
	return fmt.Errorf("read %s %d: %w", code, id, err)
}

// LockWard makes who changes something of a ward as a whole wait for who does
// already.
func LockWard(tx *gorm.DB, ward int64) error {
	var id int64
	err := Locked(tx).Table("wards").Select("id").Where("id = ?", ward).Take(&id).Error
	return Found(err, "ward", ward)
}

// Ref is an id as a column holds it that may be empty; nil for 0.
func Ref(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// ID is the id of a column that may be empty; 0 for nil.
func ID(ref *int64) int64 {
	if ref == nil {
		return 0
	}
	return *ref
}
