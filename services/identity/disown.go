package identity

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// tellLinked tells the owner of a chat that was just linked, in every other chat of
// theirs: if it is not theirs, they say so.
func (s *Service) tellLinked(ctx context.Context, tx *gorm.DB, account models.Account, to owner) error {
	var others []models.Account
	err := to.owns(tx).Where("unlinked_at IS NULL AND id <> ?", account.ID).Order("id").Find(&others).Error
	if err != nil {
		return fmt.Errorf("link: %w", err)
	}
	messages := make([]outbox.Message, len(others))
	for i, other := range others {
		messages[i] = outbox.Message{Ward: account.WardID, Kind: outbox.AccountLinked, Subject: outbox.Account,
			SubjectID: account.ID, Person: services.ID(account.PersonID), Staff: services.ID(account.StaffID),
			Account: other.ID}
	}
	return s.outbox.Tell(ctx, tx, messages...)
}

// NewLink is a chat that was linked, with whose it is taken to be.
type NewLink struct {
	models.Account
	Name string
}

// NewLink shows a link to its owner in an older chat of theirs, and to who decides
// in the ward: not_found/account to everybody else.
func (s *Service) NewLink(ctx context.Context, actor services.Actor, id int64) (NewLink, error) {
	if err := actor.Need(services.Officer, services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return NewLink{}, err
	}
	db := s.store.WithContext(ctx)
	account, err := services.Take[models.Account](db, actor, "account", id)
	if err != nil {
		return NewLink{}, err
	}
	if !actor.MayDecide() {
		if _, err := older(db, actor, account); err != nil {
			return NewLink{}, err
		}
	}
	view := NewLink{Account: account}
	from, owner := "people", account.PersonID
	if account.StaffID != nil {
		from, owner = "staff", account.StaffID
	}
	var names []string
	if err := db.Table(from).Where("id = ?", owner).Pluck("name", &names).Error; err != nil {
		return view, fmt.Errorf("new link: %w", err)
	}
	for _, name := range names {
		view.Name = name
	}
	return view, nil
}

// older reads the chat that the actor writes from, not found unless it is of the
// same owner and was linked before the other: who comes last cuts off nobody.
func older(tx *gorm.DB, actor services.Actor, than models.Account) (models.Account, error) {
	own, err := accountOf(tx, actor)
	if err == nil && (own.ID == than.ID || !own.LinkedAt.Before(than.LinkedAt) ||
		services.ID(own.PersonID) != services.ID(than.PersonID) || services.ID(own.StaffID) != services.ID(than.StaffID)) {
		err = services.NotFound("account")
	}
	return own, err
}

// DisownLink cuts off a chat that was linked in the actor's name after the one that
// they write from, and wakes everybody who decides in the ward.
func (s *Service) DisownLink(ctx context.Context, actor services.Actor, id int64) error {
	if err := linked(actor); err != nil {
		return err
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		account, err := services.Take[models.Account](tx, actor, "account", id)
		if err != nil {
			return err
		}
		if _, err := older(tx, actor, account); err != nil {
			return err
		}
		ended, err := s.end(tx, []models.Account{account})
		if err != nil || len(ended) == 0 { // it has ended already
			return err
		}
		if err := s.recordUnlinked(tx, actor, account, "disowned"); err != nil {
			return err
		}
		staff, err := s.StaffOf(tx, account.WardID, deciders...)
		if err != nil {
			return err
		}
		messages := make([]outbox.Message, len(staff))
		for i, one := range staff {
			messages[i] = outbox.Message{Ward: account.WardID, Kind: outbox.AccountDisowned, Subject: outbox.Account,
				SubjectID: account.ID, Staff: one.ID}
		}
		return s.outbox.Tell(ctx, tx, messages...)
	})
}
