package identity

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vn"
)

// Invited is what a right code leads to: who is invited, and which one proof
// they must give besides. Invite is kept by the caller between the steps; it
// must never be taken from what the person sends.
type Invited struct {
	Invite int64
	Staff  bool
	Name   string
	Ward   string // whose code it is: "phường Bắc Hồng Lĩnh"

	NeedsTOTP    bool // staff: a code of their generator
	NeedsContact bool // their own number, shared with the channel's button
	NeedsLast4   bool // the last four digits of their number
	NeedsClerk   bool // the roster has no number: Requests.AskInvited
}

// Proof is what goes with a code. Phone is a number as the channel gave it;
// PhoneOwn only where the platform vouches that it is the sender's own. A
// number that was typed, or shared through Zalo's form, where it is typed too,
// proves nothing: then Last4 is asked.
type Proof struct {
	Phone    string
	PhoneOwn bool
	Last4    string
	TOTP     string
}

// CheckCode looks a typed or scanned code up and spends nothing. It refuses
// with invalid/code_shape what cannot be a code, with invalid/wrong_code one
// that is unknown, expired, used or revoked alike, with conflict/chat_linked
// when the chat is somebody else's, with too_many/guesses (minutes) after too many
// wrong ones of its own, and with too_many/guesses_many (seconds), once, while
// many try codes out.
func (s *Service) CheckCode(ctx context.Context, chat Chat, text string) (Invited, error) {
	code, ok := readCode(text)
	if !ok {
		return Invited{}, services.Invalid("code_shape")
	}
	if err := s.slowed(ctx, chat); err != nil {
		return Invited{}, err
	}
	if err := s.try(ctx, chat.account()); err != nil {
		return Invited{}, err
	}
	db := s.store.WithContext(ctx)
	invite, to, err := s.open(db, "code_hash IN ?", s.vault.Hashes(inviteKind, code))
	if err := s.judged(ctx, err, "link.code_failed", "channel:"+chat.Channel, chat.unknown(0),
		chat.account()); err != nil {
		return Invited{}, err
	}
	if _, _, err := holder(db, chat, to); err != nil {
		return Invited{}, err
	}
	ward, err := s.Privacy.Controller(ctx, to.ward())
	if err != nil {
		return Invited{}, err
	}
	invited := Invited{Invite: invite.ID, Name: to.name(), Ward: ward}
	switch {
	case to.staff != nil:
		invited.Staff, invited.NeedsTOTP = true, true
	case to.person.Phone == "":
		invited.NeedsClerk = true
	case s.vouching[chat.Channel]:
		invited.NeedsContact = true
	default:
		invited.NeedsLast4 = true
	}
	return invited, nil
}

// Prove checks the proof at its step and spends nothing. It refuses with
// invalid/wrong_phone, contact_not_own, wrong_last4, last4_shape, wrong_totp,
// totp_shape or totp_used, with conflict/needs_clerk when the roster has no
// number, and as CheckCode does.
func (s *Service) Prove(ctx context.Context, chat Chat, invite int64, proof Proof) error {
	db := s.store.WithContext(ctx)
	to, err := s.mayProve(ctx, chat, invite)
	if err != nil {
		return err
	}
	_, _, err = s.open(db, "id = ?", invite)
	if err == nil {
		err = s.prove(chat, to, proof)
	}
	return s.judged(ctx, err, "link.failed", to.subject(), chat.unknown(to.ward()), chat.account(), holders(invite))
}

// mayProve finds whose proof is to be judged and counts the try: of the chat, and
// of all who hold this code, so that who has an old one stops no new one. It
// refuses while either has to wait; else the try is to be settled.
func (s *Service) mayProve(ctx context.Context, chat Chat, invite int64) (owner, error) {
	if err := s.slowed(ctx, chat); err != nil {
		return owner{}, err
	}
	var row models.Invite
	db := s.store.WithContext(ctx)
	err := db.Take(&row, invite).Error
	var to owner
	if err == nil {
		to, err = ownerOf(db, row)
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		if err := s.try(ctx, chat.account()); err != nil {
			return to, err
		}
		return to, s.judged(ctx, services.Invalid("wrong_code"), "link.code_failed", "channel:"+chat.Channel,
			chat.unknown(0), chat.account())
	}
	if err != nil {
		return to, fmt.Errorf("prove: %w", err)
	}
	return to, s.try(ctx, chat.account(), holders(invite))
}

