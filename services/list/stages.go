package list

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/outbox"
)

// EveryStage reports whether the officer wants to be told of every stage of a
// month's money (submitted, approved, sent), not of its end alone.
func (s *Service) EveryStage(ctx context.Context, actor services.Actor) (bool, error) {
	person, err := s.self(s.store.WithContext(ctx), actor)
	return person.EveryStage, err
}

// SetEveryStage is the officer's own choice.
func (s *Service) SetEveryStage(ctx context.Context, actor services.Actor, wanted bool) error {
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		person, err := s.self(tx, actor)
		if err != nil || person.EveryStage == wanted {
			return err
		}
		if err := tx.Model(&models.Person{}).Where("id = ?", person.ID).UpdateColumn("every_stage",
			wanted).Error; err != nil {
			return fmt.Errorf("every stage: %w", err)
		}
		return s.audit.Record(tx, actor, "person.stages", fmt.Sprintf("person:%d", person.ID),
			journal.Detail{"wanted": wanted})
	})
}

// self is the officer's own row.
func (s *Service) self(db *gorm.DB, actor services.Actor) (models.Person, error) {
	if err := actor.Need(services.Officer); err != nil {
		return models.Person{}, err
	}
	return services.Take[models.Person](db.Select("id", "every_stage", "name"), actor, "person", actor.Person)
}

// tellStage tells those of a run whom it pays, and who want to hear of every
// stage, that it has moved on.
func (s *Service) tellStage(ctx context.Context, tx *gorm.DB, run models.PaymentRun) error {
	switch run.State {
	case models.RunSubmitted, models.RunApproved, models.RunTreasury, models.RunExported:
	default:
		return nil
	}
	var people []int64
	err := tx.Raw(`
SELECT DISTINCT p.id FROM payment_lines l JOIN people g ON g.id = l.person_id
	JOIN people p ON p.id = COALESCE(g.merged_into, g.id)
WHERE l.run_id = ? AND l.state = 'pending' AND p.every_stage ORDER BY p.id`, run.ID).Scan(&people).Error
	if err != nil {
		return fmt.Errorf("stages: %w", err)
	}
	for part := range slices.Chunk(people, money.BatchSize) {
		messages := make([]outbox.Message, len(part))
		for i, person := range part {
			messages[i] = outbox.Message{
				Ward: run.WardID, Kind: outbox.StageReached, Subject: outbox.Stage, SubjectID: run.ID, Version: run.Version,
				Person: person,
			}
		}
		if err := s.outbox.Tell(ctx, tx, messages...); err != nil {
			return err
		}
	}
	return nil
}

// tellOutcome tells those of the lines who use the bot what became of their
// money: each outcome of a line once.
func (s *Service) tellOutcome(ctx context.Context, tx *gorm.DB, ward int64, lines []int64) error {
	for part := range slices.Chunk(lines, money.BatchSize) {
		var told []struct {
			ID, PersonID int64
			Before       int // how often they were told of the line
		}
		err := tx.Raw(`
SELECT l.id, COALESCE(p.merged_into, p.id) AS person_id,
	(SELECT count(*) FROM deliveries d WHERE d.subject_kind = ? AND d.subject_id = l.id AND d.kind = ?) AS before
FROM payment_lines l JOIN people p ON p.id = l.person_id
WHERE l.id IN ? AND EXISTS (SELECT 1 FROM accounts a
	WHERE a.person_id = COALESCE(p.merged_into, p.id) AND a.unlinked_at IS NULL)
ORDER BY l.id`, outbox.Line, outbox.LineSettled, part).Scan(&told).Error
		if err != nil {
			return fmt.Errorf("outcomes: %w", err)
		}
		messages := make([]outbox.Message, len(told))
		for i, one := range told {
			messages[i] = outbox.Message{
				Ward: ward, Kind: outbox.LineSettled, Subject: outbox.Line, SubjectID: one.ID, Version: one.Before + 1,
				Person: one.PersonID,
			}
		}
		if err := s.outbox.Tell(ctx, tx, messages...); err != nil {
			return err
		}
		if err := s.redrawCases(ctx, tx, ward, part); err != nil {
			return err
		}
	}
	return nil
}

