package models

import "time"

// Secret is a column whose values are sealed at rest. What is sealed is bound to
// its row: copied into another it does not open.
type Secret struct {
	Table, Column string
	// Key are the columns that name the row, none of which ever changes.
	Key []string
	// Hash is the column beside it by which an equal value is found, as a value of
	// the Kind; "" where nothing is looked for. Parts are found by columns of theirs.
	Hash, Kind string
	Parts      []Finding
	// WasPlain: a database of an earlier release may hold it as it is.
	WasPlain bool
	// Bytes: the column holds bytes, not text.
	Bytes bool
	// File: a value may be of megabytes.
	File bool
}

// Finding is a column of keyed hashes: of a value, or of a part of it, as a value of
// the Kind.
type Finding struct {
	Column, Kind string
	Of           func(plain string) string
}

// Hashes are all of a secret's.
func (s *Secret) Hashes() []Finding {
	if s.Hash == "" {
		return nil
	}
	whole := func(plain string) string { return plain }
	return append([]Finding{{Column: s.Hash, Kind: s.Kind, Of: whole}}, s.Parts...)
}

// HashesOf are a value's, by their columns.
func (s *Secret) HashesOf(by interface {
	Hash(kind, value string) []byte
}, plain string) map[string][]byte {
	all := map[string][]byte{}
	for _, hash := range s.Hashes() {
		all[hash.Column] = by.Hash(hash.Kind, hash.Of(plain))
	}
	return all
}

// SecretOf is the one of that name, TABLE.COLUMN; a name that is none is a fault of
// the code.
func SecretOf(name string) *Secret {
	for _, secret := range Secrets {
		if secret.Name() == name {
			return secret
		}
	}
	panic("models.Secrets has no " + name)
}

// Name is the column in full: people.bank_account.
func (s *Secret) Name() string { return s.Table + "." + s.Column }

var (
	rowKey = []string{"ward_id", "id"}
	idKey  = []string{"id"} // the id alone names a row, whatever else was read of it
)

// How many of a phone's first and last letters it is found by: "+84" and four, as
// heads of numbers are given out, and the four that people say.
const (
	PhoneHead = 7
	PhoneTail = 4
)

// PhoneKind, PhoneHeadKind and PhoneTailKind are what their hashes are of.
const (
	PhoneKind     = "phone"
	PhoneHeadKind = "phone head"
	PhoneTailKind = "phone tail"
)

var phoneParts = []Finding{
	{Column: "phone_tail", Kind: PhoneTailKind,
		Of: func(e164 string) string { return e164[max(0, len(e164)-PhoneTail):] }},
	{Column: "phone_head", Kind: PhoneHeadKind, Of: func(e164 string) string { return e164[:min(PhoneHead, len(e164))] }},
}

// text is what people write or show, kept as it was by earlier releases.
func text(table, column string) *Secret {
	return &Secret{Table: table, Column: column, Key: idKey, WasPlain: true}
}

// What is sealed, each column once. The vault seals for nothing else; `canbobot
// key` walks Secrets, and a test compares them with the tables.
var (
	Phone = &Secret{Table: "people", Column: "phone", Key: idKey, Hash: "phone_hash", Kind: PhoneKind, Parts: phoneParts,
		WasPlain: true}
	StaffPhone = &Secret{Table: "staff", Column: "phone", Key: idKey, Hash: "phone_hash", Kind: PhoneKind,
		WasPlain: true}
	AskedPhone       = &Secret{Table: "link_requests", Column: "phone", Key: idKey, WasPlain: true}
	EvidenceContent  = &Secret{Table: "evidence", Column: "content", Key: idKey, WasPlain: true, Bytes: true, File: true}
	CaseText         = text("case_messages", "text")
	ChangePayload    = text("change_requests", "payload")
	ChangeBase       = text("change_requests", "base")
	ChangeReason     = text("change_requests", "reason")
	ChangeWhy        = text("change_events", "reason")
	DataText         = text("data_requests", "text")
	DataAnswer       = text("data_requests", "answer")
	BreachWhat       = text("breaches", "what")
	BreachWhom       = text("breaches", "whom")
	BreachMeasures   = text("breaches", "measures")
	AnswerReason     = &Secret{Table: "notice_answers", Column: "reason", Key: []string{"delivery_id"}, WasPlain: true}
	BankAccount      = &Secret{Table: "people", Column: "bank_account", Key: rowKey, Hash: "bank_hash", Kind: "bank"}
	CitizenID        = &Secret{Table: "people", Column: "citizen_id", Key: rowKey, Hash: "citizen_hash", Kind: "citizen"}
	StaffCitizen     = &Secret{Table: "staff", Column: "citizen_id", Key: rowKey, Hash: "citizen_hash", Kind: "citizen"}
	StaffTOTP        = &Secret{Table: "staff", Column: "totp", Key: rowKey}
	ImportContent    = &Secret{Table: "imports", Column: "content", Key: rowKey, File: true}
	SignedContent    = &Secret{Table: "signed_lists", Column: "content", Key: idKey, Bytes: true, File: true}
	ConfirmationSaid = &Secret{Table: "confirmations", Column: "said", Key: idKey}
	ResultContent    = &Secret{Table: "result_sheets", Column: "content", Key: rowKey, File: true}
	DownloadContent  = &Secret{Table: "downloads", Column: "content", Key: rowKey, File: true}
	MergeMoved       = &Secret{Table: "person_merges", Column: "moved", Key: rowKey, WasPlain: true}
	DraftAnswers     = &Secret{Table: "drafts", Column: "answers", Key: []string{"owner"}}
	ChannelAccess    = &Secret{Table: "channel_tokens", Column: "access", Key: []string{"channel"}}
	ChannelRefresh   = &Secret{Table: "channel_tokens", Column: "refresh", Key: []string{"channel"}}
	// KeyValue is last: what it holds opens the rest, so it is sealed anew when
	// nothing else is left.
	KeyValue = &Secret{Table: "keys", Column: "value", Key: []string{"id"}}
)

// Secrets are all of them, in the order in which they are sealed anew.
var Secrets = []*Secret{
	Phone, BankAccount, CitizenID, StaffPhone, StaffCitizen, StaffTOTP, AskedPhone,
	EvidenceContent, CaseText, ChangePayload, ChangeBase, ChangeReason, ChangeWhy, DataText, DataAnswer,
	BreachWhat, BreachWhom, BreachMeasures, AnswerReason,
	ImportContent, ResultContent, DownloadContent, ConfirmationSaid, SignedContent, MergeMoved, DraftAnswers,
	ChannelAccess, ChannelRefresh, KeyValue,
}

// Kept is a keyed hash of what is kept nowhere else, or was frozen: it cannot be
// made anew. Its key stays among the keys of the database, sealed.
type Kept struct{ Table, Column, Why string }

// KeptHashes are those; with the hashes of Secrets they are all.
var KeptHashes = []Kept{
	{"invites", "code_hash", "a code is only on its slip; it ends by itself"},
	{"downloads", "token_hash", "a token is only in its link; it ends by itself"},
	{"confirmations", "token_hash", "a token is only on its paper; it ends by itself"},
	{"channel_tokens", "seed", "tokens that operators have set and that are void"},
	{"payment_lines", "bank_hash", "the account that a list was signed with"},
}

// Key is a row of what the installation's keys are known by: which one the
// database is sealed with, and those that were taken away, themselves sealed.
type Key struct {
	ID    string
	Value Sealed
	At    time.Time
}
