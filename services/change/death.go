package change

import (
	"fmt"

	"gorm.io/gorm"

	"canbobot/services"
)

// diedReason is the reason by which a post ends with a life.
const diedReason = "died"

// Died reports whether a post ends with a life.
func (p Proposal) Died() bool { return p.Kind.reason() == diedReason }

// fillDeath finds the further posts of who died: all of them end.
func (s *Service) fillDeath(tx *gorm.DB, p *plan) error {
	p.also = nil
	if !p.proposal.Died() {
		return nil
	}
	if p.last.After(s.today()) {
		return services.Invalid("died_ahead")
	}
	err := tx.Where("person_id = ? AND id <> ? AND superseded_at IS NULL AND (to_date IS NULL OR to_date > ?)",
		p.holder.ID, p.ends.ID, p.last).Order("id").Find(&p.also).Error
	if err != nil {
		return fmt.Errorf("read terms of person %d: %w", p.holder.ID, err)
	}
	for _, term := range p.also {
		if term.From.After(p.last) {
			return services.Conflict("died_before_term").With("title", term.Title).With("from", term.From)
		}
	}
	return nil
}

// applyDeath ends what else the dead held, and their accounts: nobody writes to
// a telephone that is with the family.
func (s *Service) applyDeath(tx *gorm.DB, p *plan, change int64) (err error) {
	for _, term := range p.also {
		if _, err := s.roster.CloseTerm(tx, term, p.last, diedReason, change); err != nil {
			return err
		}
	}
	if p.holder, err = s.roster.SetDied(tx, p.holder, p.last); err != nil {
		return err
	}
	return s.staff.EndAccounts(tx, services.SystemActor(p.ward.ID), p.holder.ID, diedReason)
}
