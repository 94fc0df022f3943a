package notice

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Why a delivery of a notice stands still without having been tried.
const (
	pausedWhy    = outbox.Paused
	cancelledWhy = outbox.Cancelled
)

// Stands refuses a notice that is not to leave, with conflict/paused or
// conflict/cancelled: what was being sent when it was stopped, and has not
// arrived, must not go after that.
func Stands(notice models.Notice) error {
	switch notice.State {
	case models.NoticePaused:
		return services.Conflict(pausedWhy)
	case models.NoticeCancelled:
		return services.Conflict(cancelledWhy)
	}
	return nil
}

// Pause stops a notice that is on its way; messages that are being sent at the
// moment still arrive, and those of them that do not wait like the others. It refuses with conflict/notice_moved one
// that is not on
// its way.
func (s *Service) Pause(ctx context.Context, actor services.Actor, notice int64) error {
	return s.turn(ctx, actor, notice, models.NoticePaused, func(tx *gorm.DB, _ models.Notice) error {
		held, err := s.hold(tx, notice, pausedWhy)
		if err != nil {
			return err
		}
		return s.audit.Record(tx, actor, "notice.paused", subject(notice), journal.Detail{"people": held})
	}, models.NoticeIsSent)
}

// Resume lets a paused notice go on where it stopped.
func (s *Service) Resume(ctx context.Context, actor services.Actor, notice int64) error {
	return s.turn(ctx, actor, notice, models.NoticeIsSent, func(tx *gorm.DB, row models.Notice) error {
		var held []int64
		if err := ownDeliveries(tx, notice).Where("state = ? AND reason = ?", models.DeliveryFailed,
			pausedWhy).Order("id").Pluck("id", &held).Error; err != nil {
			return fmt.Errorf("resume: %w", err)
		}
		if err := s.outbox.Again(ctx, tx, held, s.night(row)); err != nil {
			return err
		}
		return s.audit.Record(tx, actor, "notice.resumed", subject(notice), journal.Detail{"people": len(held)})
	}, models.NoticePaused)
}

// Cancel ends a notice for everybody whom it has not left for; they count as
// failed, and need no call.
func (s *Service) Cancel(ctx context.Context, actor services.Actor, notice int64) error {
	return s.turn(ctx, actor, notice, models.NoticeCancelled, func(tx *gorm.DB, _ models.Notice) error {
		if err := ownDeliveries(tx, notice).Where("state = ? AND reason = ?", models.DeliveryFailed,
			pausedWhy).Update("reason", cancelledWhy).Error; err != nil {
			return fmt.Errorf("cancel: %w", err)
		}
		held, err := s.hold(tx, notice, cancelledWhy)
		if err != nil {
			return err
		}
		return s.audit.Record(tx, actor, "notice.cancelled", subject(notice), journal.Detail{"people": held})
	}, models.NoticeIsSent, models.NoticePaused)
}

// night reports whether what goes on at this moment may go on at night: it is
// urgent, or whoever lets it go on does so at night.
func (s *Service) night(notice models.Notice) bool {
	return notice.Urgent || services.Night(s.clock())
}

// hold takes what has not left out of the queue.
func (s *Service) hold(tx *gorm.DB, notice int64, why string) (int64, error) {
	result := ownDeliveries(tx, notice).Where("state = ?", models.DeliveryQueued).
		Updates(map[string]any{"state": models.DeliveryFailed, "reason": why, "updated_at": s.clock.UTC()})
	if result.Error != nil {
		return 0, fmt.Errorf("hold: %w", result.Error)
	}
	return result.RowsAffected, nil
}

// ownDeliveries are a notice's own, without its reminders.
func ownDeliveries(tx *gorm.DB, notice int64) *gorm.DB {
	return tx.Model(&models.Delivery{}).Where("subject_kind = ? AND kind = ? AND subject_id = ?", outbox.Notice,
		outbox.NoticeSent, notice)
}

func (s *Service) turn(ctx context.Context, actor services.Actor, id int64, to models.NoticeState,
	do func(*gorm.DB, models.Notice) error, from ...models.NoticeState) error {
	return s.act(ctx, actor, func(tx *gorm.DB) error {
		notice, err := locked(tx, actor, id)
		if err != nil {
			return err
		}
		result := tx.Model(&models.Notice{}).Where("id = ? AND sent_at IS NOT NULL AND state IN ?", notice.ID,
			from).Update("state", to)
		if result.Error != nil {
			return fmt.Errorf("notice: %w", result.Error)
		}
		if result.RowsAffected == 0 {
			return services.Conflict("notice_moved")
		}
		if err := do(tx, notice); err != nil {
			return err
		}
		// Its card is followed afresh: who follows it already may look seldom by now.
		if err := tx.Model(&models.Notice{}).Where("id = ?", notice.ID).Update("following", false).Error; err != nil {
			return fmt.Errorf("notice: %w", err)
		}
		return s.stir(ctx, tx, notice.ID)
	})
}
