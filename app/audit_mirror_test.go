package app

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"canbobot/services/journal"
)

// However short a process lives, what it wrote into the journal is in the file.
func TestTheJournalIsCopiedWhenServingEnds(t *testing.T) {
	house := openHouse(t)
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	file, err := journal.OpenMirror(path)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(ctxFor(t))
	cancel()
	mirror{journal: house.ward.Audit, file: file, logger: silent()}.run(ended)
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(path); err != nil || len(content) == 0 {
		t.Errorf("%d bytes are in the file, %v", len(content), err)
	}
}
