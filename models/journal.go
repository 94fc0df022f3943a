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
