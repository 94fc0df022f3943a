package identity

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/outbox"
)

const (
	// FewRequests are told one by one; more of them are one list, or strangers could
	// bury a ward's officers under cards.
	FewRequests = 3
	// listedEvery is how often clerks are told of that list.
	listedEvery = 4 * time.Hour
)

// Queue lists the requests to be linked that wait for the ward, and counts them
// all: first who showed a code, then whose number is of one person of the roster,
// then the rest, the oldest of each first.
func (r *Requests) Queue(ctx context.Context, actor services.Actor, offset, limit int) ([]models.LinkRequest, int64,
	error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, 0, err
	}
	waiting := services.InWard(r.store.WithContext(ctx).Model(&models.LinkRequest{}), actor.Ward).
		Where("state = ?", models.LinkPending).Session(&gorm.Session{})
	var total int64
	if err := waiting.Count(&total).Error; err != nil {
		return nil, 0, fmt.Errorf("link requests: %w", err)
	}
	var requests []models.LinkRequest
	err := waiting.Order("CASE WHEN by_code THEN 0 WHEN person_id IS NOT NULL THEN 1 ELSE 2 END, id").
		Offset(offset).Limit(limit).Find(&requests).Error
	if err != nil {
		return nil, 0, fmt.Errorf("link requests: %w", err)
	}
	return requests, total, nil
}

// gather tells of requests that rest on somebody's word as one list, where more
// than a few wait: once in a while, however many come. A right code has its own
// card, for the ward handed it out.
func gather(ctx context.Context, tx *gorm.DB, box *outbox.Outbox, clock services.Clock, item approve.Item,
	staff []models.Staff) (bool, error) {
	words := services.InWard(tx.Model(&models.LinkRequest{}), item.Ward).
		Where("state = ? AND NOT by_code", models.LinkPending).Session(&gorm.Session{})
	var waiting, among int64
	if err := words.Count(&waiting).Error; err != nil {
		return false, fmt.Errorf("link requests: %w", err)
	}
	if waiting <= FewRequests {
		return false, nil
	}
	if err := words.Where("id = ?", item.ID).Count(&among).Error; err != nil || among == 0 {
		return false, err
	}
	messages := make([]outbox.Message, len(staff))
	for i, one := range staff {
		messages[i] = outbox.Message{Ward: item.Ward, Kind: outbox.LinksAsked, Subject: outbox.Links, SubjectID: item.Ward,
			Version: int(clock().Unix() / int64(listedEvery.Seconds())), Staff: one.ID}
	}
	return true, box.Tell(ctx, tx, messages...)
}
