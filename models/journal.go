package models

import (
	"time"
)

// AuditEntry is a row of the ward's journal, chained to the one before it.
type AuditEntry struct {
	ID       int64
	WardID   int64
	Seq      int64 // 1, 2, 3 ... within the ward, without a gap
	At       time.Time
	Role     string
	PersonID *int64
	StaffID  *int64
	Action   string // "change.approved"
	Subject  string // "change:12"
	Detail   string // JSON: from what to what; sensitive values masked
	PrevHash []byte
	Hash     []byte
	KeyID    string // of the key that chains it; "" where none does
}

// JournalHead is how far a ward's journal goes, under the key that chains it.
type JournalHead struct {
	WardID int64 `gorm:"primaryKey;autoIncrement:false"`
	Seq    int64
	Hash   []byte
	KeyID  string
	MAC    []byte
}

// JournalProof is how far the clock has proved a ward's journal, under the key
// that chains it: whoever moves it has all proved from the beginning.
type JournalProof struct {
	WardID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Seq     int64
	Hash    []byte
	Keyed   bool // an entry up to there has a key
	At      time.Time
	WholeAt *time.Time // when its end was reached last
	KeyID   string
	MAC     []byte
}

// JournalFault is something wrong with a ward's journal, as it was found first.
type JournalFault struct {
	ID      int64
	WardID  int64
	Seq     int64
	Why     string
	FoundAt time.Time
}

// JournalDay is how far a ward's journal went on a day, as its leaders were told.
type JournalDay struct {
	ID     int64
	WardID int64
	Day    Date
	Seq    int64
	Hash   []byte
}
