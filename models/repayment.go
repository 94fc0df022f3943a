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

// WaiverState is where the waiving of a debt is.
type WaiverState string

const (
	WaiverAsked   WaiverState = "asked"
	WaiverAgreed  WaiverState = "agreed"
	WaiverRefused WaiverState = "refused"
)

// Waiver is what a ward decides not to take back of what it paid somebody too
// much, by a decision with a number: one asks, another signs.
type Waiver struct {
	ID       int64
	WardID   int64
	PersonID int64
	Amount   int64  // đồng, above zero
	Decision string // its number, and of when: "12/QĐ-UBND ngày 05/11/2026"
	State    WaiverState
	Version  int

	ProposedByStaff *int64
	SubmittedAt     time.Time
	RemindedAt      *time.Time
	DecidedByStaff  *int64
	DecidedAt       *time.Time
	Parts           []WaiverPart // once it is agreed
}

// WaiverPart is what of it was for one post's part of one month: so much less than
// nothing is taken back there, and never more than nothing paid.
type WaiverPart struct {
	ID       int64
	WaiverID int64
	WardID   int64
	PersonID int64
	Month    Month
	PolicyID int64
	TermID   int64
	BranchID int64
	Role     TermRole
	Amount   int64
}
