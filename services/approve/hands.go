package approve

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// The second pair of eyes must not be made by the first: who handed out the code
// by which a chat became an officer's, agreed that it is theirs, or gave them the
// number by which they are known, could be that officer on the phone.

// know fills in what the ward knows of the parties of items: which human each is,
// and whose hands were on them.
func (b *Book) know(tx *gorm.DB, now time.Time, items ...Item) ([]Item, error) {
	items = slices.Clone(items)
	if err := b.knowParties(tx, items); err != nil {
		return nil, err
	}
	if err := b.readHands(tx, now, items...); err != nil {
		return nil, err
	}
	for i := range items {
		items[i].Parties.hands = b.handsOn(items[i])
	}
	return items, nil
}

// readHands reads who had their hands on whom those items are about, for as long
// as the ward says, where their kinds ask.
func (b *Book) readHands(tx *gorm.DB, now time.Time, items ...Item) error {
	var people []int64
	for _, item := range items {
		if kind, _ := Known(item.Rule); kind.HandsOff {
			people = append(people, item.Parties.People...)
		}
	}
	if len(people) == 0 || b.Ward.HandsDays == 0 {
		return nil
	}
	b.hands = map[int64][]int64{}
	for some := range chunks(people) {
		var rows []struct{ Person, Staff int64 }
		err := tx.Session(&gorm.Session{NewDB: true}).Raw(`
SELECT DISTINCT COALESCE(p.merged_into, h.person_id) AS person, h.staff_id AS staff
FROM hands h JOIN people p ON p.id = h.person_id
WHERE h.ward_id = ? AND h.at > ? AND COALESCE(p.merged_into, h.person_id) IN ?`, b.Ward.ID,
			now.AddDate(0, 0, -b.Ward.HandsDays), some).Scan(&rows).Error
		if err != nil {
			return fmt.Errorf("read hands: %w", err)
		}
		for _, row := range rows {
			b.hands[row.Person] = append(b.hands[row.Person], row.Staff)
		}
	}
	return nil
}

// chunks are ids, each once, as many as a statement takes.
func chunks(ids []int64) iter.Seq[[]int64] {
	slices.Sort(ids)
	return slices.Chunk(slices.Compact(ids), 10_000)
}

func (b *Book) handsOn(item Item) []models.Staff {
	var staff []models.Staff
	if kind, _ := Known(item.Rule); kind.HandsOff {
		for _, person := range item.Parties.People {
			for _, one := range b.hands[person] {
				staff = append(staff, b.Member(one))
			}
		}
	}
	return staff
}

// mostHandsDays bounds the rule: after a year nobody remembers.
const mostHandsDays = 366

// SetHandsDays says for how many days who brought about what proves a person
// signs nothing about where that person's money goes; 0 is for a ward that has
// one user alone. It refuses invalid/hands_days.
func (s *Service) SetHandsDays(ctx context.Context, actor services.Actor, days int) error {
	return s.setDays(ctx, actor, "hands_days", "approval.hands_days", days)
}

// SetHoldDays says for how many days a chat or a number is young. It refuses
// invalid/hands_days.
func (s *Service) SetHoldDays(ctx context.Context, actor services.Actor, days int) error {
	return s.setDays(ctx, actor, "hold_days", "approval.hold_days", days)
}

func (s *Service) setDays(ctx context.Context, actor services.Actor, column, action string, days int) error {
	if err := s.mayRule(actor); err != nil {
		return err
	}
	if days < 0 || days > mostHandsDays {
		return services.Invalid("hands_days").With("max", mostHandsDays)
	}
	return s.write(ctx, actor, func(tx *gorm.DB) error {
		ward := tx.Model(&models.Ward{}).Where("id = ?", actor.Ward)
		if err := ward.Update(column, days).Error; err != nil {
			return fmt.Errorf("set %s of ward %d: %w", column, actor.Ward, err)
		}
		return s.audit.Record(tx, actor, action, fmt.Sprintf("ward:%d", actor.Ward), journal.Detail{"days": days})
	})
}
