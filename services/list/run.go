package list

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/money"
)

// RunView is a payment list with its lines, as one reader may act on it.
type RunView struct {
	Run models.PaymentRun
	// Lines are in order of person; their components come with Line.
	Lines      []models.PaymentLine
	Code       string // of what was frozen, "" of a draft; see Service.Code
	PreparedBy string // name of the staff member who signed it; "" for none
	ApprovedBy string
	MayApprove bool
	WhyNot     string // state, or one of approve's; "" when the reader may
	Approval   approve.Approval
	Answers    Answers
	// MayWithdraw says that the last signature is the reader's, and that nobody
	// has signed after it; MayReturn that the reader may send the list back.
	MayWithdraw, MayReturn bool
	// Undo is the latest act that gave lines their outcomes while it can be taken
	// back, or nil; MayReopen the moment until which a closed list can be opened
	// again, or zero.
	Undo      *models.Settlement
	MayReopen time.Time
}

// Runs lists the ward's payment lists, the latest month first.
func (s *Service) Runs(ctx context.Context, actor services.Actor) ([]models.PaymentRun, error) {
	if err := money.StaffOnly(actor); err != nil {
		return nil, err
	}
	var runs []models.PaymentRun
	if err := services.InWard(s.store.WithContext(ctx), actor.Ward).Order("month DESC").Find(&runs).Error; err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	for i, run := range runs { // drafts are one or two
		if run.State != models.RunDraft {
			continue
		}
		current, err := s.Current(ctx, actor, run.ID)
		if err != nil {
			return nil, err
		}
		runs[i] = current
	}
	return runs, nil
}

// Run shows one payment list.
func (s *Service) Run(ctx context.Context, actor services.Actor, id int64) (RunView, error) {
	run, err := s.Current(ctx, actor, id)
	if err != nil {
		return RunView{}, err
	}
	return s.viewRun(s.store.WithContext(ctx), actor, run)
}

// Line is one line of a list, with its components.
func (s *Service) Line(ctx context.Context, actor services.Actor, id int64) (models.PaymentLine, error) {
	if err := money.StaffOnly(actor); err != nil {
		return models.PaymentLine{}, err
	}
	return takeLine(s.store.WithContext(ctx).Preload("Components", inOrder), actor, id)
}

func (s *Service) viewRun(db *gorm.DB, actor services.Actor, run models.PaymentRun) (RunView, error) {
	view := RunView{Run: run}
	if err := db.Where("run_id = ?", run.ID).Order("person_id").Find(&view.Lines).Error; err != nil {
		return RunView{}, fmt.Errorf("lines: %w", err)
	}
	names, err := staffNames(db, run.PreparedByStaffID, run.ApprovedByStaffID)
	if err != nil {
		return RunView{}, err
	}
	view.PreparedBy, view.ApprovedBy = names[0], names[1]
	if view.Answers, err = answersOf(db, run); err != nil {
		return RunView{}, err
	}
	if run.State != models.RunDraft {
		if view.Code, err = s.Code(db, run); err != nil {
			return RunView{}, err
		}
	}
	if view.Undo, err = s.open(db, run); err != nil {
		return RunView{}, err
	}
	if run.State == models.RunClosed && s.clock.UTC().Before(reopened(run)) {
		view.MayReopen = reopened(run)
	}
	err = s.viewApproval(db, actor, &view)
	return view, err
}

// viewApproval tells who has signed a list, and what the reader may do about it.
func (s *Service) viewApproval(db *gorm.DB, actor services.Actor, view *RunView) error {
	view.WhyNot = "state"
	waits := view.Run.State == models.RunSubmitted
	if !waits && view.Run.State != models.RunApproved {
		return nil
	}
	one, err := itemOf(view.Run)
	if err != nil {
		return err
	}
	approval, why, err := s.runs.View(db, actor, one)
	if err != nil {
		return err
	}
	if waits {
		view.WhyNot = why
	}
	view.Approval, view.MayApprove, view.MayReturn = approval, view.WhyNot == "", view.WhyNot == ""
	view.MayWithdraw = approval.MayTakeBack || waits && isPreparer(view.Run, actor)
	return nil
}

