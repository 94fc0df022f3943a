package models_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"canbobot/models"
	"canbobot/models/storetest"
)

// served opens a database as its owner and as the role that serves.
func served(t *testing.T) (owner, serves *models.Store, address string) {
	t.Helper()
	address = storetest.Address(t)
	return storetest.Open(t, address, nil), storetest.Open(t, storetest.Serving(t, address), nil), address
}

func names(t *testing.T, owner *models.Store) (tables []string) {
	t.Helper()
	err := owner.Raw(`SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`).
		Scan(&tables).Error
	if err != nil || len(tables) < 50 {
		t.Fatal(len(tables), err)
	}
	return tables
}

// The role that serves adds to the journal and reads it; it changes nothing that
// is there, empties no table, and makes, alters and takes away none.
func TestTheRoleThatServesOnlyAddsToTheJournal(t *testing.T) {
	owner, serves, _ := served(t)
	if owner.Dialect != models.PostgreSQL {
		return // SQLite knows no roles
	}
	ward := models.Ward{Code: "a", Name: "A", Kind: "phường"}
	if err := serves.Create(&ward).Error; err != nil {
		t.Fatal(err)
	}
	entry := models.AuditEntry{WardID: ward.ID, Seq: 1, Action: "x", Subject: "x", PrevHash: []byte{}, Hash: []byte{1}}
	if err := serves.Create(&entry).Error; err != nil {
		t.Fatalf("an entry is not taken: %v", err)
	}
	// Not even without the triggers: it is the role that may not.
	for _, trigger := range []string{"audit_entries_append_only", "audit_entries_no_truncate"} {
		if err := owner.Exec("DROP TRIGGER " + trigger + " ON audit_entries").Error; err != nil {
			t.Fatal(err)
		}
	}
	for _, statement := range []string{
		"UPDATE audit_entries SET detail = ''", "DELETE FROM audit_entries",
		"INSERT INTO audit_entries SELECT * FROM audit_entries ON CONFLICT (id) DO UPDATE SET detail = ''",
		"MERGE INTO audit_entries a USING wards w ON a.ward_id = w.id WHEN MATCHED THEN DELETE",
		"SELECT setval('audit_entries_id_seq', 1)",
		"UPDATE goose_db_version SET version_id = 0", "DELETE FROM river_migration",
		"CREATE TABLE mine (id int)", "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
		"CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
		"CREATE TRIGGER mine BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
		"CREATE RULE mine AS ON INSERT TO audit_entries DO INSTEAD NOTHING", "SET session_replication_role = replica",
	} {
		if err := serves.Exec(statement).Error; err == nil || !refused(err) {
			t.Errorf("%s: %v", statement, err)
		}
	}
	for _, table := range names(t, owner) {
		for _, statement := range []string{"TRUNCATE %s CASCADE", "DROP TABLE %s", "ALTER TABLE %s ADD COLUMN mine int",
			"ALTER TABLE %s DISABLE TRIGGER ALL", "ALTER TABLE %s OWNER TO CURRENT_USER", "CREATE INDEX ON %s ((1))"} {
			if err := serves.Exec(fmt.Sprintf(statement, table)).Error; err == nil || !refused(err) {
				t.Errorf(statement+": %v", table, err)
			}
		}
	}
	standing, err := serves.Standing(t.Context())
	if err != nil || standing.Role == "" || standing.Owned != 0 || standing.Beyond {
		t.Errorf("the role stands as %+v, %v", standing, err)
	}
	if standing, err = owner.Standing(t.Context()); err != nil || standing.Owned < 50 || !standing.Beyond {
		t.Errorf("the owner stands as %+v, %v", standing, err)
	}
}

// refused reports whether the server says that the role may not.
func refused(err error) bool { return strings.Contains(err.Error(), "(SQLSTATE 42501)") }

// What later migrations make is served too; what the role could do by another's
// word it cannot any more.
func TestMigratingLetsTheRoleServe(t *testing.T) {
	owner, serves, address := served(t)
	if owner.Dialect != models.PostgreSQL {
		return
	}
	for _, statement := range []string{"CREATE TABLE later (id bigserial PRIMARY KEY, name text)",
		"GRANT ALL ON audit_entries TO canbobot_test_serves"} {
		if err := owner.Exec(statement).Error; err != nil {
			t.Fatal(err)
		}
	}
	if standing, err := serves.Standing(t.Context()); err != nil || !standing.Beyond {
		t.Errorf("with all rights it stands as %+v, %v", standing, err)
	}
	insert := "INSERT INTO later (name) VALUES ('x')"
	if err := serves.Exec(insert).Error; err == nil || !refused(err) {
		t.Fatal(err)
	}
	if err := migrate(t, storetest.Serving(t, address), address); err != nil {
		t.Fatal(err)
	}
	if err := serves.Exec(insert).Error; err != nil {
		t.Error(err)
	}
	if standing, err := serves.Standing(t.Context()); err != nil || standing.Beyond {
		t.Errorf("it stands as %+v, %v", standing, err)
	}
	// Up to date, it serves without the owner; behind, it says who mends that.
	if err := serves.Migrate(t.Context()); err != nil {
		t.Error(err)
	}
	err := owner.Exec("DELETE FROM goose_db_version WHERE id = (SELECT max(id) FROM goose_db_version)").Error
	if err != nil {
		t.Fatal(err)
	}
	if err := serves.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "MIGRATE_DATABASE_URL") {
		t.Errorf("tables that are not up to date: %v", err)
	}
}

func TestOwnerAndServerAreTwoOfOneDatabase(t *testing.T) {
	owner, _, address := served(t)
	if owner.Dialect != models.PostgreSQL {
		return
	}
	for name, test := range map[string]struct{ serves, owner, want string }{
		"another database": {storetest.Serving(t, address), storetest.Address(t), "different databases"},
		"the same role":    {address, address, "is to own no table"},
		"another schema": {strings.Replace(storetest.Serving(t, address), "search_path=ward", "search_path=public", 1),
			address, "different schemas"},
		"nobody": {storetest.Serving(t, address), "sqlite:" + t.TempDir() + "/a.db", "not of a PostgreSQL"},
	} {
		if err := migrate(t, test.serves, test.owner); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func migrate(t *testing.T, address, owner string) error {
	t.Helper()
	store, err := models.Open(context.Background(), models.Options{URL: address, MigrateURL: owner})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	return store.Migrate(t.Context())
}
