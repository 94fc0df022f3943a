package list

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
)

// Answers count what officers say of the lines of a list that were paid.
type Answers struct {
	Paid int // lines
	Full int
	Less int
	None int
}

// Given is how many have answered.
func (a Answers) Given() int { return a.Full + a.Less + a.None }

// Rate is how many of a hundred paid lines are confirmed as received in full,
// rounded down; 0 where nothing is paid yet.
func (a Answers) Rate() int {
	if a.Paid == 0 {
		return 0
	}
	return a.Full * 100 / a.Paid
}

func answersOf(db *gorm.DB, run models.PaymentRun) (Answers, error) {
	if run.State != models.RunExported && run.State != models.RunClosed {
		return Answers{}, nil // nothing is paid before it was sent
	}
	var answers Answers
	err := db.Raw(`
SELECT count(*) AS paid, count(CASE WHEN c.answer = 'full' THEN 1 END) AS "full",
	count(CASE WHEN c.answer = 'less' THEN 1 END) AS less, count(CASE WHEN c.answer = 'none' THEN 1 END) AS none
FROM payment_lines l LEFT JOIN line_receipts c ON c.line_id = l.id
WHERE l.run_id = ? AND l.state = 'paid'`, run.ID).Scan(&answers).Error
	if err != nil {
		return Answers{}, fmt.Errorf("answers: %w", err)
	}
	return answers, nil
}

// Receipt is what the officer said of one of their own lines; one without an ID
// where they have said nothing.
func (s *Service) Receipt(ctx context.Context, actor services.Actor, line int64) (models.LineReceipt, error) {
	if err := actor.Need(services.Officer); err != nil {
		return models.LineReceipt{}, err
	}
	db := s.store.WithContext(ctx)
	if _, err := s.OwnLine(db, actor, line); err != nil {
		return models.LineReceipt{}, err
	}
	var receipts []models.LineReceipt
	if err := db.Where("line_id = ?", line).Limit(1).Find(&receipts).Error; err != nil || len(receipts) == 0 {
		return models.LineReceipt{}, err
	}
	return receipts[0], nil
}

// OwnLine reads a line of the officer's own, also one of a row that was merged
// into theirs; anybody else's is not_found/line.
func (s *Service) OwnLine(tx *gorm.DB, actor services.Actor, id int64) (models.PaymentLine, error) {
	line, err := takeLine(tx, actor, id)
	if err != nil {
		return line, err
	}
	var person models.Person
	if err := tx.Select("id", "merged_into").Take(&person, line.PersonID).Error; err != nil {
		return line, fmt.Errorf("person: %w", err)
	}
	if actor.Person == 0 || person.ID != actor.Person && (person.MergedInto == nil || *person.MergedInto != actor.Person) {
		return models.PaymentLine{}, services.NotFound("line")
	}
	return line, nil
}

// Silent is somebody who was paid and has not said whether it came.
type Silent struct {
	Line   int64
	Person int64
	Name   string
	Unit   string
	Phone  string `seal:"people.phone,Person"` // E.164; "" when none is known
	Amount int64
}

// MaxSilent bounds one page of Unanswered.
const MaxSilent = 50

// Unanswered lists who was paid by a list and has not answered, by the unit and
// name of the line, with how many there are in all.
func (s *Service) Unanswered(ctx context.Context, actor services.Actor, run int64, offset, limit int) ([]Silent, int64,
	error) {
	if err := money.StaffOnly(actor); err != nil {
		return nil, 0, err
	}
	db := s.store.WithContext(ctx)
	row, err := takeRun(db, actor, run)
	if err != nil {
		return nil, 0, err
	}
	var silent []struct {
		Silent
		Total int64
	}
	err = db.Raw(`
SELECT l.id AS line, p.id AS person, l.name, l.unit, p.phone, l.amount, count(*) OVER () AS total
FROM payment_lines l JOIN people g ON g.id = l.person_id JOIN people p ON p.id = COALESCE(g.merged_into, g.id)
WHERE l.run_id = ? AND l.state = 'paid' AND NOT EXISTS (SELECT 1 FROM line_receipts c WHERE c.line_id = l.id)
ORDER BY l.unit, l.name, l.id LIMIT ? OFFSET ?`,
		row.ID, min(max(limit, 1), MaxSilent), max(offset, 0)).Find(&silent).Error
	if err != nil {
		return nil, 0, fmt.Errorf("unanswered: %w", err)
	}
	found, total := make([]Silent, len(silent)), int64(0)
	for i, one := range silent {
		found[i], total = one.Silent, one.Total
	}
	return found, total, nil
}
