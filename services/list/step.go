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

// step is one move of a run from a state to the next.
type step struct {
	action   string // in the journal
	from, to models.RunState
	roles    []services.Role
	fresh    bool // needs a fresh step-up code
	quiet    bool // a step back, of which officers hear nothing
	do       func(tx *gorm.DB, run *models.PaymentRun) error
	tell     func(tx *gorm.DB, run models.PaymentRun) error
}

// move makes the step in one transaction: checks, the change under the version
// that was seen, the journal, and what others must be told. Of two at once one
// wins, and the other is refused with conflict/run_moved, who and when.
func (s *Service) move(ctx context.Context, actor services.Actor, id int64, version int, step step) (RunView, error) {
	if err := actor.Need(step.roles...); err != nil {
		return RunView{}, err
	}
	db := s.store.WithContext(ctx)
	run, err := takeRun(db, actor, id)
	if err != nil {
		return RunView{}, err
	}
	var view RunView
	err = s.write(ctx, actor, run.WardID, func(tx *gorm.DB) error {
		if run, err = takeRun(tx, actor, id); err != nil {
			return err
		}
		if run.Version != version || run.State != step.from {
			return moved(tx, run)
		}
		if step.fresh {
			if err := s.requireFresh(ctx, tx, actor); err != nil {
				return err
			}
		}
		if err := step.do(tx, &run); err != nil {
			return err
		}
		run.State, run.Version = step.to, version+1
		result := tx.Model(&models.PaymentRun{}).Where("id = ? AND version = ? AND state = ?", run.ID, version, step.from).
			Select("state", "version", "total", "people", "content_hash", "prepared_by_staff_id", "approved_by_staff_id",
				"submitted_at", "approved_at", "exported_at", "closed_at", "returned_reason").Updates(&run)
		if result.Error != nil {
			return fmt.Errorf("run: %w", result.Error)
		}
		if result.RowsAffected == 0 {
			return moved(tx, run)
		}
		trail := actor
		trail.Ward = run.WardID
		detail := journal.Detail{"month": run.Month, "total": run.Total, "people": run.People, "hash": fmt.Sprintf("%x", run.ContentHash)}
		if err := s.audit.Record(tx, trail, step.action, subject(run), detail); err != nil {
			return err
		}
		if step.tell != nil {
			if err := step.tell(tx, run); err != nil {
				return err
			}
		}
		if !step.quiet {
			if err := s.tellStage(ctx, tx, run); err != nil {
				return err
			}
		}
		if err := s.outbox.Redraw(ctx, tx, actor, run.WardID, outbox.Run, run.ID); err != nil {
			return err
		}
		view, err = viewRun(tx, actor, run)
		return err
	})
	return view, err
}

func takeRun(db *gorm.DB, actor services.Actor, id int64) (models.PaymentRun, error) {
	var run models.PaymentRun
	err := db.Take(&run, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && actor.In(run.WardID) != nil) {
		return models.PaymentRun{}, services.NotFound("run")
	}
	if err != nil {
		return models.PaymentRun{}, fmt.Errorf("run: %w", err)
	}
	return run, nil
}

// moved tells who moved the run on, and when.
func moved(db *gorm.DB, run models.PaymentRun) error {
	names, err := staffNames(db, run.PreparedByStaffID, run.ApprovedByStaffID)
	if err != nil {
		return err
	}
	by := names[0]
	if run.State != models.RunDraft && run.State != models.RunSubmitted && names[1] != "" {
		by = names[1]
	}
	return services.Conflict("run_moved").With("state", string(run.State)).With("by", by).With("at", run.UpdatedAt)
}
