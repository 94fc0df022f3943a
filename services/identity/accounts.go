package identity

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// Unlink ends the account that the actor is writing from. Their accounts on
// other channels stay.
func (s *Service) Unlink(ctx context.Context, actor services.Actor) error {
	if err := linked(actor); err != nil {
		return err
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		account, err := accountOf(tx, actor)
		if err != nil {
			return err
		}
		ended, err := s.end(tx, []models.Account{account})
		if err != nil {
			return err
		}
		if len(ended) == 0 {
			return services.NotFound("account")
		}
		return s.recordUnlinked(tx, actor, account, "own")
	})
}

// linked refuses whoever is not there through an account.
func linked(actor services.Actor) error {
	if actor.Account == 0 {
		return services.Denied("role")
	}
	return actor.Need(services.Officer, services.Viewer, services.Clerk, services.Leader, services.Admin)
}

// accountOf reads the actor's own account, not found unless all that the actor
// claims about it is so.
func accountOf(tx *gorm.DB, actor services.Actor) (models.Account, error) {
	var account models.Account
	query := services.InWard(tx, actor.Ward).Where("id = ? AND unlinked_at IS NULL", actor.Account)
	if actor.Staff != 0 {
		query = query.Where("staff_id = ?", actor.Staff)
	} else {
		query = query.Where("person_id = ?", actor.Person)
	}
	return account, found(query.Take(&account).Error, "account")
}

// UnlinkPerson ends every account of a person, who has lost their telephone or
// called to ask for it. Nothing to end is no error. It wants a fresh code
// (denied/step_up).
func (s *Service) UnlinkPerson(ctx context.Context, actor services.Actor, person int64) error {
	if err := actor.Need(services.Clerk, services.Leader, services.Admin); err != nil {
		return err
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		row, err := personOf(tx, actor, person)
		if err != nil {
			return err
		}
		if err := s.RequireFresh(ctx, tx, actor, unlinks); err != nil {
			return err
		}
		return s.cutOff(ctx, tx, actor, owner{person: &row})
	})
}

// UnlinkStaff ends every account of a ward user, with a fresh code.
func (s *Service) UnlinkStaff(ctx context.Context, actor services.Actor, id int64) error {
	if err := actor.Need(services.Admin); err != nil {
		return err
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		staff, err := staffOf(tx, actor, id)
		if err != nil {
			return err
		}
		if err := s.RequireFresh(ctx, tx, actor, unlinks); err != nil {
			return err
		}
		return s.cutOff(ctx, tx, actor, owner{staff: &staff})
	})
}

// cutOff ends every account of an owner for who is not the owner, and tells each of
// the chats.
func (s *Service) cutOff(ctx context.Context, tx *gorm.DB, actor services.Actor, of owner) error {
	ended, err := s.unlinkAll(tx, actor, of, "by_staff")
	for _, account := range ended {
		if err == nil {
			err = s.tellEnded(ctx, tx, account, outbox.AccountEnded)
		}
	}
	return err
}

// unlinkAll ends every account of an owner, and returns those that it ended.
func (s *Service) unlinkAll(tx *gorm.DB, actor services.Actor, of owner, why string) ([]models.Account, error) {
	var accounts []models.Account
	if err := of.owns(tx).Where("unlinked_at IS NULL").Order("id").Find(&accounts).Error; err != nil {
		return nil, fmt.Errorf("unlink: %w", err)
	}
	ended, err := s.end(tx, accounts)
	if err != nil {
		return nil, err
	}
	for _, account := range ended {
		if err := s.recordUnlinked(tx, actor, account, why); err != nil {
			return nil, err
		}
	}
	return ended, nil
}

// MarkUnreachable notes that no message reaches an account, and why as a short
// code: it left, blocked or was closed. Since when stays as first noticed. An
// unknown account is no error.
func (s *Service) MarkUnreachable(ctx context.Context, channel, externalID, why string) error {
	err := s.at(ctx, channel, externalID).Where("unreachable_at IS NULL OR unreachable_why <> ?", why).
		Updates(map[string]any{"unreachable_at": gorm.Expr("COALESCE(unreachable_at, ?)", s.clock.UTC()),
			"unreachable_why": why}).Error
	if err != nil {
		return fmt.Errorf("unreachable: %w", err)
	}
	return nil
}

// MarkReachable notes that messages reach an account again.
func (s *Service) MarkReachable(ctx context.Context, channel, externalID string) error {
	err := s.at(ctx, channel, externalID).Where("unreachable_at IS NOT NULL").
		Updates(map[string]any{"unreachable_at": nil, "unreachable_why": ""}).Error
	if err != nil {
		return fmt.Errorf("reachable: %w", err)
	}
	return nil
}

func (s *Service) at(ctx context.Context, channel, externalID string) *gorm.DB {
	return s.store.WithContext(ctx).Model(&models.Account{}).Where(
		"channel = ? AND external_id = ? AND unlinked_at IS NULL", channel, externalID)
}

// EndAccounts ends every account of a person in the caller's transaction,
// because of why: they died, or were merged into another.
func (s *Service) EndAccounts(tx *gorm.DB, actor services.Actor, person int64, why string) error {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return err
	}
	var row models.Person
	err := tx.Take(&row, person).Error
	if err == nil {
		err = actor.In(row.WardID)
	}
	if err != nil {
		return found(err, "person")
	}
	actor.Ward = row.WardID
	_, err = s.unlinkAll(tx, actor, owner{person: &row}, why)
	return err
}
