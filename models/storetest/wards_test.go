package storetest

import (
	"strings"
	"testing"

	"canbobot/models"
	"canbobot/services"
)

func TestGoesAstray(t *testing.T) {
	store := New(t, nil)
	for statement, want := range map[string]bool{
		`SELECT * FROM "people" WHERE phone_hash = $1`: true,
		"SELECT * FROM `people` WHERE phone_hash = ?":  true,
		"SELECT * FROM `people`":                       true,
		// what is set bounds nothing
		"UPDATE people SET ward_id = ? WHERE phone = ?":                                         true,
		"UPDATE people SET phone = ? WHERE phone = ?":                                           true,
		"DELETE FROM people WHERE folded = ?":                                                   true,
		"SELECT * FROM wards w JOIN people p ON p.ward_id = w.id":                               true,
		"INSERT INTO people (name) SELECT name FROM villages":                                   true,
		"SELECT 'ward_id = ?' FROM people":                                                      true,
		`SELECT * FROM "people" WHERE "people"."ward_id" = $1 AND phone_hash = $2`:              false,
		"SELECT * FROM `people` WHERE id IN (?,?)":                                              false,
		"SELECT * FROM people WHERE id = ANY(CAST(CAST(? AS text) AS bigint[]))":                false,
		"SELECT * FROM terms t JOIN branches b ON b.id = t.branch_id WHERE t.person_id = ?":     false,
		"UPDATE people SET phone = ? WHERE id = ?":                                              false,
		"SELECT * FROM wards":                                                                   false,
		"INSERT INTO people (ward_id, name) VALUES (?, ?)":                                      false,
		"UPDATE deliveries SET state = ? FROM (SELECT 1 AS id) AS v WHERE deliveries.id = v.id": false,
	} {
		if got := goesAstray(statement); got != want {
			t.Errorf("%s: astray %v, want %v", statement, got, want)
		}
	}
	// What a test asks itself is not held to it, and neither is what says so.
	if err := store.Find(&[]models.Village{}).Error; err != nil {
		t.Error(err)
	}
	if !services.IsAcrossWards(services.AcrossWards(store.DB, "a test").Where("id > 0")) {
		t.Error("a query across wards is not known as one")
	}
	if at, test := caller(); !test && !strings.Contains(at, "testing") {
		t.Errorf("called from %s", at)
	}
}
