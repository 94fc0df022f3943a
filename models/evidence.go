package models

import "time"

// Evidence is a picture or PDF that goes with a change request: the decision,
// the minutes. Before the request is sent it belongs to who gave it.
type Evidence struct {
	ID       int64
	WardID   int64
	Name     string // random; files are asked for by it
	PersonID *int64 // who gave it
	StaffID  *int64
	ChangeID *int64
	// ContentType is told from the content: image/jpeg or application/pdf.
	ContentType string
	Size        int
	SHA256      Hash   `gorm:"column:sha256"`
	Content     []byte `seal:"evidence.content"`
	CreatedAt   time.Time
}

func (Evidence) TableName() string { return "evidence" }

// FileTry is a file that somebody gave to be opened, whatever came of it.
type FileTry struct {
	ID        int64
	WardID    int64
	Giver     string // person:12 or staff:3
	Event     string // that brought it
	CreatedAt time.Time
}
