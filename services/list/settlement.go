package list

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/outbox"
)

// secondThoughts is how long what was done to many at once can be taken back;
// its officers are told after it.
const secondThoughts = 10 * time.Minute

// Rest is what of a list waits for its outcome: seen before it is marked, and
// compared when it is.
type Rest struct {
	Cash  bool // with the lines to people without an account, which are handed out
	Lines int
	Total int64 // đồng
}

// has reports whether a line is part of the rest.
func (r Rest) has(line models.PaymentLine) bool {
	return line.State == models.LinePending && (r.Cash || line.BankTail != "")
}

// RestOf counts what of the lines waits for its outcome, with cash or without.
func RestOf(lines []models.PaymentLine, cash bool) Rest {
	rest := Rest{Cash: cash}
	for _, line := range lines {
		if rest.has(line) {
			rest.Lines++
			rest.Total += line.Amount
		}
	}
	return rest
}

// keep remembers how lines were before an act that gives them their outcomes.
func (s *Service) keep(
	tx *gorm.DB, actor services.Actor, run models.PaymentRun, marks []Mark, before map[int64]models.PaymentLine,
	action string,
) error {
	now := s.clock.UTC()
	act := models.Settlement{
		WardID: run.WardID, RunID: run.ID, StaffID: services.Ref(actor.Staff), Action: action, Lines: len(marks),
		At: now, TellAt: now.Add(secondThoughts),
	}
	lines := make([]models.SettledLine, len(marks))
	for i, mark := range marks {
		line := before[mark.Line]
		act.Total += line.Amount
		lines[i] = models.SettledLine{LineID: mark.Line, State: line.State, Reason: line.Reason, PaidOn: line.PaidOn,
			ToState: mark.State}
	}
	if err := tx.Create(&act).Error; err != nil {
		return fmt.Errorf("keep settlement of run %d: %w", run.ID, err)
	}
	for i := range lines {
		lines[i].SettlementID = act.ID
	}
	if err := tx.CreateInBatches(&lines, 2*money.BatchSize).Error; err != nil {
		return fmt.Errorf("keep lines of settlement %d: %w", act.ID, err)
	}
	return nil
}

// markedApart leaves a line that somebody marked by itself out of the acts that
// can be taken back: its officer was told what it is now.
func markedApart(tx *gorm.DB, run models.PaymentRun, line int64) error {
	err := tx.Exec(`
DELETE FROM settled_lines WHERE line_id = ? AND settlement_id IN
	(SELECT id FROM settlements WHERE run_id = ? AND told_at IS NULL AND taken_back_at IS NULL)`, line, run.ID).Error
	if err != nil {
		return fmt.Errorf("leave line %d out of settlements: %w", line, err)
	}
	return nil
}

// open is the list's latest act that can still be taken back, or nil.
func (s *Service) open(db *gorm.DB, run models.PaymentRun) (*models.Settlement, error) {
	if run.State != models.RunExported && run.State != models.RunClosed {
		return nil, nil
	}
	var acts []models.Settlement
	err := services.InWard(db, run.WardID).
		Where("run_id = ? AND told_at IS NULL AND taken_back_at IS NULL AND tell_at > ?", run.ID, s.clock.UTC()).
		Order("id DESC").Limit(1).Find(&acts).Error
	if err != nil || len(acts) == 0 {
		return nil, err
	}
	return &acts[0], nil
}

// TakeBack undoes an act that marked many lines, while nobody was told of it:
// each line is what it was, but those that somebody marked since. Afterwards it
// is conflict/settlement_told, with when; of a closed list conflict/run_closed;
// while a later act on the same lines stands conflict/settlement_later; where a
// later list may have paid a line again conflict/line_settled.
func (s *Service) TakeBack(ctx context.Context, actor services.Actor, id int64) (view RunView, err error) {
	if err := actor.Need(hands...); err != nil {
		return RunView{}, err
	}
	seen, err := services.Take[models.Settlement](s.store.WithContext(ctx), actor, "settlement", id)
	if err != nil {
		return RunView{}, err
	}
	return view, s.write(ctx, actor, seen.WardID, func(tx *gorm.DB) error {
		act, err := services.Take[models.Settlement](services.Locked(tx), actor, "settlement", id)
		if err != nil {
			return err
		}
		run, err := takeRun(tx, actor, act.RunID)
		if err != nil {
			return err
		}
		now := s.clock.UTC()
		switch {
		case act.TakenBackAt != nil: // pressed twice: it is as it was
		case act.ToldAt != nil || !now.Before(act.TellAt):
			return services.Conflict("settlement_told").With("at", act.TellAt)
		case run.State == models.RunClosed:
			return services.Conflict("run_closed")
		default:
			if err := s.undo(ctx, tx, actor, run, act, now); err != nil {
				return err
			}
		}
		view, err = s.viewRun(tx, actor, run)
		return err
	})
}

