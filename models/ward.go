package models

import (
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
	// HandsDays is for how long who brought about what proves a person signs nothing
	// about where that person's money goes.
	HandsDays int `gorm:"default:30"`
	// HoldDays is how long a chat or a number is young: what is asked by one about
	// money is signed by two meanwhile.
	HoldDays int `gorm:"default:7"`
	// PayDay is the day of the following month by which a month is usually
	// transferred; 0 when the ward promises none. Left out when a row is made, it
	// is 5.
	PayDay int `gorm:"default:5"`
	// PayEvery is how many months one payment list covers: 1, or 3 in a ward that
	// pays by the quarter.
	PayEvery int `gorm:"default:1"`
	// PayFrom is the first month that the ward pays by these lists; 0 is that of its
	// first list. What came before was paid, or not, by other means.
	PayFrom Month
	// PayThrough is how the ward's money goes out.
	PayThrough Through `gorm:"default:bank"`
	Treasury
	// What a message costs the ward that its platform bills, and one that goes
	// by an approved template, in đồng.
	BilledMessagePrice   int64
	TemplateMessagePrice int64
	// KeepPhrases lets what the bot did not understand be kept for a month,
	// masked, so that it can be taught.
	KeepPhrases bool
	// NoticesByLeader lets no notice go before a leader has said so.
	NoticesByLeader bool
	// AccountsNotOn are the channels, by commas, on which nobody types an account
	// number: the ward does not trust them with it.
	AccountsNotOn string
	CreatedAt     time.Time
}

// Through is how a ward's money goes out.
type Through string

const (
	ByBank     Through = "bank"
	ByTreasury Through = "treasury" // which looks at the papers first, and may send them back
	ByCash     Through = "cash"     // handed out by hand, all of it
)

// Treasury is what the state treasury's forms name a ward by, as digits and words
// that the ward says; any may be empty.
type Treasury struct {
	TreasuryName    string // which treasury
	TreasuryAccount string // the ward's own, there
	BudgetUnit      string // mã đơn vị quan hệ ngân sách
	BudgetChapter   string // chương
	BudgetCategory  string // khoản
	BudgetItem      string // tiểu mục
}

// WardLink is a unit that a ward was made of. Those before 2025 have no row of
// their own, only a name.
type WardLink struct {
	ID              int64
	WardID          int64
	PredecessorName string // "xã Thuận Lộc"
	Folded          string
	PredecessorID   *int64
	Kind            LinkKind
	From            Date `gorm:"column:from_date"`
	DecisionNumber  string
	CreatedAt       time.Time
}
