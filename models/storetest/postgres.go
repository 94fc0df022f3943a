package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// workshop is where this process makes databases and drops them: one connection
// to the server, which lives as long as the process.
//
// Nobody tells a package when its last test has ended, so its templates outlive
// it, and what a killed process made does too. The next process drops them: all
// databases of a process begin with its prefix, and it holds a lock of that name
// while it lives.
type workshop struct {
	mu     sync.Mutex
	conn   *pgx.Conn
	prefix string
	how    string // to copy a database, where the server lets it be said
	count  int
}

var shop workshop

// createDatabase makes a database like the one named.
func createDatabase(t testing.TB, from string) (name string) {
	t.Helper()
	shop.mu.Lock()
	defer shop.mu.Unlock()
	ctx := context.Background()
	if err := shop.open(ctx); err != nil {
		t.Fatalf("TEST_DATABASE_URL: %v", err)
	}
	shop.count++
	name = fmt.Sprintf("%s_%d", shop.prefix, shop.count)
	if _, err := shop.conn.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+from+shop.how); err != nil {
		t.Fatal(err)
	}
	return name
}

func dropDatabase(t testing.TB, name string) {
	t.Helper()
	shop.mu.Lock()
	defer shop.mu.Unlock()
	if err := drop(context.Background(), shop.conn, name); err != nil {
		t.Error(err)
	}
}

// open connects when nothing has, and clears up after processes that are gone.
func (w *workshop) open(ctx context.Context) error {
	if w.conn != nil {
		return nil
	}
	conn, err := pgx.Connect(ctx, os.Getenv("TEST_DATABASE_URL"))
	if err != nil {
		return err
	}
	// What goes through no log is copied in half the time.
	err = conn.QueryRow(ctx, "SELECT CASE WHEN current_setting('server_version_num')::int >= 150000 "+
		"THEN ' STRATEGY file_copy' ELSE '' END").Scan(&w.how)
	if err != nil {
		return err
	}
	// A lock is known within one database only, so that is part of every prefix.
	var base string
	if err := makeServer(ctx, conn); err != nil {
		return err
	}
	if err := conn.QueryRow(ctx, "SELECT 'canbobot_test_' || oid || '_' FROM pg_database WHERE datname = "+
		"current_database()").Scan(&base); err != nil {
		return err
	}
	random := make([]byte, 4)
	rand.Read(random)
	w.prefix = base + hex.EncodeToString(random)
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(hashtext($1))", w.prefix); err != nil {
		return err
	}
	rows, err := conn.Query(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", base)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		prefix := name[:strings.LastIndexByte(name, '_')]
		var gone bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtext($1))", prefix).Scan(&gone); err != nil {
			return err
		}
		if !gone {
			continue
		}
		if err := drop(ctx, conn, name); err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, "SELECT pg_advisory_unlock(hashtext($1))", prefix); err != nil {
			return err
		}
	}
	w.conn = conn
	return nil
}

// drop ends whoever is still connected too: a child that a test has killed may
// not have been missed by the server yet.
func drop(ctx context.Context, conn *pgx.Conn, name string) error {
	_, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	return err
}

// schema is where the tables are: not in public, so that nothing comes to
// depend on their being there.
const schema = "ward"

func makeSchema(ctx context.Context, address string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE SCHEMA "+schema)
	return err
}

func addressOf(t testing.TB, database string) string {
	t.Helper()
	address, err := url.Parse(os.Getenv("TEST_DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/" + database
	query := address.Query()
	query.Set("search_path", schema)
	address.RawQuery = query.Encode()
	return address.String()
}

// server is a role that owns nothing: each migrated database lets it serve.
const server = "canbobot_test_serves"

// Serving is a database's address for the role that serves; on SQLite, the same.
func Serving(t testing.TB, address string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Scheme == "sqlite" {
		return address
	}
	parsed.User = url.UserPassword(server, server)
	return parsed.String()
}

// makeServer makes the role, once for all that use the same server.
func makeServer(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "DO $$ BEGIN PERFORM pg_advisory_xact_lock(7262026002); IF NOT EXISTS (SELECT FROM pg_roles "+
		"WHERE rolname = '"+server+"') THEN CREATE ROLE "+server+" LOGIN PASSWORD '"+server+"'; END IF; END $$")
	return err
}
