package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services/outbox"
	"canbobot/services/ward"
)

var (
	declaration = regexp.MustCompile(`services\.(?:Round|Purge)\{+Name: "(\w+)"`)
	listed      = regexp.MustCompile("(?m)^\\| `\\w+` .*")
)

// Every round and purge that is declared in the source is run, under a name of its
// own, and operators can read of it.
func TestTheClocksListIsComplete(t *testing.T) {
	var names, lines, declared []string
	lists := func(name, when, what string, more ...string) {
		if slices.Contains(names, name) {
			t.Errorf("two are called %s", name)
		}
		names = append(names, name)
		lines = append(lines, fmt.Sprintf("| `%s` | %s |", name, strings.Join(append([]string{when, what}, more...), " | ")))
	}
	for _, round := range openHouse(t).counter.rounds() {
		lists(round.Name, strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace(round.Every.String()), round.Does)
	}
	for _, purge := range ward.Purges {
		kept := "at once"
		if purge.Kept > 0 {
			kept = fmt.Sprint(purge.Kept.Hours()/24, " days")
		}
		if purge.Basis == "" {
			t.Errorf("%s is removed, and nothing says on what ground it was kept", purge.Name)
		}
		lists(purge.Name, kept, purge.What, purge.Basis)
	}
	page, err := os.ReadFile("../docs/operate.md")
	_, section, _ := strings.Cut(string(page), "\n## What comes by the clock\n")
	section, _, _ = strings.Cut(section, "\n## ")
	if diff := cmp.Diff(listed.FindAllString(section, -1), lines); diff != "" || err != nil {
		t.Errorf("docs/operate.md (-) lists other than what is run (+): %v\n%s", err, diff)
	}
	err = filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		source, err := os.ReadFile(path)
		for _, found := range declaration.FindAllSubmatch(source, -1) {
			declared = append(declared, string(found[1]))
		}
		return err
	})
	slices.Sort(declared)
	slices.Sort(names)
	if diff := cmp.Diff(declared, names); diff != "" || err != nil {
		t.Errorf("what is declared (-) is not what is run (+): %v\n%s", err, diff)
	}
}

// What comes by the clock has a worker, and tidying tidies.
func TestRoundsAreWorked(t *testing.T) {
	house := openHouse(t)
	tx := house.ward.Store.Begin()
	old := models.Upload{Channel: "web", Owner: "o", Key: "k", Kind: "file", Ref: "r", ExpiresAt: new(morning.UTC())}
	failed := tx.Create(&old).Error
	for _, round := range house.counter.rounds() {
		failed = errors.Join(failed, house.ward.Outbox.Enqueue(ctxFor(t), tx, outbox.Clocked{Round: round.Name}))
	}
	if failed = errors.Join(failed, tx.Commit().Error); failed != nil {
		t.Fatal(failed)
	}
	house.settle(t)
	count := func(table, where string, args ...any) (n int64) {
		if err := house.ward.Store.Table(table).Where(where, args...).Count(&n).Error; err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, round := range house.counter.rounds() {
		if count("river_job", "kind = ? AND state = ?", round.Name, "completed") == 0 {
			t.Errorf("nobody worked %s", round.Name)
		}
	}
	if count("deliveries", "kind = ? AND state = ?", outbox.WeeklyReview, models.DeliverySent) == 0 {
		t.Error("no clerk was told of the week")
	}
	if count("uploads", "ref = ?", "r") != 0 {
		t.Error("what has expired is not tidied away")
	}
}
