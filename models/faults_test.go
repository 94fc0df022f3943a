package models_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
)

// What only the database's keeper can mend is no fault of who asked: the event is
// left open, and comes again.
func TestADatabaseThatMayNotBeWrittenIsAway(t *testing.T) {
	store := storetest.New(t, nil)
	ward := func() *models.Ward { return &models.Ward{Code: "a", Name: "A", Kind: "phường"} }
	full := func(tx *gorm.DB) error {
		if err := tx.Exec("PRAGMA max_page_count = 1").Error; err != nil { // no page more than it has
			return err
		}
		return tx.Exec("CREATE TABLE larger AS SELECT hex(randomblob(100000)) FROM sqlite_master").Error
	}
	readOnly := func(tx *gorm.DB) error {
		if err := tx.Exec("PRAGMA query_only = 1").Error; err != nil {
			return err
		}
		defer tx.Exec("PRAGMA query_only = 0")
		return tx.Create(ward()).Error
	}
	faults := map[string]func(tx *gorm.DB) error{"full": full, "read only": readOnly}
	if store.Dialect == models.PostgreSQL {
		busy, err := store.Pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer busy.Rollback(t.Context())
		if _, err := busy.Exec(t.Context(), "LOCK TABLE villages"); err != nil {
			t.Fatal(err)
		}
		faults = map[string]func(tx *gorm.DB) error{
			"read only": func(tx *gorm.DB) error {
				if err := tx.Exec("SET TRANSACTION READ ONLY").Error; err != nil {
					return err
				}
				return tx.Create(ward()).Error
			},
			"locked": func(tx *gorm.DB) error {
				if err := tx.Exec("SET LOCAL lock_timeout = 50").Error; err != nil {
					return err
				}
				return tx.Exec("LOCK TABLE villages").Error
			},
			"slow": func(tx *gorm.DB) error {
				if err := tx.Exec("SET LOCAL statement_timeout = 50").Error; err != nil {
					return err
				}
				return tx.Exec("SELECT pg_sleep(5)").Error
			},
		}
	}
	for name, fault := range faults {
		if err := store.Transaction(fault); err == nil || !models.IsAway(err) {
			t.Errorf("%s: %v is not told from a fault of ours", name, err)
		}
	}
	if err := store.Exec("SELECT no_such_column").Error; err == nil || models.IsAway(err) {
		t.Errorf("a fault of ours is taken for the database's: %v", err)
	}
}

// A server that takes connections and says nothing keeps nobody at the start.
func TestADatabaseThatHangsIsToldOf(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	begun := time.Now()
	_, err = models.Open(t.Context(), models.Options{
		URL: "postgres://ward@" + listener.Addr().String() + "/ward?sslmode=disable&connect_timeout=1"})
	if err == nil || !strings.Contains(err.Error(), "reach database") || time.Since(begun) > 9*time.Second {
		t.Errorf("after %s: %v", time.Since(begun), err)
	}
}
