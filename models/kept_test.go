package models_test

import (
	"path/filepath"
	"testing"

	"canbobot/models"
)

// What is kept of a statement is none of its last run.
func TestKeptStatementsBeginAnew(t *testing.T) {
	store, err := models.Open(t.Context(), models.Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "kept.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	exec := func(query string, args ...any) error {
		_, err := store.SQL.ExecContext(t.Context(), query, args...)
		return err
	}
	count := func(query string, args ...any) (rows, columns int) {
		t.Helper()
		found, err := store.SQL.QueryContext(t.Context(), query, args...)
		if err != nil {
			t.Fatal(err)
		}
		defer found.Close()
		names, err := found.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for found.Next() {
			rows++
		}
		return rows, len(names)
	}
	if err := exec("CREATE TABLE things (name TEXT UNIQUE)"); err != nil {
		t.Fatal(err)
	}
	const insert, all = "INSERT INTO things (name) VALUES (?)", "SELECT * FROM things"
	for _, one := range []struct {
		name string
		good bool
	}{{"a", true}, {"b", true}, {"a", false}, {"c", true}} {
		if err := exec(insert, one.name); (err == nil) != one.good {
			t.Errorf("insert %s: %v", one.name, err)
		}
	}
	for _, limit := range []int{1, 2, 1, 9} {
		if rows, _ := count(all+" LIMIT ?", limit); rows != min(limit, 3) {
			t.Errorf("%d rows with a limit of %d", rows, limit)
		}
	}
	if rows, columns := count(all); rows != 3 || columns != 1 {
		t.Errorf("%d rows of %d columns, want 3 of 1", rows, columns)
	}
	if err := exec("ALTER TABLE things ADD COLUMN size INTEGER"); err != nil {
		t.Fatal(err)
	}
	if rows, columns := count(all); rows != 3 || columns != 2 {
		t.Errorf("%d rows of %d columns after another column, want 3 of 2", rows, columns)
	}

	// The same statement while its own rows are being read.
	tx, err := store.SQL.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	outer, inner := 0, 0
	rows, err := tx.Query(all)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for ; rows.Next(); outer++ {
		within, err := tx.Query(all)
		if err != nil {
			t.Fatal(err)
		}
		for within.Next() {
			inner++
		}
		within.Close()
	}
	if outer != 3 || inner != 9 {
		t.Errorf("%d rows, and %d within them, want 3 and 9", outer, inner)
	}
}
