package models

import "time"

// ChangeKind is the name of what a request would change; services/change has
// the kinds.
type ChangeKind string

// ChangeState is where a request is in its life.
type ChangeState string

const (
	ChangeSubmitted ChangeState = "submitted"
	ChangeReturned  ChangeState = "returned"
	ChangeApproved  ChangeState = "approved" // and applied, in the same transaction
	ChangeRefused   ChangeState = "refused"
	ChangeWithdrawn ChangeState = "withdrawn"
)

// Open reports whether somebody still has to act on the request.
func (s ChangeState) Open() bool { return s == ChangeSubmitted || s == ChangeReturned }

// ChangeRequest is a proposed roster change and its life. Before a request is
// submitted it is a Draft.
type ChangeRequest struct {
	ID       int64
	WardID   int64
	Kind     ChangeKind
	State    ChangeState
	Version  int // counts transitions; a decision names the one it saw
	BranchID *int64
	// SubjectID is the person whose post or data changes: who leaves, or whose
	// phone it is. NewcomerID is who comes, when they are in the roster already.
	SubjectID  *int64
	NewcomerID *int64
	Payload    string `seal:"change_requests.payload"` // JSON of the kind's typed change, frozen at submission
	Base       string `seal:"change_requests.base"`    // JSON of what the proposer saw: versions of the rows it rests on

	ProposerPersonID *int64
	ProposerStaffID  *int64
	// ProposerAccountID is the chat that an officer asked it by.
	ProposerAccountID *int64
	DecidedByStaffID  *int64
	Reason            string `seal:"change_requests.reason"` // why it was returned or refused

	IdempotencyKey string
	SubmittedAt    time.Time
	DecidedAt      *time.Time
	RemindedAt     *time.Time
	// HeldUntil is until when two humans sign it; nil where the rule alone counts.
	HeldUntil *time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

// ChangeEvent is one step in the life of a request.
type ChangeEvent struct {
	ID        int64
	WardID    int64
	ChangeID  int64
	Version   int
	FromState ChangeState
	ToState   ChangeState
	PersonID  *int64
	StaffID   *int64
	Reason    string `seal:"change_events.reason"`
	At        time.Time
}

// Draft is a half-filled form: what a person has answered so far. Its owner is
// "person:12", "staff:3" or, for who is not linked yet, "telegram:123456", so
// that a form begun on one channel is found on the other.
type Draft struct {
	ID        int64
	WardID    int64 // 0 while unknown
	Owner     string
	Form      string
	Step      string // the one being asked
	Answers   Sealed // JSON object, step to answer
	Event     string // the inbound event that it was last changed by
	UpdatedAt time.Time
	CreatedAt time.Time
}
