package models

import "time"

// DataRequestState is where what somebody asks of the data about them is.
type DataRequestState string

const (
	DataOpen    DataRequestState = "open"
	DataDone    DataRequestState = "done"
	DataRefused DataRequestState = "refused"
)

// DataRequest is what a person asks of the data about them: a copy, a
// correction, to be left alone, to be forgotten.
type DataRequest struct {
	ID              int64
	WardID          int64
	PersonID        int64
	Kind            string // copy, correct, restrict, erase, object
	Text            string `seal:"data_requests.text"` // their own words
	State           DataRequestState
	ReplyBy         time.Time // by when the law wants them to hear
	DueBy           time.Time // by when it is to be done
	Answer          string    `seal:"data_requests.answer"` // the ward's words
	AnsweredByStaff *int64
	AnsweredAt      *time.Time
	Version         int `gorm:"default:1"`
	IdempotencyKey  string
	CreatedAt       time.Time
}

// Breach is an entry of the ledger of what became known that should not have.
type Breach struct {
	ID         int64
	WardID     int64
	What       string `seal:"breaches.what"`     // what happened
	Whom       string `seal:"breaches.whom"`     // whom it concerns
	Measures   string `seal:"breaches.measures"` // what was done
	FoundAt    time.Time
	DueBy      time.Time  // by when the authority is to hear of it
	ReportedAt *time.Time // when it did
	ClosedAt   *time.Time
	ByStaff    *int64
	CreatedAt  time.Time
}

// Removal says how many rows tidying took away by one rule at a moment.
type Removal struct {
	ID   int64
	Name string
	Gone int64
	At   time.Time
}
