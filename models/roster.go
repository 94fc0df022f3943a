package models

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Ward is the tenant: a commune-level unit. Every other row belongs to one.
type Ward struct {
	ID         int64
	Code       string // short, stable: "bac-hong-linh"
	Name       string // "Bắc Hồng Lĩnh"
	Kind       string // "phường" or "xã", as printed before the name
	ValidFrom  Date
	ValidTo    Date
	ClerkPhone string // whom to call when chat does not help, E.164

	// DeputyMayPropose lets a deputy propose changes for the whole branch; else
	// only for themselves.
	DeputyMayPropose bool
	// DecisionRequired asks every appointment for the number of its decision.
	DecisionRequired bool
	RemindAfterHours int // a request waiting this long reminds the clerk
	// PayDay is the day of the following month by which a month is usually
	// transferred; 0 when the ward promises none. Left out when a row is made, it
	// is 5.
	PayDay int `gorm:"default:5"`
	// PayEvery is how many months one payment list covers: 1, or 3 in a ward that
	// pays by the quarter.
	PayEvery int `gorm:"default:1"`
	// What a message costs the ward that its platform bills, and one that goes
	// by an approved template, in đồng.
	BilledMessagePrice   int64
	TemplateMessagePrice int64
	// KeepPhrases lets what the bot did not understand be kept for a month,
	// masked, so that it can be taught.
	KeepPhrases bool
	// NoticesByLeader lets no notice go before a leader has said so.
	NoticesByLeader bool
	CreatedAt       time.Time
}

// Organization is a mass organisation and the titles it uses.
type Organization struct {
	Code        string `gorm:"primaryKey"` // youth, women, farmers, veterans, elderly, red_cross, front
	Name        string // "Hội Liên hiệp Phụ nữ"
	BranchName  string // "Chi hội Phụ nữ"
	HeadTitle   string // "Chi hội trưởng"
	DeputyTitle string
	MemberTitle string
	DeputiesMax int // how many deputies a branch may have on one day
	// TermYears is how long a term of its branches usually lasts by the charter,
	// in whole years; 0 when it has no usual length. Nothing ends by itself: a term
	// past it is shown to the ward. Left out when a row is made, it is 5.
	TermYears int `gorm:"default:5"`
	SortOrder int
}

// TitleOf is what people call a role in this organization.
func (o Organization) TitleOf(role TermRole) string {
	switch role {
	case Head:
		return o.HeadTitle
	case Deputy:
		return o.DeputyTitle
	}
	return o.MemberTitle
}

// Village is a residential unit of a ward (thôn, tổ dân phố).
type Village struct {
	ID     int64
	WardID int64
	Name   string // "Tổ dân phố 5"
	Folded string
	// KnownAs holds, folded and parted by "|", every other name under which it may
	// be asked for: its former ones, and those of the villages that went into it.
	KnownAs   string
	SortOrder int
	ValidFrom Date
	ValidTo   Date
	CreatedAt time.Time
}

// Branch is one organisation in one village, or the village's Party cell.
type Branch struct {
	ID               int64
	WardID           int64
	VillageID        int64
	OrganizationCode string
	Name             string // "Chi hội Phụ nữ Tổ dân phố 5"
	ValidFrom        Date
	ValidTo          Date
	CreatedAt        time.Time
}

// Person is a human in the roster, once, however many posts they hold.
type Person struct {
	ID          int64
	WardID      int64
	Name        string // NFC, as typed
	Folded      string
	BirthDate   Date
	BirthYear   int    // known even where the day is not; 0 when unknown
	Phone       string // E.164; "" when none is known
	PhoneHash   Hash   // keyed; unique in the ward unless PhoneShared
	PhoneShared bool   // a number several people answer: proves nobody
	CitizenID   Sealed
	CitizenHash Hash
	BankAccount Sealed
	BankHash    Hash
	BankTail    string // last four digits, for showing
	BankName    string
	DiedOn      Date
	Brief       bool // wants questions short, without examples
	EveryStage  bool // wants to be told of every stage of a month's money, not only of its end
	// MergedInto is the person whom this row was found to be too; nobody lists it.
	MergedInto *int64
	MergedAt   *time.Time
	// Version counts changes of this row; a change request remembers the one it saw.
	Version   int
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Hash is a keyed hash by which a value is found. No hash is stored as NULL: the
// SQLite driver would store an empty one, which the unique indexes count.
type Hash []byte

func (h Hash) Value() (driver.Value, error) {
	if len(h) == 0 {
		return nil, nil
	}
	return []byte(h), nil
}

func (h *Hash) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*h = nil
	case []byte:
		*h = append(Hash(nil), v...)
	default:
		return fmt.Errorf("hash: cannot read %T", src)
	}
	return nil
}

// Sealed is a value encrypted at rest: key id, nonce and ciphertext in one
// printable string. services/vault opens it.
type Sealed string

// TermRole is what a term is paid by.
type TermRole string

const (
	Head       TermRole = "head"
	Deputy     TermRole = "deputy"
	Member     TermRole = "member"
	CellMember TermRole = "cell_member"
)

// Term says that a person holds a role in a branch from a day to a day, both
// included. It is never overwritten: it is closed with a date, or superseded.
type Term struct {
	ID       int64
	WardID   int64
	BranchID int64
	PersonID int64
	Role     TermRole
	Slot     int // 1 for the head; 1..n for deputies; 0 for members, who have no slot
	Title    string
	Acting   bool // quyền, phụ trách
	From     Date `gorm:"column:from_date"`
	To       Date `gorm:"column:to_date"` // zero while it runs

	DecisionNumber string
	DecisionDate   Date
	DecisionSigner string
	EndReason      string // resigned, moved, dismissed, died, replaced
	// ClosedAt is when the end became known; nil where it was known from the
	// start, or there is none.
	ClosedAt *time.Time

	ChangeID     *int64 // the request that opened it
	EndChangeID  *int64 // the request that closed it
	SupersededAt *time.Time
	SupersededBy *int64
	CreatedAt    time.Time
}

// On reports whether the term holds on the day.
func (t Term) On(day Date) bool {
	return t.SupersededAt == nil && !t.From.After(day) && (t.To.IsZero() || !t.To.Before(day))
}

// Known is the term as it was believed at a moment; false when it was not, or no
// longer, believed then. An end that became known later is left out.
func (t Term) Known(at time.Time) (Term, bool) {
	if t.CreatedAt.After(at) || (t.SupersededAt != nil && !t.SupersededAt.After(at)) {
		return Term{}, false
	}
	if t.ClosedAt != nil && t.ClosedAt.After(at) {
		t.To, t.EndReason, t.EndChangeID, t.ClosedAt = Date{}, "", nil, nil
	}
	t.SupersededAt, t.SupersededBy = nil, nil
	return t, true
}