// prove judges a proof. A shared number is fine here: the code says who it is,
// the number only that the roster's telephone is at hand.
func (s *Service) prove(chat Chat, to owner, proof Proof) error {
	if to.staff != nil {
		_, err := s.stepOf(*to.staff, proof.TOTP)
		return err
	}
	switch {
	case to.person.Phone == "":
		return services.Conflict("needs_clerk")
	case proof.PhoneOwn:
		if given, err := vn.ParsePhone(proof.Phone); err != nil || given != to.person.Phone {
			return services.Invalid("wrong_phone")
		}
		return nil
	case s.vouching[chat.Channel]:
		return services.Invalid("contact_not_own")
	}
	given := strings.TrimSpace(proof.Last4)
	if whole, err := vn.ParsePhone(given); err == nil { // more than was asked is fine
		if whole != to.person.Phone {
			return services.Invalid("wrong_last4")
		}
		return nil
	}
	if len(given) != 4 || strings.Trim(given, "0123456789") != "" {
		return services.Invalid("last4_shape")
	}
	if subtle.ConstantTimeCompare([]byte(given), []byte(vn.Last4(to.person.Phone))) == 0 {
		return services.Invalid("wrong_last4")
	}
	return nil
}

// Link redeems the invite: the chat becomes the owner's account on its channel.
// An account they had there before is unlinked and told so. The same Proof that
// passed Prove is judged anew, and a TOTP code is spent: ask staff for it last.
// With an empty consentVersion the owner is linked and still has to agree.
//
// A chat that is linked to somebody else is refused (conflict/chat_linked), not
// moved: couples share telephones, and moving would silence one of them without
// a word. They unlink it first. Only staff taking over their own officer's
// account need not: the staff identity holds the person.
func (s *Service) Link(ctx context.Context, chat Chat, invite int64, proof Proof, consentVersion string) (Identity,
	error) {
	to, err := s.mayProve(ctx, chat, invite)
	if err != nil {
		return Identity{}, err
	}
	err = s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, to.actor(chat)); err != nil {
			return err
		}
		row, to, err := s.open(tx, "id = ?", invite)
		if err != nil {
			return err
		}
		if err := s.use(tx, row); err != nil {
			return err
		}
		if err := s.prove(chat, to, proof); err != nil {
			return err
		}
		if to.staff != nil {
			if err := s.takeStep(tx, *to.staff, proof.TOTP); err != nil {
				return err
			}
		}
		by, err := s.maker(tx, row, to, proof)
		if err != nil {
			return err
		}
		account, err := s.attach(ctx, tx, to.actor(chat), chat, to, by)
		if err != nil {
			return err
		}
		if err := tx.Model(&row).Update("used_by_account", account.ID).Error; err != nil {
			return fmt.Errorf("use invite %d: %w", row.ID, err)
		}
		if consentVersion == "" {
			return nil
		}
		actor := to.actor(chat)
		actor.Account = account.ID
		return s.Privacy.consent(tx, actor, consentVersion)
	})
	if err != nil {
		return Identity{}, s.judged(ctx, err, "link.failed", to.subject(), chat.unknown(to.ward()), chat.account(),
			holders(invite))
	}
	s.forget(ctx, chat.account(), holders(invite))
	return s.Identify(ctx, chat.Channel, chat.ExternalID)
}

// holder finds the account that a chat is linked to already: the owner's own,
// or, about to become a staff member's, the same human's as an officer. Anybody
// else's is refused.
func holder(tx *gorm.DB, chat Chat, to owner) (account models.Account, own bool, err error) {
	err = tx.Where("channel = ? AND external_id = ? AND unlinked_at IS NULL", chat.Channel,
		chat.ExternalID).Take(&account).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.Account{}, false, nil
	}
	if err != nil {
		return account, false, fmt.Errorf("account: %w", err)
	}
	person, staff := to.ids()
	switch {
	case services.ID(account.PersonID) == services.ID(person) && services.ID(account.StaffID) == services.ID(staff):
		return account, true, nil
	case to.staff != nil && account.PersonID != nil && services.ID(account.PersonID) == services.ID(to.staff.PersonID):
		return account, false, nil
	}
	return account, false, services.Conflict("chat_linked")
}

// maker is the ward user by whose word alone a chat becomes an officer's by a code; 0
// where a platform vouches for the number of the roster, which another brought about.
func (s *Service) maker(tx *gorm.DB, invite models.Invite, to owner, proof Proof) (int64, error) {
	by := services.ID(invite.CreatedByStaff)
	if to.staff != nil || by == 0 || !proof.PhoneOwn {
		return by, nil
	}
	book, err := s.Requests.links.Open(tx, to.ward())
	if err != nil {
		return 0, err
	}
	var numbers []int64
	err = services.InWard(tx.Model(&models.Hand{}), to.ward()).
		Where("how NOT IN ('invite', 'link') AND person_id IN (SELECT id FROM people WHERE id = ? OR merged_into = ?)",
			to.person.ID, to.person.ID).Distinct().Pluck("staff_id", &numbers).Error
	if err != nil {
		return 0, fmt.Errorf("read hands: %w", err)
	}
	for _, one := range numbers {
		if book.Member(one).Human == book.Member(by).Human {
			return by, nil
		}
	}
	return 0, nil
}

