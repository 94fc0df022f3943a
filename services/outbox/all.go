package outbox

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
)

// TellAll queues a message to each of the people that a query selects by its
// only column, in the caller's transaction, and returns how many they are. Who
// was told of it before is left out. Message's recipient is not read. Night says
// that it may go at night too.
//
// The rows never leave the database, so that a whole country's officers are a
// matter of seconds.
func (o *Outbox) TellAll(ctx context.Context, tx *gorm.DB, message Message, people *gorm.DB, night bool) (int, error) {
	message.Person, message.Staff, message.Account, message.Channel, message.ChatID = 0, 0, 0, "", ""
	before, after, _ := cutKey(message.key())
	now := o.clock.UTC()
	var ids []int64
	err := tx.Raw(`
INSERT INTO deliveries (ward_id, kind, subject_kind, subject_id, version, person_id, state, key, created_at, updated_at)
SELECT ?, ?, ?, ?, ?, p.id, ?, CAST(? AS text) || p.id || CAST(? AS text), ?, ?
FROM (SELECT person_id AS id FROM (?) q) p WHERE true ORDER BY p.id
ON CONFLICT (key) DO NOTHING RETURNING id`,
		message.Ward, message.Kind, message.Subject, message.SubjectID, message.Version, models.DeliveryQueued, before,
		after, now, now, people).Scan(&ids).Error
	if err != nil {
		return 0, fmt.Errorf("queue messages: %w", err)
	}
	return len(ids), o.deliver(ctx, tx, ids, night)
}
