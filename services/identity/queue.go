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
// then whose number or name the roster has, then strangers; the oldest of each first.
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
	err := waiting.Order("CASE WHEN by_code THEN 0 WHEN person_id IS NOT NULL THEN 1 " +
		"WHEN known THEN 2 ELSE 3 END, id").
		Offset(offset).Limit(limit).Find(&requests).Error
	if err != nil {
		return nil, 0, fmt.Errorf("link requests: %w", err)
	}
	return requests, total, nil
}

// maxRefused bounds how many strangers are refused in one go.
const maxRefused = 200

// strangers are the requests that wait of whom the roster has neither number nor
// name.
func strangers(tx *gorm.DB, ward int64) *gorm.DB {
	return services.InWard(tx.Model(&models.LinkRequest{}), ward).
		Where("state = ? AND NOT known AND person_id IS NULL", models.LinkPending).Session(&gorm.Session{})
}

// Strangers counts the requests of whom the roster has neither number nor name,
// and names the last of them, for RefuseStrangers.
func (r *Requests) Strangers(ctx context.Context, actor services.Actor) (count, last int64, err error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return 0, 0, err
	}
	err = strangers(r.store.WithContext(ctx), actor.Ward).Select("COUNT(*), COALESCE(MAX(id), 0)").Row().
		Scan(&count, &last)
	if err != nil {
		return 0, 0, fmt.Errorf("strangers: %w", err)
	}
	return count, last, nil
}

// RefuseStrangers says no to the strangers up to the last that was counted, each
// as Refuse does, and returns to how many.
func (r *Requests) RefuseStrangers(ctx context.Context, actor services.Actor, last int64) (refused int, err error) {
	if err := actor.Need(deciders...); err != nil {
		return 0, err
	}
	var requests []models.LinkRequest
	err = strangers(r.store.WithContext(ctx), actor.Ward).Select("id", "version").Where("id <= ?", last).
		Order("id").Limit(maxRefused).Find(&requests).Error
	if err != nil {
		return 0, fmt.Errorf("strangers: %w", err)
	}
	for _, request := range requests {
		one := actor
		if one.Event != "" { // each has its effect once
			one.Event = fmt.Sprintf("%s:%d", actor.Event, request.ID)
		}
		err := r.Refuse(ctx, one, request.ID, request.Version)
		switch {
		case err == nil:
			refused++
		case services.KindOf(err) != services.KindConflict: // decided meanwhile
			return refused, err
		}
	}
	return refused, nil
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
	return true, box.TellStaff(ctx, tx, outbox.Message{Ward: item.Ward, Kind: outbox.LinksAsked, Subject: outbox.Links,
		SubjectID: item.Ward, Version: int(clock().Unix() / int64(listedEvery.Seconds()))}, staff)
}
