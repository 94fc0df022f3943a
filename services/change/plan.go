package change

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
)

// plan is what a proposal means on the roster as it is.
type plan struct {
	proposal Proposal
	ward     models.Ward
	view     roster.BranchView // zero for a phone of who holds no post

	ends   *models.Term // with its last day
	last   models.Date
	holder models.Person
	also   []models.Term // the holder's further posts, which end with it: they died

	newcomer models.Person // ID 0 when not in the roster yet; of a merger, who goes up in person
	opens    *roster.NewTerm

	corrects  *models.Term // as it is
	corrected *models.Term // as it should be; nil when it never was

	person  models.Person // whose phone, account or papers
	holders int64         // others who are paid to the same account

	decider services.Actor // set when it is approved
}

// subject is who leaves, or whose data it is; 0 for an appointment.
func (p plan) subject() int64 { return max(p.holder.ID, p.person.ID) }

// target finds what a proposal is about, so that it can be told whether the
// actor may propose it before anything else of the roster is told.
func (s *Service) target(tx *gorm.DB, actor services.Actor, proposal Proposal) (plan, error) {
	p := plan{proposal: proposal}
	if err := proposal.Kind.target(s, tx, actor, &p); err != nil {
		return p, err
	}
	ward := max(p.view.Branch.WardID, p.person.WardID)
	if err := tx.Take(&p.ward, "id = ?", ward).Error; err != nil {
		return p, fmt.Errorf("read ward %d: %w", ward, err)
	}
	return p, nil
}

// look finds the branch that a proposal is about.
func (s *Service) look(tx *gorm.DB, actor services.Actor, p *plan, branch int64) (err error) {
	p.view, err = s.roster.View(tx, actor, branch)
	return err
}

func (s *Service) person(tx *gorm.DB, actor services.Actor, id int64) (models.Person, error) {
	var person models.Person
	err := tx.Take(&person, "id = ?", id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && actor.In(person.WardID) != nil) {
		return person, services.NotFound("person")
	}
	if err == nil && person.MergedInto != nil {
		return person, services.Conflict("merged")
	}
	if err != nil {
		return person, fmt.Errorf("read person %d: %w", id, err)
	}
	return person, nil
}
