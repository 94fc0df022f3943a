package allowance

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

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
		was, err := payEvery(tx, actor.Ward)
		if err != nil || was == months {
			return err
		}
		if err := tx.Model(&models.Ward{}).Where("id = ?", actor.Ward).Update("pay_every", months).Error; err != nil {
			return fmt.Errorf("pay every: %w", err)
		}
		return s.audit.Record(tx, actor, "ward.pay_every", fmt.Sprintf("ward:%d", actor.Ward), journal.Detail{"from": was, "to": months})
	})
}

// NextRun is the month whose list is due to be prepared now.
func (s *Service) NextRun(ctx context.Context, actor services.Actor) (models.Month, error) {
	if err := staffOnly(actor); err != nil {
		return 0, err
	}
	covers, err := payEvery(s.store.WithContext(ctx), actor.Ward)
	return quarterEnd(s.today().MonthOf(), covers), err
}

func payEvery(db *gorm.DB, ward int64) (int, error) {
	var months int
	if err := db.Model(&models.Ward{}).Where("id = ?", ward).Select("pay_every").Scan(&months).Error; err != nil {
		return 0, fmt.Errorf("ward: %w", err)
	}
	return max(months, 1), nil
}

// quarterEnd is the last month of the list that covers a month.
func quarterEnd(month models.Month, covers int) models.Month {
	if covers != 3 {
		return month
	}
	return month + 2 - month%3
}

// covered reports whether a month is one of the run's own, and no adjustment.
func covered(run models.PaymentRun, month models.Month) bool {
	return month <= run.Month && month > run.Month-models.Month(max(run.Covers, 1))
}
