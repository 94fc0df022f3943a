package money

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// BaseSalaries lists the state's base salary since each of its days, oldest
// first.
func (s *Service) BaseSalaries(ctx context.Context, actor services.Actor) ([]models.BaseSalary, error) {
	if err := StaffOnly(actor); err != nil {
		return nil, err
	}
	var salaries []models.BaseSalary
	if err := s.store.WithContext(ctx).Order("from_date").Find(&salaries).Error; err != nil {
		return nil, fmt.Errorf("base salaries: %w", err)
	}
	return salaries, nil
}

// AddBaseSalary enters what the state's base salary is from a day on, for every
// ward: only the program itself does. What is known of a day stays
// (conflict/salary_known): amounts that were paid rest on it.
func (s *Service) AddBaseSalary(ctx context.Context, actor services.Actor, wanted models.BaseSalary) error {
	if actor.Role != services.System {
		return services.Denied("role")
	}
	if wanted.From.IsZero() || wanted.Amount < 100_000 || wanted.Amount > mostAmount || wanted.LegalBasis == "" ||
		len([]rune(wanted.LegalBasis)) > longestLegal {
		return services.Invalid("salary")
	}
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		wanted.ID = 0
		if err := tx.Create(&wanted).Error; err != nil {
			if models.IsTaken(err) {
				return services.Conflict("salary_known").With("from", wanted.From).Because(err)
			}
			return fmt.Errorf("base salary: %w", err)
		}
		return nil
	})
}
