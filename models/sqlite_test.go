package models_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/models/storetest"
)

// A file keeps what was answered when the power goes, and no log much larger than
// what it holds.
func TestASQLiteFileIsDurableAndItsLogBounded(t *testing.T) {
	store := storetest.New(t, nil)
	if store.Dialect != models.SQLite {
		return
	}
	ask := func(statement string) (n int64) {
		t.Helper()
		if err := store.Raw(statement).Scan(&n).Error; err != nil {
			t.Fatal(err)
		}
		return n
	}
	if full := ask("PRAGMA synchronous"); full != 2 {
		t.Errorf("synchronous is %d, want 2 (FULL)", full)
	}
	size := func() int64 {
		t.Helper()
		log, err := os.Stat(store.File + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return log.Size()
	}
	for _, statement := range []string{"CREATE TABLE large (text text)",
		"INSERT INTO large WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) " +
			"SELECT hex(randomblob(500)) FROM n"} {
		if err := store.Exec(statement).Error; err != nil {
			t.Fatal(err)
		}
	}
	large := size()
	for range 3 {
		if err := store.Exec("DELETE FROM large WHERE rowid = 1").Error; err != nil {
			t.Fatal(err)
		}
		if err := store.Exec("INSERT INTO large (rowid, text) VALUES (1, 'x')").Error; err != nil {
			t.Fatal(err)
		}
	}
	if after := size(); large < 20<<20 || after > 17<<20 {
		t.Errorf("the log was %d bytes after something large, and is %d after something small", large, after)
	}
}

// With what it has learnt, SQLite finds somebody's posts by the person and not by
// reading through the ward.
func TestSQLiteLearnsHowRowsAreFound(t *testing.T) {
	store := storetest.New(t, nil)
	if store.Dialect != models.SQLite {
		if err := store.Learn(t.Context()); err != nil { // it does by itself
			t.Error(err)
		}
		return
	}
	if err := store.Exec("PRAGMA foreign_keys = 0").Error; err != nil {
		t.Fatal(err)
	}
	posts := make([]models.Term, 2000)
	for i := range posts {
		posts[i] = models.Term{WardID: 1, PersonID: int64(i + 1), BranchID: int64(i + 1), Role: models.Head, Slot: 1,
			Title: "x", From: models.DateOf(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))}
	}
	if err := store.CreateInBatches(&posts, 100).Error; err != nil {
		t.Fatal(err)
	}
	plan := func() string {
		t.Helper()
		var steps []struct{ Detail string }
		if err := store.Raw("EXPLAIN QUERY PLAN SELECT * FROM terms WHERE ward_id = 1 AND person_id IN (7, 8) " +
			"ORDER BY from_date").Scan(&steps).Error; err != nil {
			t.Fatal(err)
		}
		return steps[0].Detail
	}
	before := plan()
	if err := store.Learn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := plan(); !strings.Contains(before, "terms_ward") || !strings.Contains(after, "terms_by_person") {
		t.Errorf("before: %s; after: %s", before, after)
	}
}
