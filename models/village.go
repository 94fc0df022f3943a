package models

import (
	"time"
)

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
