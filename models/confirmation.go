package models

import "time"

// ConfirmationKind is what a paper confirms.
type ConfirmationKind string

const (
	ConfirmsOffice  ConfirmationKind = "office"
	ConfirmsPayment ConfirmationKind = "payment"
)

// Confirmation is a paper about a person that whoever is shown it can check.
type Confirmation struct {
	ID        int64
	WardID    int64
	PersonID  int64
	Kind      ConfirmationKind
	LineID    *int64 // of a payment
	TokenHash []byte // keyed; the token itself is only on the paper. Nil where there is no page to check it on
	Said      string `seal:"confirmations.said"` // what stands on it

	IssuedAt       time.Time
	ExpiresAt      time.Time // it cannot be checked any more
	RevokedAt      *time.Time
	RevokedByStaff *int64
}
