package outbox

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"
	"gorm.io/gorm"

	"canbobot/models"
)

// againEach is how many rows one statement gives back to the queue.
const againEach = 100

// Again gives deliveries that came to nothing back to the queue, in the caller's
// transaction, as if they had been told this moment.
func (o *Outbox) Again(ctx context.Context, tx *gorm.DB, ids []int64) error {
	now := o.clock.UTC()
	for begin := 0; begin < len(ids); begin += againEach {
		part := ids[begin:min(begin+againEach, len(ids))]
		err := tx.Model(&models.Delivery{}).Where("id IN ? AND state IN ?", part, []models.DeliveryState{models.DeliveryFailed, models.DeliveryUnreachable}).
			Updates(map[string]any{
				"state": models.DeliveryQueued, "reason": "", "attempts": 0, "called_at": nil, "called_by": nil, "created_at": now, "updated_at": now,
			}).Error
		if err != nil {
			return fmt.Errorf("queue again: %w", err)
		}
		jobs := make([]river.JobArgs, len(part))
		for i, id := range part {
			jobs[i] = Deliver{Delivery: id}
		}
		if err := o.Enqueue(ctx, tx, jobs...); err != nil {
			return err
		}
	}
	return nil
}
