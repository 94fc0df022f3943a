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

// Office hours, on weekdays: when people are reminded.
const officeFrom, officeTo = 7, 17

// Resend tries anew, by whatever channel there is by now, for everybody whom a
// notice has not reached, and returns how many they are. It refuses with
// conflict/notice_nobody when there is nobody.
func (s *Service) Resend(ctx context.Context, actor services.Actor, notice int64) (int, error) {
	var ids []int64
	err := s.after(ctx, actor, notice, func(tx *gorm.DB, row models.Notice) error {
		err := ownDeliveries(tx, notice).Where("reason <> ? AND state IN ?", pausedWhy,
			[]models.DeliveryState{models.DeliveryFailed, models.DeliveryUnreachable}).Order("id").Pluck("id", &ids).Error
		if err != nil {
			return fmt.Errorf("resend: %w", err)
		}
		if len(ids) == 0 {
			return services.Conflict("notice_nobody")
		}
		if err := s.outbox.Again(ctx, tx, ids, s.night(row)); err != nil {
			return err
		}
		if err := s.stir(ctx, tx, notice); err != nil {
			return err
		}
		return s.audit.Record(tx, actor, "notice.resent", subject(notice), journal.Detail{"people": len(ids)})
	})
	return len(ids), err
}

// Remind tells a notice again to whoever has received and not confirmed it, and
// returns how many they are. It refuses with
//
//	invalid/notice_confirm     a notice that wants nothing
//	conflict/notice_hours      outside office hours (from, to)
//	conflict/notice_reminded   a second time on one day
//	conflict/notice_nobody     nobody is silent
func (s *Service) Remind(ctx context.Context, actor services.Actor, notice int64) (int, error) {
	var people int
	err := s.after(ctx, actor, notice, func(tx *gorm.DB, row models.Notice) error {
		now := s.clock.Local()
		switch {
		case !row.NeedsConfirm:
			return services.Invalid("notice_confirm")
		case now.Weekday() == time.Saturday || now.Weekday() == time.Sunday || now.Hour() < officeFrom ||
			now.Hour() >= officeTo:
			return services.Conflict("notice_hours").With("from", officeFrom).With("to", officeTo)
		case row.RemindedAt != nil && models.DateOf(row.RemindedAt.In(services.Zone)) == models.DateOf(now):
			return services.Conflict("notice_reminded")
		}
		if err := tx.Model(&models.Notice{}).Where("id = ?", notice).Update("reminded_at", s.clock.UTC()).Error; err != nil {
			return fmt.Errorf("remind: %w", err)
		}
		day := now.Year()*10000 + int(now.Month())*100 + now.Day()
		silent := told(tx, notice).Where("d.state IN ?",
			[]models.DeliveryState{models.DeliverySent, models.DeliveryDelivered, models.DeliverySeen,
				models.DeliveryUncertain}).Select("d.person_id")
		var err error
		people, err = s.outbox.TellAll(ctx, tx,
			outbox.Message{Ward: row.WardID, Kind: outbox.NoticeRemind, Subject: outbox.Notice, SubjectID: notice,
				Version: day}, silent, false)
		switch {
		case err != nil:
			return err
		case people == 0:
			return services.Conflict("notice_nobody")
		}
		return s.audit.Record(tx, actor, "notice.reminded", subject(notice), journal.Detail{"people": people})
	})
	return people, err
}

// after does something with a notice that has left.
func (s *Service) after(ctx context.Context, actor services.Actor, notice int64,
	do func(*gorm.DB, models.Notice) error) error {
	return s.act(ctx, actor, func(tx *gorm.DB) error {
		row, err := locked(tx, actor, notice)
		switch {
		case err != nil:
			return err
		case row.SentAt == nil:
			return services.Conflict("notice_unsent")
		case row.State == models.NoticeCancelled:
			return services.Conflict("notice_dropped")
		}
		return do(tx, row)
	})
}
