package change

import (
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
)

// deciders decide requests, as far as the ward's rules let them.
var deciders = []services.Role{services.Clerk, services.Leader}

// decider refuses those who decide nothing, whatever it is.
func decider(actor services.Actor) error {
	if actor.Ward == 0 || actor.Staff == 0 || !actor.MayDecide() {
		return services.Denied(approve.WhyRole)
	}
	return nil
}

// cardApproval shows how far a request is, and whether the actor may take it
// further.
func (s *Service) cardApproval(tx *gorm.DB, actor services.Actor, card *Card) error {
	item, err := itemOf(card.Request)
	if err != nil {
		return err
	}
	if card.Approval, card.WhyNot, err = s.requests.View(tx, actor, item); err != nil {
		return err
	}
	switch {
	case card.Request.State != models.ChangeSubmitted:
		card.WhyNot, card.Approval.MayTakeBack = WhyDecided, false
	case decider(actor) != nil:
		card.WhyNot, card.Approval.MayTakeBack, card.Approval.For = approve.WhyRole, false, ""
	}
	card.MayDecide = card.WhyNot == ""
	return nil
}
