package storetest

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
)

// Statements counts what a store is asked from now on.
func Statements(t testing.TB, store *models.Store) *atomic.Int64 {
	t.Helper()
	var n atomic.Int64
	count := func(*gorm.DB) { n.Add(1) }
	for name, register := range map[string]func(string, func(*gorm.DB)) error{
		"row": store.Callback().Row().Register, "raw": store.Callback().Raw().Register,
		"query":  store.Callback().Query().Register,
		"update": store.Callback().Update().Register, "create": store.Callback().Create().Register,
		"delete": store.Callback().Delete().Register,
	} {
		if err := register("storetest:"+name, count); err != nil {
			t.Fatal(err)
		}
	}
	return &n
}

// Fail has the next so many plain statements that hold these words fail, as if
// the database were away, and returns how many are still to.
func Fail(t testing.TB, store *models.Store, words string, times int64) *atomic.Int64 {
	t.Helper()
	var left atomic.Int64
	left.Store(times)
	err := store.Callback().Raw().Before("gorm:raw").Register("storetest:fail", func(tx *gorm.DB) {
		if strings.Contains(tx.Statement.SQL.String(), words) && left.Add(-1) >= 0 {
			_ = tx.AddError(errors.New("the database is away, says the test"))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return &left
}
