package models

import "time"

// Secret is a column whose values are sealed at rest. What is sealed is bound to
// its row: copied into another it does not open.
type Secret struct {
	Table, Column string
	// Key are the columns that name the row, none of which ever changes.
	Key []string
	// Hash is the column beside it by which an equal value is found, as a value of
	// the Kind; "" where nothing is looked for.
	Hash, Kind string
	// WasPlain: a database of an earlier release may hold it as it is.
	WasPlain bool
	// Bytes: the column holds bytes, not text.
	Bytes bool
}

// Name is the column in full: people.bank_account.
func (s *Secret) Name() string { return s.Table + "." + s.Column }

var rowKey = []string{"ward_id", "id"}

// What is sealed, each column once. The vault seals for nothing else; `canbobot
// key` walks Secrets, and a test compares them with the tables.
var (
	BankAccount     = &Secret{Table: "people", Column: "bank_account", Key: rowKey, Hash: "bank_hash", Kind: "bank"}
	CitizenID       = &Secret{Table: "people", Column: "citizen_id", Key: rowKey, Hash: "citizen_hash", Kind: "citizen"}
	StaffCitizen    = &Secret{Table: "staff", Column: "citizen_id", Key: rowKey, Hash: "citizen_hash", Kind: "citizen"}
	StaffTOTP       = &Secret{Table: "staff", Column: "totp", Key: rowKey}
	ImportContent   = &Secret{Table: "imports", Column: "content", Key: rowKey}
	ResultContent   = &Secret{Table: "result_sheets", Column: "content", Key: rowKey}
	DownloadContent = &Secret{Table: "downloads", Column: "content", Key: rowKey}
	MergeMoved      = &Secret{Table: "person_merges", Column: "moved", Key: rowKey, WasPlain: true}
	DraftAnswers    = &Secret{Table: "drafts", Column: "answers", Key: []string{"owner"}}
	ChannelAccess   = &Secret{Table: "channel_tokens", Column: "access", Key: []string{"channel"}}
	ChannelRefresh  = &Secret{Table: "channel_tokens", Column: "refresh", Key: []string{"channel"}}
	// KeyValue is last: what it holds opens the rest, so it is sealed anew when
	// nothing else is left.
	KeyValue = &Secret{Table: "keys", Column: "value", Key: []string{"id"}}
)

// Secrets are all of them, in the order in which they are sealed anew.
var Secrets = []*Secret{
	BankAccount, CitizenID, StaffCitizen, StaffTOTP, ImportContent, ResultContent, DownloadContent, MergeMoved,
	DraftAnswers,
	ChannelAccess, ChannelRefresh, KeyValue,
}

// Kept is a keyed hash of what is kept nowhere else, or was frozen: it cannot be
// made anew. Its key stays among the keys of the database, sealed.
type Kept struct{ Table, Column, Why string }

// KeptHashes are those; with the hashes of Secrets and of Sources they are all.
var KeptHashes = []Kept{
	{"invites", "code_hash", "a code is only on its slip; it ends by itself"},
	{"downloads", "token_hash", "a token is only in its link; it ends by itself"},
	{"channel_tokens", "seed", "tokens that operators have set and that are void"},
	{"payment_lines", "bank_hash", "the account that a list was signed with"},
}

// Source is a keyed hash of a column that is not sealed.
type Source struct{ Table, Column, Hash, Kind string }

// Sources are those.
var Sources = []Source{{Table: "people", Column: "phone", Hash: "phone_hash", Kind: "phone"}}

// Key is a row of what the installation's keys are known by: which one the
// database is sealed with, and those that were taken away, themselves sealed.
type Key struct {
	ID    string
	Value Sealed
	At    time.Time
}
