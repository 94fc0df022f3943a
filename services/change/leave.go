package change

import (
	"slices"

	"gorm.io/gorm"

	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/roster"
)

// Leave ends Proposal.Term on its last day, Proposal.From.
type Leave struct {
	post
	Reason string `json:"reason,omitzero"` // one of LeaveReasons
}

// LeaveReasons are the codes of why a term ends by a request; a replacement
// without one of them ends it as "replaced".
var LeaveReasons = []string{"resigned", "moved", "term_ended", "dismissed", diedReason, "other"}

func init() { register[Leave]() }

func (Leave) Traits() Traits { return Traits{Kind: approve.Kind{Name: "leave", Place: 3}, Self: true} }

func (k Leave) tidy(s *Service, _ services.Actor, raw Proposal, clean *Proposal) error {
	clean.Branch, clean.Term, clean.Kind = raw.Branch, raw.Term, k
	if err := s.tidyPost(raw, clean); err != nil {
		return err
	}
	return knownReason(k.Reason)
}

func knownReason(reason string) error {
	if !slices.Contains(LeaveReasons, reason) {
		return services.Invalid("leave_reason")
	}
	return nil
}

func (Leave) target(s *Service, tx *gorm.DB, actor services.Actor, p *plan) error {
	return s.targetTerm(tx, actor, p)
}

func (Leave) fill(s *Service, tx *gorm.DB, _ services.Actor, p *plan) error {
	p.last = p.proposal.From
	if err := roster.Closable(*p.ends, p.last); err != nil {
		return err
	}
	return s.fillDeath(tx, p)
}

func (k Leave) diff(c *Card, was base) diffs {
	list := diffs{}.add(string(c.Proposal.Role), c.SubjectName, "")
	if k.Reason == diedReason {
		return list.add("died_on", "", c.Proposal.From.String())
	}
	return list.add("to", was.To.String(), c.Proposal.From.String()).add("reason", "", k.Reason)
}

func (k Leave) reason() string { return k.Reason }

func (k Leave) keeps(detail journal.Detail) { detail["reason"] = k.Reason }
