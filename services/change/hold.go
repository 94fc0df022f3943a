package change

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// held is until when two humans sign what an officer asks about where their money
// goes: for the ward's days after the chat that they ask in was linked, or their
// number changed, whichever was later. It is nil where neither is young, and for
// what the ward itself proposes, which another human signs and its owner hears of.
func (s *Service) held(tx *gorm.DB, actor services.Actor, p plan, now time.Time) (*time.Time, error) {
	if !p.proposal.Kind.Traits().HandsOff || actor.Role != services.Officer || p.ward.HoldDays == 0 {
		return nil, nil
	}
	var accounts []models.Account
	mine := services.InWard(tx, p.ward.ID).Where("id = ? AND person_id = ?", actor.Account, actor.Person)
	if err := mine.Limit(1).Find(&accounts).Error; err != nil {
		return nil, fmt.Errorf("read account %d: %w", actor.Account, err)
	}
	var since time.Time
	for _, account := range accounts {
		since = account.LinkedAt
	}
	// Whatever is done to a person's proofs leaves hands; an invite or a link is no
	// new number.
	var hands []models.Hand
	err := services.InWard(tx, p.ward.ID).Where("person_id = ? AND how NOT IN ('invite', 'link')", p.person.ID).
		Order("at DESC").Limit(1).Find(&hands).Error
	if err != nil {
		return nil, fmt.Errorf("read hands on person %d: %w", p.person.ID, err)
	}
	for _, hand := range hands {
		if hand.At.After(since) {
			since = hand.At
		}
	}
	until := since.AddDate(0, 0, p.ward.HoldDays).UTC()
	if since.IsZero() || !until.After(now) {
		return nil, nil
	}
	return &until, nil
}
