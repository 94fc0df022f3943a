package models

import "time"

// ApprovalRule says who may propose a kind of change in a ward, and who signs
// it, or another kind of item, in which order. It is never edited: a new one
// takes its place, and what was sent under the old one is decided by the old one.
type ApprovalRule struct {
	ID     int64
	WardID int64
	Kind   string // a ChangeKind, "*" for every one without a rule of its own, or list, notice ...
	// Proposers is a list with commas of head, deputy, self and staff; empty where
	// the item is no change.
	Proposers      string
	CreatedByStaff *int64 // nil when the command line set it
	CreatedAt      time.Time
	RetiredAt      *time.Time
	Steps          []ApprovalStep `gorm:"foreignKey:RuleID"`
}

// ApprovalStep is one step of a rule. Either Role or Desk says who signs.
type ApprovalStep struct {
	ID     int64
	WardID int64
	RuleID int64
	Step   int    // 1, 2, 3 ...
	Role   string // clerk, leader, or any of the two
	Desk   string // of clerks and leaders, such as "front"
	People int    // how many different ones, at least 1
	StepUp bool   // each of them gives a fresh code
	// RemindHours is how long the step waits before its signers are reminded,
	// EscalateHours how long after that the leaders are; 0 takes the ward's own.
	RemindHours   int
	EscalateHours int
}

// Signature is one signature under one step of an item: of what waits for
// signatures, such as a change request or a payment list.
type Signature struct {
	ID      int64
	WardID  int64
	Item    string // kind of item: change, list, notice, link, policy, delegation
	ItemID  int64
	Version int // of the item, as it was seen
	Step    int
	StaffID int64 // who signed
	// ForStaffID is whose right it was: their own, or that of who is absent.
	ForStaffID int64
	At         time.Time
	// EndedAt is when it stopped counting, EndedWhy why: taken_back by its owner,
	// returned with the item, or void because the signer might not sign it.
	EndedAt  *time.Time
	EndedWhy string
}

// Why a signature counts no longer.
const (
	SignatureTakenBack = "taken_back"
	SignatureReturned  = "returned"
	SignatureVoid      = "void"
)

// Delegation lets one ward user sign for another who is absent, on the days
// from From to To, both included.
type Delegation struct {
	ID             int64
	WardID         int64
	FromStaffID    int64
	ToStaffID      int64
	From           Date `gorm:"column:from_date"`
	To             Date `gorm:"column:to_date"`
	CreatedByStaff *int64
	CreatedAt      time.Time
	RevokedAt      *time.Time
}

// Hand notes who of the ward brought about what proves a person.
type Hand struct {
	ID       int64
	WardID   int64
	PersonID int64
	StaffID  int64
	How      string // invite, link, phone, import, merge
	At       time.Time
}
