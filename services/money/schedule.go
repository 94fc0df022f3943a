package money

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// LookBack is how many months before its own a run still adjusts.
const LookBack models.Month = 12

// Schedule is the months of a ward's runs.
type Schedule struct {
	PayDay       int
	PayEvery     int
	Frozen       map[models.Month]models.RunState
	first        models.Month // of the frozen runs; 0 when there are none
	Last         models.Month
	firstOfDraft models.Month
	begun        models.Month // where no list says it: the ward's own word, or else the month it came in
}

// ScheduleOf reads the ward's promise and its runs in one query.
func ScheduleOf(tx *gorm.DB, ward int64) (Schedule, error) {
	var rows []struct {
		PayDay   int
		PayEvery int
		PayFrom  models.Month
		Begun    time.Time
		Month    models.Month
		Covers   int
		State    models.RunState
	}
	err := tx.Raw(`
SELECT w.pay_day, w.pay_every, w.pay_from, w.created_at AS begun, r.month, r.covers, r.state FROM wards w
	LEFT JOIN payment_runs r ON r.ward_id = w.id WHERE w.id = ? ORDER BY r.month`, ward).Scan(&rows).Error
	if err != nil {
		return Schedule{}, fmt.Errorf("runs: %w", err)
	}
	list := Schedule{Frozen: map[models.Month]models.RunState{}}
	for _, row := range rows {
		list.PayDay, list.PayEvery = row.PayDay, row.PayEvery
		list.begun = cmp.Or(row.PayFrom, models.DateOf(row.Begun.In(services.Zone)).MonthOf())
		first := row.Month - models.Month(max(row.Covers, 1)-1)
		if row.PayFrom != 0 { // the first list looks back as far
			first = min(first, row.PayFrom)
		}
		switch {
		case row.Month == 0:
		case row.State == models.RunDraft:
			list.firstOfDraft = cmp.Or(list.firstOfDraft, first)
		default:
			for month := first; month <= row.Month; month++ {
				list.Frozen[month] = row.State
			}
			list.first = cmp.Or(list.first, first)
			list.Last = row.Month
		}
	}
	return list, nil
}

// settled is the first month that the next run still adjusts and the first
// that no run has listed; both zero when no run is frozen.
func (r Schedule) settled() (from, open models.Month) {
	if r.Last == 0 {
		return 0, 0
	}
	open = r.Last + 1
	return max(r.first, open-LookBack), open
}

// firstOr is where the ward's payments begin: its first run, or else a default.
func (r Schedule) firstOr(month models.Month) models.Month {
	return cmp.Or(r.first, r.firstOfDraft, month)
}

// Before reports whether the month is before the ward's first list, or where it
// has none yet, before it began: nobody may say of it that it was not paid.
func (r Schedule) Before(month models.Month) bool { return month < r.firstOr(r.begun) }

// PayDay is the day of the following month by which the ward says that a month
// is transferred; 0 when it promises none.
func (s *Service) PayDay(ctx context.Context, actor services.Actor) (int, error) {
	if err := StaffOnly(actor); err != nil {
		return 0, err
	}
	var ward models.Ward
	if err := s.store.WithContext(ctx).Select("pay_day").Take(&ward, actor.Ward).Error; err != nil {
		return 0, fmt.Errorf("pay day: %w", err)
	}
	return ward.PayDay, nil
}

// SetPayDay changes it; officers read it with every month that is still to
// come.
func (s *Service) SetPayDay(ctx context.Context, actor services.Actor, day int) error {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return err
	}
	if day < 0 || day > 31 {
		return services.Invalid("pay_day")
	}
	return s.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		if err := tx.Model(&models.Ward{}).Where("id = ?", actor.Ward).Update("pay_day", day).Error; err != nil {
			return fmt.Errorf("pay day: %w", err)
		}
		return s.audit.Record(tx, actor, "ward.pay_day", fmt.Sprintf("ward:%d", actor.Ward), journal.Detail{"day": day})
	})
}

// SetPayEvery says how many months one of the ward's lists covers from now on: 1,
// or 3 for the quarters of the year. Lists that are there stay as they are; no
// month is paid twice or left out, for the next list looks back.
func (s *Service) SetPayEvery(ctx context.Context, actor services.Actor, months int) error {
	if err := actor.Need(services.Admin); err != nil {
		return err
	}
	if months != 1 && months != 3 {
		return services.Invalid("pay_every")
	}
	return s.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		was, err := PayEvery(tx, actor.Ward)
		if err != nil || was == months {
			return err
		}
		if err := tx.Model(&models.Ward{}).Where("id = ?", actor.Ward).Update("pay_every", months).Error; err != nil {
			return fmt.Errorf("pay every: %w", err)
		}
		return s.audit.Record(tx, actor, "ward.pay_every", fmt.Sprintf("ward:%d", actor.Ward),
			journal.Detail{"from": was, "to": months})
	})
}

func PayEvery(db *gorm.DB, ward int64) (int, error) {
	var months int
	if err := db.Model(&models.Ward{}).Where("id = ?", ward).Select("pay_every").Scan(&months).Error; err != nil {
		return 0, fmt.Errorf("ward: %w", err)
	}
	return max(months, 1), nil
}

// SetPayFrom says with which month the ward begins to pay by its lists: the first
// of them looks back as far. With a frozen list it is conflict/ward_began.
func (s *Service) SetPayFrom(ctx context.Context, actor services.Actor, month models.Month) error {
	if err := actor.Need(services.Admin); err != nil {
		return err
	}
	if month < FirstMonth || month > LastMonth {
		return services.Invalid("month")
	}
	return s.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		runs, err := ScheduleOf(tx, actor.Ward)
		switch {
		case err != nil:
			return err
		case runs.Last != 0:
			return services.Conflict("ward_began").With("month", runs.first)
		}
		if err := tx.Model(&models.Ward{}).Where("id = ?", actor.Ward).Update("pay_from", month).Error; err != nil {
			return fmt.Errorf("pay from: %w", err)
		}
		return s.audit.Record(tx, actor, "ward.pay_from", fmt.Sprintf("ward:%d", actor.Ward),
			journal.Detail{"month": month})
	})
}

// QuarterEnd is the last month of the list that covers a month.
func QuarterEnd(month models.Month, covers int) models.Month {
	if covers != 3 {
		return month
	}
	return month + 2 - month%3
}
