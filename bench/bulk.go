package main

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"sync"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"canbobot/models"
)

// write inserts rows of several tables in order, in one transaction: by COPY on
// PostgreSQL, by wide statements on SQLite. Each of tables is a pointer to a
// slice of entities that have their ids.
func write(ctx context.Context, store *models.Store, tables ...any) error {
	if store.Pool == nil {
		return store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			for _, rows := range tables {
				if err := tx.Omit(clause.Associations).CreateInBatches(rows, batchRows).Error; err != nil {
					return err
				}
			}
			return nil
		})
	}
	return pgx.BeginFunc(ctx, store.Pool, func(tx pgx.Tx) error {
		for _, rows := range tables {
			if err := store.Seal(rows); err != nil {
				return err
			}
			if err := copyRows(ctx, tx, store.NamingStrategy, rows); err != nil {
				return err
			}
		}
		return nil
	})
}

// batchRows is small because the SQLite driver looks for every value of a
// statement among all of them.
const batchRows = 40

// shapes keeps what is read of the entities' columns.
var shapes sync.Map

func copyRows(ctx context.Context, tx pgx.Tx, namer schema.Namer, rows any) error {
	shape, err := schema.Parse(rows, &shapes, namer)
	if err != nil {
		return err
	}
	list := reflect.Indirect(reflect.ValueOf(rows))
	source := pgx.CopyFromSlice(list.Len(), func(i int) ([]any, error) {
		values := make([]any, len(shape.DBNames))
		for column, name := range shape.DBNames {
			value, _ := shape.FieldsByDBName[name].ValueOf(ctx, list.Index(i))
			if values[column], err = plain(value); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		return values, nil
	})
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{shape.Table}, shape.DBNames, source); err != nil {
		return fmt.Errorf("copy %s: %w", shape.Table, err)
	}
	// The ids were given, not drawn: the next one drawn must follow them.
	_, err = tx.Exec(ctx, fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%[1]s', 'id'), (SELECT max(id) FROM %[1]s))",
		shape.Table))
	return err
}

// plain is a value as COPY takes it. A day becomes a moment: COPY is binary, and
// Date writes itself as text.
func plain(value any) (any, error) {
	switch value := value.(type) {
	case models.Date:
		if value.IsZero() {
			return nil, nil
		}
		return value.Time(), nil
	case driver.Valuer:
		return value.Value()
	}
	return value, nil
}
