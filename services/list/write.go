package list

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services/money"
)

// replace deletes lines with their components and inserts others.
func replace(tx *gorm.DB, gone []int64, fresh []models.PaymentLine) error {
	if len(gone) > 0 {
		// A case that pointed at a draft's line points at its month still.
		if err := tx.Model(&models.Case{}).Where("line_id IN ?", gone).Update("line_id", nil).Error; err != nil {
			return fmt.Errorf("lines: %w", err)
		}
		if err := tx.Where("line_id IN ?", gone).Delete(&models.PaymentComponent{}).Error; err != nil {
			return fmt.Errorf("lines: %w", err)
		}
		if err := tx.Where("id IN ?", gone).Delete(&models.PaymentLine{}).Error; err != nil {
			return fmt.Errorf("lines: %w", err)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if tx.Dialector.Name() == string(models.PostgreSQL) {
		return insertArrays(tx, fresh)
	}
	return insertRows(tx, fresh)
}

// insertRows writes lines and components as so many rows of values.
func insertRows(tx *gorm.DB, lines []models.PaymentLine) error {
	if err := tx.Omit(clause.Associations).CreateInBatches(&lines, money.BatchSize).Error; err != nil {
		return fmt.Errorf("lines: %w", err)
	}
	var components []models.PaymentComponent
	for _, line := range lines {
		for _, component := range line.Components {
			component.LineID = line.ID
			components = append(components, component)
		}
	}
	if err := tx.CreateInBatches(&components, 2*money.BatchSize).Error; err != nil {
		return fmt.Errorf("components: %w", err)
	}
	return nil
}

// insertArrays writes the same as one array a column, which PostgreSQL takes
// several times faster than rows of values: two statements that never change,
// however many rows. Lines of one call are of one run.
func insertArrays(tx *gorm.DB, lines []models.PaymentLine) error {
	n := len(lines)
	var (
		person, amount                           = make([]int64, n), make([]int64, n)
		follows                                  = make([]*int64, n)
		state, name, title, unit, bank, bankTail = make([]string, n), make([]string, n), make([]string, n),
			make([]string, n), make([]string, n), make([]string, n)
		bankHash              = make([][]byte, n)
		way, holder, relation = make([]string, n), make([]string, n), make([]string, n)
	)
	for i, line := range lines {
		person[i], amount[i], follows[i], state[i] = line.PersonID, line.Amount, line.FollowsID, string(line.State)
		name[i], title[i], unit[i], bank[i], bankTail[i] = line.Name, line.Title, line.Unit, line.BankName, line.BankTail
		bankHash[i], way[i], holder[i], relation[i] = line.BankHash, string(line.PayWay), line.BankHolder,
			string(line.BankRelation)
	}
	ctx, conn := tx.Statement.Context, tx.Statement.ConnPool
	first := lines[0]
	rows, err := conn.QueryContext(ctx, `
INSERT INTO payment_lines (ward_id, run_id, month, person_id, amount, follows_id, state, name, title, unit,
	bank_name, bank_tail, bank_hash, pay_way, bank_holder, bank_relation)
SELECT $1, $2, $3, n.* FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[],
	$10::text[], $11::text[], $12::text[], $13::bytea[], $14::text[], $15::text[], $16::text[]) AS n
RETURNING id, person_id`,
		first.WardID, first.RunID, first.Month.String(), person, amount, follows, state, name, title, unit, bank, bankTail,
		bankHash, way, holder, relation)
	if err != nil {
		return fmt.Errorf("lines: %w", err)
	}
	defer rows.Close()
	ids := make(map[int64]int64, n)
	for rows.Next() {
		var id, of int64
		if err := rows.Scan(&id, &of); err != nil {
			return fmt.Errorf("lines: %w", err)
		}
		ids[of] = id
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("lines: %w", err)
	}
	var of, policy, term, branch, sum, rate, days, held []int64
	var line []int64
	var month, role, basis, why []string
	for _, one := range lines {
		for _, c := range one.Components {
			line, of = append(line, ids[one.PersonID]), append(of, one.PersonID)
			policy, term, branch = append(policy, c.PolicyID), append(term, c.TermID), append(branch, c.BranchID)
			sum, rate, days = append(sum, c.Amount), append(rate, c.Rate), append(days, int64(c.Days))
			held = append(held, c.Deducted)
			month, role, basis, why = append(month, c.Month.String()), append(role, string(c.Role)), append(basis, c.Basis),
				append(why, c.Why)
		}
	}
	// Their ids follow the order of the arrays: the seal reads them by it.
	_, err = conn.ExecContext(ctx, `
INSERT INTO payment_components (ward_id, run_id, line_id, person_id, month, policy_id, term_id, branch_id, role,
	amount, rate, basis, why, days, deducted)
SELECT $1, $2, line, person, month, policy, term, branch, role, amount, rate, basis, why, days,
	deducted
FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[],
	$10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::bigint[], $15::bigint[])
	WITH ORDINALITY AS n (line, person, month, policy, term, branch, role, amount, rate, basis, why, days,
		deducted, place)
ORDER BY place`, first.WardID, first.RunID, line, of, month, policy, term, branch, role, sum, rate, basis, why, days,
		held)
	if err != nil {
		return fmt.Errorf("components: %w", err)
	}
	return nil
}
