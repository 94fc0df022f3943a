package command

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services/anchor"
	"canbobot/services/journal"

	"github.com/xuri/excelize/v2"
)

// A leader's code names the entry that it is of; one that is of none fails.
func TestALeadersCodeIsLookedFor(t *testing.T) {
	address := withSample.Copy(t)
	environ := []string{"DATABASE_URL=" + address, "SECRET_KEY=" + sampleKey}
	var entry models.AuditEntry
	if err := storetest.Open(t, address, nil).Order("seq").Last(&entry).Error; err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]struct {
		exit int
		says string
	}{
		anchor.Code(entry.Hash): {OK, fmt.Sprintf("is of entry %d of ward %d, written on ", entry.Seq, entry.WardID)},
		"2222-2222-2222":        {Failed, "is of no entry"},
		"2222":                  {Usage, "twelve letters and digits"},
	} {
		got := runCommand(t, environ, "", "audit", "verify", "--code", code)
		if got.code != want.exit || !strings.Contains(got.out+got.errors, want.says) {
			t.Errorf("%s: exit %d, %s%s", code, got.code, got.out, got.errors)
		}
	}
}

// What serve copies out of the database is what audit verify --file compares.
func TestTheJournalIsComparedWithItsFile(t *testing.T) {
	address := withSample.Copy(t)
	environ := []string{"DATABASE_URL=" + address, "SECRET_KEY=" + sampleKey}
	run := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := Run(context.Background(), args, environ, strings.NewReader(""), &out, &out)
		return code, out.String()
	}
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	store := storetest.Open(t, address, nil)
	serving := func() {
		t.Helper()
		file, err := journal.OpenMirror(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, broken, err := journal.New(store, nil).Copy(context.Background(), file); err != nil || len(broken) > 0 {
			t.Fatal(broken, err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	serving()
	if code, said := run("audit", "verify", "--file", path); code != OK ||
		!strings.Contains(said, "entries are as the file has them") {
		t.Fatalf("%d: %s", code, said)
	}
	content, err := os.ReadFile(path)
	if err != nil || strings.Count(string(content), "\n") < 20 {
		t.Fatalf("the file has %d lines, %v", strings.Count(string(content), "\n"), err)
	}
	// The file remembers what the database no longer has.
	forged := bytes.Replace(content, []byte(`"seq":2,"hash":"`), []byte(`"seq":2,"hash":"00`), 1)
	forged = append(forged, []byte(`{"ward":1,"seq":9999,"hash":"ab","at":"2026-04-06T00:00:00Z",`+
		`"action":"x.y","subject":"z:1"}`+"\n")...)
	if err := os.WriteFile(path, forged, 0o600); err != nil {
		t.Fatal(err)
	}
	code, said := run("audit", "verify", "--file", path)
	for _, want := range []string{"entry 2 is not the one that was copied", "entry 9999 is missing"} {
		if code != Failed || !strings.Contains(said, want) {
			t.Errorf("%d, without %q: %s", code, want, said)
		}
	}
	if code, _ := run("audit", "verify", "--file", path+".none"); code != Usage {
		t.Errorf("a file that is not there exits %d", code)
	}
}

func TestAuditExportWritesTheFile(t *testing.T) {
	dir := t.TempDir()
	environ := sampled(t)
	command := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := Run(context.Background(), args, environ, strings.NewReader(""), &out, &out)
		return code, out.String()
	}
	run := func(args ...string) (int, string) { return command(append([]string{"audit", "export"}, args...)...) }
	path := filepath.Join(dir, "out.xlsx")
	if code, said := run("--change", "1", path); code != OK || !strings.Contains(said, "entries written to") {
		t.Fatalf("%d: %s", code, said)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if rows, err := book.GetRows("Tóm tắt"); err != nil || !strings.Contains(fmt.Sprint(rows), "Phần mềm") {
		t.Errorf("the file does not say who made it: %v", err)
	}
	for _, test := range []struct {
		args []string
		code int
	}{
		{[]string{path}, Usage},                                                                         // whose?
		{[]string{"--change", "1", path}, Usage},                                                        // it exists
		{[]string{"--change", "9999", filepath.Join(dir, "none.xlsx")}, Failed},                         // no such request
		{[]string{"--change", "1", "--person", "1", filepath.Join(dir, "none.xlsx")}, Usage},            // both
		{[]string{"--change", "1", "--ward", "nam-hong-linh", filepath.Join(dir, "none.xlsx")}, Failed}, // another's
	} {
		if code, said := run(test.args...); code != test.code {
			t.Errorf("%v exits %d: %s", test.args, code, said)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "none.xlsx")); err == nil {
		t.Error("a failed export leaves a file")
	}
}

// Cut, emptied or rewritten, the journal is said to be so without any file, and
// the command exits with 1.
func TestAuditVerifyNeedsNoFile(t *testing.T) {
	for name, statements := range map[string][]string{
		"cut":       {"DELETE FROM audit_entries WHERE seq > 3"},
		"emptied":   {"DELETE FROM audit_entries"},
		"rewritten": {"UPDATE audit_entries SET detail = '{}' WHERE seq = 2"},
	} {
		address := withSample.Copy(t)
		environ := []string{"DATABASE_URL=" + address, "SECRET_KEY=" + sampleKey}
		if got := runCommand(t, environ, "", "audit", "verify"); got.code != OK || !strings.Contains(got.out, "whole") {
			t.Fatalf("%d: %s%s", got.code, got.out, got.errors)
		}
		store := storetest.Open(t, address, nil)
		disarm := []string{"DROP TRIGGER audit_entries_no_update", "DROP TRIGGER audit_entries_no_delete",
			"PRAGMA foreign_keys = OFF"}
		if store.Dialect == models.PostgreSQL {
			disarm = []string{"ALTER TABLE audit_entries DISABLE TRIGGER ALL", "TRUNCATE looks"}
		}
		for _, statement := range append(disarm, statements...) {
			if err := store.Exec(statement).Error; err != nil {
				t.Fatal(name, err)
			}
		}
		if got := runCommand(t, environ, "", "audit", "verify"); got.code != Failed || !strings.Contains(got.errors,
			"entry ") {
			t.Errorf("%s exits %d: %s%s", name, got.code, got.out, got.errors)
		}
	}
}
