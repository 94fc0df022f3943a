// Package storetest opens a fresh, migrated database for one test: a SQLite
// file of its own or, with TEST_DATABASE_URL set, a PostgreSQL database of its own.
package storetest

import (
	"context"
	"os"
	"testing"
	"time"

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
	t.Cleanup(func() { failForStrays(t) })
	return migrated.Copy(t)
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
