package identity

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

const (
	inviteFor  = 14 * 24 * time.Hour
	inviteKind = "invites.code" // keeps its hashes apart from those of other things
)

// owner is whom an invite, and later an account, belongs to: a person of the
// roster or a staff member, never both.
type owner struct {
	person *models.Person
	staff  *models.Staff
}

func (o owner) ward() int64 {
	if o.staff != nil {
		return o.staff.WardID
	}
	return o.person.WardID
}

func (o owner) name() string {
	if o.staff != nil {
		return o.staff.Name
	}
	return o.person.Name
}

// subject names the owner for the journal.
func (o owner) subject() string {
	if o.staff != nil {
		return subject("staff", o.staff.ID)
	}
	return subject("person", o.person.ID)
}

// actor is the owner acting from an account.
func (o owner) actor(chat Chat) services.Actor {
	actor := services.Actor{Role: services.Officer, Ward: o.ward(), Channel: chat.Channel, Event: chat.Event}
	if o.staff != nil {
		actor.Role, actor.Staff, actor.Person = services.Role(o.staff.Role), o.staff.ID, services.ID(o.staff.PersonID)
	} else {
		actor.Person = o.person.ID
	}
	return actor
}

// owns narrows a query on invites or accounts to the owner's rows.
func (o owner) owns(tx *gorm.DB) *gorm.DB {
	if o.staff != nil {
		return tx.Where("staff_id = ?", o.staff.ID)
	}
	return tx.Where("person_id = ?", o.person.ID)
}

func (o owner) ids() (person, staff *int64) {
	if o.staff != nil {
		return nil, &o.staff.ID
	}
	return &o.person.ID, nil
}

var (
	invites = services.Guard("invite.issued", "who has the code becomes the officer, or the ward user")
	unlinks = services.Guard("account.unlinked", "nobody who is cut off hears what is asked for in their name")
)

// Invite issues a code that links one account to the person: single use, 14
// days, replacing any that was issued before. The code is returned once and
// kept only as a keyed hash. It refuses with conflict/person_died, and with
// denied/step_up without a fresh code.
func (s *Service) Invite(ctx context.Context, actor services.Actor, person int64) (string, models.Invite, error) {
	if err := actor.Need(services.Clerk, services.Leader, services.Admin); err != nil {
		return "", models.Invite{}, err
	}
	var code string
	var invite models.Invite
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		row, err := personOf(tx, actor, person)
		if err != nil {
			return err
		}
		if !row.DiedOn.IsZero() {
			return services.Conflict("person_died")
		}
		if err := s.RequireFresh(ctx, tx, actor, invites); err != nil {
			return err
		}
		code, invite, err = s.issue(tx, actor, owner{person: &row})
		return err
	})
	if err != nil {
		return "", models.Invite{}, err
	}
	return code, invite, nil
}

// personOf reads a person of the actor's ward and locks the row, so that two
// who write about the same person take turns. A row that was merged into
// another is conflict/merged: the human is the other row.
func personOf(tx *gorm.DB, actor services.Actor, id int64) (models.Person, error) {
	row, err := services.Take[models.Person](services.Locked(tx), actor, "person", id)
	if err != nil {
		return row, err
	}
	if row.MergedInto != nil {
		return row, services.Conflict("merged")
	}
	return row, nil
}

// issue writes a fresh invite and revokes the owner's open ones.
func (s *Service) issue(tx *gorm.DB, actor services.Actor, to owner) (string, models.Invite, error) {
	now := s.clock.UTC()
	revoked := to.owns(tx.Model(&models.Invite{})).Where("used_at IS NULL AND revoked_at IS NULL").Update("revoked_at",
		now)
	if revoked.Error != nil {
		return "", models.Invite{}, fmt.Errorf("revoke invites: %w", revoked.Error)
	}
	code := newCode()
	invite := models.Invite{
		WardID: to.ward(), CodeHash: s.vault.Hash(inviteKind, code),
		ExpiresAt: now.Add(inviteFor), CreatedByStaff: services.Ref(actor.Staff), CreatedAt: now,
	}
	invite.PersonID, invite.StaffID = to.ids()
	if err := tx.Create(&invite).Error; err != nil {
		return "", models.Invite{}, fmt.Errorf("issue invite: %w", err)
	}
	if to.person != nil {
		if err := s.audit.Hands(tx, to.ward(), "invite", []int64{actor.Staff}, to.person.ID); err != nil {
			return "", models.Invite{}, err
		}
	}
	// The journal is the owner's ward's, also when the program itself acts.
	actor.Ward = to.ward()
	err := s.audit.Record(tx, actor, "invite.issued", to.subject(),
		journal.Detail{"invite": invite.ID, "revoked": revoked.RowsAffected})
	return showCode(code), invite, err
}

// open reads a usable invite with its owner; whatever is amiss with it, the
// refusal is invalid/wrong_code.
func (s *Service) open(tx *gorm.DB, query string, args ...any) (models.Invite, owner, error) {
	var invite models.Invite
	var to owner
	err := tx.Where("used_at IS NULL AND revoked_at IS NULL AND expires_at > ?", s.clock.UTC()).Where(query,
		args...).Take(&invite).Error
	if err == nil {
		to, err = ownerOf(tx, invite)
	}
	if err = found(err, ""); services.KindOf(err) == services.KindNotFound {
		err = services.Invalid("wrong_code")
	}
	return invite, to, err
}

// ownerOf reads whom an invite is for, not found when they can use none.
func ownerOf(tx *gorm.DB, invite models.Invite) (owner, error) {
	if invite.StaffID != nil {
		var staff models.Staff
		err := tx.Where("active").Take(&staff, *invite.StaffID).Error
		return owner{staff: &staff}, err
	}
	var person models.Person
	err := tx.Where("died_on IS NULL AND merged_into IS NULL").Take(&person, *invite.PersonID).Error
	return owner{person: &person}, err
}

// use spends an invite. Of two who redeem it at once one wins; the other is
// told that the code is wrong.
func (s *Service) use(tx *gorm.DB, invite models.Invite) error {
	now := s.clock.UTC()
	result := tx.Model(&models.Invite{}).
		Where("id = ? AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?", invite.ID, now).
		Update("used_at", now)
	if result.Error != nil {
		return fmt.Errorf("use invite: %w", result.Error)
	}
	if result.RowsAffected == 0 {
		return services.Invalid("wrong_code")
	}
	return nil
}
