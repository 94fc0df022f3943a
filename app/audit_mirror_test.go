package app

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"canbobot/config"
	"canbobot/models/storetest"
	"canbobot/services/journal"
)

// What serve copies out of the database is what audit verify --file compares.
func TestTheJournalIsComparedWithItsFile(t *testing.T) {
	address := storetest.Address(t)
	environ := []string{"DATABASE_URL=" + address, "SECRET_KEY=" + config.NewSecret()}
	run := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := Run(context.Background(), args, environ, strings.NewReader(""), &out, &out)
		return code, out.String()
	}
	if code, said := run("sample", "load"); code != exitOK {
		t.Fatal(said)
	}
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	store := storetest.Open(t, address, nil)
	serving := func() {
		t.Helper()
		file, err := journal.OpenMirror(path)
		if err != nil {
			t.Fatal(err)
		}
		ended, cancel := context.WithCancel(ctxFor(t))
		cancel() // it copies once more when it ends
		mirror{journal: journal.New(store, nil), file: file, logger: slog.New(slog.DiscardHandler)}.run(ended)
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	serving()
	if code, said := run("audit", "verify", "--file", path); code != exitOK || !strings.Contains(said, "entries are as the file has them") {
		t.Fatalf("%d: %s", code, said)
	}
	content, err := os.ReadFile(path)
	if err != nil || strings.Count(string(content), "\n") < 20 {
		t.Fatalf("the file has %d lines, %v", strings.Count(string(content), "\n"), err)
	}
	// The file remembers what the database no longer has.
	forged := bytes.Replace(content, []byte(`"seq":2,"hash":"`), []byte(`"seq":2,"hash":"00`), 1)
	forged = append(forged, []byte(`{"ward":1,"seq":9999,"hash":"ab","at":"2026-04-06T00:00:00Z","action":"x.y","subject":"z:1"}`+"\n")...)
	if err := os.WriteFile(path, forged, 0o600); err != nil {
		t.Fatal(err)
	}
	code, said := run("audit", "verify", "--file", path)
	for _, want := range []string{"entry 2 is not the one that was copied", "entry 9999 is missing"} {
		if code != exitFailed || !strings.Contains(said, want) {
			t.Errorf("%d, without %q: %s", code, want, said)
		}
	}
	if code, _ := run("audit", "verify", "--file", path+".none"); code != exitUsage {
		t.Errorf("a file that is not there exits %d", code)
	}
}
