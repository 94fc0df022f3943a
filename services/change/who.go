package change

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/roster"
)

// mayPropose tells whether the actor may propose what the plan is about, by the
// ward's rule for its kind: an officer for themselves, and for a branch whose
// head or deputy they are. What an officer does not see is not_found; what they
// see and may not propose is denied/propose.
func (s *Service) mayPropose(tx *gorm.DB, actor services.Actor, p *plan) error {
	if err := actor.Need(proposers...); err != nil {
		return err
	}
	traits := p.proposal.Kind.Traits()
	book, err := s.approvals.Open(tx, p.ward.ID)
	if err != nil {
		return err
	}
	rule := book.Rule(traits.Name, s.clock.UTC())
	if actor.Role != services.Officer {
		if !rule.Allows(approve.ByStaff) {
			return services.Denied("propose")
		}
		return nil
	}
	switch {
	case !traits.may(approve.BySelf):
		return services.Denied("propose")
	case !traits.may(approve.ByHead) && actor.Person != p.subject():
		return s.foreignData(tx, actor, p, rule)
	case traits.Self && actor.Person == p.subject() && rule.Allows(approve.BySelf):
		return nil
	case traits.OfPerson:
		return s.maySpeakFor(tx, actor, p, rule)
	}
	post, ok := postOf(p.view, actor.Person)
	switch {
	case !ok && p.ends != nil:
		return services.NotFound("term")
	case !ok:
		return services.NotFound("branch")
	case !leads(post, rule):
		return services.Denied("propose")
	}
	return nil
}

// foreignData refuses what only the person themselves may propose: as denied to
// who sees them in a branch, as not found to others.
func (s *Service) foreignData(tx *gorm.DB, actor services.Actor, p *plan, rule approve.Rule) error {
	if err := s.maySpeakFor(tx, actor, p, rule); err != nil {
		return err
	}
	return services.Denied("own_data")
}

// maySpeakFor finds a branch in which the actor may propose and the person
// holds a post.
func (s *Service) maySpeakFor(tx *gorm.DB, actor services.Actor, p *plan, rule approve.Rule) error {
	branches, err := s.branchesOf(tx, actor, actor.Person)
	if err != nil {
		return err
	}
	refusal := error(services.NotFound("person"))
	for _, view := range branches {
		if _, ok := postOf(view, p.person.ID); !ok {
			continue
		}
		if own, _ := postOf(view, actor.Person); leads(own, rule) {
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

// leads reports whether the holder of a post may propose for its branch by one
// of the rules.
func leads(post roster.Post, rules ...approve.Rule) bool {
	return slices.ContainsFunc(rules, func(rule approve.Rule) bool {
		return (post.Term.Role == models.Head && rule.Allows(approve.ByHead)) ||
			(post.Term.Role == models.Deputy && rule.Allows(approve.ByDeputy))
	})
}

// branchesOf reads the branches in which a person holds a post today.
func (s *Service) branchesOf(tx *gorm.DB, actor services.Actor, person int64) ([]roster.BranchView, error) {
	today := s.today()
	var ids []int64
	err := services.InWard(tx.Model(&models.Term{}), actor.Ward).
		Where("person_id = ? AND superseded_at IS NULL", person).
		Where("from_date <= ? AND (to_date IS NULL OR to_date >= ?)", today, today).
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
// the given kinds, of any kind when none is named. With Leave among them
// it lists also the branches where they may only report that they leave
// themselves; such a view holds nobody's post but theirs. Staff, who may
// propose for every branch of the ward, look one up instead and get none.
func (s *Service) Proposable(ctx context.Context, actor services.Actor, kinds ...Kind) ([]roster.BranchView, error) {
	if err := actor.Need(proposers...); err != nil {
		return nil, err
	}
	if actor.Role != services.Officer {
		return nil, nil
	}
	tx := s.store.WithContext(ctx)
	book, err := s.approvals.Open(tx, actor.Ward)
	if err != nil {
		return nil, err
	}
	any := len(kinds) == 0
	for _, kind := range Kinds() {
		if any && kind.Traits().may(approve.ByHead) {
			kinds = append(kinds, kind)
		}
	}
	var rules []approve.Rule
	leaves := false // they may say that they go themselves
	for _, kind := range kinds {
		traits := kind.Traits()
		rule := book.Rule(traits.Name, s.clock.UTC())
		rules = append(rules, rule)
		leaves = leaves || !any && traits.Self && !traits.OfPerson && rule.Allows(approve.BySelf)
	}
	branches, err := s.branchesOf(tx, actor, actor.Person)
	if err != nil {
		return nil, err
	}
	var proposable []roster.BranchView
	for _, view := range branches {
		own, _ := postOf(view, actor.Person)
		switch {
		case leads(own, rules...):
		case leaves:
			view.Posts = []roster.Post{own}
		default:
			continue
		}
		proposable = append(proposable, view)
	}
	return proposable, nil
}
