// Package models holds the rows of the database, one file an aggregate, and
// opens it: PostgreSQL in production, one SQLite file for a first try. Both
// keep the same tables; migrations/ has one dated set for each.
package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
)

// Dialect names the database in use.
type Dialect string

const (
	PostgreSQL Dialect = "postgres"
	SQLite     Dialect = "sqlite"
)

// Options say which database to open.
type Options struct {
	// URL is postgres://..., sqlite:PATH, or empty for Dir/canbobot.db.
	URL string
	// MigrateURL is of the same PostgreSQL database, for the role that owns its
	// tables; empty where the role of URL does.
	MigrateURL string
	// Dir is the data folder, made when it is missing.
	Dir string
	// Now stamps created and updated rows; UTC is enforced. Default time.Now.
	Now func() time.Time
	// MaxConns bounds the PostgreSQL pool, shared by rows and jobs. Default 20.
	MaxConns int32
	// Patience is how long a statement on PostgreSQL may take at most; 0 is for as
	// long as its context lets it, as commands and migrations need.
	Patience time.Duration
	// yields has statements give up a lock that they do not get at once.
	yields bool
}

// Store is an open database. Pool is nil on SQLite, File is empty on PostgreSQL.
type Store struct {
	*gorm.DB
	SQL     *sql.DB
	Pool    *pgxpool.Pool
	File    string
	Dialect Dialect
	seals   *seals

	url, migrateURL string
}

// Opened is told of every store that is opened, when it is not nil: tests hold
// what is asked of any store to their rules by it.
var Opened func(*Store) error

// Open connects and proves that the database answers. It changes nothing:
// Migrate brings the tables up to date.
func Open(ctx context.Context, options Options) (*Store, error) {
	store, err := open(ctx, options)
	if err != nil {
		return nil, err
	}
	if err := store.sealing(); err != nil || Opened == nil {
		return store, err
	}
	return store, Opened(store)
}

func open(ctx context.Context, options Options) (*Store, error) {
	now := options.Now
	if now == nil {
		now = time.Now
	}
	config := &gorm.Config{
		TranslateError:         true,
		SkipDefaultTransaction: true,
		Logger:                 logger.Discard,
		NowFunc:                func() time.Time { return now().UTC().Truncate(time.Microsecond) },
	}
	switch {
	case strings.HasPrefix(options.URL, "postgres://"), strings.HasPrefix(options.URL, "postgresql://"):
		return openPostgres(ctx, options, config)
	case options.URL == "":
		if err := os.MkdirAll(options.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("data folder: %w", err)
		}
		return openSQLite(ctx, filepath.Join(options.Dir, "canbobot.db"), config)
	case strings.HasPrefix(options.URL, "sqlite:"):
		return openSQLite(ctx, strings.TrimPrefix(options.URL, "sqlite:"), config)
	}
	return nil, errors.New("DATABASE_URL is neither postgres://... nor sqlite:PATH")
}

// In holds a column against ids, in a statement that stays the same however many
// there are. The column is code, never anybody's words.
func (s *Store) In(column string, ids []int64) clause.Expr {
	var list strings.Builder
	for i, id := range ids {
		if i > 0 {
			list.WriteByte(',')
		}
		list.WriteString(strconv.FormatInt(id, 10))
	}
	if s.Dialect == SQLite {
		return gorm.Expr(column+" IN (SELECT value FROM json_each(?))", "["+list.String()+"]")
	}
	// Not IN (SELECT unnest(...)): that reads as a join, and then the whole table
	// is read for a few hundred of it.
	return gorm.Expr(column+" = ANY(CAST(CAST(? AS text) AS bigint[]))", "{"+list.String()+"}")
}

// Close ends every connection.
func (s *Store) Close() error {
	err := s.SQL.Close()
	if s.Pool != nil {
		s.Pool.Close()
	}
	return err
}
