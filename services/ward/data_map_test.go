package ward_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services/ward"
)

// whose says of a column of whom it tells, by its name.
var whose = []struct {
	column *regexp.Regexp
	people string
}{
	{regexp.MustCompile(`^((.*_)?person_id|merged_into|(keep|drop|first|second|delivery)_id)$`), "officers"},
	{regexp.MustCompile(`^(staff_id|.*_staff_id)$`), "ward users"},
	{regexp.MustCompile(`^(account_id|.*_account_id|external_id|chat_id|proxy_id)$`), "chats"},
	{regexp.MustCompile(`^(subject|owner)$`), "whom it names"},
}

// The page maps personal data from the database itself: a new table that names
// people is a row of it.
func TestThePageMapsPersonalData(t *testing.T) {
	const page, last = "../../docs/privacy.md", "\n\n"
	const first = "| table | tells of | sealed in it | goes |\n|---|---|---|---|\n"
	store := storetest.New(t, nil)
	tables, err := store.Migrator().GetTables()
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(tables)
	var rows []string
	for _, table := range tables {
		if strings.HasPrefix(table, "river_") || strings.HasPrefix(table, "goose_") {
			continue // the queue carries ids, the versions nothing
		}
		columns, err := store.Migrator().ColumnTypes(table)
		if err != nil {
			t.Fatal(err)
		}
		of := map[string]bool{}
		for _, column := range columns {
			for _, one := range whose {
				if one.column.MatchString(column.Name()) {
					of[one.people] = true
				}
			}
		}
		switch table {
		case "people":
			of["officers"] = true
		case "staff":
			of["ward users"] = true
		}
		var sealed []string
		for _, secret := range models.Secrets {
			if secret.Table == table {
				sealed = append(sealed, secret.Column)
			}
		}
		if len(of) == 0 && len(sealed) == 0 {
			continue
		}
		goes := []string{}
		into := regexp.MustCompile(`(?i)^(DELETE FROM|UPDATE) ` + table + `\b`)
		for _, purge := range ward.Purges {
			if into.MatchString(purge.SQL) {
				goes = append(goes, fmt.Sprintf("`%s`: %s", purge.Name, purge.Basis))
			}
		}
		var people []string
		for _, one := range whose {
			if of[one.people] {
				people = append(people, one.people)
			}
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s |", table, strings.Join(people, ", "),
			strings.Join(sealed, ", "), strings.Join(goes, "; ")))
	}
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(content), first)
	if !found {
		t.Fatalf("%s has no map", page)
	}
	table, after, _ := strings.Cut(rest, last)
	want := strings.Join(rows, "\n")
	if *update {
		if err := os.WriteFile(page, []byte(before+first+want+last+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if table != want {
		t.Errorf("the map of %s is not that of the database (-update rewrites it):\n%s", page, want)
	}
}
