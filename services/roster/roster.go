// Package roster is who holds which post of which branch, from when to when:
// reading it within what an actor may see, and the few writes by which a change
// request alters it. History is never overwritten: a term is closed with a
// date, or superseded by a corrected one, and both stay readable.
package roster

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/vault"
)

// Service reads the roster for an actor and writes it for a change.
type Service struct {
	Secrets *Secrets

	store *models.Store
	vault *vault.Vault
	audit *journal.Service
	clock services.Clock

	kinds organizations
}

// New makes a roster over the store; the vault hashes phone numbers for
// looking up.
func New(store *models.Store, vault *vault.Vault, audit *journal.Service, clock services.Clock) *Service {
	return &Service{Secrets: &Secrets{vault}, store: store, vault: vault, audit: audit, clock: clock}
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
	person, err := services.Take[models.Person](tx, actor, "person", id)
	if err != nil {
		return models.Person{}, err
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
	views, err := s.views(tx, []int64{id})
	if err != nil {
		return BranchView{}, err
	}
	if len(views) == 0 || actor.In(views[0].Branch.WardID) != nil {
		return BranchView{}, services.NotFound("branch")
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
	err := services.InWard(s.store.WithContext(ctx),
		actor.Ward).Where("(valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to >= ?)", today, today).
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
	if _, err := services.Take[models.Village](tx, actor, "village", village); err != nil {
		return nil, err
	}
	today := s.today()
	var branches []models.Branch
	err := tx.Joins("JOIN organizations o ON o.code = branches.organization_code").
		Where("branches.village_id = ? AND (branches.valid_from IS NULL OR branches.valid_from <= ?) AND "+
			"(branches.valid_to IS NULL OR branches.valid_to >= ?)", village, today, today).
		Order("o.sort_order, branches.id").Find(&branches).Error
	if err != nil {
		return nil, fmt.Errorf("read branches: %w", err)
	}
	ids := make([]int64, len(branches))
	for i, branch := range branches {
		ids[i] = branch.ID
	}
	return s.views(tx, ids)
}

// views reads branches, in the order of ids, with who is in post today.
func (s *Service) views(tx *gorm.DB, ids []int64) ([]BranchView, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	where, err := s.wherever(tx, ids)
	if err != nil {
		return nil, err
	}
	posts, err := held(tx, s.today(), "terms.branch_id IN ?", ids)
	if err != nil {
		return nil, err
	}
	of := map[int64][]Post{}
	for _, post := range posts {
		place := where[post.Term.BranchID]
		post.Branch, post.Village, post.Organization = place.Branch, place.Village, place.Organization
		of[post.Term.BranchID] = append(of[post.Term.BranchID], post)
	}
	views := make([]BranchView, 0, len(ids))
	for _, id := range ids {
		view, known := where[id]
		if !known {
			continue
		}
		view.Posts = of[id]
		views = append(views, view)
	}
	return views, nil
}

// byRank puts heads before deputies before the others.
const byRank = "CASE terms.role WHEN 'head' THEN 0 WHEN 'deputy' THEN 1 WHEN 'member' THEN 2 ELSE 3 END, terms.slot, " +
	"terms.from_date, terms.id"

// posts reads the terms that hold on a day and match the condition.
func (s *Service) posts(tx *gorm.DB, on models.Date, condition string, args ...any) ([]Post, error) {
	posts, err := held(tx, on, condition, args...)
	if err != nil {
		return nil, err
	}
	return posts, s.place(tx, posts)
}

// held reads the terms that hold on a day and match the condition, each with
// its person and without its branch.
func held(tx *gorm.DB, on models.Date, condition string, args ...any) ([]Post, error) {
	var terms []models.Term
	err := tx.Where(condition, args...).
		Where("terms.superseded_at IS NULL AND terms.from_date <= ? AND (terms.to_date IS NULL OR terms.to_date >= ?)", on,
			on).
		Order(byRank).Find(&terms).Error
	if err != nil {
		return nil, fmt.Errorf("read terms: %w", err)
	}
	return withPeople(tx, terms)
}

// withPeople reads whose terms they are.
func withPeople(tx *gorm.DB, terms []models.Term) ([]Post, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(terms))
	for i, term := range terms {
		ids[i] = term.PersonID
	}
	var people []models.Person
	if err := tx.Find(&people, "id IN ?", ids).Error; err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	who := make(map[int64]models.Person, len(people))
	for _, person := range people {
		who[person.ID] = person
	}
	posts := make([]Post, len(terms))
	for i, term := range terms {
		posts[i] = Post{Term: term, Person: who[term.PersonID]}
	}
	return posts, nil
}
