package identity

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// numbersEach bounds a statement that tells people of their number.
const numbersEach = 500

// TellNumbers tells people, in every chat of theirs, that a sheet gave them another
// number; who is linked nowhere is on the list to telephone.
func (s *Service) TellNumbers(ctx context.Context, tx *gorm.DB, ward, sheet int64, people []int64) error {
	for some := range slices.Chunk(people, numbersEach) {
		var accounts []models.Account
		err := services.InWard(tx.Select("id", "person_id"), ward).Where("person_id IN ? AND unlinked_at IS NULL", some).
			Order("id").Find(&accounts).Error
		if err != nil {
			return fmt.Errorf("read accounts of %d people: %w", len(some), err)
		}
		message := outbox.Message{Ward: ward, Kind: outbox.NumberChanged, Subject: outbox.Import, SubjectID: sheet}
		messages, reached := make([]outbox.Message, 0, len(some)), map[int64]bool{}
		for _, account := range accounts {
			message.Person, message.Account = services.ID(account.PersonID), account.ID
			messages, reached[message.Person] = append(messages, message), true
		}
		message.Account = 0
		for _, person := range some {
			if message.Person = person; !reached[person] {
				messages = append(messages, message)
			}
		}
		if err := s.outbox.Tell(ctx, tx, messages...); err != nil {
			return err
		}
	}
	return nil
}

// DisownNumber tells everybody who decides in the ward that the number which a sheet
// gave an officer is not theirs, by the chat that they write from.
func (s *Service) DisownNumber(ctx context.Context, actor services.Actor, sheet int64) error {
	if err := actor.Need(services.Officer); err != nil {
		return err
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		if _, err := accountOf(tx, actor); err != nil {
			return err
		}
		var told int64
		err := services.InWard(tx.Model(&models.Delivery{}), actor.Ward).
			Where("kind = ? AND subject_id = ? AND person_id = ?", outbox.NumberChanged, sheet, actor.Person).
			Count(&told).Error
		if err != nil {
			return fmt.Errorf("disown number: %w", err)
		}
		if told == 0 {
			return services.NotFound("import")
		}
		staff, err := s.StaffOf(tx, actor.Ward, deciders...)
		if err != nil {
			return err
		}
		if err := s.audit.Record(tx, actor, "person.number_disowned", subject("person", actor.Person), nil); err != nil {
			return err
		}
		return s.outbox.TellStaff(ctx, tx, outbox.Message{Ward: actor.Ward, Kind: outbox.NumberDisowned,
			Subject: outbox.Person, SubjectID: actor.Person, Version: int(sheet)}, staff)
	})
}
