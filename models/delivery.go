package models

import (
	"time"
)

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

// IdempotencyKey remembers that an inbound event has had its effect.
type IdempotencyKey struct {
	Key    string `gorm:"primaryKey"`
	WardID int64
	At     time.Time
}
