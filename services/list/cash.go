package list

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/money"
)

// CashVillage is the money of a list that one village hands out: that of people
// without an account, in the village of their first post.
type CashVillage struct {
	Village int64
	Name    string
	People  int   // whose line has no outcome yet
	Total   int64 // đồng
	Done    int   // lines that have one
}

// Cash lists the villages that hand out money of a list, in the order of the
// ward's.
func (s *Service) Cash(ctx context.Context, actor services.Actor, run int64) ([]CashVillage, error) {
	if err := money.StaffOnly(actor); err != nil {
		return nil, err
	}
	db := s.store.WithContext(ctx)
	row, err := takeRun(db, actor, run)
	if err != nil {
		return nil, err
	}
	lines, err := cashLines(db, row.ID)
	if err != nil {
		return nil, err
	}
	var villages []CashVillage
	at := map[int64]int{}
	for _, line := range lines {
		i, known := at[line.Village]
		if !known {
			i = len(villages)
			at[line.Village] = i
			villages = append(villages, CashVillage{Village: line.Village, Name: line.Name})
		}
		if line.State != models.LinePending {
			villages[i].Done++
			continue
		}
		villages[i].People++
		villages[i].Total += line.Amount
	}
	return villages, nil
}

type cashLine struct {
	ID      int64
	Amount  int64
	State   models.LineState
	Village int64
	Name    string // of the village
}

// cashLines are a list's lines to people without an account, each with the
// village that the cash list has it in, in the order of villages.
func cashLines(db *gorm.DB, run int64) ([]cashLine, error) {
	var lines []cashLine
	err := db.Raw(`
SELECT id, amount, state, village, name FROM (
	SELECT l.id, l.amount, l.state, v.id AS village, v.name, v.sort_order,
		row_number() OVER (PARTITION BY l.id ORDER BY v.sort_order, v.id) AS place
	FROM payment_lines l
	JOIN payment_components c ON c.line_id = l.id
	JOIN branches b ON b.id = c.branch_id
	JOIN villages v ON v.id = b.village_id
	WHERE l.run_id = ? AND l.amount > 0 AND l.bank_tail = '') AS x
WHERE place = 1 ORDER BY sort_order, village, id`, run).Scan(&lines).Error
	if err != nil {
		return nil, fmt.Errorf("cash lines: %w", err)
	}
	return lines, nil
}

// SettleCash marks what a village still has to hand out of a list as paid on
// the day, all of it at once. It refuses with conflict/moved.list.decided a list that is
// not the one that was seen, and with invalid/cash_none a village that has
// nothing to hand out; a village that has handed everything out stays so.
func (s *Service) SettleCash(
	ctx context.Context, actor services.Actor, id int64, version int, village int64, on models.Date,
) (RunView, error) {
	if err := s.mayPay(actor, on); err != nil {
		return RunView{}, err
	}
	return s.settle(ctx, actor, settling{run: id, version: version,
		marks: func(tx *gorm.DB, run models.PaymentRun) ([]Mark, told, error) {
			lines, err := cashLines(tx, run.ID)
			if err != nil {
				return nil, told{}, err
			}
			var pending []models.PaymentLine
			there, total := false, int64(0)
			for _, line := range lines {
				there = there || line.Village == village
				if line.Village == village && line.State == models.LinePending {
					pending, total = append(pending, models.PaymentLine{ID: line.ID}), total+line.Amount
				}
			}
			if !there {
				return nil, told{}, services.Invalid("cash_none")
			}
			detail := journal.Detail{"village": village, "lines": len(pending), "total": total, "on": on}
			return paidAll(pending, on), told{action: "run.cash_settled", detail: detail}, nil
		}})
}
