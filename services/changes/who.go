package changes

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
)

// mayPropose tells whether the actor may propose what the plan is about. An
// officer may for themselves, and for a branch whose head they are, or whose
// deputy where the ward lets deputies. What an officer does not see is
// not_found; what they see and may not propose is denied/propose.
func (s *Service) mayPropose(tx *gorm.DB, actor services.Actor, p *plan) error {
	if actor.Role != services.Officer {
		return actor.Need(proposers...)
	}
	kind := p.proposal.Kind
	if actor.Person == p.person.ID || (kind == models.ChangeLeave && actor.Person == p.holder.ID) {
		return nil
	}
	if kind == models.ChangePhone {
		return s.maySpeakFor(tx, actor, p)
	}
	post, ok := postOf(p.view, actor.Person)
	switch {
	case !ok && p.ends != nil:
		return services.NotFound("term")
	case !ok:
		return services.NotFound("branch")
	case !leads(post, p.ward):
		return services.Denied("propose")
	}
	return nil
}

// maySpeakFor finds a branch in which the actor may propose and the person
// holds a post.
func (s *Service) maySpeakFor(tx *gorm.DB, actor services.Actor, p *plan) error {
	branches, err := s.branchesOf(tx, actor, actor.Person)
	if err != nil {
		return err
	}
	refusal := error(services.NotFound("person"))
	for _, view := range branches {
		if _, ok := postOf(view, p.person.ID); !ok {
			continue
		}
		if own, _ := postOf(view, actor.Person); leads(own, p.ward) {
			p.view, p.proposal.Branch = view, view.Branch.ID
			return nil
		}
		refusal = services.Denied("propose")
	}
	return refusal
}

func postOf(view roster.BranchView, person int64) (roster.Post, bool) {
	for _, post := range view.Posts {
		if post.Person.ID == person {
			return post, true
		}
	}
	return roster.Post{}, false
}

func leads(post roster.Post, ward models.Ward) bool {
	return post.Term.Role == models.Head || (post.Term.Role == models.Deputy && ward.DeputyMayPropose)
}

// branchesOf reads the branches in which a person holds a post today.
func (s *Service) branchesOf(tx *gorm.DB, actor services.Actor, person int64) ([]roster.BranchView, error) {
	today := s.today()
	var ids []int64
	err := tx.Model(&models.Term{}).
		Where("ward_id = ? AND person_id = ? AND superseded_at IS NULL AND from_date <= ? AND (to_date IS NULL OR to_date >= ?)", actor.Ward, person, today, today).
		Order("branch_id").Distinct().Pluck("branch_id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("read terms: %w", err)
	}
	views := make([]roster.BranchView, 0, len(ids))
	for _, id := range ids {
		view, err := s.roster.View(tx, actor, id)
		if err != nil {
			return nil, err
		}
		views = append(views, view)
	}
	return views, nil
}

// Proposable lists the branches for which an officer may propose changes of
// the given kinds, of any kind when none is named. With ChangeLeave among them
// it lists also the branches where they may only report that they leave
// themselves; such a view holds nobody's post but theirs. Staff, who may
// propose for every branch of the ward, look one up instead and get none.
func (s *Service) Proposable(ctx context.Context, actor services.Actor, kinds ...models.ChangeKind) ([]roster.BranchView, error) {
	if err := actor.Need(proposers...); err != nil {
		return nil, err
	}
	if actor.Role != services.Officer {
		return nil, nil
	}
	tx := s.store.WithContext(ctx)
	var ward models.Ward
	if err := tx.Take(&ward, "id = ?", actor.Ward).Error; err != nil {
		return nil, fmt.Errorf("read ward: %w", err)
	}
	branches, err := s.branchesOf(tx, actor, actor.Person)
	if err != nil {
		return nil, err
	}
	var proposable []roster.BranchView
	for _, view := range branches {
		own, _ := postOf(view, actor.Person)
		switch {
		case leads(own, ward):
		case slices.Contains(kinds, models.ChangeLeave):
			view.Posts = []roster.Post{own}
		default:
			continue
		}
		proposable = append(proposable, view)
	}
	return proposable, nil
}

// parties are those whom a request touches: none of them decides it.
type parties struct {
	staff  int64   // who proposed it, as a ward user
	people []int64 // who proposed it, who leaves, who comes, whose phone
	by     int64   // the proposer among the people
	phones []string
}

func partiesOf(tx *gorm.DB, request models.ChangeRequest, proposal Proposal) (parties, error) {
	p := parties{staff: value(request.ProposerStaffID), by: value(request.ProposerPersonID)}
	if p.staff != 0 {
		var staff models.Staff
		if err := tx.Select("id", "person_id").Take(&staff, "id = ?", p.staff).Error; err != nil {
			return p, fmt.Errorf("read proposer: %w", err)
		}
		p.by = value(staff.PersonID)
	}
	for _, id := range []int64{value(request.SubjectID), value(request.NewcomerID), proposal.Person, proposal.Newcomer.Person} {
		if id != 0 {
			p.people = append(p.people, id)
		}
	}
	for _, number := range []string{proposal.Newcomer.Phone, proposal.Phone} {
		if number != "" {
			p.phones = append(p.phones, number)
		}
	}
	return p, nil
}

// whyNot is why a ward user may not decide what touches these parties; "" when
// they may. Who answers a number of the request may be a party that the ward
// has not written down as the same human.
func (p parties) whyNot(staff models.Staff) string {
	switch person := value(staff.PersonID); {
	case staff.ID == p.staff, person != 0 && person == p.by:
		return WhyOwn
	case slices.Contains(p.people, person), slices.Contains(p.phones, staff.Phone):
		return WhyConcerns
	}
	return ""
}

// deciders lists whom a request waits for: the clerks who may decide it, or
// the leaders where no clerk may.
func (s *Service) deciders(tx *gorm.DB, request models.ChangeRequest, proposal Proposal, roles ...services.Role) ([]models.Staff, error) {
	touched, err := partiesOf(tx, request, proposal)
	if err != nil {
		return nil, err
	}
	for _, role := range roles {
		staff, err := s.staff.StaffOf(tx, request.WardID, role)
		if err != nil {
			return nil, err
		}
		staff = slices.DeleteFunc(staff, func(one models.Staff) bool { return touched.whyNot(one) != "" })
		if len(staff) > 0 {
			return staff, nil
		}
	}
	return nil, nil
}
