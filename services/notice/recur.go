package notice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

const (
	maxRecurring = 20
	// stale is how late a recurring notice may go out: after a day of standing
	// still an invitation to yesterday's meeting helps nobody.
	stale = 6 * time.Hour
)

// Monthly is when a notice recurs: on Day (1-31, the last of a shorter month), or
// on the Weekday of Week (1-4, -1 the last one); at Minute of the day.
type Monthly struct {
	Day     int
	Week    int
	Weekday time.Weekday
	Minute  int
}

// After is the first time of the rule after a moment.
func (m Monthly) After(moment time.Time) time.Time {
	local := moment.In(services.Zone)
	for month := 0; ; month++ {
		first := time.Date(local.Year(), local.Month()+time.Month(month), 1, 0, m.Minute, 0, 0, services.Zone)
		length := first.AddDate(0, 1, -1).Day()
		var day int
		switch {
		case m.Day > 0:
			day = min(m.Day, length)
		case m.Week > 0:
			day = 1 + (int(m.Weekday)-int(first.Weekday())+7)%7 + 7*(m.Week-1)
		default:
			last := first.AddDate(0, 0, length-1)
			day = length - (int(last.Weekday())-int(m.Weekday)+7)%7
		}
		if at := first.AddDate(0, 0, day-1); at.After(moment) {
			return at
		}
	}
}

func (m Monthly) valid() bool {
	return (m.Day == 0) != (m.Week == 0) && m.Day >= 0 && m.Day <= 31 && m.Week >= -1 && m.Week <= 4 &&
		m.Weekday >= time.Sunday && m.Weekday <= time.Saturday && m.Minute >= 0 && m.Minute < 24*60
}

// MonthlyOf is the rule of a recurring notice.
func MonthlyOf(row models.RecurringNotice) Monthly {
	return Monthly{Day: row.Day, Week: row.Week, Weekday: time.Weekday(row.Weekday), Minute: row.Minute}
}

// Recur has a draft go out every month from now on; the draft itself is done
// with. It refuses with invalid/notice_rule, invalid/notice_quiet a time at
// night, invalid/notice_recurs a draft with a deadline or an audience that is
// another notice's, too_many/recurring (max), conflict/notice_moved what is no
// draft, denied/role where the ward wants a leader's word and this is none, and
// as Release does.
func (s *Service) Recur(ctx context.Context, actor services.Actor, draft int64, rule Monthly) (models.RecurringNotice,
	error) {
	var row models.RecurringNotice
	if !rule.valid() {
		return row, services.Invalid("notice_rule")
	}
	err := s.act(ctx, actor, func(tx *gorm.DB) error {
		notice, err := locked(tx, actor, draft)
		if err != nil {
			return err
		}
		audience, err := AudienceOf(notice)
		switch {
		case err != nil:
			return err
		case notice.State != models.NoticeDraft:
			return services.Conflict("notice_moved")
		case notice.ConfirmBy != nil || audience.Recipients != 0 || audience.Unconfirmed != 0:
			return services.Invalid("notice_recurs")
		}
		var ward models.Ward
		if err := tx.Select("id", "notices_by_leader").Take(&ward, actor.Ward).Error; err != nil {
			return fmt.Errorf("ward: %w", err)
		}
		if ward.NoticesByLeader && actor.Role != services.Leader {
			return services.Denied("notice_leader")
		}
		now := s.clock.UTC()
		next := rule.After(now)
		if services.Night(next) {
			return services.Invalid("notice_quiet").With("from", services.NightFrom).With("to", services.NightTo)
		}
		people, err := s.Audiences.size(tx, actor.Ward, audience)
		if err != nil {
			return err
		}
		if err := s.mayTell(ctx, tx, actor, people); err != nil {
			return err
		}
		var running int64
		if err := services.InWard(tx.Model(&models.RecurringNotice{}),
			actor.Ward).Where("ended_at IS NULL").Count(&running).Error; err != nil {
			return fmt.Errorf("recurring: %w", err)
		}
		if running >= maxRecurring {
			return services.TooMany("recurring").With("max", maxRecurring)
		}
		row = models.RecurringNotice{
			WardID: actor.Ward, StaffID: actor.Staff, Text: notice.Text, Audience: notice.Audience,
			NeedsConfirm: notice.NeedsConfirm, Attendance: notice.Attendance, Once: notice.Once, FileID: notice.FileID,
			Day: rule.Day, Week: rule.Week, Weekday: int(rule.Weekday), Minute: rule.Minute, NextAt: next.UTC(), CreatedAt: now,
		}
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("recurring: %w", err)
		}
		if err := move(tx, notice, notice.State,
			map[string]any{"state": models.NoticeCancelled, "recurring_id": row.ID}); err != nil {
			return err
		}
		return s.audit.Record(tx, actor, "notice.recurs", fmt.Sprintf("recurring_notice:%d", row.ID),
			journal.Detail{"people": people, "next": row.NextAt})
	})
	return row, err
}

