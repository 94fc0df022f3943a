package models

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
)

// keeping makes connections to SQLite that keep what they have prepared: to
// prepare a statement there takes longer than most take to run.
type keeping struct{ driver.Connector }

func (k keeping) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &keeper{sqliteConn: conn.(sqliteConn), kept: map[string]sqliteStatement{}}, nil
}

// sqliteConn, sqliteStatement and sqliteRows are what those of the driver can
// do; database/sql asks for each power apart.
type (
	sqliteConn interface {
		driver.Conn
		driver.ConnBeginTx
		driver.ConnPrepareContext
		driver.Pinger
		driver.SessionResetter
		driver.Validator
	}
	sqliteStatement interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	}
	sqliteRows interface {
		driver.Rows
		driver.RowsColumnTypeDatabaseTypeName
		driver.RowsColumnTypeLength
		driver.RowsColumnTypeNullable
		driver.RowsColumnTypePrecisionScale
		driver.RowsColumnTypeScanType
	}
)

// keeper is a connection with its kept statements by their names, those that run
// left out: one that is run again while its rows are still read is prepared
// anew. database/sql lets one at a time use a connection and its rows.
type keeper struct {
	sqliteConn
	kept map[string]sqliteStatement
}

// keptStatements bounds a connection's memory; a day of serving asks some three
// hundred different ones.
const keptStatements = 500

// nameOf is by what a statement is kept: its text, and the value of a LIMIT at
// its end, for SQLite plans a statement anew whenever that changes.
func nameOf(query string, args []driver.NamedValue) string {
	at := strings.LastIndex(query, "LIMIT ?")
	if at < 0 {
		return query
	}
	var number int
	if _, err := fmt.Sscanf(query[at+len("LIMIT ?"):], "%d", &number); err != nil {
		number = 1 + strings.Count(query[:at], "?")
	}
	if number > len(args) {
		return query
	}
	return fmt.Sprint(query, " ", args[number-1].Value)
}

func (k *keeper) take(ctx context.Context, name, query string) (sqliteStatement, error) {
	if statement, ok := k.kept[name]; ok {
		delete(k.kept, name)
		return statement, nil
	}
	statement, err := k.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return statement.(sqliteStatement), nil
}

// leave keeps a statement that has run well. A pragma is not kept: some take
// effect when they are prepared.
func (k *keeper) leave(name string, statement sqliteStatement, err error) error {
	_, twice := k.kept[name]
	if err != nil || twice || strings.HasPrefix(strings.ToLower(name), "pragma") {
		return statement.Close()
	}
	if len(k.kept) == keptStatements {
		for other, statement := range k.kept { // whichever comes first
			delete(k.kept, other)
			if err := statement.Close(); err != nil {
				return err
			}
			break
		}
	}
	k.kept[name] = statement
	return nil
}

func (k *keeper) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	name := nameOf(query, args)
	statement, err := k.take(ctx, name, query)
	if err != nil {
		return nil, err
	}
	result, err := statement.ExecContext(ctx, args)
	if closing := k.leave(name, statement, err); err == nil {
		err = closing
	}
	return result, err
}

func (k *keeper) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	name := nameOf(query, args)
	statement, err := k.take(ctx, name, query)
	if err != nil {
		return nil, err
	}
	rows, err := statement.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, k.leave(name, statement, err))
	}
	return &keptRows{sqliteRows: rows.(sqliteRows), name: name, statement: statement, keeper: k}, nil
}

// Close ends the connection with what it has kept.
func (k *keeper) Close() error {
	for _, statement := range k.kept {
		_ = statement.Close()
	}
	return k.sqliteConn.Close()
}

type keptRows struct {
	sqliteRows
	name      string
	statement sqliteStatement
	keeper    *keeper
}

func (r *keptRows) Close() error {
	err := r.sqliteRows.Close()
	if closing := r.keeper.leave(r.name, r.statement, err); err == nil {
		err = closing
	}
	return err
}
