package year

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/money"
)

// MaxBudget is a million million đồng: more is a slip of the finger.
const MaxBudget = 1_000_000_000_000

// Sources are whose money the ward's policies are of, in order of the code.
func (s *Service) Sources(ctx context.Context, actor services.Actor) ([]string, error) {
	if err := money.StaffOnly(actor); err != nil {
		return nil, err
	}
	var sources []string
	err := services.InWard(s.store.WithContext(ctx).Model(&models.Policy{}),
		actor.Ward).Distinct().Order("source").Pluck("source", &sources).Error
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	return sources, nil
}

// SetBudget enters what a source gives the ward for a year, in đồng; entered
// again, the later amount counts, and the journal has both. A source that no
// policy of the ward has is not_found/source.
func (s *Service) SetBudget(ctx context.Context, actor services.Actor, source string, year int, amount int64) error {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return err
	}
	if year < firstYear || year > lastYear {
		return services.Invalid("year")
	}
	if amount <= 0 || amount > MaxBudget {
		return services.Invalid("budget")
	}
	return s.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		var policies int64
		if err := services.InWard(tx.Model(&models.Policy{}), actor.Ward).Where("source = ?",
			source).Count(&policies).Error; err != nil {
			return fmt.Errorf("budget: %w", err)
		}
		if policies == 0 {
			return services.NotFound("source")
		}
		var before models.Budget
		if err := services.InWard(tx, actor.Ward).Where("source = ? AND year = ?", source,
			year).Limit(1).Find(&before).Error; err != nil {
			return fmt.Errorf("budget: %w", err)
		}
		row := models.Budget{WardID: actor.Ward, Source: source, Year: year, Amount: amount,
			StaffID: services.Ref(actor.Staff)}
		err := tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "ward_id"}, {Name: "source"}, {Name: "year"}},
			DoUpdates: clause.AssignmentColumns([]string{"amount", "staff_id", "updated_at"}),
		}).Create(&row).Error
		if err != nil {
			return fmt.Errorf("budget: %w", err)
		}
		detail := journal.Detail{"source": source, "year": year, "amount": amount, "before": before.Amount}
		return s.audit.Record(tx, actor, "budget.set", fmt.Sprintf("ward:%d", actor.Ward), detail)
	})
}

// Overruns are the sources of a year that it is going to cost more of than was
// budgeted, as of today. Where nobody entered a budget, nothing is reckoned.
func (s *Service) Overruns(ctx context.Context, actor services.Actor, year int) ([]SourceSum, error) {
	if err := money.StaffOnly(actor); err != nil {
		return nil, err
	}
	var entered int64
	err := services.InWard(s.store.WithContext(ctx).Model(&models.Budget{}), actor.Ward).Where("year = ?", year).
		Count(&entered).Error
	if err != nil || entered == 0 {
		return nil, err
	}
	report, err := s.Year(ctx, actor, year)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(report.Sources, func(source SourceSum) bool {
		return source.Budget == 0 || source.Forecast <= source.Budget
	}), nil
}
