package anchor_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/anchor"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/ward/wardtest"
)

var afternoon = time.Date(2026, 4, 6, 16, 30, 0, 0, services.Zone)

// journalOf is a ward with an administrator, a leader and so many entries.
func journalOf(t *testing.T, at time.Time, entries int) (*wardtest.Ward, models.Ward) {
	t.Helper()
	w := wardtest.New(t, at)
	ward := w.AddWard("a", "A")
	w.AddStaff(ward.ID, services.Admin, false)
	w.AddStaff(ward.ID, services.Leader, false)
	write(t, w, ward, entries)
	return w, ward
}

func write(t *testing.T, w *wardtest.Ward, ward models.Ward, entries int) {
	t.Helper()
	err := w.Store.Transaction(func(tx *gorm.DB) error {
		for i := range entries {
			if err := w.Audit.Record(tx, services.SystemActor(ward.ID), "roster.exported", "ward:1",
				journal.Detail{"n": i}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// alter does what only somebody with the whole machine in their hands could.
func alter(t *testing.T, w *wardtest.Ward, statements ...string) {
	t.Helper()
	disarm := []string{"DROP TRIGGER audit_entries_no_update", "DROP TRIGGER audit_entries_no_delete"}
	if w.Store.Dialect == models.PostgreSQL {
		disarm = []string{"DROP TRIGGER audit_entries_append_only ON audit_entries"}
	}
	for _, statement := range append(disarm, statements...) {
		if err := w.Store.Exec(statement).Error; err != nil {
			t.Fatal(err)
		}
	}
}

func round(t *testing.T, w *wardtest.Ward, most int) int {
	t.Helper()
	faults, err := w.Anchor.Prove(w.Ctx, most)
	if err != nil {
		t.Fatal(err)
	}
	return faults
}

// Round by round the whole journal is proved, and what is wrong with it is told
// once, however often it is met.
func TestTheClockFindsWhatIsWrongWithTheJournal(t *testing.T) {
	w, ward := journalOf(t, afternoon, 1300)
	standing := func() anchor.Standing {
		found, err := w.Anchor.Standing(w.Ctx)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	round(t, w, 1)
	if got := standing(); got.Entries != 1000 || !got.WholeAt.IsZero() {
		t.Fatalf("after a part: %+v", got)
	}
	w.Pass(time.Minute)
	write(t, w, ward, 3)
	round(t, w, 1)
	if got := standing(); got.Entries != 0 || !got.WholeAt.Equal(w.Now().UTC()) || got.Faults != 0 {
		t.Fatalf("after all of it: %+v", got)
	}
	round(t, w, 1)
	// One is changed behind what is proved, one before it.
	alter(t, w, "UPDATE audit_entries SET detail = '{}' WHERE seq = 700",
		"UPDATE audit_entries SET action = 'x' WHERE seq = 1200")
	found := 0
	for range 5 {
		w.Pass(10 * time.Minute)
		found += round(t, w, 1)
	}
	if told := w.Count("deliveries", "kind = ?", outbox.JournalBroken); found != 2 || told != 2 || standing().Faults != 2 {
		t.Errorf("found %d times, told %d times, %+v", found, told, standing())
	}
	admins := w.Count("deliveries", "kind = ? AND staff_id IN (SELECT id FROM staff WHERE role = 'admin')",
		outbox.JournalBroken)
	if admins != 2 {
		t.Errorf("%d administrators are told", admins)
	}
	rows := wardtest.Rows[models.JournalFault](w, "seq")
	if rows[0].Seq != 700 || rows[1].Seq != 1200 || rows[0].Why != journal.Changed {
		t.Errorf("found %+v", rows)
	}
}

// Whoever says by SQL that all is proved has it proved from the beginning.
func TestAForgedProofIsNotBelieved(t *testing.T) {
	w, _ := journalOf(t, afternoon, 1300)
	round(t, w, 1)
	alter(t, w, "UPDATE audit_entries SET detail = '{}' WHERE seq = 3", "UPDATE journal_proofs SET seq = 1299, "+
		"hash = (SELECT hash FROM audit_entries WHERE seq = 1299)")
	if found := round(t, w, 1); found != 1 {
		t.Errorf("%d faults are found", found)
	}
	// Cut off at the end, it is held against its head.
	w, _ = journalOf(t, afternoon, 5)
	alter(t, w, "DELETE FROM audit_entries WHERE seq > 3")
	if found := round(t, w, 1); found != 1 || round(t, w, 1) != 0 {
		t.Errorf("%d faults are found of a journal that is cut", found)
	}
}

// Each afternoon every leader is told of the head, once, where it went on.
func TestLeadersAreToldOfTheHead(t *testing.T) {
	w, ward := journalOf(t, afternoon.Add(-time.Hour), 2)
	tell := func(want int) {
		t.Helper()
		if told, err := w.Anchor.TellHeads(w.Ctx); err != nil || told != want {
			t.Errorf("at %s %d are told, %v; want %d", w.Now().Format(time.DateTime), told, err, want)
		}
	}
	tell(0)
	w.Pass(time.Hour)
	tell(1)
	w.Pass(time.Hour)
	write(t, w, ward, 1)
	tell(0)
	w.Pass(23 * time.Hour)
	tell(1)
	w.Pass(24 * time.Hour)
	tell(0) // nothing was written since
	leaders := w.Count("deliveries", "kind = ? AND staff_id IN (SELECT id FROM staff WHERE role = 'leader')",
		outbox.JournalHead)
	if all := w.Count("deliveries", "kind = ?", outbox.JournalHead); leaders != 2 || all != 2 {
		t.Errorf("%d deliveries, %d of them to leaders", all, leaders)
	}
}

// A code is found as it is typed; rewritten by somebody who has the key too, the
// journal verifies, and holds the code no more.
func TestALeadersCodeFindsARewrittenJournal(t *testing.T) {
	w, ward := journalOf(t, afternoon, 4)
	if _, err := w.Anchor.TellHeads(w.Ctx); err != nil {
		t.Fatal(err)
	}
	day := wardtest.Rows[models.JournalDay](w, "id")[0]
	code := anchor.Code(day.Hash)
	write(t, w, ward, 2)
	find := func(code string) string {
		t.Helper()
		found, err := w.Anchor.Find(w.Ctx, code)
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(len(found), " ", found)
	}
	for _, typed := range []string{code, " " + strings.ToLower(code), strings.ReplaceAll(code, "-", " ")} {
		found, err := w.Anchor.Find(w.Ctx, typed)
		if err != nil || len(found) != 1 || found[0].Seq != 4 || found[0].Ward != ward.ID {
			t.Errorf("%q finds %+v, %v", typed, found, err)
		}
	}
	if got := find("4F7K"); !strings.Contains(got, "twelve letters") {
		t.Errorf("half a code: %s", got)
	}
	alter(t, w, "DELETE FROM audit_entries", "DELETE FROM journal_heads")
	w.Pass(time.Second)
	write(t, w, ward, 6)
	if verdicts, err := w.Audit.Verify(w.Ctx); err != nil || verdicts[0].Broken != 0 {
		t.Fatalf("written anew with the key: %+v, %v", verdicts, err)
	}
	if got := find(code); got != "0 []" {
		t.Errorf("the code is still found: %s", got)
	}
}
