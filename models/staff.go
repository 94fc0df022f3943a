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
	Phone    string
	TOTP     Sealed // secret of the code generator
	// TOTPCounter is the last time step whose code was taken: a code works once.
	TOTPCounter int64
	Active      bool
	// Desk is where they work, as rules of approval name it: "front"; "" for none.
	Desk      string
	Brief     bool // wants questions short, without examples
	CreatedAt time.Time
}

func (Staff) TableName() string { return "staff" }