func staffNames(db *gorm.DB, ids ...*int64) ([]string, error) {
	var wanted []int64
	for _, id := range ids {
		if id != nil {
			wanted = append(wanted, *id)
		}
	}
	names := make([]string, len(ids))
	if len(wanted) == 0 {
		return names, nil
	}
	var staff []models.Staff
	if err := db.Select("id", "name").Where("id IN ?", wanted).Find(&staff).Error; err != nil {
		return nil, fmt.Errorf("staff: %w", err)
	}
	for i, id := range ids {
		for _, member := range staff {
			if id != nil && member.ID == *id {
				names[i] = member.Name
			}
		}
	}
	return names, nil
}

// Prepare creates the ward's draft list of the month, or reckons it anew. Done
// twice it changes nothing. In a ward that pays by the quarter the list is that
// of the quarter's last month and covers all three; another month is
// invalid/run_quarter. A frozen list is refused with conflict/run_frozen, a month
// before one with conflict/run_past: the later list has it already.
func (s *Service) Prepare(ctx context.Context, actor services.Actor, month models.Month) (RunView, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return RunView{}, err
	}
	if month < money.FirstMonth || month > s.today().MonthOf()+3 {
		return RunView{}, services.Invalid("run_month")
	}
	var view RunView
	err := s.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		run, created, err := s.draft(tx, actor, month)
		if err != nil {
			return err
		}
		changed, err := s.redo(tx, &run)
		if err != nil {
			return err
		}
		if created || changed {
			run.PreparedByStaffID = services.Ref(actor.Staff)
			if !created {
				run.Version++
			}
			err := tx.Model(&run).Select("total", "people", "version", "through", "prepared_by_staff_id").Updates(&run).Error
			if err != nil {
				return fmt.Errorf("run: %w", err)
			}
			detail := journal.Detail{"month": run.Month, "total": run.Total, "people": run.People}
			if err := s.audit.Record(tx, actor, "run.prepared", subject(run), detail); err != nil {
				return err
			}
		}
		view, err = s.viewRun(tx, actor, run)
		return err
	})
	return view, err
}

// draft finds the month's list, or begins it.
func (s *Service) draft(tx *gorm.DB, actor services.Actor, month models.Month) (run models.PaymentRun, created bool,
	err error) {
	err = services.InWard(tx, actor.Ward).Where("month = ?", month).Take(&run).Error
	switch {
	case err == nil && run.State != models.RunDraft:
		return run, false, services.Conflict("run_frozen").With("state", string(run.State))
	case err == nil:
		return run, false, nil
	case !errors.Is(err, gorm.ErrRecordNotFound):
		return run, false, fmt.Errorf("run: %w", err)
	}
	switch later, err := frozenAfter(tx, actor.Ward, month); {
	case err != nil:
		return run, false, err
	case later:
		return run, false, services.Conflict("run_past")
	}
	covers, err := money.PayEvery(tx, actor.Ward)
	if err != nil {
		return run, false, err
	}
	if money.QuarterEnd(month, covers) != month {
		return run, false, services.Invalid("run_quarter").With("month", money.QuarterEnd(month, covers))
	}
	if month > money.QuarterEnd(s.today().MonthOf(), covers)+1 {
		return run, false, services.Invalid("run_month")
	}
	run = models.PaymentRun{WardID: actor.Ward, Month: month, Covers: covers, State: models.RunDraft, Version: 1,
		PreparedByStaffID: services.Ref(actor.Staff)}
	if err := tx.Create(&run).Error; err != nil {
		if models.IsTaken(err) {
			return run, false, services.Conflict("run_exists").Because(err)
		}
		return run, false, fmt.Errorf("run: %w", err)
	}
	return run, true, nil
}

