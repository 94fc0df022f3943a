package list

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

var caps = services.Guard("debt.capped", "it says how much of somebody's money is kept back")

// SetCap says how much of each month's money the next lists take at most off
// what a person owes back, in đồng; 0 for all of it. Nobody sets their own:
// denied/concerns_you. Who owes nothing has none: conflict/debt_none.
func (d *Debts) SetCap(ctx context.Context, actor services.Actor, id, most int64) (Debt, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return Debt{}, err
	}
	if most < 0 {
		return Debt{}, services.Invalid("repaid_amount")
	}
	var debt Debt
	err := d.list.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		person, err := services.Take[models.Person](tx, actor, "person", id)
		if err != nil {
			return err
		}
		if err := d.list.runs.Concerns(tx, actor, id); err != nil {
			return err
		}
		if err := d.list.requireFresh(ctx, tx, actor, caps); err != nil {
			return err
		}
		if debt, err = d.of(tx, actor.Ward, id); err != nil {
			return err
		}
		if debt.Left == 0 {
			return services.Conflict("debt_none")
		}
		row := models.DebtCap{PersonID: id, WardID: actor.Ward, Most: most, Since: debt.Months[0],
			StaffID: services.Ref(actor.Staff), At: d.list.clock.UTC()}
		if most == 0 {
			err = tx.Where("person_id = ?", id).Delete(&models.DebtCap{}).Error
		} else {
			err = tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
		}
		if err != nil {
			return fmt.Errorf("cap of person %d: %w", id, err)
		}
		detail := journal.Detail{"amount": most, "before": debt.Most, "left": debt.Left}
		debt.Name, debt.Most = person.Name, most
		return d.list.audit.Record(tx, actor, caps.Name, fmt.Sprintf("person:%d", id), detail)
	})
	return debt, err
}

// capsOf are a ward's, by person. They are few.
func capsOf(tx *gorm.DB, ward int64) (map[int64]models.DebtCap, error) {
	var rows []models.DebtCap
	if err := services.InWard(tx, ward).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("caps: %w", err)
	}
	caps := make(map[int64]models.DebtCap, len(rows))
	for _, row := range rows {
		caps[row.PersonID] = row
	}
	return caps, nil
}

// capped leaves in a line no more of what it takes back than a cap lets it take
// of each month that it pays, the oldest first; what is left out is reckoned
// again by the next list. A cap that lets all of them be taken does nothing.
func capped(line *models.PaymentLine, most int64) {
	net := map[models.Month]int64{}
	for _, c := range line.Components {
		net[c.Month] += c.Amount
	}
	var paid, takes int64
	for _, amount := range net {
		if amount > 0 {
			paid, takes = paid+amount, takes+min(most, amount)
		}
	}
	if takes == paid {
		return
	}
	for _, month := range slices.Sorted(maps.Keys(net)) {
		if net[month] >= 0 {
			continue
		}
		taken := min(takes, -net[month])
		takes -= taken
		over := -net[month] - taken // is left for later
		for i := range line.Components {
			if c := &line.Components[i]; c.Month == month && c.Amount < 0 {
				less := min(over, -c.Amount)
				c.Amount += less
				line.Amount += less
				over -= less
			}
		}
	}
	line.Components = slices.DeleteFunc(line.Components,
		func(c models.PaymentComponent) bool { return c.Amount == 0 && net[c.Month] < 0 })
}