// attach makes the chat the owner's one account on its channel. The actor is
// who brings it about: the owner with a code, or a clerk who agreed. By is the ward
// user by whose word alone it is; 0 where it has more behind it.
func (s *Service) attach(ctx context.Context, tx *gorm.DB, actor services.Actor, chat Chat, to owner,
	by int64) (models.Account, error) {
	now := s.clock.UTC()
	held, own, err := holder(tx, chat, to)
	if err != nil {
		return held, err
	}
	if own { // linked again from the same place
		held.ChatID, held.LinkedAt, held.LastSeenAt, held.UnreachableAt, held.UnreachableWhy = chat.ChatID, now, now, nil, ""
		if err := tx.Model(&held).Select("chat_id", "linked_at", "last_seen_at", "unreachable_at",
			"unreachable_why").Updates(&held).Error; err != nil {
			return held, fmt.Errorf("link: %w", err)
		}
		return held, s.audit.Record(tx, actor, "account.linked", to.subject(),
			journal.Detail{"account": held.ID, "channel": chat.Channel, "again": true})
	}
	var former []models.Account // the owner's on this channel, and the officer's that staff take over
	query := to.owns(tx).Or("id = ?", held.ID)
	if err := tx.Where("channel = ? AND unlinked_at IS NULL",
		chat.Channel).Where(query).Order("id").Find(&former).Error; err != nil {
		return held, fmt.Errorf("link: %w", err)
	}
	if former, err = s.end(tx, former); err != nil {
		return held, err
	}
	account := models.Account{
		WardID: to.ward(), Channel: chat.Channel, ExternalID: chat.ExternalID, ChatID: chat.ChatID,
		LinkedAt: now, LastSeenAt: now, CreatedAt: now,
	}
	if account.PersonID, account.StaffID = to.ids(); to.person != nil {
		account.MadeByStaffID = services.Ref(by)
	}
	err = tx.Create(&account).Error
	if models.IsTaken(err) { // somebody linked the chat, or the owner, in this moment
		return account, services.Conflict("linked_meanwhile").Because(err)
	}
	if err != nil {
		return account, fmt.Errorf("link: %w", err)
	}
	for _, old := range former {
		if old.ID == held.ID { // the same chat: there is nobody else to tell
			if err := s.recordUnlinked(tx, actor, old, "became_staff"); err != nil {
				return account, err
			}
			continue
		}
		if err := s.recordUnlinked(tx, actor, old, "moved"); err != nil {
			return account, err
		}
		if err := s.tellEnded(ctx, tx, old, outbox.AccountMoved); err != nil {
			return account, err
		}
	}
	if err := s.tellLinked(ctx, tx, account, to); err != nil {
		return account, err
	}
	return account, s.audit.Record(tx, actor, "account.linked", to.subject(),
		journal.Detail{"account": account.ID, "channel": chat.Channel})
}

// tellEnded tells a chat that it is linked no longer.
func (s *Service) tellEnded(ctx context.Context, tx *gorm.DB, old models.Account, kind outbox.Kind) error {
	return s.outbox.Tell(ctx, tx, outbox.Message{
		Ward: old.WardID, Kind: kind, Subject: outbox.Account, SubjectID: old.ID,
		Account: old.ID, Channel: old.Channel, ChatID: old.ChatID,
	})
}

// end unlinks accounts and returns those that it, and no other, unlinked. The
// journal is written after the last of them: its lock on the ward must come
// after the locks on accounts, in every transaction alike.
func (p part) end(tx *gorm.DB, accounts []models.Account) ([]models.Account, error) {
	now := p.clock.UTC()
	var ended []models.Account
	for _, account := range accounts {
		result := tx.Model(&models.Account{}).Where("id = ? AND unlinked_at IS NULL", account.ID).
			Updates(map[string]any{"unlinked_at": now, "stepped_up_until": nil})
		if result.Error != nil {
			return nil, fmt.Errorf("unlink: %w", result.Error)
		}
		if result.RowsAffected == 1 {
			ended = append(ended, account)
		}
	}
	return ended, nil
}

// recordUnlinked writes down that an account ended, and why: moved,
// became_staff, own, by_staff, renewed, retired, withdrawn, disowned.
func (p part) recordUnlinked(tx *gorm.DB, actor services.Actor, account models.Account, why string) error {
	action, about := "account.unlinked", subject("person", services.ID(account.PersonID))
	if why == "moved" {
		action = "account.moved"
	}
	if account.StaffID != nil {
		about = subject("staff", *account.StaffID)
	}
	actor.Ward = account.WardID
	return p.audit.Record(tx, actor, action, about, journal.Detail{"account": account.ID, "channel": account.Channel,
		"why": why})
}
