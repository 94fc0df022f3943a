package models

import (
	"context"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// Fence is the one row of the table that says who may write.
type Fence struct {
	ID    int
	Least int64 // the migration that a binary must know
}

// TableName is that of migrations.
func (Fence) TableName() string { return "schema_fence" }

// TooOld says that a database has been brought up to date by a release which this
// binary may not write beside.
type TooOld struct{ Least, Newest int64 }

func (t *TooOld) Error() string {
	return fmt.Sprintf("this canbobot is too old for the database: it knows migrations up to %d, and the database may "+
		"only be written by one that knows %d. Run the newer release, or restore the backup that was made before it",
		t.Newest, t.Least)
}

// ExitCode is that of a usage mistake: nothing is wrong with the database.
func (*TooOld) ExitCode() int { return 2 }

// Newest is the last migration that this binary knows.
func Newest() int64 {
	newest, _ := knows(0)
	return newest
}

// knows looks for a migration, and for the newest one.
func knows(number int64) (newest int64, known bool) {
	files, err := fs.ReadDir(migrations, "migrations/"+string(PostgreSQL))
	if err != nil {
		panic(err) // they are part of the binary
	}
	for _, file := range files {
		first, _, _ := strings.Cut(file.Name(), "_")
		if one, err := strconv.ParseInt(first, 10, 64); err == nil {
			newest, known = max(newest, one), known || one == number
		}
	}
	return newest, known
}

// Fenced returns *TooOld where this binary may not write here; nil before the
// first migration.
func (s *Store) Fenced(ctx context.Context) error {
	db := s.WithContext(ctx)
	if !db.Migrator().HasTable(&Fence{}) {
		return nil
	}
	var fence Fence
	if err := db.Where("id = ?", 1).Take(&fence).Error; err != nil {
		return fmt.Errorf("ask who may write: %w", withoutAddress(err))
	}
	if newest, known := knows(fence.Least); !known {
		return &TooOld{Least: fence.Least, Newest: newest}
	}
	return nil
}
