package models

import (
	"time"
)

// Account is a person's or staff member's identity on one channel.
type Account struct {
	ID         int64
	WardID     int64
	Channel    string
	ExternalID string // the user's id on the channel
	ChatID     string
	PersonID   *int64
	StaffID    *int64
	// MadeByStaffID is by whose word alone the chat is taken for its owner's: who
	// issued the code, or agreed to it. nil once a platform vouched for a number that
	// they did not bring about, or another decided where its officer is paid.
	MadeByStaffID *int64
	LinkedAt      time.Time
	UnlinkedAt    *time.Time
	// UnreachableAt is when the channel said that no message reaches this person.
	UnreachableAt *time.Time
	// UnreachableWhy is the channel's reason as a short code; empty when it gave none.
	UnreachableWhy string
	// LastSeenAt is when the person last did something there, to within ten
	// minutes and never too late: what a platform counts its window from.
	LastSeenAt time.Time
	// SteppedUpUntil is how long a fresh code lets staff decide on money.
	SteppedUpUntil *time.Time
	CreatedAt      time.Time
}

// Consent records that a person read the purpose and agreed, or withdrew.
// Law 91/2025/QH15 wants proof of what was shown, where and when.
type Consent struct {
	ID          int64
	WardID      int64
	PersonID    *int64
	StaffID     *int64
	AccountID   int64
	Version     string // of the text that was shown
	Channel     string
	EventID     string
	GivenAt     time.Time
	WithdrawnAt *time.Time
}

// Invite is a one-time secret that links an account to a person or staff member.
type Invite struct {
	ID             int64
	WardID         int64
	PersonID       *int64
	StaffID        *int64
	CodeHash       []byte
	ExpiresAt      time.Time
	UsedAt         *time.Time
	UsedByAccount  *int64
	RevokedAt      *time.Time
	CreatedByStaff *int64
	CreatedAt      time.Time
}

// LinkState is where a request to be linked without a code is.
type LinkState string

const (
	LinkPending LinkState = "pending"
	LinkAgreed  LinkState = "agreed"
	LinkRefused LinkState = "refused"
)

// LinkRequest is an officer without a code who says who they are; the clerk
// calls the number of the roster and answers.
type LinkRequest struct {
	ID             int64
	WardID         int64
	Channel        string
	ExternalID     string
	ChatID         string
	Phone          string `seal:"link_requests.phone"` // as said, E.164
	Name           string // as said
	PersonID       *int64 // whom the phone or name points to; nil when nobody
	ByCode         bool   // a right code was shown; else there is only their word
	Known          bool   // the roster had the number or the name
	State          LinkState
	Version        int `gorm:"default:1"`
	RemindedAt     *time.Time
	DecidedByStaff *int64
	DecidedAt      *time.Time
	IdempotencyKey string
	CreatedAt      time.Time
}
