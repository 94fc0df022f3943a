package models

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

var (
	// addedTo are the tables that the role which serves reads and adds to, and
	// does nothing else with.
	addedTo = []string{"audit_entries", "journal_faults", "journal_days"}
	// readOnly are those that only migrations write.
	readOnly = []string{"goose_db_version", "river_migration", "schema_fence"}
)

// grant lets a role do with the tables of this store's schema what serving takes,
// and nothing besides, whatever it could do before. The store is the owner's.
func (s *Store) grant(ctx context.Context, role string) error {
	return pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace `+
			`AND relkind IN ('r', 'p') ORDER BY relname`)
		if err != nil {
			return err
		}
		tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		var place string
		if err := tx.QueryRow(ctx, "SELECT current_schema()").Scan(&place); err != nil {
			return err
		}
		in, to := pgx.Identifier{place}.Sanitize(), pgx.Identifier{role}.Sanitize()
		may := map[string][]string{} // what is granted, to tables
		for _, table := range tables {
			what := "SELECT, INSERT, UPDATE, DELETE"
			if slices.Contains(addedTo, table) {
				what = "SELECT, INSERT"
			} else if slices.Contains(readOnly, table) {
				what = "SELECT"
			}
			may[what] = append(may[what], pgx.Identifier{place, table}.Sanitize())
		}
		statements := []string{
			"REVOKE ALL ON SCHEMA " + in + " FROM " + to,
			"REVOKE ALL ON ALL TABLES IN SCHEMA " + in + " FROM " + to,
			"GRANT USAGE ON SCHEMA " + in + " TO " + to,
			"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA " + in + " TO " + to,
		}
		for what, tables := range may {
			statements = append(statements, "GRANT "+what+" ON "+strings.Join(tables, ", ")+" TO "+to)
		}
		for _, statement := range statements {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// asOwner brings the tables up to date as the role of MigrateURL, and lets the
// role that serves use them.
func (s *Store) asOwner(ctx context.Context) error {
	owner, err := open(ctx, Options{URL: s.migrateURL, MaxConns: 4, yields: true})
	if err != nil {
		return fmt.Errorf("MIGRATE_DATABASE_URL: %w", withoutAddress(err))
	}
	defer owner.Close()
	if owner.Dialect != PostgreSQL {
		return errors.New("MIGRATE_DATABASE_URL is not of a PostgreSQL database")
	}
	serves, err := s.place(ctx)
	if err != nil {
		return err
	}
	owns, err := owner.place(ctx)
	if err != nil {
		return err
	}
	switch {
	case serves.server != owns.server || serves.database != owns.database:
		return errors.New("MIGRATE_DATABASE_URL and DATABASE_URL are of different databases")
	case serves.role == owns.role:
		return fmt.Errorf("MIGRATE_DATABASE_URL has the role of DATABASE_URL, %s: who serves is to own no table", serves.role)
	}
	if err := owner.migrate(ctx); err != nil {
		return err
	}
	if err := persist(ctx, func() error { return owner.grant(ctx, serves.role) }); err != nil {
		return fmt.Errorf("let %s serve: %w", serves.role, withoutAddress(err))
	}
	// The role could not see the schema before it was granted.
	if serves, err = s.place(ctx); err == nil && serves.schema != owns.schema {
		err = fmt.Errorf("MIGRATE_DATABASE_URL and DATABASE_URL are of different schemas, %s and %s", owns.schema,
			serves.schema)
	}
	return err
}

// place is where a connection is.
type place struct{ server, database, schema, role string }

func (s *Store) place(ctx context.Context) (p place, err error) {
	err = s.Pool.QueryRow(ctx, "SELECT pg_postmaster_start_time()::text, current_database(), "+
		"COALESCE(current_schema(), ''), current_user").Scan(&p.server, &p.database, &p.schema, &p.role)
	if err != nil {
		return p, fmt.Errorf("ask for the database's role: %w", withoutAddress(err))
	}
	return p, nil
}

// Standing is what the role of a store may do beyond serving.
type Standing struct {
	Role   string // "" where the database knows no roles
	Owned  int    // how many tables it owns, or may act as the owner of
	Beyond bool   // it can change what the journal holds, or make tables
}

// Standing asks what the role that is used may do. A role may act as whoever owns
// a table where it is a member of the owner, and a superuser always.
func (s *Store) Standing(ctx context.Context) (Standing, error) {
	if s.Dialect != PostgreSQL {
		return Standing{}, nil
	}
	var found Standing
	err := s.Pool.QueryRow(ctx, `SELECT current_user, count(*) FILTER (WHERE pg_has_role(relowner, 'MEMBER')), `+
		`has_schema_privilege(current_schema(), 'CREATE') OR COALESCE(bool_or(relname = ANY($1) AND `+
		`has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')), false) `+
		`FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')`,
		addedTo).Scan(&found.Role, &found.Owned, &found.Beyond)
	if err != nil {
		return found, fmt.Errorf("ask for the database's role: %w", withoutAddress(err))
	}
	return found, nil
}
