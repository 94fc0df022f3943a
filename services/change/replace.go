package change

import (
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/roster"
)

// Replace ends Proposal.Term and has a newcomer take the post from Proposal.From
// on, in one step.
type Replace struct {
	post
	Newcomer Newcomer `json:"newcomer,omitzero"`
	Acting   bool     `json:"acting,omitzero"`
	Reason   string   `json:"reason,omitzero"` // one of LeaveReasons, or none
}

func init() { register[Replace]() }

// Traits of a replacement: mending one may make it an appointment.
func (Replace) Traits() Traits {
	return Traits{Kind: approve.Kind{Name: "replace", Place: 2}, Family: Appoint{}.Traits().Name}
}

func (k Replace) tidy(s *Service, actor services.Actor, raw Proposal, clean *Proposal) (err error) {
	clean.Branch, clean.Term = raw.Branch, raw.Term
	if err := s.tidyPost(raw, clean); err != nil {
		return err
	}
	if k.Reason != "" {
		if err := knownReason(k.Reason); err != nil {
			return err
		}
	}
	k.Newcomer, err = s.tidyNewcomer(actor, k.Newcomer)
	clean.Kind = k
	return err
}

func (Replace) target(s *Service, tx *gorm.DB, actor services.Actor, p *plan) error {
	return s.targetTerm(tx, actor, p)
}

func (k Replace) fill(s *Service, tx *gorm.DB, actor services.Actor, p *plan) error {
	if !p.ends.To.IsZero() && p.ends.To.Before(p.proposal.From) {
		// The holder leaves by then anyway: what is left is an appointment.
		p.proposal.Term, p.ends, p.holder = 0, nil, models.Person{}
		return Appoint{Newcomer: k.Newcomer, Acting: k.Acting}.fill(s, tx, actor, p)
	}
	p.last = p.proposal.From.AddDays(-1)
	// Ending on the very day before is how it stands: nothing to close.
	if p.ends.To != p.last {
		if err := roster.Closable(*p.ends, p.last); err != nil {
			return err
		}
	}
	if err := s.fillDeath(tx, p); err != nil {
		return err
	}
	err := s.fillOpening(tx, actor, p, &k.Newcomer, k.Acting)
	p.proposal.Kind = k
	return err
}

func (k Replace) diff(c *Card, was base) diffs {
	return c.coming(k.Newcomer).
		add("to", was.To.String(), c.Proposal.From.AddDays(-1).String()).
		add("reason", "", k.Reason).
		add("acting", "", c.actedTitle(k.Acting))
}

func (k Replace) comes() Newcomer { return k.Newcomer }

func (k Replace) reason() string { return k.Reason }

func (k Replace) touches() ([]int64, []string) { return k.Newcomer.touches() }

func (k Replace) keeps(detail journal.Detail) {
	k.Newcomer.keeps(detail)
	detail["reason"] = k.Reason
}

func (k Replace) substance(p Proposal) Proposal {
	k.Newcomer, k.Acting = k.Newcomer.substance(), false
	p.Kind = k
	return k.post.substance(p)
}

func (k Replace) withhold(p *Proposal, _, newcomer bool) []string {
	if newcomer {
		return nil
	}
	k.Newcomer.Phone, k.Newcomer.BirthYear = "", 0
	p.Kind = k
	return newcomersOwn
}
