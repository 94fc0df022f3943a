package notice

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

// callsFor is how long somebody whom no message reached stays on the list: after
// that the matter is old.
const callsFor = 30 * 24 * time.Hour

// Call is a person to telephone: no message reached them.
type Call struct {
	Person   int64
	Name     string
	Phone    string `seal:"people.phone,Person"` // E.164; empty when the roster has none
	Messages int    // how many did not reach them
	Kind     string // of the latest
	Subject  int64
	Why      string // code of the latest: no_account, blocked, window ...
	At       time.Time
}

// unreached selects the deliveries of a ward whose person must be telephoned.
// What became pointless, or was not theirs any more, needs no call.
func (o *Outcomes) unreached(tx *gorm.DB, ward int64) *gorm.DB {
	return tx.Table("deliveries d").
		Where("d.ward_id = ? AND d.unreached_at IS NOT NULL AND d.state IN ? AND d.called_at IS NULL AND d.person_id IS "+
			"NOT NULL", ward,
			[]models.DeliveryState{models.DeliveryUnreachable, models.DeliveryFailed}).
		Where("d.kind <> ? AND d.reason NOT IN ? AND d.created_at > ?", outbox.Shown,
			[]string{"outdated", "not_theirs", pausedWhy, cancelledWhy}, o.clock.UTC().Add(-callsFor))
}

// Calls lists who is to be telephoned, who waits longest first, and how many
// there are in all.
func (o *Outcomes) Calls(ctx context.Context, actor services.Actor, limit int) ([]Call, int, error) {
	if err := actor.Need(senders...); err != nil {
		return nil, 0, err
	}
	db := o.store.WithContext(ctx)
	total, err := o.callsOpen(db, actor.Ward)
	if err != nil || total == 0 {
		return nil, 0, err
	}
	var calls []Call
	err = db.Raw(`
SELECT u.person AS person, people.name AS name, people.phone AS phone, u.messages AS messages,
       d.kind AS kind, d.subject_id AS subject, d.reason AS why, d.created_at AS at
FROM (?) u JOIN deliveries d ON d.id = u.latest JOIN people ON people.id = u.person
ORDER BY u.first, u.person LIMIT ?`,
		o.unreached(db, actor.Ward).Select("d.person_id AS person, MAX(d.id) AS latest, MIN(d.id) AS first, COUNT(*) AS "+
			"messages").Group("d.person_id"),
		max(1, min(limit, maxListed))).Find(&calls).Error
	if err != nil {
		return nil, 0, fmt.Errorf("calls: %w", err)
	}
	return calls, total, nil
}

// CallsOpen counts who is to be telephoned.
func (o *Outcomes) CallsOpen(ctx context.Context, actor services.Actor) (int, error) {
	if err := actor.Need(readers...); err != nil {
		return 0, err
	}
	return o.callsOpen(o.store.WithContext(ctx), actor.Ward)
}

func (o *Outcomes) callsOpen(db *gorm.DB, ward int64) (int, error) {
	var total int64
	if err := o.unreached(db, ward).Distinct("d.person_id").Count(&total).Error; err != nil {
		return 0, fmt.Errorf("calls: %w", err)
	}
	return int(total), nil
}

// Called notes that the actor has telephoned a person about all that had not
// reached them. It refuses with not_found/call when there is nothing left: a
// colleague may have been quicker.
func (o *Outcomes) Called(ctx context.Context, actor services.Actor, person int64) error {
	if err := actor.Need(senders...); err != nil {
		return err
	}
	return o.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, o.clock, actor); err != nil {
			return err
		}
		now := o.clock.UTC()
		result := tx.Model(&models.Delivery{}).
			Where("id IN (?)", o.unreached(tx, actor.Ward).Where("d.person_id = ?", person).Select("d.id")).
			Updates(map[string]any{"called_at": now, "called_by": actor.Staff, "updated_at": now})
		if result.Error != nil {
			return fmt.Errorf("called: %w", result.Error)
		}
		if result.RowsAffected == 0 {
			return services.NotFound("call")
		}
		return o.audit.Record(tx, actor, "person.called", fmt.Sprintf("person:%d", person),
			journal.Detail{"messages": result.RowsAffected})
	})
}
