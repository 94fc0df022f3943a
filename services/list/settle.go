package list

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// SettleLine marks the outcome of one line of a list that was sent to the bank:
// paid on a day, or failed or returned for a reason, which the next run makes
// good. A paid line may come back later, even after the list is closed. A failed
// one may be marked paid only until the next list is frozen, which may pay it.
func (s *Service) SettleLine(ctx context.Context, actor services.Actor, line int64, state models.LineState, reason string, on models.Date) error {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return err
	}
	switch state {
	case models.LinePaid:
		if err := s.paidOn(on); err != nil {
			return err
		}
		reason = ""
	case models.LineFailed, models.LineReturned:
		if reason == "" {
			return services.Invalid("reason")
		}
		on = models.Date{}
	default:
		return services.Invalid("line_state")
	}
	db := s.store.WithContext(ctx)
	row, err := takeLine(db, actor, line)
	if err != nil {
		return err
	}
	return s.write(ctx, actor, row.WardID, func(tx *gorm.DB) error {
		row, err := takeLine(tx, actor, line)
		if err != nil {
			return err
		}
		run, err := takeRun(tx, actor, row.RunID)
		if err != nil {
			return err
		}
		if err := maySettle(tx, run, row, state); err != nil {
			return err
		}
		err = tx.Model(&models.PaymentLine{}).Where("id = ? AND state = ?", row.ID, row.State).
			Updates(map[string]any{"state": state, "reason": reason, "paid_on": on}).Error
		if err != nil {
			return fmt.Errorf("line: %w", err)
		}
		trail := actor
		trail.Ward = run.WardID
		detail := journal.Detail{"run": run.ID, "from": row.State, "to": state, "reason": reason, "on": on}
		if err := s.audit.Record(tx, trail, "line."+string(state), fmt.Sprintf("line:%d", row.ID), detail); err != nil {
			return err
		}
		if err := s.tellOutcome(ctx, tx, run.WardID, []int64{row.ID}); err != nil {
			return err
		}
		return s.outbox.Redraw(ctx, tx, actor, run.WardID, outbox.Run, run.ID)
	})
}

// SettleRun marks every line without an outcome as paid on the day.
func (s *Service) SettleRun(ctx context.Context, actor services.Actor, id int64, version int, on models.Date) (RunView, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return RunView{}, err
	}
	if err := s.paidOn(on); err != nil {
		return RunView{}, err
	}
	run, err := takeRun(s.store.WithContext(ctx), actor, id)
	if err != nil {
		return RunView{}, err
	}
	var view RunView
	err = s.write(ctx, actor, run.WardID, func(tx *gorm.DB) error {
		if run, err = takeRun(tx, actor, id); err != nil {
			return err
		}
		if run.Version != version || run.State != models.RunExported {
			return s.moved(tx, run)
		}
		var pending []int64
		if err := tx.Model(&models.PaymentLine{}).Where("run_id = ? AND state = ?", run.ID, models.LinePending).Order("id").Pluck("id", &pending).Error; err != nil {
			return fmt.Errorf("lines: %w", err)
		}
		result := tx.Model(&models.PaymentLine{}).Where("run_id = ? AND state = ?", run.ID, models.LinePending).
			Updates(map[string]any{"state": models.LinePaid, "paid_on": on})
		if result.Error != nil {
			return fmt.Errorf("lines: %w", result.Error)
		}
		if result.RowsAffected > 0 {
			trail := actor
			trail.Ward = run.WardID
			detail := journal.Detail{"lines": result.RowsAffected, "on": on}
			if err := s.audit.Record(tx, trail, "run.settled", subject(run), detail); err != nil {
				return err
			}
			if err := s.tellOutcome(ctx, tx, run.WardID, pending); err != nil {
				return err
			}
			if err := s.outbox.Redraw(ctx, tx, actor, run.WardID, outbox.Run, run.ID); err != nil {
				return err
			}
		}
		view, err = s.viewRun(tx, actor, run)
		return err
	})
	return view, err
}

func (s *Service) paidOn(on models.Date) error {
	if on.IsZero() || on.After(s.today()) {
		return services.Invalid("paid_on")
	}
	return nil
}

// maySettle holds outcomes to those that cannot pay twice.
func maySettle(tx *gorm.DB, run models.PaymentRun, line models.PaymentLine, to models.LineState) error {
	open := run.State == models.RunExported
	closed := run.State == models.RunClosed
	if !open && !closed {
		return services.Conflict("run_not_exported").With("state", string(run.State))
	}
	refused := services.Conflict("line_settled").With("state", string(line.State))
	switch line.State {
	case models.LinePending:
		return nil
	case models.LinePaid:
		if to == models.LineReturned || (open && to == models.LineFailed) {
			return nil
		}
	case models.LineFailed, models.LineReturned:
		if to != models.LinePaid || !open {
			return refused
		}
		var later int64
		err := tx.Model(&models.PaymentRun{}).Where("ward_id = ? AND month > ? AND state <> ?", run.WardID, run.Month, models.RunDraft).Count(&later).Error
		if err != nil {
			return fmt.Errorf("line: %w", err)
		}
		if later == 0 {
			return nil
		}
	}
	return refused
}

func takeLine(db *gorm.DB, actor services.Actor, id int64) (models.PaymentLine, error) {
	var line models.PaymentLine
	err := db.Take(&line, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && actor.In(line.WardID) != nil) {
		return models.PaymentLine{}, services.NotFound("line")
	}
	if err != nil {
		return models.PaymentLine{}, fmt.Errorf("line: %w", err)
	}
	return line, nil
}
