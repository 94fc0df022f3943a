package models

import "time"

// ImportState is where a sheet on its way into the roster is.
type ImportState string

const (
	ImportPreviewed ImportState = "previewed" // shown, nothing written
	ImportApplied   ImportState = "applied"
	ImportDropped   ImportState = "dropped" // refused by who sent it, or never confirmed
)

// Import is a sheet that staff sent for the roster, and what became of it.
type Import struct {
	ID       int64
	WardID   int64
	StaffID  *int64 // nil when the program itself imports
	FileName string
	FileHash []byte // SHA-256 of the content
	State    ImportState
	// Plan is the hash of what would be done; a confirmation holds only while the
	// roster gives the same one.
	Plan    []byte
	Counts  string // JSON
	Outcome string // JSON of what was done, row by row: ids and what changed, no personal data
	// Content is the file, sealed; gone when the import is applied, dropped or a
	// week old.
	Content   Sealed
	CreatedAt time.Time
	AppliedAt *time.Time
}
