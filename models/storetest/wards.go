package storetest

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// Every store that a test process opens is held to this: a statement that reads,
// changes or deletes rows of a table with a ward says which ward, or names the
// rows by a key, or says that it means every ward (services.AcrossWards). One
// that does not fails, and so does the test.
func init() { models.Opened = watchWards }

// strays are the statements that no test has been told of.
var strays struct {
	sync.Mutex
	found []string
}

// failForStrays fails the test for what was found while it ran. Tests run at
// the same time may be told of each other's: the words name the line.
func failForStrays(t testing.TB) {
	strays.Lock()
	defer strays.Unlock()
	for _, stray := range strays.found {
		t.Error(stray)
	}
	strays.found = nil
}

func watchWards(store *models.Store) error {
	check := func(tx *gorm.DB) {
		statement := tx.Statement.SQL.String()
		if services.IsAcrossWards(tx) || !judge(statement) {
			return
		}
		at, asked := caller()
		if asked { // by a test, which may look at everything
			return
		}
		stray := fmt.Sprintf("%s: no ward, no key, no AcrossWards in: %s", at, statement)
		strays.Lock()
		strays.found = append(strays.found, stray)
		strays.Unlock()
		_ = tx.AddError(errors.New(stray))
	}
	callbacks := store.Callback()
	for _, register := range []func(string, func(*gorm.DB)) error{
		callbacks.Query().After("gorm:query").Register, callbacks.Row().After("gorm:row").Register,
		callbacks.Raw().After("gorm:raw").Register, callbacks.Update().After("gorm:update").Register,
		callbacks.Delete().After("gorm:delete").Register,
	} {
		if err := register("storetest:wards", check); err != nil {
			return err
		}
	}
	return nil
}

// caller is the line outside gorm that sent a statement, and whether a test or
// what only tests and measuring use did.
func caller() (at string, test bool) {
	pcs := make([]uintptr, 40)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		if !strings.Contains(frame.File, "gorm.io/") && !strings.Contains(frame.File, "libtnb/") &&
			!strings.HasSuffix(frame.File, "/services/rows.go") {
			folder, file := path.Split(frame.File)
			test := strings.HasSuffix(file, "_test.go") || strings.HasSuffix(folder, "test/") ||
				strings.Contains(frame.File, "/bench")
			return fmt.Sprintf("%s:%d", frame.File, frame.Line), test
		}
		if !more {
			return "somewhere", false
		}
	}
}

// wardTables are the tables whose rows belong to a ward; nil until this process
// has migrated a database.
var wardTables atomic.Pointer[map[string]bool]

// learnWardTables reads them out of a migrated database.
func learnWardTables(store *models.Store) error {
	query := `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'ward_id' ` +
		`WHERE m.type = 'table'`
	if store.Dialect == models.PostgreSQL {
		query = `SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() ` +
			`AND column_name = 'ward_id'`
	}
	var names []string
	if err := store.Raw(query).Scan(&names).Error; err != nil {
		return err
	}
	tables := map[string]bool{}
	for _, name := range names {
		tables[name] = true
	}
	wardTables.Store(&tables)
	return nil
}

var (
	literal   = regexp.MustCompile(`'[^']*'`)
	reference = regexp.MustCompile(`\b(?:from|join|update)\s+([a-z_]+)`)
	// bound is a condition that leaves the rows of one ward: its own, or a key of
	// the row or of the row it hangs on. A hash of what a person has is none, for
	// it finds that person in other wards too. v are rows that are given by ids.
	bound = regexp.MustCompile(`\b(?:id|[a-z_]+_id|key|mark_key|owner|token_hash|code_hash|merged_into)\s*` +
		`(?:=|in\b|between\b)\s*(?:[?$@(]|any\b|v\.id\b)`)
)

// judged are the statements that goesAstray has been asked of, and its answers:
// a test sends the same few hundred thousands of times.
var judged sync.Map

func judge(statement string) bool {
	if astray, ok := judged.Load(statement); ok {
		return astray.(bool)
	}
	astray := goesAstray(statement)
	if wardTables.Load() != nil {
		judged.Store(statement, astray)
	}
	return astray
}

var unquoted = strings.NewReplacer(`"`, "", "`", "")

// goesAstray reports whether a statement goes over rows of several wards.
func goesAstray(statement string) bool {
	tables := wardTables.Load()
	if tables == nil {
		return false
	}
	text := literal.ReplaceAllString(unquoted.Replace(strings.ToLower(statement)), "''")
	for _, match := range reference.FindAllStringSubmatch(text, -1) {
		if (*tables)[match[1]] {
			_, where, _ := strings.Cut(text, "where ")
			return !bound.MatchString(where)
		}
	}
	return false
}
