package money

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// Ways are how a ward's money goes out.
type Ways struct{ money *Service }

// Of is the ward with its way of paying, and what the treasury names it by.
func (w Ways) Of(ctx context.Context, actor services.Actor) (models.Ward, error) {
	if err := StaffOnly(actor); err != nil {
		return models.Ward{}, err
	}
	var ward models.Ward
	if err := w.money.store.WithContext(ctx).Take(&ward, actor.Ward).Error; err != nil {
		return models.Ward{}, fmt.Errorf("ward: %w", err)
	}
	return ward, nil
}

var rewayed = services.Guard("ward.pay_through", "all of the ward's money goes out another way")

// Set says how the ward pays the lists that are submitted from now on; those that
// are frozen stay as they were signed.
func (w Ways) Set(ctx context.Context, actor services.Actor, through models.Through) error {
	if err := actor.Need(services.Clerk, services.Leader, services.Admin); err != nil {
		return err
	}
	switch through {
	case models.ByBank, models.ByTreasury, models.ByCash:
	default:
		return services.Invalid("pay_through")
	}
	return w.money.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		var ward models.Ward
		if err := tx.Select("id", "pay_through").Take(&ward, actor.Ward).Error; err != nil || ward.PayThrough == through {
			return err
		}
		if err := w.money.requireFresh(ctx, tx, actor, rewayed); err != nil {
			return err
		}
		if err := tx.Model(&ward).Update("pay_through", through).Error; err != nil {
			return fmt.Errorf("pay through: %w", err)
		}
		return w.money.audit.Record(tx, actor, "ward.pay_through", fmt.Sprintf("ward:%d", actor.Ward),
			journal.Detail{"from": ward.PayThrough, "to": through})
	})
}

const longestName = 80

// ReadBudgetCode is a code of the budget as it is written: digits, dots and dashes.
func ReadBudgetCode(text string) (string, error) {
	text = strings.TrimSpace(text)
	if !budgetCode.MatchString(text) {
		return "", services.Invalid("budget_code")
	}
	return text, nil
}

var budgetCode = regexp.MustCompile(`^[0-9][0-9. -]{0,29}$`)

// SetTreasury says what the treasury's forms name the ward by. Codes are of digits,
// dots and dashes (invalid/budget_code); each may be empty.
func (w Ways) SetTreasury(ctx context.Context, actor services.Actor, codes models.Treasury) error {
	if err := actor.Need(services.Clerk, services.Leader, services.Admin); err != nil {
		return err
	}
	codes.TreasuryName = strings.Join(strings.Fields(codes.TreasuryName), " ")
	if len([]rune(codes.TreasuryName)) > longestName {
		return services.Invalid("sentence")
	}
	for _, code := range []*string{&codes.TreasuryAccount, &codes.BudgetUnit, &codes.BudgetChapter, &codes.BudgetCategory,
		&codes.BudgetItem} {
		if *code == "" {
			continue
		}
		var err error
		if *code, err = ReadBudgetCode(*code); err != nil {
			return err
		}
	}
	return w.money.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		err := tx.Model(&models.Ward{ID: actor.Ward}).Select("treasury_name", "treasury_account", "budget_unit",
			"budget_chapter", "budget_category", "budget_item").Updates(models.Ward{Treasury: codes}).Error
		if err != nil {
			return fmt.Errorf("treasury: %w", err)
		}
		return w.money.audit.Record(tx, actor, "ward.treasury", fmt.Sprintf("ward:%d", actor.Ward),
			journal.Detail{"unit": codes.BudgetUnit, "item": codes.BudgetItem})
	})
}
