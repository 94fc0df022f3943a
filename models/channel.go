package models

import "time"

// ChannelToken is the pair of tokens by which the installation speaks on a
// channel. Each renewal replaces both and makes the former ones void at once.
type ChannelToken struct {
	Channel   string `gorm:"primaryKey"`
	Owner     string // the account's id at the platform; empty until it is known
	Access    Sealed
	Refresh   Sealed // works once
	ExpiresAt time.Time
	// Generation counts the renewals since the first pair.
	Generation int64
	// Seed holds the keyed hashes of the refresh tokens that operators have set,
	// the latest first: one that is not among them is a new beginning.
	Seed []byte
	// LeasedBy is the replica that is renewing at this moment; past LeasedUntil
	// it died on the way, or never heard the answer.
	LeasedBy    string
	LeasedUntil *time.Time
	// LostAt is when the platform refused the refresh token: only a human can
	// bring a new pair.
	LostAt    *time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

// ChannelTokenEvent is a row of the journal of renewals; it holds no token.
type ChannelTokenEvent struct {
	ID         int64
	Channel    string
	Generation int64
	What       string // seeded, asked, renewed, failed, unheard, recovered, lost
	Code       string // the platform's, where it refused
	At         time.Time
}

// ChannelTrouble is something that stands in a channel's way and that only a
// human can mend; open while EndedAt is nil.
type ChannelTrouble struct {
	ID      int64
	Channel string
	Code    string // token, plan, suspended, channel_quota, silence ...
	Detail  string // the platform's own code, for who looks it up
	Since   time.Time
	LastAt  time.Time
	EndedAt *time.Time
}

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
