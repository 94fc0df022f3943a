package outbox

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
)

// Again gives deliveries that came to nothing back to the queue, in the caller's
// transaction, as if they had been told this moment; night says whether many of
// them may go at night.
func (o *Outbox) Again(ctx context.Context, tx *gorm.DB, ids []int64, night bool) error {
	now := o.clock.UTC()
	for part := range slices.Chunk(ids, together) {
		err := tx.Model(&models.Delivery{}).Where(o.store.In("id", part)).Where("state IN ?",
			[]models.DeliveryState{models.DeliveryFailed, models.DeliveryUnreachable}).
			Updates(map[string]any{
				"state": models.DeliveryQueued, "reason": "", "attempts": 0, "due_at": nil, "called_at": nil, "called_by": nil,
				"created_at": now, "updated_at": now,
			}).Error
		if err != nil {
			return fmt.Errorf("queue again: %w", err)
		}
	}
	return o.deliver(ctx, tx, ids, night)
}
