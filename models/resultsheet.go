package models

import "time"

// ResultState is where a bank's result sheet is.
type ResultState string

const (
	ResultAsked     ResultState = "asked"     // whether it is one at all was asked
	ResultPreviewed ResultState = "previewed" // shown, nothing marked
	ResultApplied   ResultState = "applied"
	ResultDropped   ResultState = "dropped" // refused by who sent it, or never confirmed
)

// ResultSheet is what a bank says became of a list, as staff sent it.
type ResultSheet struct {
	ID       int64
	WardID   int64
	StaffID  *int64 // nil when the program itself brought it
	RunID    *int64 // nil while it is only asked about
	FileName string
	FileHash []byte // SHA-256 of the content
	State    ResultState
	// Plan is the hash of what would be marked; a confirmation holds only while
	// the list gives the same one.
	Plan   []byte
	Counts string // JSON
	// Content is the file, sealed; gone when the sheet is applied, dropped or a
	// week old.
	Content   Sealed
	CreatedAt time.Time
	AppliedAt *time.Time
}

// ResultWord is what a ward has said that a bank means by a phrase that is not
// surely an answer.
type ResultWord struct {
	ID      int64
	WardID  int64
	Words   string // as they are compared
	Text    string // as a sheet had them
	Answer  string // paid, failed, returned, waiting
	StaffID *int64 // nil when the program itself was told
	At      time.Time
}

// BankForm is how a bank wants the transfers of a list.
type BankForm struct {
	ID      int64
	WardID  int64
	Name    string // of the file that the ward has sent
	Sheet   string
	Above   [][]string   `gorm:"serializer:json"` // the rows over the headings
	Columns []FormColumn `gorm:"serializer:json"` // from the left
	StaffID *int64
	At      time.Time
}

// FormColumn is a column of a bank's form.
type FormColumn struct {
	Head  string // as the bank writes it
	Field string // number, name, account, bank, amount, about, reference; "" for one that stays empty
}
