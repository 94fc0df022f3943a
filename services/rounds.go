package services

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Round is work that the clock brings, of all processes to one. Its owner declares
// it, services/ward lists it, and docs/operate.md says what it Does.
type Round struct {
	Name, Does string // Name is the kind of its jobs too
	Every      time.Duration
	// Sharp is the next moment at which it must come, however long Every is; or nil.
	Sharp   func(after time.Time) time.Time
	AtStart bool
	Do      func(ctx context.Context) (done int, err error)
}

// Next is when it comes after a moment.
func (r Round) Next(after time.Time) time.Time {
	next := after.Add(r.Every)
	if r.Sharp != nil {
		if sharp := r.Sharp(after); sharp.Before(next) {
			return sharp
		}
	}
	return next
}

// Purge takes away what is of no use once it was Kept for so long: its SQL is given
// the moment before which that was. It is declared and listed like a Round.
type Purge struct {
	Name, What string
	Basis      string // on what ground of the law on personal data (91/2025/QH15) for so long and no longer
	Kept       time.Duration
	SQL        string
}

// Run purges every ward at a moment, and returns how many rows that were.
func (p Purge) Run(db *gorm.DB, now time.Time) (int, error) {
	done := AcrossWards(db, "a purge").Exec(p.SQL, now.Add(-p.Kept).UTC())
	if done.Error != nil {
		return 0, fmt.Errorf("purge %s: %w", p.Name, done.Error)
	}
	return int(done.RowsAffected), nil
}