// redo writes the draft's lines as they are to be now. Lines that stay the same
// keep their rows.
func (s *Service) redo(tx *gorm.DB, run *models.PaymentRun) (changed bool, err error) {
	reckoning, err := newReckoning(tx, *run)
	if err != nil {
		return false, err
	}
	run.Through = reckoning.through
	totals := newSeal(*run)
	err = reckoning.each(func(b batch) error {
		old, err := storedLines(tx, run.ID, b.first-1, b.last, -1)
		if err != nil {
			return err
		}
		have := map[int64]models.PaymentLine{}
		for _, line := range old {
			have[line.PersonID] = line
		}
		var fresh []models.PaymentLine
		for _, line := range b.lines {
			totals.add(line)
			if same, ok := have[line.PersonID]; ok && digestOf(same) == digestOf(line) {
				delete(have, line.PersonID)
				continue
			}
			fresh = append(fresh, line)
		}
		var gone []int64
		for _, line := range have {
			gone = append(gone, line.ID)
		}
		changed = changed || len(gone) > 0 || len(fresh) > 0
		return replace(tx, gone, fresh)
	})
	run.Total, run.People = totals.total, totals.people
	return changed, err
}

// SubmitRun freezes a draft and tells who may sign it. A draft that is no longer
// what would be reckoned is refused with conflict/run_stale: prepare it again.
func (s *Service) SubmitRun(ctx context.Context, actor services.Actor, id int64, version int) (RunView, error) {
	return s.move(ctx, actor, id, version, step{
		Action: "run.submitted", From: models.RunDraft, To: models.RunSubmitted, Roles: hands,
		Do: func(act *act) error {
			run := act.Row
			seen, err := frozen(act.TX, run)
			if err != nil {
				return err
			}
			// Who freezes the list answers for it.
			run.SubmittedAt, run.PreparedByStaffID, run.ReturnedReason = &act.Now, services.Ref(actor.Staff), ""
			run.Total, run.People = seen.total, seen.people
			return nil
		},
		Tell: func(act *act) error {
			if err := s.runs.Ask(ctx, act.TX, *act.Row); err != nil {
				return err
			}
			return s.staged(act)
		},
	})
}

