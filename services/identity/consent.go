package identity

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Versions of the texts that people agree to: the day on which a text became so,
// and the first letters of the hash of its words. Whoever agreed to another one
// is asked anew when they next do something.
const (
	OfficerConsent = "2026-11-30.4148cc23"
	StaffConsent   = "2026-11-30.bf5db7bb"
)

// ConsentVersion is of the text that the actor is to have agreed to.
func ConsentVersion(actor services.Actor) string {
	if actor.Staff != 0 {
		return StaffConsent
	}
	return OfficerConsent
}

// Consent records that the actor read the given version of the purpose, here
// and in this event, and agreed. It is asked of whoever was linked by a clerk,
// and anew when the text has changed.
func (p *Privacy) Consent(ctx context.Context, actor services.Actor, version string) error {
	if err := linked(actor); err != nil {
		return err
	}
	if version == "" {
		return services.Invalid("consent")
	}
	return p.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, p.clock, actor); err != nil {
			return err
		}
		if _, err := accountOf(tx, actor); err != nil {
			return err
		}
		return p.consent(tx, actor, version)
	})
}

// consent writes the proof of an agreement: what was shown, where, in which
// event and when.
func (p *Privacy) consent(tx *gorm.DB, actor services.Actor, version string) error {
	row := models.Consent{
		WardID: actor.Ward, AccountID: actor.Account, Version: version,
		Channel: actor.Channel, EventID: actor.Event, GivenAt: p.clock.UTC(),
	}
	about := ownSubject(actor)
	if row.StaffID = services.Ref(actor.Staff); row.StaffID == nil {
		row.PersonID = services.Ref(actor.Person)
	}
	if err := tx.Create(&row).Error; err != nil {
		return fmt.Errorf("consent: %w", err)
	}
	return p.audit.Record(tx, actor, "consent.given", about,
		journal.Detail{"account": actor.Account, "channel": actor.Channel, "version": version})
}

// ownSubject names the actor for the journal.
func ownSubject(actor services.Actor) string {
	if actor.Staff != 0 {
		return subject("staff", actor.Staff)
	}
	return subject("person", actor.Person)
}

// Withdraw ends the actor's agreement and erases their identity on every
// channel: accounts are unlinked and lose the channel's ids, as do messages that
// were sent there; what was said when asking to be linked goes, and so do
// half-filled forms. What the law
// tells the ward to keep stays: the roster, payments, change requests, the
// journal, and the proof that there was consent until this moment.
func (p *Privacy) Withdraw(ctx context.Context, actor services.Actor) error {
	if err := linked(actor); err != nil {
		return err
	}
	return p.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, p.clock, actor); err != nil {
			return err
		}
		own, err := accountOf(tx, actor)
		if err != nil {
			return err
		}
		column, id, draft := "person_id", services.ID(own.PersonID), subject("person", services.ID(own.PersonID))
		if own.StaffID != nil {
			column, id, draft = "staff_id", *own.StaffID, subject("staff", *own.StaffID)
		}
		accounts, err := p.leave(tx, actor, column, id, draft)
		if err != nil {
			return err
		}
		return p.audit.Record(tx, actor, "consent.withdrawn", ownSubject(actor), journal.Detail{"accounts": accounts})
	})
}

// leave ends the accounts of one human and erases them.
func (p *Privacy) leave(tx *gorm.DB, actor services.Actor, column string, id int64, draft string) (int, error) {
	var accounts []models.Account // also those unlinked before: they hold ids too
	if err := tx.Where(column+" = ?", id).Order("id").Find(&accounts).Error; err != nil {
		return 0, fmt.Errorf("withdraw: %w", err)
	}
	ended, err := p.end(tx, accounts)
	if err != nil {
		return 0, err
	}
	if err := p.erase(tx, accounts, column, id, draft); err != nil {
		return 0, err
	}
	for _, account := range ended {
		if err := p.recordUnlinked(tx, actor, account, "withdrawn"); err != nil {
			return 0, err
		}
	}
	return len(accounts), nil
}

// Forget erases, for who decided that a person is to be forgotten, their identity
// on every channel, as Withdraw does.
func (p *Privacy) Forget(tx *gorm.DB, actor services.Actor, person int64) error {
	if err := actor.Need(services.Clerk, services.Leader, services.Admin); err != nil {
		return err
	}
	if _, err := services.Take[models.Person](tx.Select("id"), actor, "person", person); err != nil {
		return err
	}
	accounts, err := p.leave(tx, actor, "person_id", person, subject("person", person))
	if err != nil {
		return err
	}
	return p.audit.Record(tx, actor, "data.erased", subject("person", person), journal.Detail{"accounts": accounts})
}

// erase takes the channels' ids out of every row that names the accounts.
func (p *Privacy) erase(tx *gorm.DB, accounts []models.Account, column string, owner int64, draft string) error {
	ids, drafts := make([]int64, len(accounts)), []string{draft}
	// Which delivery went to whom stays; where, does not. Rows are found by
	// their subject or recipient, which are indexed.
	erased := map[string]any{"chat_id": "", "message_ref": "", "receipt_ref": "", "mark": "", "mark_key": nil}
	deliveries := []*gorm.DB{tx.Model(&models.Delivery{}).Where(column+" = ?", owner)}
	for i, account := range accounts {
		ids[i] = account.ID
		if account.ExternalID == "" {
			continue // erased by an earlier withdrawal
		}
		drafts = append(drafts, account.Channel+":"+account.ExternalID)
		var requests []int64
		asked := func() *gorm.DB {
			return services.InWard(tx.Model(&models.LinkRequest{}), account.WardID).Where("channel = ? AND external_id = ?",
				account.Channel, account.ExternalID)
		}
		if err := asked().Pluck("id", &requests).Error; err != nil {
			return fmt.Errorf("withdraw: %w", err)
		}
		if len(requests) == 0 {
			continue
		}
		deliveries = append(deliveries, tx.Model(&models.Delivery{}).Where(
			"subject_kind = ? AND subject_id IN ? AND chat_id = ?", outbox.Link, requests, account.ChatID))
		// One that is pending would link the chat again: it ends here.
		if err := asked().Where("state = ?", models.LinkPending).Updates(ended(p.clock.UTC())).Error; err != nil {
			return fmt.Errorf("withdraw: %w", err)
		}
		if err := asked().Updates(map[string]any{"external_id": "", "chat_id": "", "name": "",
			"phone": ""}).Error; err != nil {
			return fmt.Errorf("withdraw: %w", err)
		}
	}
	deliveries = append(deliveries, tx.Model(&models.Delivery{}).Where("subject_kind = ? AND subject_id IN ?",
		outbox.Account, ids))
	for _, rows := range deliveries {
		// A condition is used up by running it.
		rows = rows.Session(&gorm.Session{})
		err := rows.Where("state = ?", models.DeliveryQueued).Updates(map[string]any{"state": models.DeliveryUnreachable,
			"reason": "withdrawn"}).Error
		if err != nil {
			return fmt.Errorf("withdraw: %w", err)
		}
		if err := rows.Updates(erased).Error; err != nil {
			return fmt.Errorf("withdraw: %w", err)
		}
	}
	err := tx.Model(&models.Account{}).Where("id IN ?",
		ids).Updates(map[string]any{"external_id": "", "chat_id": ""}).Error
	if err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	if err := tx.Model(&models.Consent{}).Where("account_id IN ? AND withdrawn_at IS NULL", ids).Update("withdrawn_at",
		p.clock.UTC()).Error; err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	if err := tx.Where("owner IN ?", drafts).Delete(&models.Draft{}).Error; err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	return nil
}
