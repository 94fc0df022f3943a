package models

import "time"

// PhraseCount is how often, in a ward on a day, the bot was not sure what was
// meant, by the likeliest intent.
type PhraseCount struct {
	WardID int64  `gorm:"primaryKey"`
	Day    Date   `gorm:"primaryKey"`
	Intent string `gorm:"primaryKey"` // "unknown" where nothing was likely
	Times  int64
}

// KeptPhrase is a text that was not understood, masked: no name, no number, and
// not whose it was.
type KeptPhrase struct {
	ID        int64
	WardID    int64
	Intent    string
	Masked    string
	CreatedAt time.Time
}
