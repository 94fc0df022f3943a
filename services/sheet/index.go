package sheet

import (
	"errors"
	"fmt"
	"maps"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// index is the roster of one ward, read once: what a sheet is compared with.
type index struct {
	ward     models.Ward
	names    *names
	branches map[int64]models.Branch
	branchAt map[place]int64 // by village and organization
	villages map[int64]models.Village

	people    []models.Person
	byID      map[int64]*models.Person
	byFolded  map[string][]*models.Person
	byPhone   map[string][]*models.Person
	byCitizen map[string]*models.Person

	terms    []models.Term // that are believed, past ones too
	ofPerson map[int64][]*models.Term
	ofBranch map[int64][]*models.Term
}

// current keeps units that exist on a day.
const current = "(valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to >= ?)"

func readIndex(tx *gorm.DB, ward int64, today models.Date) (*index, error) {
	x := &index{
		branches: map[int64]models.Branch{}, branchAt: map[place]int64{}, villages: map[int64]models.Village{},
		byID: map[int64]*models.Person{}, byFolded: map[string][]*models.Person{}, byPhone: map[string][]*models.Person{},
		byCitizen: map[string]*models.Person{},
		ofPerson:  map[int64][]*models.Term{}, ofBranch: map[int64][]*models.Term{},
	}
	var villages []models.Village
	var organizations []models.Organization
	var branches []models.Branch
	var wards []string // that the ward was made of
	err := errors.Join(
		tx.Take(&x.ward, "id = ?", ward).Error,
		services.InWard(tx.Model(&models.WardLink{}), ward).Order("id").Pluck("folded", &wards).Error,
		services.InWard(tx, ward).Where(current, today, today).Order("sort_order, id").Find(&villages).Error,
		tx.Order("sort_order, code").Find(&organizations).Error,
		services.InWard(tx, ward).Where(current, today, today).Order("id").Find(&branches).Error,
		services.InWard(tx.Select("id", "ward_id", "name", "folded", "birth_date", "birth_year", "phone", "phone_shared",
			"citizen_hash", "bank_hash", "bank_tail", "bank_name", "bank_holder",
			"bank_relation", "pay_way", "died_on", "version"),
			ward).Where("merged_into IS NULL").Order("id").Find(&x.people).Error,
		services.InWard(tx, ward).Where("superseded_at IS NULL").Order("from_date, id").Find(&x.terms).Error,
	)
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	for _, village := range villages {
		x.villages[village.ID] = village
	}
	for _, branch := range branches {
		x.branches[branch.ID] = branch
		x.branchAt[place{village: branch.VillageID, organization: branch.OrganizationCode}] = branch.ID
	}
	x.names = newNames(villages, organizations, branches)
	x.names.wards = append(wards, Words(x.ward.Kind+" "+x.ward.Name))
	for i := range x.people {
		person := &x.people[i]
		x.byID[person.ID] = person
		x.byFolded[person.Folded] = append(x.byFolded[person.Folded], person)
		if person.Phone != "" {
			x.byPhone[person.Phone] = append(x.byPhone[person.Phone], person)
		}
		if len(person.CitizenHash) > 0 {
			x.byCitizen[string(person.CitizenHash)] = person
		}
	}
	for i := range x.terms {
		term := &x.terms[i]
		x.ofPerson[term.PersonID] = append(x.ofPerson[term.PersonID], term)
		x.ofBranch[term.BranchID] = append(x.ofBranch[term.BranchID], term)
	}
	return x, nil
}

// sameUnits reports whether two readings of a ward have the same villages,
// organizations and branches: then a sheet's lines mean the same in both.
func (x *index) sameUnits(other *index) bool {
	return maps.Equal(x.branchAt, other.branchAt) && maps.Equal(x.names.byCode, other.names.byCode) &&
		maps.EqualFunc(x.villages, other.villages, func(a, b models.Village) bool {
			return a.Folded == b.Folded &&
				a.KnownAs == b.KnownAs
		}) &&
		maps.EqualFunc(x.branches, other.branches, func(a, b models.Branch) bool { return a.Name == b.Name })
}