// frozen seals a draft that is what would be reckoned now.
func frozen(tx *gorm.DB, run *models.PaymentRun) (*seal, error) {
	reckoning, err := newReckoning(tx, *run)
	if err != nil {
		return nil, err
	}
	run.Through = reckoning.through
	now := newSeal(*run)
	if err := reckoning.each(func(b batch) error {
		for _, line := range b.lines {
			now.add(line)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	seen, err := stored(tx, *run)
	if err != nil {
		return nil, err
	}
	if now.lines == 0 && seen.lines == 0 {
		return nil, services.Invalid("run_empty")
	}
	run.ContentHash = seen.sum()
	if string(now.sum()) != string(run.ContentHash) {
		return nil, services.Conflict("run_stale")
	}
	return seen, nil
}

// approved is what the journal calls the signing of a list.
const approved = "run.approved"

// ApproveRun is a signature, by the ward's rule or else a leader's: not of who
// froze the list, with a fresh step-up code, and only while the rows are those
// that were frozen.
func (s *Service) ApproveRun(ctx context.Context, actor services.Actor, id int64, version int) (RunView, error) {
	return s.move(ctx, actor, id, version, step{
		Action: approved, From: models.RunSubmitted, To: models.RunApproved, Roles: hands, Right: approve.Signs,
		Prepare: func(act *act) error { return unchanged(act.TX, *act.Row) },
		Do: func(act *act) error {
			act.Row.ApprovedAt, act.Row.ApprovedByStaffID = &act.Now, services.Ref(actor.Staff)
			act.Row.TreasuryAt, act.Row.TreasuryReason = nil, "" // who signs anew has read why
			return nil
		},
		Tell: func(act *act) error { return movedOn(s, act, act.Row.PreparedByStaffID) },
	})
}

var (
	exports = services.Guard("run.exported", "from then on the money goes out")
	closes  = services.Guard("run.closed", "nothing of a closed list is mended")
)

// ExportRun marks an approved list as sent to the bank or handed out, and one that
// goes through the treasury as passed by it.
func (s *Service) ExportRun(ctx context.Context, actor services.Actor, id int64, version int) (RunView, error) {
	from := models.RunApproved
	run, err := takeRun(s.store.WithContext(ctx), actor, id)
	switch {
	case err != nil:
		return RunView{}, err
	case run.Through == models.ByTreasury:
		from = models.RunTreasury
	}
	return s.move(ctx, actor, id, version, step{
		Action: "run.exported", From: from, To: models.RunExported, Roles: hands, Fresh: exports,
		Do: func(act *act) error {
			act.Row.ExportedAt = &act.Now
			return asSigned(act.TX, s.audit, *act.Row)
		},
		Tell: s.staged,
	})
}

// CloseRun ends a list whose every line has its outcome.
func (s *Service) CloseRun(ctx context.Context, actor services.Actor, id int64, version int) (RunView, error) {
	return s.move(ctx, actor, id, version, step{
		Action: "run.closed", From: models.RunExported, To: models.RunClosed, Roles: hands, Fresh: closes,
		Do: func(act *act) error {
			var pending int64
			err := act.TX.Model(&models.PaymentLine{}).Where("run_id = ? AND state = ?", id,
				models.LinePending).Count(&pending).Error
			if err != nil {
				return fmt.Errorf("close run %d: %w", id, err)
			}
			if pending > 0 {
				return services.Conflict("run_pending").With("count", pending)
			}
			act.Row.ClosedAt = &act.Now
			return nil
		},
	})
}

// ReopenRun takes a list's end back, a short while after it: conflict/run_ended
// later.
func (s *Service) ReopenRun(ctx context.Context, actor services.Actor, id int64, version int) (RunView, error) {
	return s.move(ctx, actor, id, version, step{
		Action: "run.reopened", From: models.RunClosed, To: models.RunExported, Roles: hands,
		Do: func(act *act) error {
			if !act.Now.Before(reopened(*act.Row)) {
				return services.Conflict("run_ended")
			}
			act.Row.ClosedAt = nil
			return nil
		},
	})
}

// reopened is the moment until which a closed list can be opened again.
func reopened(run models.PaymentRun) time.Time {
	if run.ClosedAt == nil {
		return time.Time{}
	}
	return run.ClosedAt.Add(secondThoughts)
}

// unchanged refuses a list whose rows are not those that were frozen.
func unchanged(tx *gorm.DB, run models.PaymentRun) error {
	seal, err := stored(tx, run)
	if err != nil {
		return err
	}
	if string(seal.sum()) != string(run.ContentHash) || seal.total != run.Total || seal.people != run.People {
		return services.Conflict("run_changed")
	}
	return nil
}

func isPreparer(run models.PaymentRun, actor services.Actor) bool {
	return actor.Staff != 0 && run.PreparedByStaffID != nil && *run.PreparedByStaffID == actor.Staff
}

func subject(run models.PaymentRun) string { return fmt.Sprintf("run:%d", run.ID) }

// NextRun is the month whose list is due to be prepared now.
func (s *Service) NextRun(ctx context.Context, actor services.Actor) (models.Month, error) {
	if err := money.StaffOnly(actor); err != nil {
		return 0, err
	}
	covers, err := money.PayEvery(s.store.WithContext(ctx), actor.Ward)
	return money.QuarterEnd(s.today().MonthOf(), covers), err
}

// covered reports whether a month is one of the run's own, and no adjustment.
func covered(run models.PaymentRun, month models.Month) bool {
	return month <= run.Month && month > run.Month-models.Month(max(run.Covers, 1))
}
