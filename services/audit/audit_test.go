package audit_test

import (
	"context"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/audit"
)

func TestJournalIsChainedAndAppendOnly(t *testing.T) {
	ctx := context.Background()
	clock := services.Clock(func() time.Time { return time.Date(2026, 4, 6, 1, 2, 3, 456789012, time.UTC) })
	store := storetest.New(t, clock)
	ward := models.Ward{Code: "a", Name: "A", Kind: "phường"}
	if err := store.Create(&ward).Error; err != nil {
		t.Fatal(err)
	}
	journal := audit.New(store, clock)
	actor := services.Actor{Role: services.Clerk, Ward: ward.ID, Staff: 7}
	// Writers at once: the numbers still have no gap.
	errs := make(chan error, 8)
	for range 8 {
		go func() {
			errs <- store.Transaction(func(tx *gorm.DB) error {
				return journal.Record(tx, actor, "change.approved", "change:1", audit.Detail{"to": 2, "from": 1})
			})
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	verdicts, err := journal.Verify(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(verdicts) != 1 || verdicts[0].Entries != 8 || verdicts[0].Broken != 0 {
		t.Fatalf("verdicts: %+v", verdicts)
	}
	entries, err := journal.Of(ctx, actor, "change:1")
	if err != nil || len(entries) != 8 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	if err := store.Exec("UPDATE audit_entries SET detail = '{}' WHERE seq = 3").Error; err == nil {
		t.Error("the database let an entry be changed")
	}
	if err := store.Exec("DELETE FROM audit_entries WHERE seq = 3").Error; err == nil {
		t.Error("the database let an entry be removed")
	}
	// Whoever gets round the database is found out.
	disarm := "DROP TRIGGER audit_entries_no_update"
	if store.Dialect == models.PostgreSQL {
		disarm = "DROP TRIGGER audit_entries_append_only ON audit_entries"
	}
	if err := store.Exec(disarm).Error; err != nil {
		t.Fatal(err)
	}
	if err := store.Exec("UPDATE audit_entries SET detail = '{}' WHERE seq = 3").Error; err != nil {
		t.Fatal(err)
	}
	verdicts, err = journal.Verify(ctx)
	if err != nil || verdicts[0].Broken != 3 {
		t.Fatalf("verdicts after tampering: %+v, %v", verdicts, err)
	}
}
