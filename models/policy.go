package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

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
	// Villages are those whose posts it pays, none for all: rates by class of village
	// are policies beside each other.
	Villages IDs
	// VillageNames are theirs, as they are shown, or as they are wanted.
	VillageNames []string `gorm:"-"`
	// Pool is at most what it pays in one village in one month, in đồng, shared in
	// proportion to what its rules give; 0 for none.
	Pool int64
	// ActingPercent is what of a rate a stand-in gets; 0 for all of it.
	ActingPercent int
	// What is held back of what a person is paid: hundredths of a percent of it, or
	// else đồng a month, on the paper that DeductBasis cites.
	DeductPercent int
	DeductAmount  int64
	DeductBasis   string
	ReplacedByID  *int64
	CreatedAt     time.Time
	Rules         []PolicyRule `gorm:"foreignKey:PolicyID"`

	State   PolicyState
	Version int `gorm:"default:1"`
	// ReplacesID ends the day before this one begins.
	ReplacesID *int64
	Ending     Date `gorm:"column:ending_on"` // the last day that is proposed
	// ProposedByStaff proposed it, or its end; nil where the program did.
	ProposedByStaff *int64
	SubmittedAt     *time.Time
	RemindedAt      *time.Time
	DecidedByStaff  *int64
	DecidedAt       *time.Time
}

// IDs are kept as a list in JSON.
type IDs []int64

func (ids IDs) Value() (driver.Value, error) {
	if ids == nil {
		ids = IDs{}
	}
	text, err := json.Marshal([]int64(ids))
	return string(text), err
}

func (ids *IDs) Scan(value any) error {
	switch kept := value.(type) {
	case string:
		return json.Unmarshal([]byte(kept), (*[]int64)(ids))
	case []byte:
		return json.Unmarshal(kept, (*[]int64)(ids))
	}
	return fmt.Errorf("ids: %T", value)
}

// PolicyState is how far it is agreed what the ward pays.
type PolicyState string

const (
	PolicyProposed PolicyState = "proposed"
	PolicyInForce  PolicyState = "in_force"
	PolicyEnding   PolicyState = "ending" // in force, and its end waits
	PolicyRefused  PolicyState = "refused"
)

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
