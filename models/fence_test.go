package models_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/models/storetest"
)

func TestAnOlderBinaryIsFencedOff(t *testing.T) {
	store := storetest.New(t, nil)
	fence := models.Fence{}
	if err := store.Take(&fence).Error; err != nil || fence.Least > models.Newest() {
		t.Fatalf("who may write: %+v, %v; the newest is %d", fence, err, models.Newest())
	}
	if err := store.Fenced(t.Context()); err != nil {
		t.Errorf("fenced off from its own database: %v", err)
	}
	// A release to come raises it.
	if err := store.Exec("UPDATE schema_fence SET least = 20991231000000").Error; err != nil {
		t.Fatal(err)
	}
	old := (*models.TooOld)(nil)
	if err := store.Fenced(t.Context()); !errors.As(err, &old) || old.ExitCode() != 2 ||
		!strings.Contains(err.Error(), "20991231000000") || !strings.Contains(err.Error(), "newer release") {
		t.Errorf("told: %v", err)
	}
	if err := store.Exec("DROP TABLE schema_fence").Error; err != nil {
		t.Fatal(err)
	}
	if err := store.Fenced(t.Context()); err != nil {
		t.Errorf("a database from before: %v", err)
	}
}

// What an older binary may stumble over in a migration.
var breaks = regexp.MustCompile(`(?im)^\s*(DROP TABLE|DELETE FROM|UPDATE )|` +
	`DROP COLUMN|RENAME (TO|COLUMN)|SET NOT NULL|ADD CONSTRAINT`)

// A migration that an older binary may stumble over raises the fence, or says why
// that binary may go on beside it.
func TestMigrationsSayWhoMayGoOnBesideThem(t *testing.T) {
	files, err := filepath.Glob("migrations/*/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		if filepath.Base(path) <= "20261202020000_fence.sql" {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if breaks.Match(text) && !strings.Contains(string(text), "UPDATE schema_fence SET least = ") &&
			!strings.Contains(string(text), "-- Beside it: ") {
			t.Errorf("%s: raise the fence (UPDATE schema_fence SET least = its number), or say in a line '-- Beside it: ...' "+
				"why the release before may go on writing", path)
		}
	}
}

// A table that traffic holds keeps a migration waiting, and a migration keeps
// traffic waiting no longer than a moment at a time.
func TestAMigrationYieldsToTraffic(t *testing.T) {
	store := storetest.New(t, nil)
	if store.Dialect == models.SQLite {
		return // one writer, who waits for nobody
	}
	busy, err := store.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := busy.Exec(t.Context(), "LOCK TABLE goose_db_version"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- store.Migrate(t.Context()) }()
	select {
	case err := <-done:
		t.Fatalf("did not wait: %v", err)
	case <-time.After(2 * time.Second): // longer than it waits at once
	}
	if err := busy.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
