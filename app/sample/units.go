package sample

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"canbobot/models"

	"gorm.io/gorm"
)

// Organizations with their titles, as the charters name them. A Party cell is
// none, but its committee is on the meeting's table; it has no head here, since
// its secretary is no branch head of the town's policy.
var organizations = []models.Organization{
	{Code: "youth", Name: "Đoàn TNCS Hồ Chí Minh", BranchName: "Chi đoàn", HeadTitle: "Bí thư chi đoàn",
		DeputyTitle: "Phó Bí thư chi đoàn", MemberTitle: "Uỷ viên BCH", DeputiesMax: 1, TermYears: 3, SortOrder: 1},
	{Code: "women", Name: "Hội Liên hiệp Phụ nữ", BranchName: "Chi hội Phụ nữ", HeadTitle: "Chi hội trưởng",
		DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên BCH", DeputiesMax: 1, SortOrder: 2},
	{Code: "farmers", Name: "Hội Nông dân", BranchName: "Chi hội Nông dân", HeadTitle: "Chi hội trưởng",
		DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên BCH", DeputiesMax: 1, SortOrder: 3},
	{Code: "veterans", Name: "Hội Cựu chiến binh", BranchName: "Chi hội Cựu chiến binh", HeadTitle: "Chi hội trưởng",
		DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên BCH", DeputiesMax: 1, SortOrder: 4},
	{Code: "elderly", Name: "Hội Người cao tuổi", BranchName: "Chi hội Người cao tuổi", HeadTitle: "Chi hội trưởng",
		DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên BCH", DeputiesMax: 2, SortOrder: 5},
	{Code: "red_cross", Name: "Hội Chữ thập đỏ", BranchName: "Chi hội Chữ thập đỏ", HeadTitle: "Chi hội trưởng",
		DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên BCH", DeputiesMax: 1, SortOrder: 6},
	{Code: "front", Name: "Mặt trận Tổ quốc", BranchName: "Ban công tác Mặt trận", HeadTitle: "Trưởng ban",
		DeputyTitle: "Phó Trưởng ban", MemberTitle: "Thành viên", DeputiesMax: 1, SortOrder: 7},
	{Code: "party_cell", Name: "Chi bộ", BranchName: "Chi bộ", MemberTitle: "Chi uỷ viên", DeputiesMax: 1, SortOrder: 8},
}

// Organizations are what every ward has.
func Organizations() []models.Organization { return slices.Clone(organizations) }

// TownPolicy is what the meeting agreed, as each of its wards pays it. Its paper
// has no number that is known.
func TownPolicy(ward int64, at time.Time) models.Policy {
	return models.Policy{
		WardID: ward, State: models.PolicyInForce, Code: "town", Name: "Hỗ trợ chi đoàn, chi hội", Source: "town",
		LegalBasis: "Thông báo kết luận cuộc họp của thị xã Hồng Lĩnh về hỗ trợ chi đoàn, chi hội",
		Issuer:     "Thị xã Hồng Lĩnh",
		From:       models.NewDate(2021, 1, 1), Accrual: models.FullIfOnDay, AccrualDays: 15, Stacking: models.StackAll,
		CreatedAt: at,
		Rules:     []models.PolicyRule{{Role: models.Head, Amount: 200_000}, {Role: models.Deputy, Amount: 150_000}},
	}
}

// batchRows is small because the SQLite driver looks for every value of a
// statement among all of them.
const batchRows = 40

// half is one of the two wards that the town became on 01/07/2025.
type half struct {
	code, name, phone string
	villages          []string
}

func numbered(pattern string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf(pattern, i+1)
	}
	return names
}

func join(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

var wards = []half{
	{"bac-hong-linh", "Bắc Hồng Lĩnh", "+842393835001", join( // Bắc Hồng, Đức Thuận, Trung Lương, Xuân Lam
		numbered("Tổ dân phố %d", 8),
		strings.Split("Tổ dân phố Thuận An,Tổ dân phố Thuận Hoà,Tổ dân phố Thuận Minh,Tổ dân phố Thuận Tiến,Tổ dân phố "+
			"Ngọc Sơn,Tổ dân phố Đồng Thuận,Tổ dân phố Hồng Nguyệt", ","),
		strings.Split("Tổ dân phố La Giang,Tổ dân phố Tiên Sơn,Tổ dân phố Tuần Cầu,Tổ dân phố Quỳnh Lâm,Tổ dân phố Phúc "+
			"Sơn,Tổ dân phố Hầu Đền,Tổ dân phố Bấn Xá", ","),
		numbered("Thôn Xuân Lam %d", 6))},
	{"nam-hong-linh", "Nam Hồng Lĩnh", "+842393835002", join( // Nam Hồng, Đậu Liêu, Thuận Lộc, Xuân Lĩnh
		numbered("Tổ dân phố %d", 8),
		numbered("Tổ dân phố Đậu Liêu %d", 5),
		strings.Split("Thôn Hồng Lam,Thôn Thuận Trung,Thôn Tân Hoà,Thôn Chùa,Thôn Hồng Phú,Thôn Thuận Nam", ","),
		numbered("Thôn Xuân Lĩnh %d", 5))},
}

// paid are the organizations whose branches the town pays.
var paid = []string{"youth", "women", "farmers", "veterans"}

// began is when the town became the wards. Villages and branches are older.
var began = models.NewDate(2025, 7, 1)

// loadUnits makes wards, villages, branches, people and terms, so that the
// counts come out exactly: 208 possible branches less 14 are the 194 with a
// head; 39 of those have a committee member instead of a deputy.
func (l *loader) loadUnits(ctx context.Context) error {
	db := l.ward.Store.WithContext(ctx)
	if err := db.Create(&organizations).Error; err != nil {
		return err
	}
	var villages []*models.Village
	for _, w := range wards {
		row := &models.Ward{
			Code: w.code, Name: w.name, Kind: "phường", ValidFrom: began, ClerkPhone: w.phone,
			RemindAfterHours: 48, PayDay: 10, BilledMessagePrice: 55, TemplateMessagePrice: 200, CreatedAt: l.now,
		}
		if err := db.Create(row).Error; err != nil {
			return err
		}
		l.wards[w.code] = row
		for i, name := range w.villages {
			villages = append(villages, &models.Village{WardID: row.ID, Name: name, Folded: models.Fold(name), SortOrder: i + 1,
				CreatedAt: l.now})
		}
	}
	if err := db.CreateInBatches(&villages, batchRows).Error; err != nil {
		return err
	}
	var branches []*models.Branch
	possible := 0
	for _, village := range villages {
		for _, code := range append(append([]string{}, paid...), "party_cell") {
			if code != "party_cell" {
				possible++
				// Fourteen villages are too small for a branch of their own.
				if possible%14 == 0 && possible/14 <= Villages*len(paid)-Heads {
					continue
				}
			}
			branches = append(branches, &models.Branch{
				WardID: village.WardID, VillageID: village.ID, OrganizationCode: code,
				Name: branchName(code) + " " + village.Name, CreatedAt: l.now,
			})
		}
	}
	if err := db.CreateInBatches(&branches, batchRows).Error; err != nil {
		return err
	}
	if err := l.fill(branches); err != nil {
		return err
	}
	if err := l.seal(db); err != nil {
		return err
	}
	if err := db.CreateInBatches(&l.people, batchRows).Error; err != nil {
		return err
	}
	for _, post := range l.posts {
		post.term.PersonID = post.person.ID
	}
	return db.CreateInBatches(&l.terms, batchRows).Error
}

func organization(code string) models.Organization {
	for _, organization := range organizations {
		if organization.Code == code {
			return organization
		}
	}
	return models.Organization{}
}

func branchName(code string) string { return organization(code).BranchName }

// fill puts people into posts.
func (l *loader) fill(branches []*models.Branch) error {
	wardOf := map[int64]*models.Ward{}
	for _, ward := range l.wards {
		wardOf[ward.ID] = ward
	}
	inVillage := map[int64][]*models.Person{} // heads, who may sit on the cell's committee too
	count := 0
	for _, branch := range branches {
		if branch.OrganizationCode == "party_cell" {
			if err := l.fillCell(branch, wardOf[branch.WardID], inVillage[branch.VillageID]); err != nil {
				return err
			}
			continue
		}
		count++
		head := l.newPerson(branch.WardID, branch.OrganizationCode)
		inVillage[branch.VillageID] = append(inVillage[branch.VillageID], head)
		l.hold(branch, wardOf[branch.WardID], head, models.Head, 1)
		second := l.newPerson(branch.WardID, branch.OrganizationCode)
		// Every fifth branch has a committee member in place of a deputy: 39.
		if count%5 == 0 || count == Heads {
			l.hold(branch, wardOf[branch.WardID], second, models.Member, 0)
		} else {
			l.hold(branch, wardOf[branch.WardID], second, models.Deputy, 1)
		}
		if count%40 == 7 { // some couples have one telephone
			if second.Phone != "" {
				sharePhone(head, second)
			}
		}
		if count%30 == 11 { // a predecessor, whose term is closed
			before := l.newPerson(branch.WardID, branch.OrganizationCode)
			l.succeed(branch, wardOf[branch.WardID], before)
		}
	}
	return nil
}

// fillCell gives a party cell its committee of three; in some, a head of the
// village's branches sits there too: one person, two posts.
func (l *loader) fillCell(branch *models.Branch, ward *models.Ward, heads []*models.Person) error {
	for i := range CellMembers / Villages {
		if i == 0 && len(heads) > 0 && l.rand.IntN(100) < 40 {
			l.hold(branch, ward, heads[len(heads)-1], models.CellMember, 0)
			continue
		}
		person := l.newPerson(branch.WardID, branch.OrganizationCode)
		l.hold(branch, ward, person, models.CellMember, 0)
	}
	return nil
}

// hold opens a term that began before the runs of the sample.
func (l *loader) hold(branch *models.Branch, ward *models.Ward, person *models.Person, role models.TermRole,
	slot int) *models.Term {
	title := organization(branch.OrganizationCode).TitleOf(role)
	from := models.NewDate(l.today.Year-1-l.rand.IntN(4), 1, 1+l.rand.IntN(270))
	term := &models.Term{
		WardID: branch.WardID, BranchID: branch.ID, Role: role, Slot: slot, Title: title, From: from,
		DecisionNumber: fmt.Sprintf("%02d/QĐ", 1+l.rand.IntN(90)), DecisionDate: from, CreatedAt: l.now,
	}
	l.terms = append(l.terms, term)
	l.posts = append(l.posts, post{term: term, person: person, branch: branch, ward: ward, code: branch.OrganizationCode})
	return term
}

// succeed puts a predecessor before the head who was just appointed.
func (l *loader) succeed(branch *models.Branch, ward *models.Ward, before *models.Person) {
	for _, post := range l.posts {
		if post.branch == branch && post.term.Role == models.Head {
			term := l.hold(branch, ward, before, models.Head, 1)
			term.To = post.term.From.AddDays(-1)
			term.From = models.NewDate(term.To.Year-3, term.To.Month, 1)
			term.EndReason = "term_ended"
			return
		}
	}
}

// loadPolicies makes what the town decided.
func (l *loader) loadPolicies(ctx context.Context) error {
	db := l.ward.Store.WithContext(ctx)
	for _, w := range wards {
		policy := TownPolicy(l.wards[w.code].ID, l.now)
		if err := db.Create(&policy).Error; err != nil {
			return err
		}
	}
	return nil
}

// seal gives everybody an id and seals what is to be sealed for their rows.
func (l *loader) seal(db *gorm.DB) error {
	ids, err := l.ward.Store.Reserve(db, "people", len(l.people))
	if err != nil {
		return err
	}
	for i, person := range l.people {
		person.ID = ids[i]
	}
	for _, do := range l.sealing {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}
