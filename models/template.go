package models

import (
	"time"
)

// MessageTemplate is a text that a platform has approved for a ward's messages
// of one kind; replaced, it ends and another follows.
type MessageTemplate struct {
	ID         int64
	WardID     int64
	Channel    string
	Kind       string // of the delivery: notice, change_decided ...
	TemplateID string // the platform's number
	Fields     string // JSON: parameter of the template to what fills it
	CreatedAt  time.Time
	EndedAt    *time.Time
}
