package app

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/config"
	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services/outbox"
)

// What plays show on PostgreSQL, a role shows that owns nothing. All that the
// clock brings is done by it too.
func TestTheRoleThatServesDoesAll(t *testing.T) {
	h := openHouse(t)
	standing, err := h.ward.Store.Standing(t.Context())
	if err != nil || standing.Owned > 0 || standing.Beyond {
		t.Fatalf("plays run as %+v, %v", standing, err)
	}
	h.Advance(400 * 24 * time.Hour) // whatever can grow too old has
	for _, round := range h.counter.rounds() {
		if _, err := round.Do(ctxFor(t)); err != nil {
			t.Errorf("%s: %v", round.Name, err)
		}
	}
	h.settle(t)
}

// Serving says what its role could do besides.
func TestServeSaysWhatItsRoleMay(t *testing.T) {
	for name, test := range map[string]struct {
		serving bool
		want    string
	}{"a server": {true, "level=INFO msg=\"the database's role serves and owns nothing\""},
		"an owner": {false, "level=WARN msg=\"the database's role could rewrite the journal"}} {
		address := storetest.Address(t)
		environ := []string{"SECRET_KEY=" + config.NewSecret(), "DATA_DIR=" + t.TempDir(), "HTTP_ADDR=127.0.0.1:0",
			"ADMIN_ADDR=off", "DATABASE_URL=" + address}
		if test.serving && !strings.HasPrefix(address, "sqlite:") {
			environ = append(environ, "MIGRATE_DATABASE_URL="+address, "DATABASE_URL="+storetest.Serving(t, address))
		}
		settings, err := config.Load(environ)
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		s, err := openService(ctxFor(t), settings, time.Now, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		if told := strings.Contains(log.String(), test.want); told != (s.Ward.Store.Dialect == models.PostgreSQL) {
			t.Errorf("%s: told %v in\n%s", name, told, &log)
		}
	}
}

// Administrators read of a journal that was altered, and what to do.
func TestAnAdministratorReadsOfABrokenJournal(t *testing.T) {
	h := openHouse(t)
	admin := h.character(t, "quan-tri")
	fault := models.JournalFault{WardID: admin.Ward, Seq: 12, Why: "changed", FoundAt: h.clock()}
	err := h.ward.Store.Transaction(func(tx *gorm.DB) error {
		if err := tx.Create(&fault).Error; err != nil {
			return err
		}
		return h.ward.Outbox.Tell(t.Context(), tx, outbox.Message{Ward: admin.Ward, Kind: outbox.JournalBroken,
			Subject: outbox.JournalFault, SubjectID: fault.ID, Staff: admin.Staff})
	})
	if err != nil {
		t.Fatal(err)
	}
	h.settle(t)
	shown := h.Shown("quan-tri")
	if len(shown) != 1 || !strings.Contains(shown[0].Reply.Title, "dòng 12") ||
		!strings.Contains(shown[0].Reply.Text, "canbobot audit verify") {
		t.Errorf("the administrator reads %+v", shown)
	}
}
