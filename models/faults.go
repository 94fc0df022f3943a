package models

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	driver "modernc.org/sqlite"
)

// withoutAddress keeps a connection error from naming host, user and database
// beyond what an operator needs.
func withoutAddress(err error) error {
	if refusal := (*pgconn.PgError)(nil); errors.As(err, &refusal) {
		return fmt.Errorf("%s (%s)", refusal.Message, refusal.Code)
	}
	if failure := (*pgconn.ConnectError)(nil); errors.As(err, &failure) {
		return failure.Unwrap()
	}
	return err
}

// IsTaken reports whether err is the database's refusal of a second row where
// only one may be: a duplicate key, or a term that overlaps another.
func IsTaken(err error) bool {
	return errors.Is(err, gorm.ErrDuplicatedKey) || overlapOf(err) != ""
}

// IsSlotTaken reports whether err says that another person holds the post on
// those days.
func IsSlotTaken(err error) bool { return overlapOf(err) == "terms_slot" }

// IsPersonTaken reports whether err says that the person already holds a post
// of that branch on those days.
func IsPersonTaken(err error) bool { return overlapOf(err) == "terms_person" }

func overlapOf(err error) string {
	if err == nil {
		return ""
	}
	if refusal := (*pgconn.PgError)(nil); errors.As(err, &refusal) {
		if refusal.Code == "23P01" { // exclusion_violation
			return refusal.ConstraintName
		}
		return ""
	}
	for _, name := range []string{"terms_slot", "terms_person"} {
		if strings.Contains(err.Error(), name+":") { // the trigger's own words
			return name
		}
	}
	return ""
}

// IsAway reports whether err says that the database cannot serve anybody for
// the moment: it is down, starting, stopping, full, read only, locked, or out of
// connections. What was asked is to be asked again, and nobody's fault.
func IsAway(err error) bool {
	if failure := (*pgconn.ConnectError)(nil); errors.As(err, &failure) {
		return true
	}
	if refusal := (*pgconn.PgError)(nil); errors.As(err, &refusal) {
		switch refusal.Code[:2] {
		case "08", "53", "57", "58": // connection, resources, operator intervention, its system
			return true
		}
		switch refusal.Code {
		case "25006", "40001", "40P01", "55P03": // read only, serialization, deadlock, lock not available
			return true
		}
	}
	if refusal := (*driver.Error)(nil); errors.As(err, &refusal) {
		switch refusal.Code() & 0xff {
		case 5, 6, 8, 10, 13, 14: // busy, locked, read only, input or output, full, cannot open
			return true
		}
	}
	return pgconn.SafeToRetry(err)
}
