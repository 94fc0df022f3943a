package models

import (
	"time"
)

// CaseKind is what a case is about.
type CaseKind string

const (
	CasePayment  CaseKind = "payment"  // the money of one month did not come, or is not right
	CaseQuestion CaseKind = "question" // anything else
)

// CaseState is where a case is.
type CaseState string

const (
	CaseOpen     CaseState = "open"
	CaseAnswered CaseState = "answered"
	CaseClosed   CaseState = "closed"
)

// Case is an officer's question or complaint.
type Case struct {
	ID         int64
	WardID     int64
	PersonID   int64
	Kind       CaseKind
	Month      Month // the month it is about
	LineID     *int64
	LineState  LineState // of that line when the case was opened; "" without one
	State      CaseState
	AnsweredBy *int64
	AnsweredAt *time.Time // last
	// FirstAnsweredAt and ClosedAt are how long the officer waited; nil where
	// nobody has yet.
	FirstAnsweredAt *time.Time
	ClosedAt        *time.Time
	IdempotencyKey  string
	CreatedAt       time.Time
	UpdatedAt       time.Time
	Messages        []CaseMessage `gorm:"foreignKey:CaseID"`
}

// CaseMessage is one thing said in a case.
type CaseMessage struct {
	ID       int64
	WardID   int64
	CaseID   int64
	PersonID *int64
	StaffID  *int64
	Text     string `seal:"case_messages.text"`
	At       time.Time
}
