package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"canbobot/config"
	"canbobot/models"
	"canbobot/services"
)

// A key that is not the database's starts nothing, names both ids and exits with
// 2; the right one beside it opens, everything is sealed anew, and then the old
// one can be taken away.
func TestTheKeyOfADatabaseIsChangedByCommands(t *testing.T) {
	environ := sampled(t)
	address, fresh := environ[1], config.NewSecret()
	for _, args := range [][]string{{"report"}, {"migrate"}, {"serve"}, {"audit", "verify"}, {"key", "status"},
		{"ward", "list"}} {
		got := runCommand(t, []string{"SECRET_KEY=" + fresh, address, "HTTP_ADDR=127.0.0.1:0"}, "", args...)
		if got.code != Usage ||
			!strings.Contains(got.errors, "SECRET_KEY is not the key of this database: want the key with id ") {
			t.Errorf("%v with a wrong key exits %d: %s", args, got.code, got.errors)
		}
	}
	file := filepath.Join(t.TempDir(), "ke-toan.xlsx")
	last := models.DateOf(time.Now().In(services.Zone)).MonthOf() - 1
	if got := runCommand(t, environ, "", "papers", "--ward", "bac-hong-linh", "--month", last.String(), "--paper",
		"booking", "--sign", file); got.code != OK {
		t.Fatalf("%d: %s%s", got.code, got.out, got.errors)
	}
	changing := []string{"SECRET_KEY=" + fresh, "SECRET_KEYS_OLD=" + sampleKey, address}
	before := runCommand(t, changing, "", "key", "status")
	if before.code != OK || !strings.Contains(before.out, "people.bank_account") {
		t.Fatalf("%d: %s%s", before.code, before.out, before.errors)
	}
	if got := runCommand(t, changing, "", "key", "rotate"); got.code != OK ||
		!strings.Contains(got.out, "SECRET_KEYS_OLD can be taken away") {
		t.Fatalf("%d: %s%s", got.code, got.out, got.errors)
	}
	own := []string{"SECRET_KEY=" + fresh, address}
	if got := runCommand(t, own, "", "report", "--json"); got.code != OK || !strings.Contains(got.out, "62050000") {
		t.Errorf("%d: %s%s", got.code, got.out, got.errors)
	}
	provesFile(t, own, file)
	status := runCommand(t, own, "", "key", "status")
	id := strings.Fields(strings.TrimPrefix(status.out, "SECRET_KEY has the id "))[0]
	for _, line := range strings.Split(status.out, "\n")[3:] {
		if fields := strings.Fields(line); len(fields) > 0 && fields[1] != id {
			t.Errorf("still under another key: %s", line)
		}
	}
	if got := runCommand(t, environ, "", "report"); got.code != Usage || !strings.Contains(got.errors, "id "+id) {
		t.Errorf("the old key exits %d: %s", got.code, got.errors)
	}
}

// provesFile proves a file that was signed by a key that was taken away since, with
// the database and by the key alone; and one that was changed not.
func provesFile(t *testing.T, environ []string, file string) {
	t.Helper()
	keys := strings.Fields(runCommand(t, environ, "", "verify", "--keys").out)
	if len(keys) != 2 {
		t.Fatalf("keys %v", keys)
	}
	for _, args := range [][]string{{"verify", file}, {"verify", "--key", keys[1], file}} {
		if got := runCommand(t, environ, "", args...); got.code != OK || !strings.Contains(got.out, keys[1]) {
			t.Errorf("%v: %d: %s%s", args, got.code, got.out, got.errors)
		}
	}
	if got := runCommand(t, environ, "", "verify", "--key", keys[0], file); got.code != Failed {
		t.Errorf("by another key it exits %d: %s", got.code, got.out)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := runCommand(t, environ, "", "verify", file); got.code != Failed ||
		!strings.Contains(got.errors, "not as it was signed") {
		t.Errorf("changed it exits %d: %s", got.code, got.errors)
	}
}
