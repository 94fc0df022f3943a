package year

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
)

// Counts is who is in post on a day, and what their posts cost a month, in đồng.
type Counts struct {
	Villages     int   `json:"villages"`
	CellMembers  int   `json:"cell_members"`
	Heads        int   `json:"heads"`
	Deputies     int   `json:"deputies"`
	Members      int   `json:"members"`
	MonthlyTotal int64 `json:"monthly_total"`
}

// Report is the ward's table, or that of all wards.
type Report struct {
	On models.Date `json:"on"`
	Counts
	Wards         []WardReport `json:"wards"`
	Organizations []ReportRow  `json:"organizations"`
	ByVillage     []ReportRow  `json:"by_village"`
}

// WardReport is one ward's part.
type WardReport struct {
	Code string `json:"code"`
	Name string `json:"name"`
	Counts
}

// ReportRow is one organization's or one village's part.
type ReportRow struct {
	Ward        string `json:"ward,omitempty"` // of a village
	Code        string `json:"code,omitempty"` // of an organization
	Name        string `json:"name"`
	Heads       int    `json:"heads"`
	Deputies    int    `json:"deputies"`
	Members     int    `json:"members"`
	CellMembers int    `json:"cell_members"`
	Amount      int64  `json:"amount"`

	village int64 // its id
}

// Report counts who is in post on the day, and what these posts cost when they
// are held for the whole of that month: the ward's standing obligation, which
// does not swing with who came or left within the month. Stacking and caps
// count. Staff see their ward; the system without a ward sees all.
func (s *Service) Report(ctx context.Context, actor services.Actor, on models.Date) (Report, error) {
	if err := money.StaffOnly(actor); err != nil {
		return Report{}, err
	}
	if on.IsZero() || on.MonthOf() < money.FirstMonth || on.MonthOf() > money.LastMonth {
		return Report{}, services.Invalid("date")
	}
	db := s.store.WithContext(ctx)
	var wards []models.Ward
	query := db.Order("id")
	if actor.Ward != 0 {
		query = query.Where("id = ?", actor.Ward)
	}
	if err := query.Find(&wards).Error; err != nil {
		return Report{}, fmt.Errorf("report: %w", err)
	}
	var organizations []models.Organization
	if err := db.Order("sort_order, code").Find(&organizations).Error; err != nil {
		return Report{}, fmt.Errorf("report: %w", err)
	}
	report := Report{On: on, Wards: []WardReport{}, Organizations: []ReportRow{}, ByVillage: []ReportRow{}}
	byOrganization := map[string]*ReportRow{}
	for _, ward := range wards {
		part, err := reportWard(db, ward, on, byOrganization)
		if err != nil {
			return Report{}, err
		}
		report.Wards = append(report.Wards, part.ward)
		report.ByVillage = append(report.ByVillage, part.villages...)
		report.Counts.add(part.ward.Counts)
	}
	for _, organization := range organizations {
		if row := byOrganization[organization.Code]; row != nil {
			row.Code, row.Name = organization.Code, organization.Name
			report.Organizations = append(report.Organizations, *row)
		}
	}
	return report, nil
}

type wardPart struct {
	ward     WardReport
	villages []ReportRow
}

// heldPost is a term on the day, with where it is.
type heldPost struct {
	models.Term      `gorm:"embedded"`
	OrganizationCode string
	VillageID        int64
}

