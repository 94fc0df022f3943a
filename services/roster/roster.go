// Package roster is who holds which post of which branch, from when to when:
// reading it within what an actor may see, and the few writes by which a change
// request alters it. History is never overwritten: a term is closed with a
// date, or superseded by a corrected one, and both stay readable.
package roster

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/audit"
	"canbobot/services/vault"
)

// Service reads the roster for an actor and writes it for a change.
type Service struct {
	store *models.Store
	vault *vault.Vault
	audit *audit.Service
	clock services.Clock
}

// New makes a roster over the store; the vault hashes phone numbers for
// looking up.
func New(store *models.Store, vault *vault.Vault, audit *audit.Service, clock services.Clock) *Service {
	return &Service{store: store, vault: vault, audit: audit, clock: clock}
}

// Post is a term with everything it is shown by.
type Post struct {
	Term         models.Term
	Branch       models.Branch
	Village      models.Village
	Organization models.Organization
	Person       models.Person
}

// BranchView is a branch and who holds its posts on one day: head, deputies by
// slot, members by name.
type BranchView struct {
	Branch       models.Branch
	Village      models.Village
	Organization models.Organization
	Posts        []Post
}

// readers are the roles that read the whole ward.
var readers = []services.Role{services.Viewer, services.Clerk, services.Leader, services.Admin}

func (s *Service) today() models.Date { return models.DateOf(s.clock.Local()) }

// Person returns one person of the actor's ward. An officer reads only
// themselves; anybody else is not_found/person.
func (s *Service) Person(ctx context.Context, actor services.Actor, id int64) (models.Person, error) {
	if err := actor.Need(append(readers, services.Officer)...); err != nil {
		return models.Person{}, err
	}
	if actor.Role == services.Officer && actor.Person != id {
		return models.Person{}, services.NotFound("person")
	}
	return s.person(s.store.WithContext(ctx), actor, id)
}

func (s *Service) person(tx *gorm.DB, actor services.Actor, id int64) (models.Person, error) {
	var person models.Person
	err := tx.Take(&person, "id = ?", id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && actor.In(person.WardID) != nil) {
		return models.Person{}, services.NotFound("person")
	}
	if err != nil {
		return models.Person{}, fmt.Errorf("read person: %w", err)
	}
	return person, nil
}

// Posts lists the posts that a person holds on a day, heads first. An officer
// reads only their own.
func (s *Service) Posts(ctx context.Context, actor services.Actor, person int64, on models.Date) ([]Post, error) {
	if _, err := s.Person(ctx, actor, person); err != nil {
		return nil, err
	}
	return s.posts(s.store.WithContext(ctx), on, "terms.person_id = ?", person)
}

// Branch returns a branch of the actor's ward with those in post today. An
// officer reads only a branch where they hold a post today.
func (s *Service) Branch(ctx context.Context, actor services.Actor, id int64) (BranchView, error) {
	if err := actor.Need(append(readers, services.Officer)...); err != nil {
		return BranchView{}, err
	}
	view, err := s.View(s.store.WithContext(ctx), actor, id)
	if err != nil || actor.Role != services.Officer {
		return view, err
	}
	for _, post := range view.Posts {
		if post.Person.ID == actor.Person {
			return view, nil
		}
	}
	return BranchView{}, services.NotFound("branch")
}

// View reads a branch of the actor's ward with those in post today, whatever
// the actor's role: for services that check it by rules of their own.
func (s *Service) View(tx *gorm.DB, actor services.Actor, id int64) (BranchView, error) {
	var branch models.Branch
	err := tx.Take(&branch, "id = ?", id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && actor.In(branch.WardID) != nil) {
		return BranchView{}, services.NotFound("branch")
	}
	if err != nil {
		return BranchView{}, fmt.Errorf("read branch: %w", err)
	}
	views, err := s.views(tx, []models.Branch{branch})
	if err != nil {
		return BranchView{}, err
	}
	return views[0], nil
}

// Villages lists the ward's villages that exist today, in the ward's own order.
func (s *Service) Villages(ctx context.Context, actor services.Actor) ([]models.Village, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	today := s.today()
	var villages []models.Village
	err := s.store.WithContext(ctx).
		Where("ward_id = ? AND (valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to >= ?)", actor.Ward, today, today).
		Order("sort_order, id").Find(&villages).Error
	if err != nil {
		return nil, fmt.Errorf("read villages: %w", err)
	}
	return villages, nil
}

