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
// number by which they are known, could be that officer on the phone. After a while
// nobody remembers; but a chat that is an officer's by one human's word alone stays
// that human's until another decides where its officer is paid.

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

// hand is one of a ward user on a person: lately, or by a chat that they alone have
// had taken for that person's.
type hand struct {
	Person, Staff int64
	Chat          bool
}

// readHands reads who had their hands on whom those items are about, where their
// kinds ask: for as long as the ward says, and on a chat as long as it is linked, or
// an item that it was asked by waits.
func (b *Book) readHands(tx *gorm.DB, now time.Time, items ...Item) error {
	var people []int64
	chats := []int64{0}
	for _, item := range items {
		if kind, _ := Known(item.Rule); kind.HandsOff || kind.ChatOff {
			people, chats = append(people, item.Parties.People...), append(chats, item.Parties.Chat)
		}
	}
	if len(people) == 0 || b.Ward.HandsDays == 0 {
		return nil
	}
	b.hands = nil
	for some := range chunks(people) {
		var rows []hand
		err := tx.Session(&gorm.Session{NewDB: true}).Raw(`
SELECT DISTINCT COALESCE(p.merged_into, h.person_id) AS person, h.staff_id AS staff, h.chat
FROM (SELECT person_id, staff_id, FALSE AS chat FROM hands WHERE ward_id = @ward AND at > @since UNION ALL
      SELECT person_id, made_by_staff_id, TRUE FROM accounts WHERE ward_id = @ward AND made_by_staff_id IS NOT NULL
      AND person_id IS NOT NULL AND (unlinked_at IS NULL OR id IN @chats)) h
JOIN people p ON p.id = h.person_id
WHERE COALESCE(p.merged_into, h.person_id) IN @people`, map[string]any{"ward": b.Ward.ID,
			"since": now.AddDate(0, 0, -b.Ward.HandsDays), "people": some, "chats": chats}).Scan(&rows).Error
		if err != nil {
			return fmt.Errorf("read hands: %w", err)
		}
		b.hands = append(b.hands, rows...)
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
	kind, _ := Known(item.Rule)
	for _, one := range b.hands {
		if (kind.HandsOff || kind.ChatOff && one.Chat) && slices.Contains(item.Parties.People, one.Person) {
			staff = append(staff, b.Member(one.Staff))
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
