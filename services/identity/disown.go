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
		return s.disowned(ctx, tx, actor, account, ended...)
	})
}

// disowned writes down which chats were cut off since one was not its owner's, and
// wakes everybody who decides in the ward.
func (s *Service) disowned(ctx context.Context, tx *gorm.DB, actor services.Actor, account models.Account,
	ended ...models.Account) error {
	for _, one := range ended {
		if err := s.recordUnlinked(tx, actor, one, "disowned"); err != nil {
			return err
		}
	}
	staff, err := s.StaffOf(tx, account.WardID, deciders...)
	if err != nil {
		return err
	}
	return s.outbox.TellStaff(ctx, tx, outbox.Message{Ward: account.WardID, Kind: outbox.AccountDisowned,
		Subject: outbox.Account, SubjectID: account.ID}, staff)
}

// DisownMove is DisownLink from the chat that was linked before, and is so no more
// because its owner's name went to another on the same channel: it cuts off that
// one, or whichever it was moved to since, and wakes who decides also where that has
// ended meanwhile. It is not_found/account for a chat that ended otherwise: a phone
// that was cut off as lost has no say.
func (s *Service) DisownMove(ctx context.Context, chat Chat, id int64) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		var chain []models.Account
		err := tx.Where("id = ? AND channel = ? AND external_id = ? AND unlinked_at IS NOT NULL", id, chat.Channel,
			chat.ExternalID).Find(&chain).Error
		if err == nil && len(chain) > 0 {
			old := chain[0]
			err = services.InWard(tx, old.WardID).Where("channel = ? AND id > ?", old.Channel, old.ID).
				Where("COALESCE(person_id, 0) = ? AND COALESCE(staff_id, 0) = ?", services.ID(old.PersonID),
					services.ID(old.StaffID)).Order("id").Find(&chain).Error
			// A chat is moved to one that is linked before it ends, in one transaction.
			ended := old.UnlinkedAt
			for i, next := range chain {
				if ended == nil || next.CreatedAt.After(*ended) {
					chain = chain[:i]
					break
				}
				ended = next.UnlinkedAt
			}
		}
		if err != nil {
			return fmt.Errorf("disown move: %w", err)
		}
		if len(chain) == 0 {
			return services.NotFound("account")
		}
		actor := services.Actor{Role: services.Stranger, Ward: chain[0].WardID, Channel: chat.Channel, Event: chat.Event}
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		ended, err := s.end(tx, chain)
		if err != nil {
			return err
		}
		return s.disowned(ctx, tx, actor, chain[0], ended...)
	})
}
