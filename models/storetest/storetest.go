// Package storetest opens a fresh, migrated database for one test: a SQLite
// file of its own or, with TEST_DATABASE_URL set, a PostgreSQL schema of its own.
package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"canbobot/models"
)

// New returns an empty, migrated database that goes away with the test. Rows
// are stamped by now; nil is the real clock.
func New(t testing.TB, now func() time.Time) *models.Store {
	t.Helper()
	return Open(t, Address(t), now)
}

// Address makes an empty, migrated database that goes away with the test and
// returns where it is, for tests that open it more than once.
func Address(t testing.TB) string {
	t.Helper()
	address := os.Getenv("TEST_DATABASE_URL")
	if address == "" {
		return "sqlite:" + copyOfTemplate(t)
	}
	address = schema(t, address)
	store := Open(t, address, nil)
	if err := store.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return address
}

// Open opens a database for the rest of the test.
func Open(t testing.TB, address string, now func() time.Time) *models.Store {
	t.Helper()
	store, err := models.Open(context.Background(), models.Options{URL: address, Now: now, MaxConns: 12})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// Redis returns the address of the test's Redis, empty when an in-process one
// is to be used.
func Redis() string { return os.Getenv("TEST_REDIS_URL") }

func schema(t testing.TB, address string) string {
	t.Helper()
	ctx := context.Background()
	random := make([]byte, 6)
	rand.Read(random)
	name := "test_" + hex.EncodeToString(random)
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatalf("TEST_DATABASE_URL: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn, err := pgx.Connect(ctx, address)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, "DROP SCHEMA "+name+" CASCADE"); err != nil {
			t.Error(err)
		}
	})
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := parsed.Query()
	query.Set("search_path", name)
	parsed.RawQuery = query.Encode()
	return parsed.String()
}

// template is a migrated SQLite file, made once a process: copying it is much
// quicker than migrating for every test.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "canbobot-template")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	store, err := models.Open(context.Background(), models.Options{URL: "sqlite:" + path})
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(context.Background()); err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil { // checkpoints the log into the file
		return nil, err
	}
	return os.ReadFile(path)
})

func copyOfTemplate(t testing.TB) string {
	t.Helper()
	content, err := template()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
