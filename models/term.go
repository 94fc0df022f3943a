package models

import (
	"time"
)

// TermRole is what a term is paid by.
type TermRole string

const (
	Head       TermRole = "head"
	Deputy     TermRole = "deputy"
	Member     TermRole = "member"
	CellMember TermRole = "cell_member"
)

// Term says that a person holds a role in a branch from a day to a day, both
// included. It is never overwritten: it is closed with a date, or superseded.
type Term struct {
	ID       int64
	WardID   int64
	BranchID int64
	PersonID int64
	Role     TermRole
	Slot     int // 1 for the head; 1..n for deputies; 0 for members, who have no slot
	Title    string
	Acting   bool // quyền, phụ trách
	From     Date `gorm:"column:from_date"`
	To       Date `gorm:"column:to_date"` // zero while it runs

	DecisionNumber string
	DecisionDate   Date
	DecisionSigner string
	EndReason      string // resigned, moved, dismissed, died, replaced
	// ClosedAt is when the end became known; nil where it was known from the
	// start, or there is none.
	ClosedAt *time.Time

	ChangeID     *int64 // the request that opened it
	EndChangeID  *int64 // the request that closed it
	SupersededAt *time.Time
	SupersededBy *int64
	CreatedAt    time.Time
}

// On reports whether the term holds on the day.
func (t Term) On(day Date) bool {
	return t.SupersededAt == nil && !t.From.After(day) && (t.To.IsZero() || !t.To.Before(day))
}

// Known is the term as it was believed at a moment; false when it was not, or no
// longer, believed then. An end that became known later is left out.
func (t Term) Known(at time.Time) (Term, bool) {
	if t.CreatedAt.After(at) || (t.SupersededAt != nil && !t.SupersededAt.After(at)) {
		return Term{}, false
	}
	if t.ClosedAt != nil && t.ClosedAt.After(at) {
		t.To, t.EndReason, t.EndChangeID, t.ClosedAt = Date{}, "", nil, nil
	}
	t.SupersededAt, t.SupersededBy = nil, nil
	return t, true
}
