package models

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"

	"github.com/libtnb/sqlite"
	"gorm.io/gorm"
	driver "modernc.org/sqlite"
)

// pragmas are what each connection to a file begins with. A decision that was
// answered is money: it is on the disk before the answer, also when the power goes.
// The log beside the file is folded in every 4 MB, and is cut to 16 MB after
// something large.
var pragmas = []string{"journal_mode(WAL)", "busy_timeout(5000)", "foreign_keys(1)", "synchronous(FULL)",
	"wal_autocheckpoint(1000)", "journal_size_limit(16777216)"}

func openSQLite(ctx context.Context, path string, config *gorm.Config) (*Store, error) {
	values := url.Values{"_txlock": {"immediate"}, "_time_format": {"sqlite"}, "_pragma": pragmas}
	connector, err := driver.NewConnector("file:" + path + "?" + values.Encode())
	if err != nil {
		return nil, fmt.Errorf("open database file: %w", err)
	}
	db := sql.OpenDB(keeping{connector})
	// One connection makes writers queue fairly instead of failing busy. Inside
	// a transaction nothing may query outside it.
	db.SetMaxOpenConns(1)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("open database file %s: %w", path, err)
	}
	orm, err := gorm.Open(sqlite.New(sqlite.Config{Conn: db}), config)
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("open database file: %w", err)
	}
	return &Store{DB: orm, SQL: db, File: path, Dialect: SQLite}, nil
}

// Learn looks at how many rows of a kind there are, where that has changed, so that
// SQLite finds a person's rows by the person and not by their ward. PostgreSQL does
// so by itself.
func (s *Store) Learn(ctx context.Context) error {
	if s.Dialect == PostgreSQL {
		return nil
	}
	// All tables, each by a sample, not only those that this connection has asked.
	if err := s.WithContext(ctx).Exec("PRAGMA optimize = 0x10012").Error; err != nil {
		return fmt.Errorf("look at the tables: %w", err)
	}
	return nil
}
