package models

import (
	"time"
)

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
