package models

import "time"

// VillageName is a name under which a village may be asked for besides its own:
// one it had before, or what people still say.
type VillageName struct {
	ID             int64
	WardID         int64
	VillageID      int64
	Name           string // "Thôn 3 xã Thuận Lộc"
	Folded         string
	Until          Date `gorm:"column:until_date"` // last day of the name; zero when nobody wrote it down
	DecisionNumber string
	CreatedAt      time.Time
}

// LinkKind is how units came out of others.
type LinkKind string

const (
	LinkMerge  LinkKind = "merge"
	LinkSplit  LinkKind = "split"
	LinkRename LinkKind = "rename"
)

// VillageLink says that one village went into another, or came out of it. A
// rename is no link: the village stays the same row.
type VillageLink struct {
	ID             int64
	WardID         int64
	PredecessorID  int64
	SuccessorID    int64
	Kind           LinkKind
	From           Date `gorm:"column:from_date"` // first day of the successor
	DecisionNumber string
	CreatedAt      time.Time
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

// PersonMerge says that two rows of the roster were one human, and what was
// moved from one to the other, so that it can be undone exactly.
type PersonMerge struct {
	ID       int64
	WardID   int64
	KeepID   int64
	DropID   int64
	ByStaff  *int64
	Moved    string // JSON
	At       time.Time
	UndoneAt *time.Time
}

// PersonDistinction says that two people who look alike are two.
type PersonDistinction struct {
	ID       int64
	WardID   int64
	FirstID  int64 // the lower id
	SecondID int64
	ByStaff  *int64
	At       time.Time
}
