package notices

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// States of a notice that has left; one that is sent may still be on its way.
const (
	sentState      = "sent"
	pausedState    = "paused"
	cancelledState = "cancelled"
)

// broadcast is a notice as it goes to many.
func broadcast(notice models.Notice) outbox.Broadcast {
	return outbox.Broadcast{Ward: notice.WardID, Kind: outbox.NoticeSent, Subject: outbox.Notice, SubjectID: notice.ID}
}

// tell queues a notice to a few people.
func (s *Service) tell(ctx context.Context, tx *gorm.DB, notice models.Notice, people []int64) error {
	messages := make([]outbox.Message, len(people))
	for i, person := range people {
		messages[i] = outbox.Message{Ward: notice.WardID, Kind: outbox.NoticeSent, Subject: outbox.Notice, SubjectID: notice.ID, Person: person}
	}
	return s.outbox.Tell(ctx, tx, messages...)
}

// Pause stops a notice that is on its way to many; messages that are being sent
// at the moment still arrive. It refuses with conflict/notice_state one that is
// not on its way.
func (s *Service) Pause(ctx context.Context, actor services.Actor, notice int64) error {
	return s.turn(ctx, actor, notice, "notice.paused", pausedState, nil, sentState)
}

// Resume lets a paused notice go on where it stopped.
func (s *Service) Resume(ctx context.Context, actor services.Actor, notice int64) error {
	return s.turn(ctx, actor, notice, "notice.resumed", sentState, func(tx *gorm.DB, row models.Notice) error {
		return s.outbox.Chunks(ctx, tx, broadcast(row))
	}, pausedState)
}

// Cancel ends a notice for everybody whom it has not left for; they count as
// failed, for the reason "cancelled".
func (s *Service) Cancel(ctx context.Context, actor services.Actor, notice int64) error {
	return s.turn(ctx, actor, notice, "notice.cancelled", cancelledState, func(tx *gorm.DB, row models.Notice) error {
		_, err := s.outbox.CancelAll(tx, broadcast(row))
		return err
	}, sentState, pausedState)
}

func (s *Service) turn(ctx context.Context, actor services.Actor, notice int64, action, to string, then func(*gorm.DB, models.Notice) error, from ...string) error {
	if err := actor.Need(senders...); err != nil {
		return err
	}
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		var row models.Notice
		err := tx.Where("ward_id = ? AND sent_at IS NOT NULL", actor.Ward).Take(&row, notice).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return services.NotFound("notice")
		}
		if err != nil {
			return fmt.Errorf("notice: %w", err)
		}
		result := tx.Model(&models.Notice{}).Where("id = ? AND state IN ?", row.ID, from).Update("state", to)
		if result.Error != nil {
			return fmt.Errorf("notice: %w", result.Error)
		}
		if result.RowsAffected == 0 {
			return services.Conflict("notice_state")
		}
		if then != nil {
			if err := then(tx, row); err != nil {
				return err
			}
		}
		return s.audit.Record(tx, actor, action, fmt.Sprintf("notice:%d", row.ID), nil)
	})
}
