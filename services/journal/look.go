package journal

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// Look is somebody's seeing what is others' own: a number whole, their papers, a
// list with their names on it. It is an entry like any other that names besides
// whom it is about, so that each of them finds it.
type Look struct {
	Action  string
	Subject string
	Detail  Detail
	People  []int64
}

// Look writes a look down in the caller's transaction, in which what is seen is
// read: who cannot be written down sees nothing. However many people it is about
// it is one entry.
func (s *Service) Look(tx *gorm.DB, actor services.Actor, look Look) error {
	people := slices.Clone(look.People)
	slices.Sort(people)
	people = slices.Compact(people)
	detail := Detail{"whom": people}
	for key, value := range look.Detail {
		detail[key] = value
	}
	if err := s.Record(tx, actor, look.Action, look.Subject, detail); err != nil {
		return err
	}
	if len(people) == 0 {
		return nil
	}
	var entry models.AuditEntry // the last one: the ward's row is held until the transaction ends
	if err := services.InWard(tx.Select("id"), actor.Ward).Order("seq DESC").Limit(1).Take(&entry).Error; err != nil {
		return fmt.Errorf("look: %w", err)
	}
	rows := make([]models.Look, len(people))
	for i, person := range people {
		rows[i] = models.Look{WardID: actor.Ward, EntryID: entry.ID, PersonID: person}
	}
	if err := tx.CreateInBatches(rows, lookBatch).Error; err != nil {
		return fmt.Errorf("look of %d people: %w", len(people), err)
	}
	return nil
}

// lookBatch bounds a statement: the SQLite driver looks for every value of one
// among all of them.
const lookBatch = 60

// lookAgain is for how long seeing the same telephone number again is the same
// look: a card that is drawn anew shows nobody anything new.
const lookAgain = time.Hour

// Seen writes down that people's telephone numbers were shown whole to the
// actor, who is about to read them.
func (s *Service) Seen(ctx context.Context, actor services.Actor, people []int64) error {
	people = slices.DeleteFunc(slices.Clone(people), func(id int64) bool { return id == 0 || id == actor.Person })
	if len(people) == 0 || actor.Ward == 0 {
		return nil
	}
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var before []int64
		looks := tx.Table("looks AS l").Joins("JOIN audit_entries e ON e.id = l.entry_id").
			Where("l.ward_id = ? AND l.person_id IN ? AND e.action = ? AND e.at > ?", actor.Ward, people, PhoneSeen,
				s.clock.UTC().Add(-lookAgain))
		if actor.Staff != 0 {
			looks = looks.Where("e.staff_id = ?", actor.Staff)
		} else {
			looks = looks.Where("e.staff_id IS NULL AND e.person_id = ?", actor.Person)
		}
		if err := looks.Pluck("l.person_id", &before).Error; err != nil {
			return fmt.Errorf("looks before: %w", err)
		}
		people = slices.DeleteFunc(people, func(id int64) bool { return slices.Contains(before, id) })
		if len(people) == 0 {
			return nil
		}
		subject := fmt.Sprintf("ward:%d", actor.Ward)
		if len(people) == 1 {
			subject = fmt.Sprintf("person:%d", people[0])
		}
		return s.Look(tx, actor, Look{Action: PhoneSeen, Subject: subject, People: people})
	})
}

// PhoneSeen is the action of who was shown telephone numbers in a chat.
const PhoneSeen = "phone.seen"
