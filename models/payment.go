package models

import "time"

// Policy pays roles an amount, on a legal basis, while it is in force.
type Policy struct {
	ID         int64
	WardID     int64
	Code       string // stable within the ward: "town-2021"
	Name       string
	Source     string // whose money: "town", "province"
	LegalBasis string // as cited: "Nghị quyết 258/2020/NQ-HĐND"
	LegalDate  Date
	Issuer     string
	From       Date `gorm:"column:from_date"`
	To         Date `gorm:"column:to_date"`

	Accrual         Accrual
	AccrualDays     int // N of the accrual rule; 0 where the rule has none
	AccrualPercent  int // PERCENT of full_from
	Stacking        Stacking
	StackingPercent int   // of every post below the highest
	Cap             int64 // đồng per person and month; 0 for none
	ReplacedByID    *int64
	CreatedAt       time.Time
	Rules           []PolicyRule `gorm:"foreignKey:PolicyID"`
}

// Accrual says what a month begun or ended in the middle is worth.
type Accrual string

const (
	FullIfOnDay Accrual = "full_if_on_day" // whole when in post on day N, else nothing
	NextMonth   Accrual = "next_month"     // whole when in post on the first day, else nothing
	ByDay       Accrual = "by_day"         // days in post over days of the month
	FullFrom    Accrual = "full_from"      // whole from N days in post, else PERCENT
)

// Stacking says what several posts of one person are worth.
type Stacking string

const (
	StackAll     Stacking = "all"
	StackHighest Stacking = "highest"
	StackPercent Stacking = "highest_plus" // the highest, and a percentage of each other
)

// PolicyRule pays one role, of one organization or of all. Exactly one of
// Amount and Coefficient is set.
type PolicyRule struct {
	ID               int64
	PolicyID         int64
	Role             TermRole
	OrganizationCode string // "" for every organization
	Amount           int64  // đồng a month
	Coefficient      int64  // thousandths of the base salary
}

// BaseSalary is the state's base salary (lương cơ sở) from a day on.
type BaseSalary struct {
	ID         int64
	From       Date `gorm:"column:from_date"`
	Amount     int64
	LegalBasis string
}

// RunState is where a ward's payment list of one month is.
type RunState string

const (
	RunDraft     RunState = "draft"     // recomputed freely
	RunSubmitted RunState = "submitted" // frozen, waits for a leader
	RunApproved  RunState = "approved"
	RunExported  RunState = "exported" // sent to the bank
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

	Name       string // snapshot
	Title      string
	Unit       string
	BankName   string
	BankTail   string
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
}

// Budget is what a source of money gives the ward for a year, as staff entered
// it.
type Budget struct {
	ID        int64
	WardID    int64
	Source    string // as of a Policy
	Year      int
	Amount    int64  // đồng
	StaffID   *int64 // who entered it last
	CreatedAt time.Time
	UpdatedAt time.Time
}
