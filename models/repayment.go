package models

import "time"

// Repayment is money that a person gave back of what they were paid too much,
// against a receipt of the ward's.
type Repayment struct {
	ID       int64
	WardID   int64
	PersonID int64
	Amount   int64  // đồng, above zero
	Receipt  string // number of the ward's receipt; once in a ward, but for those taken back
	PaidOn   Date
	StaffID  *int64 // who entered it

	At          time.Time
	TakenBackAt *time.Time // it was entered by mistake, and counts for nothing
	Parts       []RepaymentPart
}

// RepaymentPart is what of it was for one post's part of one month: by so much
// less is settled there.
type RepaymentPart struct {
	ID          int64
	RepaymentID int64
	WardID      int64
	PersonID    int64
	Month       Month
	PolicyID    int64
	TermID      int64
	BranchID    int64
	Role        TermRole
	Amount      int64
}

// DebtCap is how much of a month's money a list takes at most off what a person
// owes back; without one it takes all.
type DebtCap struct {
	PersonID int64 `gorm:"primaryKey;autoIncrement:false"`
	WardID   int64
	Most     int64 // đồng of each month that is paid, above zero
	Since    Month // the first month that was open; it stays within the look-back
	StaffID  *int64
	At       time.Time
}
