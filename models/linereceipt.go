package models

import "time"

// ReceiptAnswer is what an officer says of money that was paid.
type ReceiptAnswer string

const (
	ReceiptFull ReceiptAnswer = "full" // all of it came
	ReceiptLess ReceiptAnswer = "less" // less than the line says
	ReceiptNone ReceiptAnswer = "none" // nothing came
)

// LineReceipt is the officer's own word on one line of a payment list. There is
// one a line; saying something else replaces it.
type LineReceipt struct {
	ID        int64
	WardID    int64
	RunID     int64
	LineID    int64
	PersonID  int64
	Answer    ReceiptAnswer
	Amount    int64  // đồng that came, where it was less; 0 else
	CaseID    *int64 // the complaint that the answer opened or joined
	CreatedAt time.Time
	UpdatedAt time.Time
}