func reportWard(db *gorm.DB, ward models.Ward, on models.Date, byOrganization map[string]*ReportRow) (wardPart, error) {
	part := wardPart{ward: WardReport{Code: ward.Code, Name: ward.Name}}
	var villages []models.Village
	err := services.InWard(db, ward.ID).
		Where("(valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to >= ?)", on, on).
		Order("sort_order, id").Find(&villages).Error
	if err != nil {
		return part, fmt.Errorf("report: %w", err)
	}
	part.ward.Villages = len(villages)
	held, err := heldOn(db, ward.ID, on)
	if err != nil {
		return part, err
	}
	calculus, err := money.LoadCalculus(db, ward.ID, money.Months(on.MonthOf(), on.MonthOf()))
	if err != nil {
		return part, err
	}
	byVillage := make(map[int64]*ReportRow, len(villages))
	for _, village := range villages {
		byVillage[village.ID] = &ReportRow{Ward: ward.Name, Name: village.Name, village: village.ID}
	}
	rowsOf := func(post heldPost) [2]*ReportRow {
		if byVillage[post.VillageID] == nil { // closed, and people still in post
			byVillage[post.VillageID] = &ReportRow{Ward: ward.Name, village: post.VillageID}
		}
		if byOrganization[post.OrganizationCode] == nil {
			byOrganization[post.OrganizationCode] = &ReportRow{}
		}
		return [2]*ReportRow{byVillage[post.VillageID], byOrganization[post.OrganizationCode]}
	}
	posts, branches := map[int64][]money.Post{}, map[int64]heldPost{}
	for _, post := range held {
		part.ward.count(post.Role)
		for _, row := range rowsOf(post) {
			row.count(post.Role)
		}
		branches[post.BranchID] = post
		post.Term.From, post.Term.To = on.MonthOf().First(), models.Date{}
		posts[post.PersonID] = append(posts[post.PersonID],
			money.Post{Term: post.Term, OrganizationCode: post.OrganizationCode, VillageID: post.VillageID})
	}
	for _, mine := range posts {
		for _, component := range calculus.Entitlement(mine, on.MonthOf()) {
			part.ward.MonthlyTotal += component.Amount
			for _, row := range rowsOf(branches[component.BranchID]) {
				row.Amount += component.Amount
			}
		}
	}
	for _, village := range villages {
		part.villages = append(part.villages, *byVillage[village.ID])
		delete(byVillage, village.ID)
	}
	if err := nameClosed(db, ward, byVillage); err != nil {
		return part, err
	}
	for _, id := range slices.Sorted(maps.Keys(byVillage)) {
		part.villages = append(part.villages, *byVillage[id])
	}
	return part, nil
}

func heldOn(db *gorm.DB, ward int64, on models.Date) ([]heldPost, error) {
	var held []heldPost
	err := db.Raw(`
SELECT t.id, t.ward_id, t.branch_id, t.person_id, t.role, t.slot, t.from_date, t.to_date, b.organization_code,
	b.village_id
FROM terms t JOIN branches b ON b.id = t.branch_id
WHERE t.ward_id = ? AND t.superseded_at IS NULL AND t.from_date <= ? AND (t.to_date IS NULL OR t.to_date >= ?)
ORDER BY t.id`, ward, on, on).Scan(&held).Error
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return held, nil
}

// nameClosed names villages that are closed on the day and still have people in
// post, so that the parts add up to the total.
func nameClosed(db *gorm.DB, ward models.Ward, rows map[int64]*ReportRow) error {
	if len(rows) == 0 {
		return nil
	}
	var closed []models.Village
	if err := services.InWard(db, ward.ID).Where("id IN ?",
		slices.Sorted(maps.Keys(rows))).Find(&closed).Error; err != nil {
		return fmt.Errorf("report: %w", err)
	}
	for _, village := range closed {
		rows[village.ID].Name = village.Name
	}
	return nil
}

func (c *Counts) count(role models.TermRole) {
	switch role {
	case models.Head:
		c.Heads++
	case models.Deputy:
		c.Deputies++
	case models.Member:
		c.Members++
	case models.CellMember:
		c.CellMembers++
	}
}

func (c *Counts) add(d Counts) {
	c.Villages += d.Villages
	c.CellMembers += d.CellMembers
	c.Heads += d.Heads
	c.Deputies += d.Deputies
	c.Members += d.Members
	c.MonthlyTotal += d.MonthlyTotal
}

func (r *ReportRow) count(role models.TermRole) {
	switch role {
	case models.Head:
		r.Heads++
	case models.Deputy:
		r.Deputies++
	case models.Member:
		r.Members++
	case models.CellMember:
		r.CellMembers++
	}
}
