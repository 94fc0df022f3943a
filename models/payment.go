package models

import "time"

// RunState is where a ward's payment list of one month is.
type RunState string

const (
	RunDraft     RunState = "draft"     // recomputed freely
	RunSubmitted RunState = "submitted" // frozen, waits for a leader
	RunApproved  RunState = "approved"
	RunTreasury  RunState = "treasury" // its papers lie at the treasury
	RunExported  RunState = "exported" // sent to the bank, passed by the treasury, or handed out
	RunClosed    RunState = "closed"
)

// PaymentRun is a ward's payment list of one month.
type PaymentRun struct {
	ID          int64
	WardID      int64
	Month       Month
	Covers      int `gorm:"default:1"` // how many months the run lists as its own, the last of them Month
	State       RunState
	Version     int
	Total       int64 // đồng to pay: the positive lines
	People      int
	ContentHash Hash // over every frozen line and component; nil in draft
	// ReturnedReason is why a leader sent the list back to be prepared again.
	ReturnedReason string
	// Through is the ward's way of paying when the list was frozen.
	Through Through `gorm:"default:bank"`
	// TreasuryReason is why the treasury sent the papers back, until it has them again.
	TreasuryReason string
	TreasuryAt     *time.Time // it has had them since, or sent them back

	PreparedByStaffID *int64
	ApprovedByStaffID *int64
	SubmittedAt       *time.Time
	ApprovedAt        *time.Time
	ExportedAt        *time.Time
	ClosedAt          *time.Time
	RemindedAt        *time.Time
	CreatedAt         time.Time
	UpdatedAt         time.Time
}

// LineState is the outcome of one person's amount.
type LineState string

const (
	LinePending  LineState = "pending"
	LinePaid     LineState = "paid"
	LineFailed   LineState = "failed"   // the bank refused it; the next run pays it
	LineReturned LineState = "returned" // the money came back; the next run pays it
	LineCarried  LineState = "carried"  // not positive: nothing to pay, the debt is carried
)

// PaymentLine is one person's amount in a run, with what was known of them
// when it was frozen.
type PaymentLine struct {
	ID       int64
	WardID   int64
	RunID    int64
	PersonID int64
	Month    Month // the run's
	Amount   int64 // đồng; negative for a debt
	State    LineState
	Reason   string // why it failed, as the bank said
	PaidOn   Date

	Name  string // snapshot
	Title string
	Unit  string
	Destination
	FollowsID  *int64             // the failed line this one makes good
	Components []PaymentComponent `gorm:"foreignKey:LineID"`
}

// PaymentComponent is one post's part of a line for one month. Where Month is
// not the run's, it is an adjustment: arrears or, below zero, a recovery.
type PaymentComponent struct {
	ID       int64
	WardID   int64
	LineID   int64
	RunID    int64
	PersonID int64
	Month    Month
	PolicyID int64
	TermID   int64
	BranchID int64
	Role     TermRole
	Amount   int64
	Rate     int64  // the rule's full amount for the month
	Basis    string // legal basis as cited
	Why      string // code of the calculus: full, by_day, cut_off, stacked, capped ...
	Days     int    // days in post that month
	Deducted int64  // held back, and no part of Amount
}
