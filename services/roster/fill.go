package roster

import (
	"fmt"
	"sync"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
)

// fill reads what terms are shown by: branches with their villages in one
// query, people in another.
func (s *Service) fill(tx *gorm.DB, terms []models.Term) ([]Post, error) {
	posts, err := withPeople(tx, terms)
	if err != nil {
		return nil, err
	}
	return posts, s.place(tx, posts)
}

// place adds to posts where they are.
func (s *Service) place(tx *gorm.DB, posts []Post) error {
	if len(posts) == 0 {
		return nil
	}
	ids := make([]int64, len(posts))
	for i, post := range posts {
		ids[i] = post.Term.BranchID
	}
	where, err := s.wherever(tx, ids)
	if err != nil {
		return err
	}
	for i := range posts {
		found := where[posts[i].Term.BranchID]
		posts[i].Branch, posts[i].Village, posts[i].Organization = found.Branch, found.Village, found.Organization
	}
	return nil
}

// wherever reads branches with village and organization, by id, in one query.
func (s *Service) wherever(tx *gorm.DB, branchIDs []int64) (map[int64]BranchView, error) {
	var rows []struct {
		Branch  models.Branch  `gorm:"embedded;embeddedPrefix:b_"`
		Village models.Village `gorm:"embedded;embeddedPrefix:v_"`
	}
	err := tx.Table("branches b").Joins("JOIN villages v ON v.id = b.village_id").Where("b.id IN ?", branchIDs).
		Select(`b.id AS b_id, b.ward_id AS b_ward_id, b.village_id AS b_village_id, 
			b.organization_code AS b_organization_code, b.name AS b_name,
			b.valid_from AS b_valid_from, b.valid_to AS b_valid_to, b.created_at AS b_created_at,
			v.id AS v_id, v.ward_id AS v_ward_id, v.name AS v_name, v.folded AS v_folded, v.known_as AS v_known_as,
			v.sort_order AS v_sort_order,
			v.valid_from AS v_valid_from, v.valid_to AS v_valid_to, v.created_at AS v_created_at`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read branches: %w", err)
	}
	kinds, err := s.organizations(tx, false)
	for i := 0; err == nil && i < len(rows); i++ {
		if _, known := kinds[rows[i].Branch.OrganizationCode]; !known { // made within the minute
			kinds, err = s.organizations(tx, true)
			break
		}
	}
	if err != nil {
		return nil, err
	}
	found := make(map[int64]BranchView, len(rows))
	for _, row := range rows {
		found[row.Branch.ID] = BranchView{Branch: row.Branch, Village: row.Village,
			Organization: kinds[row.Branch.OrganizationCode]}
	}
	return found, nil
}

// organizations are few and change rarely: they are read once a minute.
type organizations struct {
	mu     sync.Mutex
	byCode map[string]models.Organization
	until  time.Time
}

// organizationsFresh is how long a change of an organization may take to show.
const organizationsFresh = time.Minute

// organizations returns every organization by code; nobody changes the map.
// Anew reads them even where they are fresh.
func (s *Service) organizations(tx *gorm.DB, anew bool) (map[string]models.Organization, error) {
	now := s.clock()
	s.kinds.mu.Lock()
	kept, until := s.kinds.byCode, s.kinds.until
	s.kinds.mu.Unlock()
	if !anew && len(kept) > 0 && now.Before(until) {
		return kept, nil
	}
	var rows []models.Organization
	if err := tx.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read organizations: %w", err)
	}
	read := make(map[string]models.Organization, len(rows))
	for _, row := range rows {
		read[row.Code] = row
	}
	s.kinds.mu.Lock()
	s.kinds.byCode, s.kinds.until = read, now.Add(organizationsFresh)
	s.kinds.mu.Unlock()
	return read, nil
}

// Standing lists who holds or is to hold a post of the branches on a day or
// after it, heads first within a branch. It asks nobody's leave: the caller has
// checked who may.
func (s *Service) Standing(tx *gorm.DB, branches []int64, from models.Date) ([]Post, error) {
	if len(branches) == 0 {
		return nil, nil
	}
	var terms []models.Term
	err := tx.Where("branch_id IN ? AND superseded_at IS NULL AND (to_date IS NULL OR to_date >= ?)", branches, from).
		Order("branch_id, " + byRank).Find(&terms).Error
	if err != nil {
		return nil, fmt.Errorf("read terms: %w", err)
	}
	return s.fill(tx, terms)
}
