package models

import (
	"time"
)

// Person is a human in the roster, once, however many posts they hold.
type Person struct {
	ID          int64
	WardID      int64
	Name        string // NFC, as typed
	Folded      string
	BirthDate   Date
	BirthYear   int    // known even where the day is not; 0 when unknown
	Phone       string `seal:"people.phone"` // E.164; "" when none is known
	PhoneHash   Hash   // keyed; unique in the ward unless PhoneShared
	PhoneTail   Hash   // of the last PhoneTail digits
	PhoneHead   Hash   // of the first PhoneHead letters
	PhoneShared bool   // a number several people answer: proves nobody
	CitizenID   Sealed
	CitizenHash Hash
	BankAccount Sealed
	Destination
	DiedOn     Date
	Brief      bool // wants questions short, without examples
	EveryStage bool // wants to be told of every stage of a month's money, not only of its end
	// QuietSince is since when they want nothing but what is about their money and
	// their requests.
	QuietSince *time.Time
	// MergedInto is the person whom this row was found to be too; nobody lists it.
	MergedInto *int64
	MergedAt   *time.Time
	// Version counts changes of this row; a change request remembers the one it saw.
	Version   int
	CreatedAt time.Time
	UpdatedAt time.Time
}

// PersonMerge says that two rows of the roster were one human, and what was
// moved from one to the other, so that it can be undone exactly.
type PersonMerge struct {
	ID       int64
	WardID   int64
	KeepID   int64
	DropID   int64
	ByStaff  *int64
	Moved    Sealed // JSON
	At       time.Time
	UndoneAt *time.Time
}

// PersonDistinction says that two people who look alike are two.
type PersonDistinction struct {
	ID       int64
	WardID   int64
	FirstID  int64 // the lower id
	SecondID int64
	ByStaff  *int64
	At       time.Time
}