func (s *Service) undo(ctx context.Context, tx *gorm.DB, actor services.Actor, run models.PaymentRun,
	act models.Settlement, now time.Time) error {
	// What a later act found was put there by this one: it goes first.
	var later int64
	err := tx.Raw(`
SELECT COUNT(*) FROM settled_lines k JOIN settlements a ON a.id = k.settlement_id
WHERE a.run_id = ? AND a.id > ? AND a.taken_back_at IS NULL
	AND k.line_id IN (SELECT line_id FROM settled_lines WHERE settlement_id = ?)`, run.ID, act.ID, act.ID).
		Scan(&later).Error
	if err != nil {
		return fmt.Errorf("read settlement %d: %w", act.ID, err)
	}
	if later > 0 {
		return services.Conflict("settlement_later")
	}
	// A line that had failed may be in a later list by now, which pays it again.
	var failed int64
	err = tx.Model(&models.SettledLine{}).Where("settlement_id = ? AND state IN ?", act.ID,
		[]models.LineState{models.LineFailed, models.LineReturned}).Count(&failed).Error
	if err != nil {
		return fmt.Errorf("read settlement %d: %w", act.ID, err)
	}
	if failed > 0 {
		switch later, err := frozenAfter(tx, run.WardID, run.Month); {
		case err != nil:
			return err
		case later:
			return services.Conflict("line_settled").With("state", string(models.LinePaid))
		}
	}
	result := tx.Exec(`
UPDATE payment_lines SET
	state = (SELECT k.state FROM settled_lines k WHERE k.settlement_id = ? AND k.line_id = payment_lines.id),
	reason = (SELECT k.reason FROM settled_lines k WHERE k.settlement_id = ? AND k.line_id = payment_lines.id),
	paid_on = (SELECT k.paid_on FROM settled_lines k WHERE k.settlement_id = ? AND k.line_id = payment_lines.id)
WHERE ward_id = ? AND run_id = ? AND EXISTS (SELECT 1 FROM settled_lines k
	WHERE k.settlement_id = ? AND k.line_id = payment_lines.id AND k.to_state = payment_lines.state)`,
		act.ID, act.ID, act.ID, run.WardID, run.ID, act.ID)
	if result.Error != nil {
		return fmt.Errorf("take settlement %d back: %w", act.ID, result.Error)
	}
	act.TakenBackAt = &now
	if err := tx.Model(&act).Select("taken_back_at").Updates(&act).Error; err != nil {
		return fmt.Errorf("take settlement %d back: %w", act.ID, err)
	}
	trail := actor
	trail.Ward = run.WardID
	err = s.audit.Record(tx, trail, "run.settlement_taken_back", subject(run), journal.Detail{
		"settlement": act.ID, "of": act.Action, "lines": act.Lines, "back": result.RowsAffected,
	})
	if err != nil {
		return err
	}
	return s.outbox.Redraw(ctx, tx, actor, run.WardID, outbox.Run, run.ID)
}

// tellAtOnce bounds how many acts are told of in one round.
const tellAtOnce = 100

// Round tells officers of outcomes that stand.
func (s *Service) Round() services.Round {
	return services.Round{Name: "settled",
		Does:  "tells officers what became of their money, once that can no longer be taken back",
		Every: 30 * time.Second, AtStart: true, Do: s.TellSettled}
}

// TellSettled tells the officers of every act that can no longer be taken back,
// and returns how many acts that were. It is the program's own work: the clock
// calls it, for every ward.
func (s *Service) TellSettled(ctx context.Context) (told int, failed error) {
	now := s.clock.UTC()
	var due []models.Settlement
	err := services.AcrossWards(s.store.WithContext(ctx), "a job").
		Where("told_at IS NULL AND taken_back_at IS NULL AND tell_at <= ?", now).
		Order("tell_at, id").Limit(tellAtOnce).Find(&due).Error
	if err != nil {
		return 0, fmt.Errorf("settlements due: %w", err)
	}
	for _, act := range due {
		err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			if err := services.LockWard(tx, act.WardID); err != nil {
				return err
			}
			stands := services.InWard(tx.Model(&models.Settlement{}), act.WardID).
				Where("id = ? AND told_at IS NULL AND taken_back_at IS NULL", act.ID).Update("told_at", now)
			if stands.Error != nil || stands.RowsAffected == 0 { // another replica was quicker
				return stands.Error
			}
			var lines []int64
			err := tx.Raw(`
SELECT l.id FROM settled_lines k JOIN payment_lines l ON l.id = k.line_id AND l.state = k.to_state
WHERE k.settlement_id = ? ORDER BY l.id`, act.ID).Scan(&lines).Error
			if err != nil {
				return err
			}
			told++
			return s.tellOutcome(ctx, tx, act.WardID, lines)
		})
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("tell of settlement %d: %w", act.ID, err))
		}
	}
	return told, failed
}
