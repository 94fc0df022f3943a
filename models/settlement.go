package models

import "time"

// Settlement is one act that gave lines of a list their outcomes. Until TellAt
// nobody hears of it, and it can be taken back as a whole.
type Settlement struct {
	ID      int64
	WardID  int64
	RunID   int64
	StaffID *int64 // nil when the program itself did it
	Action  string // as the journal names it
	Lines   int
	Total   int64 // đồng of the lines

	At          time.Time
	TellAt      time.Time
	ToldAt      *time.Time // its officers were told: it stands
	TakenBackAt *time.Time
}

// SettledLine is a line as it was before a settlement, and as that left it.
type SettledLine struct {
	SettlementID int64 `gorm:"primaryKey;autoIncrement:false"`
	LineID       int64 `gorm:"primaryKey;autoIncrement:false"`
	State        LineState
	Reason       string
	PaidOn       Date
	ToState      LineState
}
