package list

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
)

// mergedInto tells of every row of the ward that was merged into another which
// one stays. They are few.
func mergedInto(tx *gorm.DB, ward int64) (map[int64]int64, error) {
	var rows []models.Person
	if err := services.InWard(tx.Select("id", "merged_into"),
		ward).Where("merged_into IS NOT NULL").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("merged people: %w", err)
	}
	merged := make(map[int64]int64, len(rows))
	for _, row := range rows {
		merged[row.ID] = *row.MergedInto
	}
	return merged, nil
}

// ofPeople is the condition that a column names one of the people whose ids are
// in [first, last], or a row that was merged into one of them.
func (r *reckoning) ofPeople(column string, first, last int64) (sql string, args []any) {
	var others []int64
	for gone, stays := range r.merged {
		if stays >= first && stays <= last {
			others = append(others, gone)
		}
	}
	sql, args = column+" BETWEEN ? AND ?", []any{first, last}
	if len(others) > 0 {
		sql, args = "("+sql+" OR "+column+" IN ?)", append(args, others)
	}
	return sql, args
}

// settledRow is what frozen runs have paid, or are about to, for one post of
// one month. What was paid to a row that was merged into another counts for the
// one who stays: frozen lines keep naming whom they paid.
type settledRow struct {
	owedKey
	amount int64
	term   int64 // the latest that was paid
	line   int64 // the latest that paid
	waived int64 // of what was paid too much, and is not taken back
}

// settled reads what the runs since start have settled for the people whose ids
// are in [first, last], in order of month, policy and branch. It is asked for
// every person of a run, a year of rows each, so it reads no texts and is
// scanned by hand.
func (r *reckoning) settled(first, last int64, start models.Month) (map[int64][]settledRow, error) {
	if len(r.frozen) == 0 {
		return nil, nil
	}
	who, args := r.ofPeople("c.person_id", first, last)
	args = append([]any{r.run.WardID, start, r.run.Month, r.frozen}, args...)
	rows, err := r.tx.Raw(`
SELECT c.person_id, c.month, c.policy_id, c.branch_id, c.role, c.amount, c.term_id, c.line_id
FROM payment_components c JOIN payment_lines l ON l.id = c.line_id
WHERE c.ward_id = ? AND c.month BETWEEN ? AND ? AND l.run_id IN ? AND l.state IN ('pending', 'paid') AND `+who+`
ORDER BY c.person_id, c.month, c.policy_id, c.branch_id, c.role`, args...).Rows()
	if err != nil {
		return nil, fmt.Errorf("settled: %w", err)
	}
	defer rows.Close()
	settled := map[int64][]settledRow{}
	for rows.Next() {
		var person int64
		var row settledRow
		if err := rows.Scan(&person, &row.month, &row.policy, &row.branch, &row.role, &row.amount, &row.term,
			&row.line); err != nil {
			return nil, fmt.Errorf("settled: %w", err)
		}
		if stays, gone := r.merged[person]; gone {
			person = stays
		}
		mine := settled[person]
		if i := slices.IndexFunc(mine, func(other settledRow) bool { return other.owedKey == row.owedKey }); i >= 0 {
			mine[i].amount += row.amount
			mine[i].term, mine[i].line = max(mine[i].term, row.term), max(mine[i].line, row.line)
			continue
		}
		settled[person] = append(mine, row)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("settled: %w", err)
	}
	return settled, r.ended(settled, first, last, start)
}

// explain gives the components that take money back the rate and the basis with
// which it was paid, and lines of posts that are nowhere in the roster any more
// the title and unit of the line that paid them.
func (r *reckoning) explain(lines []models.PaymentLine, settled map[int64][]settledRow) error {
	paidBy := map[int64][]settledRow{} // of the persons in question
	var asked []int64
	for _, line := range lines {
		withdrawn := slices.ContainsFunc(line.Components,
			func(c models.PaymentComponent) bool { return c.Why == money.WhyWithdrawn })
		if !withdrawn && line.Title != "" {
			continue
		}
		for _, row := range settled[line.PersonID] {
			asked = append(asked, row.line)
		}
		paidBy[line.PersonID] = settled[line.PersonID]
	}
	if len(asked) == 0 {
		return nil
	}
	type paid struct {
		models.PaymentComponent
		Title string
		Unit  string
	}
	found := map[int64][]paid{}
	for part := range slices.Chunk(asked, 2*money.BatchSize) {
		var rows []paid
		err := r.tx.Raw(`
SELECT c.line_id, c.month, c.policy_id, c.branch_id, c.role, c.rate, c.basis, l.title, l.unit
FROM payment_components c JOIN payment_lines l ON l.id = c.line_id
	WHERE c.line_id IN ? ORDER BY c.id`, part).Scan(&rows).Error
		if err != nil {
			return fmt.Errorf("settled: %w", err)
		}
		for _, row := range rows {
			found[row.LineID] = append(found[row.LineID], row)
		}
	}
	for i := range lines {
		line := &lines[i]
		if line.Title == "" && len(paidBy[line.PersonID]) > 0 {
			if rows := found[paidBy[line.PersonID][0].line]; len(rows) > 0 {
				line.Title, line.Unit = rows[0].Title, rows[0].Unit
			}
		}
		for j := range line.Components {
			component := &line.Components[j]
			if component.Why != money.WhyWithdrawn {
				continue
			}
			key := owedKey{component.Month, component.PolicyID, component.BranchID, component.Role}
			for _, row := range paidBy[line.PersonID] {
				if row.owedKey != key {
					continue
				}
				for _, was := range found[row.line] {
					if key == (owedKey{was.Month, was.PolicyID, was.BranchID, was.Role}) {
						component.Rate, component.Basis = was.Rate, was.Basis
					}
				}
			}
		}
	}
	return nil
}
