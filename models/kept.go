package models

import (
	"context"
	"database/sql/driver"
	"errors"
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

// sqliteConn and sqliteStatement and sqliteRows are what those of the driver can
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

// keeper is a connection with its kept statements by their text, those that run
// left out: one that is run again while its rows are still read is prepared
// anew. database/sql lets one at a time use a connection and its rows.
type keeper struct {
	sqliteConn
	kept map[string]sqliteStatement
}

// keptStatements bounds a connection's memory; a day of serving asks some three
// hundred different ones.
const keptStatements = 500

func (k *keeper) take(ctx context.Context, query string) (sqliteStatement, error) {
	if statement, ok := k.kept[query]; ok {
		delete(k.kept, query)
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
func (k *keeper) leave(query string, statement sqliteStatement, err error) error {
	_, twice := k.kept[query]
	if err != nil || twice || strings.HasPrefix(strings.ToLower(query), "pragma") {
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
	k.kept[query] = statement
	return nil
}

func (k *keeper) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	statement, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := statement.ExecContext(ctx, args)
	if closing := k.leave(query, statement, err); err == nil {
		err = closing
	}
	return result, err
}

func (k *keeper) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	statement, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := statement.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, k.leave(query, statement, err))
	}
	return &keptRows{sqliteRows: rows.(sqliteRows), query: query, statement: statement, keeper: k}, nil
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
	query     string
	statement sqliteStatement
	keeper    *keeper
}

func (r *keptRows) Close() error {
	err := r.sqliteRows.Close()
	if closing := r.keeper.leave(r.query, r.statement, err); err == nil {
		err = closing
	}
	return err
}
