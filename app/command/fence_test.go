package command

import (
	"strings"
	"testing"

	"canbobot/config"
	"canbobot/models"
	"canbobot/models/storetest"
)

// A database that a later release has closed to this one is not touched, neither
// served nor changed by a command.
func TestAnOlderReleaseRefusesWithWords(t *testing.T) {
	address := storetest.Address(t)
	environ := []string{"SECRET_KEY=" + config.NewSecret(), "DATABASE_URL=" + address, "DATA_DIR=" + t.TempDir(),
		"HTTP_ADDR=127.0.0.1:0", "ADMIN_ADDR=127.0.0.1:0"}
	if got := runCommand(t, environ, "", "migrate"); got.code != OK {
		t.Fatal(got.errors)
	}
	store := storetest.Open(t, address, nil)
	if err := store.Model(&models.Fence{}).Where("id = ?", 1).Update("least", 20991231000000).Error; err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve"}, {"migrate"}, {"report"}} {
		got := runCommand(t, environ, "", args...)
		if got.code != Usage || !strings.Contains(got.errors, "too old for the database") {
			t.Errorf("%s: exit %d, said %q", args, got.code, got.errors)
		}
	}
	if got := runCommand(t, environ, "", "version"); got.code != OK || !strings.Contains(got.out, "migrations to 2026") {
		t.Errorf("version: exit %d, said %q", got.code, got.out+got.errors)
	}
}