// redrawCases draws the cards of complaints about the lines anew, also where
// the line makes good the one that was complained of.
func (s *Service) redrawCases(ctx context.Context, tx *gorm.DB, ward int64, lines []int64) error {
	var ids []int64
	err := tx.Raw(`
SELECT DISTINCT c.id FROM cases c JOIN payment_lines l ON l.ward_id = c.ward_id AND l.person_id = c.person_id
WHERE l.id IN ? AND c.ward_id = ? AND c.kind = 'payment' AND c.state <> 'closed'
	AND (c.line_id = l.id OR c.line_id = l.follows_id OR c.month = l.month)
ORDER BY c.id`, lines, ward).Scan(&ids).Error
	if err != nil {
		return fmt.Errorf("cases of lines: %w", err)
	}
	for _, id := range ids {
		if err := s.outbox.Redraw(ctx, tx, services.SystemActor(ward), ward, outbox.Case, id); err != nil {
			return err
		}
	}
	return nil
}

// MonthOfLine is the officer's own month that one of their lines is of.
func (s *Service) MonthOfLine(ctx context.Context, actor services.Actor, line int64) (MonthView, error) {
	row, err := s.OwnLine(s.store.WithContext(ctx), actor, line)
	if err != nil {
		return MonthView{}, err
	}
	return s.Month(ctx, actor, row.Month)
}

// MonthOfRun is the officer's own month that a run is of.
func (s *Service) MonthOfRun(ctx context.Context, actor services.Actor, run int64) (MonthView, error) {
	row, err := takeRun(s.store.WithContext(ctx), actor, run)
	if err != nil {
		return MonthView{}, err
	}
	return s.Month(ctx, actor, row.Month)
}

// Adjusted derives what a run adds for a month before its own: owed now, less
// what earlier runs settled.
type Adjusted struct {
	Month   models.Month
	Owed    int64
	Settled int64
	Amount  int64 // Owed less Settled
}

// Explain is the officer's own month, with every other month that its line
// adjusts, the latest first.
func (s *Service) Explain(ctx context.Context, actor services.Actor, month models.Month) (MonthView, []Adjusted,
	error) {
	view, err := s.Month(ctx, actor, month)
	if err != nil {
		return view, nil, err
	}
	var adjusted []Adjusted
	for _, part := range view.Parts {
		if view.ListedIn == 0 || view.Own(part.Month) {
			continue
		}
		i := slices.IndexFunc(adjusted, func(a Adjusted) bool { return a.Month == part.Month })
		if i < 0 {
			i, adjusted = len(adjusted), append(adjusted, Adjusted{Month: part.Month})
		}
		adjusted[i].Amount += part.Amount
	}
	if len(adjusted) == 0 {
		return view, nil, nil
	}
	var asked []models.Month
	for _, one := range adjusted {
		asked = append(asked, one.Month)
	}
	var settled []struct {
		Month  models.Month
		Amount int64
	}
	err = s.store.WithContext(ctx).Raw(`
SELECT c.month, CAST(SUM(c.amount) AS bigint) AS amount
FROM payment_components c JOIN payment_lines l ON l.id = c.line_id JOIN payment_runs r ON r.id = l.run_id
WHERE c.person_id IN (SELECT CAST(? AS bigint) UNION ALL SELECT id FROM people
	WHERE merged_into = ?) AND c.ward_id = ? AND c.month IN ?
AND r.state <> 'draft' AND r.month < ? AND l.state IN ('pending', 'paid')
GROUP BY c.month`, actor.Person, actor.Person, actor.Ward, asked, view.ListedIn).Scan(&settled).Error
	if err != nil {
		return view, nil, fmt.Errorf("adjusted months: %w", err)
	}
	for i := range adjusted {
		for _, row := range settled {
			if row.Month == adjusted[i].Month {
				adjusted[i].Settled = row.Amount
			}
		}
		adjusted[i].Owed = adjusted[i].Amount + adjusted[i].Settled
	}
	slices.SortFunc(adjusted, func(a, b Adjusted) int { return int(b.Month - a.Month) })
	return view, adjusted, nil
}
