package models

import (
	"time"
)

// Staff is a ward user.
type Staff struct {
	ID       int64
	WardID   int64
	Name     string
	Role     string // viewer, clerk, leader, admin
	PersonID *int64 // the same human in the roster, so that nobody decides about themselves
	// OfficerSaid: somebody said who that is, or that they are nobody there.
	OfficerSaid bool
	// OfficerWanted is who they say they are, 0 for none, until another human agrees.
	OfficerWanted *int64
	Phone         string `seal:"staff.phone"`
	PhoneHash     Hash
	// CitizenID is their citizen's number, where it was given: two rows of one human
	// have the same.
	CitizenID   string `seal:"staff.citizen_id"`
	CitizenHash Hash
	TOTP        Sealed // secret of the code generator
	// TOTPCounter is the last time step whose code was taken: a code works once.
	TOTPCounter int64
	Active      bool
	// Desk is where they work, as rules of approval name it: "front"; "" for none.
	Desk      string
	Brief     bool // wants questions short, without examples
	CreatedAt time.Time

	// Human is the first row of the ward's users of the same human, where it was found
	// out; see services/approve.
	Human int64 `gorm:"-"`
}

func (Staff) TableName() string { return "staff" }
