package models

import (
	"time"
)

// Upload is what a platform calls a file that was uploaded to it, so that it can
// be shown to others without uploading it again.
type Upload struct {
	Channel   string `gorm:"primaryKey"`
	Owner     string `gorm:"primaryKey"` // the bot or account that uploaded; others cannot show it
	Key       string `gorm:"primaryKey"` // names the file, content and name
	Kind      string `gorm:"primaryKey"` // as what the platform has it: photo, document, image, file
	Ref       string // the platform's, not read by anybody else
	ExpiresAt *time.Time
	CreatedAt time.Time
}

// Download is a file that waits for one person to open its link.
type Download struct {
	ID        int64
	WardID    int64
	AccountID int64 // whose chat was given the link
	PersonID  *int64
	StaffID   *int64
	TokenHash []byte // keyed; the token itself is only in the link
	Name      string
	MIME      string
	Content   Sealed // emptied when the file is gone
	Size      int64  // bytes of the file
	Picture   bool   // may be opened again until it expires
	ExpiresAt time.Time
	TakenAt   *time.Time
	CreatedAt time.Time
}
