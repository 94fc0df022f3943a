package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"canbobot/models"
)

// A Template is a database that is filled once in a process, of which tests get
// copies: to copy is much quicker than to fill anew.
type Template struct {
	from *Template // nil when it begins empty
	fill func(t testing.TB, address string)
	once sync.Once
	made bool
	file []byte // the SQLite file
	name string // the PostgreSQL database
}

// NewTemplate hands fill a migrated database when the first copy is asked for.
// Fill leaves nobody connected to it.
func NewTemplate(fill func(t testing.TB, address string)) *Template {
	return &Template{from: &migrated, fill: fill}
}

// Then is a database like this one to which more is done.
func (m *Template) Then(fill func(t testing.TB, address string)) *Template {
	return &Template{from: m, fill: fill}
}

var migrated = Template{fill: func(t testing.TB, address string) {
	ctx := context.Background()
	if onPostgres() {
		if err := makeSchema(ctx, address); err != nil {
			t.Fatal(err)
		}
	}
	store, err := models.Open(ctx, models.Options{URL: Serving(t, address), MigrateURL: address})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := learnWardTables(store); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil { // checkpoints SQLite's log into the file
		t.Fatal(err)
	}
}}

// Copy makes a database that goes away with the test and returns where it is.
func (m *Template) Copy(t testing.TB) string {
	t.Helper()
	m.make(t)
	if onPostgres() {
		name := createDatabase(t, m.name)
		t.Cleanup(func() { dropDatabase(t, name) })
		return addressOf(t, name)
	}
	return "sqlite:" + writeFile(t, m.file)
}

func (m *Template) make(t testing.TB) {
	t.Helper()
	m.once.Do(func() {
		from := &Template{name: "template0"} // the server's own empty one
		if m.from != nil {
			from = m.from
			from.make(t)
		}
		if onPostgres() {
			m.name = createDatabase(t, from.name)
			m.fill(t, addressOf(t, m.name))
		} else {
			path := writeFile(t, from.file)
			m.fill(t, "sqlite:"+path)
			var err error
			if m.file, err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}
		m.made = true
	})
	if !m.made {
		t.Fatal("the database to copy was not made: see the first test that asked for it")
	}
}

// writeFile makes a SQLite file; without content it is an empty database.
func writeFile(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func onPostgres() bool { return os.Getenv("TEST_DATABASE_URL") != "" }
