package models

import (
	"time"
)

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
