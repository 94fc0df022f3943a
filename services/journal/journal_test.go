package journal_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/vault"
)

func TestJournalIsChainedAndAppendOnly(t *testing.T) {
	ctx := context.Background()
	clock := services.Clock(func() time.Time { return time.Date(2026, 4, 6, 1, 2, 3, 456789012, time.UTC) })
	store := storetest.New(t, clock)
	ward := models.Ward{Code: "a", Name: "A", Kind: "phường"}
	if err := store.Create(&ward).Error; err != nil {
		t.Fatal(err)
	}
	trail := journal.New(store, clock)
	actor := services.Actor{Role: services.Clerk, Ward: ward.ID, Staff: 7}
	// Writers at once: the numbers still have no gap.
	errs := make(chan error, 8)
	for range 8 {
		go func() {
			errs <- store.Transaction(func(tx *gorm.DB) error {
				return trail.Record(tx, actor, "change.approved", "change:1", journal.Detail{"to": 2, "from": 1})
			})
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	verdicts, err := trail.Verify(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(verdicts) != 1 || verdicts[0].Entries != 8 || verdicts[0].Broken != 0 {
		t.Fatalf("verdicts: %+v", verdicts)
	}
	entries, err := trail.Of(ctx, actor, "change:1")
	if err != nil || len(entries) != 8 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	if err := store.Exec("UPDATE audit_entries SET detail = '{}' WHERE seq = 3").Error; err == nil {
		t.Error("the database let an entry be changed")
	}
	if err := store.Exec("DELETE FROM audit_entries WHERE seq = 3").Error; err == nil {
		t.Error("the database let an entry be removed")
	}
	if store.Dialect == models.PostgreSQL {
		if err := store.Exec("TRUNCATE audit_entries CASCADE").Error; err == nil {
			t.Error("the database let the journal be emptied")
		}
	}
}

// journalOf writes n entries and takes the database's own guard away, as
// somebody with the whole machine in their hands would.
func journalOf(t *testing.T, n int) (*models.Store, *journal.Service) {
	t.Helper()
	clock := services.Clock(func() time.Time { return time.Date(2026, 4, 6, 1, 2, 3, 0, time.UTC) })
	store := storetest.New(t, clock)
	ward := models.Ward{Code: "a", Name: "A", Kind: "phường"}
	if err := store.Create(&ward).Error; err != nil {
		t.Fatal(err)
	}
	trail := journal.New(store, clock)
	for i := range n {
		err := store.Transaction(func(tx *gorm.DB) error {
			return trail.Record(tx, services.Actor{Role: services.Clerk, Ward: ward.ID, Staff: 7}, "change.approved",
				"change:1", journal.Detail{"step": i})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	disarm := []string{"DROP TRIGGER audit_entries_no_update", "DROP TRIGGER audit_entries_no_delete"}
	if store.Dialect == models.PostgreSQL {
		disarm = []string{"DROP TRIGGER audit_entries_append_only ON audit_entries",
			"DROP TRIGGER audit_entries_no_truncate ON audit_entries"}
	}
	for _, drop := range disarm {
		if err := store.Exec(drop).Error; err != nil {
			t.Fatal(err)
		}
	}
	return store, trail
}

// Whoever gets round the database is found out, and what they did is named.
func TestVerifyNamesEachTampering(t *testing.T) {
	for name, test := range map[string]struct {
		tamper []string
		want   []journal.Fault
	}{
		"nothing": {nil, nil},
		"a changed row": {[]string{"UPDATE audit_entries SET detail = '{}' WHERE seq = 3"},
			[]journal.Fault{{Seq: 3, Why: journal.Changed}}},
		"another actor": {[]string{"UPDATE audit_entries SET staff_id = 8 WHERE seq = 3"},
			[]journal.Fault{{Seq: 3, Why: journal.Changed}}},
		"nobody acted": {[]string{"UPDATE audit_entries SET staff_id = NULL WHERE seq = 1"},
			[]journal.Fault{{Seq: 1, Why: journal.Changed}}},
		"another moment": {[]string{"UPDATE audit_entries SET at = '2026-04-06 01:02:04' WHERE seq = 6"},
			[]journal.Fault{{Seq: 6, Why: journal.Changed}}},
		"a missing row": {[]string{"DELETE FROM audit_entries WHERE seq = 3"},
			[]journal.Fault{{Seq: 3, Why: journal.Missing}}},
		"the first row": {[]string{"DELETE FROM audit_entries WHERE seq = 1"},
			[]journal.Fault{{Seq: 1, Why: journal.Missing}}},
		"a closed-up gap": {[]string{"DELETE FROM audit_entries WHERE seq = 5",
			"UPDATE audit_entries SET seq = 5 WHERE seq = 6"}, []journal.Fault{{Seq: 5, Why: journal.Moved, From: 6}}},
		"swapped rows": {[]string{
			"UPDATE audit_entries SET seq = 100 WHERE seq = 3", "UPDATE audit_entries SET seq = 3 WHERE seq = 5",
			"UPDATE audit_entries SET seq = 5 WHERE seq = 100"},
			[]journal.Fault{{Seq: 3, Why: journal.Moved, From: 5}, {Seq: 5, Why: journal.Moved, From: 3}}},
		"two things": {[]string{"UPDATE audit_entries SET action = 'x' WHERE seq = 2",
			"DELETE FROM audit_entries WHERE seq = 5"},
			[]journal.Fault{{Seq: 2, Why: journal.Changed}, {Seq: 5, Why: journal.Missing}}},
	} {
		t.Run(name, func(t *testing.T) {
			store, journal := journalOf(t, 6)
			for _, statement := range test.tamper {
				if err := store.Exec(statement).Error; err != nil {
					t.Fatal(err)
				}
			}
			verdicts, err := journal.Verify(context.Background())
			if err != nil || len(verdicts) != 1 {
				t.Fatalf("verdicts %+v, %v", verdicts, err)
			}
			if got := verdicts[0]; !slices.Equal(got.Faults, test.want) || (got.Broken == 0) != (test.want == nil) {
				t.Errorf("broken at %d: %+v, want %+v", got.Broken, got.Faults, test.want)
			}
		})
	}
}

// An entry put in the place of another with a hash to match no longer carries
// the one behind it.
func TestVerifyNamesARewrittenEntry(t *testing.T) {
	store, trail := journalOf(t, 6)
	var row models.AuditEntry
	if err := store.Take(&row, "seq = 3").Error; err != nil {
		t.Fatal(err)
	}
	// Another database, in which the third entry tells something else.
	other, liar := journalOf(t, 2)
	err := other.Transaction(func(tx *gorm.DB) error {
		return liar.Record(tx, services.Actor{Role: services.Clerk, Ward: row.WardID, Staff: 7}, "change.refused",
			"change:1", nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	var lie models.AuditEntry
	if err := other.Take(&lie, "seq = 3").Error; err != nil {
		t.Fatal(err)
	}
	if err := store.Delete(&models.AuditEntry{}, row.ID).Error; err != nil {
		t.Fatal(err)
	}
	lie.ID = row.ID
	if err := store.Create(&lie).Error; err != nil {
		t.Fatal(err)
	}
	verdicts, err := trail.Verify(context.Background())
	if want := []journal.Fault{{Seq: 4, Why: journal.Rewritten}}; err != nil || !slices.Equal(verdicts[0].Faults, want) {
		t.Errorf("verdicts %+v, %v", verdicts, err)
	}
}

// A journal under a key shows by itself, without any file, that it was cut,
// emptied, rewritten with hashes to match, or put back to what it was without a
// key.
func TestAKeyedJournalShowsByItselfWhatWasDoneToIt(t *testing.T) {
	secrets, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	for name, attack := range map[string][]string{
		"cut":             {"DELETE FROM audit_entries WHERE seq > 5"},
		"emptied":         {"DELETE FROM audit_entries"},
		"changed":         {"UPDATE audit_entries SET detail = '{}' WHERE seq = 3"},
		"a head set back": {"DELETE FROM audit_entries WHERE seq > 5", "UPDATE journal_heads SET seq = 5"},
		"a head set back whole": {"UPDATE journal_heads SET seq = 5, hash = (SELECT hash FROM audit_entries WHERE seq = 5)",
			"DELETE FROM audit_entries WHERE seq > 5"},
		"no head":         {"DELETE FROM audit_entries WHERE seq > 5", "DELETE FROM journal_heads"},
		"written unkeyed": {"UPDATE audit_entries SET key_id = '' WHERE seq = 6"},
		"another key":     {"UPDATE audit_entries SET key_id = '00000000' WHERE seq = 6"},
	} {
		t.Run(name, func(t *testing.T) {
			store, trail := journalOf(t, 3) // without a key, as once
			trail.Keyed(secrets)
			if err := trail.Begin(t.Context()); err != nil {
				t.Fatal(err)
			}
			record(t, store, trail, 4)
			if verdicts, err := trail.Verify(t.Context()); err != nil || verdicts[0].Broken != 0 || verdicts[0].Entries != 8 {
				t.Fatalf("whole: %+v, %v", verdicts, err)
			}
			for _, statement := range attack {
				if err := store.Exec(statement).Error; err != nil {
					t.Fatal(err)
				}
			}
			verdicts, err := trail.Verify(t.Context())
			if err != nil || len(verdicts) != 1 || verdicts[0].Broken == 0 {
				t.Fatalf("nothing is seen: %+v, %v", verdicts, err)
			}
			record(t, store, trail, 2) // writing on covers nothing up
			if verdicts, err := trail.Verify(t.Context()); err != nil || verdicts[0].Broken == 0 {
				t.Fatalf("covered up by writing on: %+v, %v", verdicts, err)
			}
		})
	}
}

// The whole of it written anew without the key, plain hashes all right, shows too.
func TestAJournalWrittenAnewWithoutTheKeyShows(t *testing.T) {
	secrets, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	store, trail := journalOf(t, 1)
	trail.Keyed(secrets)
	if err := trail.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	record(t, store, trail, 3)
	if err := store.Exec("DELETE FROM audit_entries").Error; err != nil {
		t.Fatal(err)
	}
	record(t, store, journal.New(store, services.Clock(time.Now)), 5)
	for _, and := range []string{"SELECT 1", "DELETE FROM journal_heads"} {
		if err := store.Exec(and).Error; err != nil {
			t.Fatal(err)
		}
		if verdicts, err := trail.Verify(t.Context()); err != nil || verdicts[0].Broken == 0 {
			t.Errorf("%s: %+v, %v", and, verdicts, err)
		}
	}
}

// The chain goes on over a change of the key, and is proved with the former one.
func TestAKeyedJournalGoesOnOverANewKey(t *testing.T) {
	before, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	after, err := vault.New(bytes.Repeat([]byte{2}, vault.KeySize), bytes.Repeat([]byte{1}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	store, trail := journalOf(t, 0)
	record(t, store, trail.Keyed(before), 3)
	record(t, store, trail.Keyed(after), 3)
	if verdicts, err := trail.Verify(t.Context()); err != nil || verdicts[0].Broken != 0 || verdicts[0].Entries != 6 {
		t.Fatalf("%+v, %v", verdicts, err)
	}
}
