package journal_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// record adds entries to the ward's journal.
func record(t *testing.T, store *models.Store, trail *journal.Service, n int) {
	t.Helper()
	var ward models.Ward
	if err := store.Take(&ward).Error; err != nil {
		t.Fatal(err)
	}
	for range n {
		err := store.Transaction(func(tx *gorm.DB) error {
			return trail.Record(tx, services.Actor{Role: services.Clerk, Ward: ward.ID, Staff: 7}, "case.closed", "case:1",
				journal.Detail{"name": "Nguyễn Thị Hoa"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// mirrored copies the journal to a file as a process does that starts, copies
// and ends.
func mirrored(t *testing.T, trail *journal.Service, path string) (copied int, broken []journal.Fault) {
	t.Helper()
	mirror, err := journal.OpenMirror(path)
	if err != nil {
		t.Fatal(err)
	}
	defer mirror.Close()
	copied, broken, err = trail.Copy(context.Background(), mirror)
	if err != nil {
		t.Fatal(err)
	}
	return copied, broken
}

func compared(t *testing.T, trail *journal.Service, path string) (int64, []journal.Fault) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n, faults, err := trail.Compare(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	var all []journal.Fault
	for _, of := range faults {
		all = append(all, of...)
	}
	return n, all
}

func TestTheMirrorGrowsWithTheJournal(t *testing.T) {
	store, journal := journalOf(t, 2500)
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	if n, _ := mirrored(t, journal, path); n != 2500 {
		t.Errorf("copied %d", n)
	}
	if n, _ := mirrored(t, journal, path); n != 0 {
		t.Errorf("copied %d again", n)
	}
	record(t, store, journal, 3)
	if n, broken := mirrored(t, journal, path); n != 3 || len(broken) != 0 {
		t.Errorf("copied %d, broken %v", n, broken)
	}
	if n, faults := compared(t, journal, path); n != 2503 || len(faults) != 0 {
		t.Errorf("compared %d: %v", n, faults)
	}
	content, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(content), "Hoa") {
		t.Errorf("the mirror holds names, %v", err)
	}
	for _, text := range strings.Split(strings.TrimSpace(string(content)), "\n") {
		if !json.Valid([]byte(text)) {
			t.Fatalf("%q is no line of JSON", text)
		}
	}
}

// A line that a crash cut short is written again, and nothing is lost.
func TestTheMirrorOutlivesACrash(t *testing.T) {
	store, journal := journalOf(t, 5)
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	mirrored(t, journal, path)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := 1; cut < 60; cut += 7 {
		if err := os.WriteFile(path, content[:len(content)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		record(t, store, journal, 1)
		mirrored(t, journal, path)
		mirrored(t, journal, path)
		if _, faults := compared(t, journal, path); len(faults) != 0 {
			t.Errorf("%d bytes short: %v", cut, faults)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, seq := range []string{`"seq":5,`, `"seq":6,`} {
			if !strings.Contains(string(text), seq) {
				t.Errorf("%d bytes short: %s is lost", cut, seq)
			}
		}
	}
}

// Whoever rewrites the whole journal, with every hash right, is found out; so is
// whoever cuts its end off.
func TestTheMirrorTellsOfARewrittenJournal(t *testing.T) {
	store, trail := journalOf(t, 6)
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	mirrored(t, trail, path)
	if err := store.Exec("DELETE FROM audit_entries WHERE seq >= 5").Error; err != nil {
		t.Fatal(err)
	}
	if verdicts, err := trail.Verify(context.Background()); err != nil || verdicts[0].Broken != 0 {
		t.Fatalf("by itself the journal shows nothing: %+v, %v", verdicts, err)
	}
	if _, faults := compared(t, trail, path); !slices.Equal(faults,
		[]journal.Fault{{Seq: 5, Why: journal.Missing}, {Seq: 6, Why: journal.Missing}}) {
		t.Errorf("cut off: %v", faults)
	}
	record(t, store, trail, 3)
	if verdicts, err := trail.Verify(context.Background()); err != nil || verdicts[0].Broken != 0 {
		t.Fatalf("by itself the journal shows nothing: %+v, %v", verdicts, err)
	}
	if _, faults := compared(t, trail, path); !slices.Equal(faults,
		[]journal.Fault{{Seq: 5, Why: journal.Replaced}, {Seq: 6, Why: journal.Replaced}}) {
		t.Errorf("written anew: %v", faults)
	}
	if n, broken := mirrored(t, trail, path); n != 1 ||
		!slices.Equal(broken, []journal.Fault{{Seq: 7, Why: journal.Rewritten}}) {
		t.Errorf("copied on: %d, %v", n, broken)
	}
}