// Branches lists the branches of a village that exist today, each with those
// in post.
func (s *Service) Branches(ctx context.Context, actor services.Actor, village int64) ([]BranchView, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	tx := s.store.WithContext(ctx)
	var found models.Village
	err := tx.Take(&found, "id = ?", village).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && actor.In(found.WardID) != nil) {
		return nil, services.NotFound("village")
	}
	if err != nil {
		return nil, fmt.Errorf("read village: %w", err)
	}
	today := s.today()
	var branches []models.Branch
	err = tx.Joins("JOIN organizations o ON o.code = branches.organization_code").
		Where("branches.village_id = ? AND (branches.valid_from IS NULL OR branches.valid_from <= ?) AND (branches.valid_to IS NULL OR branches.valid_to >= ?)", village, today, today).
		Order("o.sort_order, branches.id").Find(&branches).Error
	if err != nil {
		return nil, fmt.Errorf("read branches: %w", err)
	}
	return s.views(tx, branches)
}

// views adds to branches what they are shown by.
func (s *Service) views(tx *gorm.DB, branches []models.Branch) ([]BranchView, error) {
	ids, villageIDs := make([]int64, len(branches)), make([]int64, len(branches))
	for i, branch := range branches {
		ids[i], villageIDs[i] = branch.ID, branch.VillageID
	}
	posts, err := s.posts(tx, s.today(), "terms.branch_id IN ?", ids)
	if err != nil {
		return nil, err
	}
	villages, organizations, err := places(tx, villageIDs)
	if err != nil {
		return nil, err
	}
	views := make([]BranchView, len(branches))
	for i, branch := range branches {
		views[i] = BranchView{Branch: branch, Village: villages[branch.VillageID], Organization: organizations[branch.OrganizationCode]}
		for _, post := range posts {
			if post.Branch.ID == branch.ID {
				views[i].Posts = append(views[i].Posts, post)
			}
		}
	}
	return views, nil
}

// posts reads the terms that hold on a day and match the condition.
func (s *Service) posts(tx *gorm.DB, on models.Date, condition string, args ...any) ([]Post, error) {
	var terms []models.Term
	err := tx.Where(condition, args...).
		Where("terms.superseded_at IS NULL AND terms.from_date <= ? AND (terms.to_date IS NULL OR terms.to_date >= ?)", on, on).
		Order("CASE terms.role WHEN 'head' THEN 0 WHEN 'deputy' THEN 1 WHEN 'member' THEN 2 ELSE 3 END, terms.slot, terms.from_date, terms.id").
		Find(&terms).Error
	if err != nil {
		return nil, fmt.Errorf("read terms: %w", err)
	}
	return fill(tx, terms)
}

// fill reads what terms are shown by, in a query for each table.
func fill(tx *gorm.DB, terms []models.Term) ([]Post, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	branchIDs, personIDs := make([]int64, len(terms)), make([]int64, len(terms))
	for i, term := range terms {
		branchIDs[i], personIDs[i] = term.BranchID, term.PersonID
	}
	var branches []models.Branch
	var people []models.Person
	if err := errors.Join(tx.Find(&branches, "id IN ?", branchIDs).Error, tx.Find(&people, "id IN ?", personIDs).Error); err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	byID, villageIDs := map[int64]models.Branch{}, []int64{}
	for _, branch := range branches {
		byID[branch.ID] = branch
		villageIDs = append(villageIDs, branch.VillageID)
	}
	who := map[int64]models.Person{}
	for _, person := range people {
		who[person.ID] = person
	}
	villages, organizations, err := places(tx, villageIDs)
	if err != nil {
		return nil, err
	}
	posts := make([]Post, len(terms))
	for i, term := range terms {
		branch := byID[term.BranchID]
		posts[i] = Post{
			Term: term, Branch: branch, Person: who[term.PersonID],
			Village: villages[branch.VillageID], Organization: organizations[branch.OrganizationCode],
		}
	}
	return posts, nil
}

// places reads villages and every organization: there are less than a dozen.
func places(tx *gorm.DB, villageIDs []int64) (map[int64]models.Village, map[string]models.Organization, error) {
	var villages []models.Village
	var organizations []models.Organization
	if err := errors.Join(tx.Find(&villages, "id IN ?", villageIDs).Error, tx.Find(&organizations).Error); err != nil {
		return nil, nil, fmt.Errorf("read places: %w", err)
	}
	byID, byCode := map[int64]models.Village{}, map[string]models.Organization{}
	for _, village := range villages {
		byID[village.ID] = village
	}
	for _, organization := range organizations {
		byCode[organization.Code] = organization
	}
	return byID, byCode, nil
}
