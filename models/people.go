package models

import "time"

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

// Account is a person's or staff member's identity on one channel.
type Account struct {
	ID         int64
	WardID     int64
	Channel    string
	ExternalID string // the user's id on the channel
	ChatID     string
	PersonID   *int64
	StaffID    *int64
	LinkedAt   time.Time
	UnlinkedAt *time.Time
	// UnreachableAt is when the channel said that no message reaches this person.
	UnreachableAt *time.Time
	// UnreachableWhy is the channel's reason as a short code; empty when it gave none.
	UnreachableWhy string
	// LastSeenAt is when the person last did something there, to within ten
	// minutes and never too late: what a platform counts its window from.
	LastSeenAt time.Time
	// SteppedUpUntil is how long a fresh code lets staff decide on money.
	SteppedUpUntil *time.Time
	CreatedAt      time.Time
}

// Consent records that a person read the purpose and agreed, or withdrew.
// Law 91/2025/QH15 wants proof of what was shown, where and when.
type Consent struct {
	ID          int64
	WardID      int64
	PersonID    *int64
	StaffID     *int64
	AccountID   int64
	Version     string // of the text that was shown
	Channel     string
	EventID     string
	GivenAt     time.Time
	WithdrawnAt *time.Time
}

// Invite is a one-time secret that links an account to a person or staff member.
type Invite struct {
	ID             int64
	WardID         int64
	PersonID       *int64
	StaffID        *int64
	CodeHash       []byte
	ExpiresAt      time.Time
	UsedAt         *time.Time
	UsedByAccount  *int64
	RevokedAt      *time.Time
	CreatedByStaff *int64
	CreatedAt      time.Time
}

// LinkState is where a request to be linked without a code is.
type LinkState string

const (
	LinkPending LinkState = "pending"
	LinkAgreed  LinkState = "agreed"
	LinkRefused LinkState = "refused"
)

// LinkRequest is an officer without a code who says who they are; the clerk
// calls the number of the roster and answers.
type LinkRequest struct {
	ID             int64
	WardID         int64
	Channel        string
	ExternalID     string
	ChatID         string
	Phone          string // as said, E.164
	Name           string // as said
	PersonID       *int64 // whom the phone or name points to; nil when nobody
	State          LinkState
	Version        int `gorm:"default:1"`
	RemindedAt     *time.Time
	DecidedByStaff *int64
	DecidedAt      *time.Time
	IdempotencyKey string
	CreatedAt      time.Time
}

// Case is an officer's question or complaint.
type Case struct {
	ID         int64
	WardID     int64
	PersonID   int64
	Kind       string // "payment", "question"
	Month      Month  // the month it is about
	LineID     *int64
	LineState  LineState // of that line when the case was opened; "" without one
	State      string    // open, answered, closed
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
	Text     string
	At       time.Time
}

// DeliveryState is the fate of one message at one recipient.
type DeliveryState string

const (
	DeliveryQueued      DeliveryState = "queued"
	DeliverySending     DeliveryState = "sending"
	DeliverySent        DeliveryState = "sent"
	DeliveryDelivered   DeliveryState = "delivered" // at their phone
	DeliverySeen        DeliveryState = "seen"
	DeliveryConfirmed   DeliveryState = "confirmed"
	DeliveryFailed      DeliveryState = "failed"
	DeliveryUnreachable DeliveryState = "unreachable"
	DeliveryUncertain   DeliveryState = "uncertain"
)

// MessageKind is which message a delivery is: change_submitted, notice ...; the
// outbox lists them.
type MessageKind string

// Delivery is something one person must be told, or a card that one person has
// before them, and what became of it.
type Delivery struct {
	ID          int64
	WardID      int64
	Kind        MessageKind
	SubjectKind string // change, case, link, notice, run, account
	SubjectID   int64
	Version     int // of the subject
	PersonID    *int64
	StaffID     *int64
	AccountID   *int64 // where it went; or, when set beforehand, where it must go
	Channel     string
	ChatID      string
	MessageRef  string // by which the channel can redraw it
	// ReportRef is MessageRef where the platform names it in its delivery reports; empty
	// elsewhere. Like MarkKey and UnreachedAt it is there to be found by: what
	// changes for every message is in no index, so that hundreds are written down
	// at the cost of their rows alone.
	ReportRef   string `gorm:"column:receipt_ref"`
	State       DeliveryState
	Reason      string
	Attempts    int
	DueAt       *time.Time // not to be tried again before; nil for at once, or for never
	Key         string     // unique: one message, one recipient
	CreatedAt   time.Time
	UpdatedAt   time.Time
	SentAt      *time.Time
	SeenAt      *time.Time
	ConfirmedAt *time.Time
	// Mark stands before the numbers of the message's choices on a channel
	// without buttons; it is the chat's only live one. Choices are the actions
	// that the numbers stand for, a JSON list.
	Mark    string
	MarkKey *string // the mark with its channel and chat; nil without one
	Choices string
	// Via says that an approved template carried it: template_user or
	// template_phone.
	Via string
	// UnreachedAt is when no message had reached the person, if ever.
	UnreachedAt *time.Time
	// CalledAt is when staff had telephoned a person whom no message reached.
	CalledAt *time.Time
	CalledBy *int64
}

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
}

// IdempotencyKey remembers that an inbound event has had its effect.
type IdempotencyKey struct {
	Key    string `gorm:"primaryKey"`
	WardID int64
	At     time.Time
}
