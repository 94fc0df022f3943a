package models

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings tables and job queue up to date, as another role where one is
// given (Options.MigrateURL). Concurrent calls from several replicas wait for each
// other; repeating it changes nothing.
func (s *Store) Migrate(ctx context.Context) error {
	if s.migrateURL != "" && s.Dialect == PostgreSQL {
		return s.asOwner(ctx)
	}
	err := s.unhurried(ctx)
	if refusal := (*pgconn.PgError)(nil); errors.As(err, &refusal) && refusal.Code == "42501" { // insufficient_privilege
		return fmt.Errorf("the tables are not up to date, and the role of DATABASE_URL may not mend that: "+
			"run 'canbobot migrate' with MIGRATE_DATABASE_URL: %w", err)
	}
	return err
}

// unhurried migrates over connections of its own, which have all the time it takes.
func (s *Store) unhurried(ctx context.Context) error {
	if s.Dialect == SQLite {
		return s.migrate(ctx)
	}
	other, err := open(ctx, Options{URL: s.url, MaxConns: 4, yields: true})
	if err != nil {
		return err
	}
	defer other.Close()
	return other.migrate(ctx)
}

const (
	// yieldsAfter is how long a migration waits for a lock that live traffic holds:
	// less than PostgreSQL takes to look for deadlocks, which would end either of
	// them, and short enough that who queues behind it hardly notices.
	yieldsAfter = 700 * time.Millisecond
	// yieldsMost is how often it comes back.
	yieldsMost = 60
)

// persist does again what had to yield to live traffic. What was done before that
// is committed, a file of migrations at a time.
func persist(ctx context.Context, do func() error) error {
	for tries := 1; ; tries++ {
		err := do()
		refusal := (*pgconn.PgError)(nil)
		yielded := errors.As(err, &refusal) && (refusal.Code == "55P03" || refusal.Code == "40P01") // lock timeout, deadlock
		if !yielded {
			return err
		}
		if tries == yieldsMost {
			return fmt.Errorf("the tables are in use all the time: stop some of what writes, then again: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(yieldsAfter):
		}
	}
}

func (s *Store) migrate(ctx context.Context) error {
	if s.Dialect == PostgreSQL {
		// A session lock, not one of a transaction: a value added to an enum cannot
		// be used before its transaction ends. And the server's own waiting, not one
		// that asks again and again and gives up.
		conn, err := s.Pool.Acquire(ctx)
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		defer conn.Release()
		// For the other replica as long as it takes, for traffic a moment.
		if _, err := conn.Exec(ctx, "SET lock_timeout = 0"); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		defer conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(migrationLock))
	}
	files, err := fs.Sub(migrations, "migrations/"+string(s.Dialect))
	if err != nil {
		return err
	}
	dialect := goose.DialectSQLite3
	if s.Dialect == PostgreSQL {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, s.SQL, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if err := persist(ctx, func() error { _, err := provider.Up(ctx); return err }); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return persist(ctx, func() error { return s.migrateJobs(ctx) })
}

// migrationLock keeps two replicas from migrating at once.
const migrationLock = 7_205_903_170

func (s *Store) migrateJobs(ctx context.Context) error {
	if s.Dialect == SQLite {
		migrator, err := rivermigrate.New(riversqlite.New(s.SQL), nil)
		if err != nil {
			return err
		}
		_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(s.Pool), nil)
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}