// Recurring lists what goes out by itself in the ward, the soonest first.
func (s *Service) Recurring(ctx context.Context, actor services.Actor) ([]models.RecurringNotice, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	var rows []models.RecurringNotice
	if err := services.InWard(s.store.WithContext(ctx),
		actor.Ward).Where("ended_at IS NULL").Order("next_at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("recurring: %w", err)
	}
	return rows, nil
}

// StopRecurring ends one of them. It refuses with not_found/recurring.
func (s *Service) StopRecurring(ctx context.Context, actor services.Actor, id int64) error {
	return s.act(ctx, actor, func(tx *gorm.DB) error {
		result := services.InWard(tx.Model(&models.RecurringNotice{}), actor.Ward).Where("id = ? AND ended_at IS NULL", id).
			Updates(map[string]any{"ended_at": s.clock.UTC(), "ended_by": actor.Staff})
		if result.Error != nil {
			return fmt.Errorf("recurring: %w", result.Error)
		}
		if result.RowsAffected == 0 {
			return services.NotFound("recurring")
		}
		return s.audit.Record(tx, actor, "notice.recurs_no_more", fmt.Sprintf("recurring_notice:%d", id), nil)
	})
}

// recur sends the recurring notices whose time has come.
func (s *Service) recur(ctx context.Context) (sent int, err error) {
	now := s.clock.UTC()
	var due []models.RecurringNotice
	if err := services.AcrossWards(s.store.WithContext(ctx), "a job").Where("ended_at IS NULL AND next_at <= ?",
		now).Order("next_at, id").Limit(dueAtOnce).Find(&due).Error; err != nil {
		return 0, fmt.Errorf("recurring: %w", err)
	}
	for _, row := range due {
		failed := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			result := tx.Model(&models.RecurringNotice{}).Where("id = ? AND next_at = ? AND ended_at IS NULL", row.ID,
				row.NextAt).
				Update("next_at", MonthlyOf(row).After(now).UTC())
			if result.Error != nil || result.RowsAffected == 0 || now.Sub(row.NextAt) > stale {
				return result.Error
			}
			notice := models.Notice{
				WardID: row.WardID, StaffID: row.StaffID, Text: row.Text, Audience: row.Audience, NeedsConfirm: row.NeedsConfirm,
				Attendance: row.Attendance,
				Once:       row.Once, FileID: row.FileID, RecurringID: &row.ID, State: models.NoticeDraft, CreatedAt: now,
			}
			people, err := s.audience(tx, notice)
			if err != nil && services.KindOf(err) == services.KindInternal {
				return err
			}
			if err != nil || people == 0 { // nobody is left in those posts
				return nil
			}
			if err := tx.Create(&notice).Error; err != nil {
				return fmt.Errorf("recurring: %w", err)
			}
			sent++
			_, err = s.send(ctx, tx, services.SystemActor(row.WardID), notice)
			return err
		})
		err = errors.Join(err, failed)
	}
	return sent, err
}
