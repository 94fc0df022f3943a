package list

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/outbox"
)

// Mark is the outcome of one line as somebody reports it.
type Mark struct {
	Line   int64
	From   models.LineState // as the line was seen
	State  models.LineState // paid, failed, returned
	Reason string           // of failed and returned
	On     models.Date      // of paid
}

// settling is one way of telling what became of lines of a list.
type settling struct {
	run     int64
	version int  // of the list as it was seen, which waits for outcomes; 0 where any will do
	one     bool // of one line alone: its officer is told at once, and nothing can be taken back
	// marks says in the transaction, with the ward's money locked, what is to be
	// marked and how the journal tells it; none when there is nothing left to do.
	// Its refusal undoes everything.
	marks func(tx *gorm.DB, run models.PaymentRun) ([]Mark, told, error)
}

// told is how the journal tells what was marked.
type told struct {
	action, subject string // no subject is the list
	detail          journal.Detail
}

var settles = services.Guard("line settled", "a line that is returned is paid again, one that is paid is not")

// settle is the one place where lines get their outcomes: with a fresh code,
// checked, written, journalled, told to their officers, and drawn anew where the list is shown,
// all of it or nothing.
func (s *Service) settle(ctx context.Context, actor services.Actor, way settling) (view RunView, err error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return RunView{}, err
	}
	run, err := takeRun(s.store.WithContext(ctx), actor, way.run)
	if err != nil {
		return RunView{}, err
	}
	return view, s.write(ctx, actor, run.WardID, func(tx *gorm.DB) error {
		if run, err = takeRun(tx, actor, way.run); err != nil {
			return err
		}
		if way.version != 0 && (run.Version != way.version || run.State != models.RunExported) {
			return s.moved(tx, run)
		}
		if err := s.requireFresh(ctx, tx, actor, settles); err != nil {
			return err
		}
		marks, told, err := way.marks(tx, run)
		if err != nil {
			return err
		}
		if len(marks) > 0 {
			if err := s.settled(ctx, tx, actor, run, way.one, marks, told); err != nil {
				return err
			}
		}
		if way.version != 0 {
			view, err = s.viewRun(tx, actor, run)
		}
		return err
	})
}

func (s *Service) settled(
	ctx context.Context, tx *gorm.DB, actor services.Actor, run models.PaymentRun, one bool, marks []Mark, told told,
) error {
	before, err := s.markAll(tx, run, marks)
	if err != nil {
		return err
	}
	// What did not arrive is paid again: nobody says so of their own money.
	var again []int64
	for _, mark := range marks {
		if mark.State != models.LinePaid {
			again = append(again, before[mark.Line].PersonID)
		}
	}
	if err := s.runs.Concerns(tx, actor, again...); err != nil {
		return err
	}
	if told.subject == "" {
		told.subject = subject(run)
	}
	trail := actor
	trail.Ward = run.WardID
	if err := s.audit.Record(tx, trail, told.action, told.subject, told.detail); err != nil {
		return err
	}
	if !one {
		err = s.keep(tx, actor, run, marks, before, told.action)
	} else if err = markedApart(tx, run, marks[0].Line); err == nil {
		err = s.tellOutcome(ctx, tx, run.WardID, []int64{marks[0].Line})
	}
	if err != nil {
		return err
	}
	return s.outbox.Redraw(ctx, tx, actor, run.WardID, outbox.Run, run.ID)
}

// SettleLine marks the outcome of one line of a list that was sent to the bank:
// paid on a day, or failed or returned for a reason, which the next run makes
// good. A paid line may come back later, even after the list is closed. A failed
// one may be marked paid only until the next list is frozen, which may pay it.
func (s *Service) SettleLine(
	ctx context.Context, actor services.Actor, line int64, state models.LineState, reason string, on models.Date,
) error {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return err
	}
	mark := Mark{Line: line, State: state, Reason: reason, On: on}
	if err := s.tidy(&mark); err != nil {
		return err
	}
	row, err := takeLine(s.store.WithContext(ctx), actor, line)
	if err != nil {
		return err
	}
	_, err = s.settle(ctx, actor, settling{run: row.RunID, one: true, marks: func(
		tx *gorm.DB, run models.PaymentRun,
	) ([]Mark, told, error) {
		row, err := takeLine(tx, actor, line)
		mark.From = row.State
		return []Mark{mark}, told{
			action: "line." + string(state), subject: fmt.Sprintf("line:%d", line),
			detail: journal.Detail{"run": run.ID, "from": row.State, "to": state, "reason": mark.Reason, "on": mark.On},
		}, err
	}})
	return err
}

// SettleRun marks the rest of a list as paid on the day. A rest that is not what
// the actor saw is conflict/line_moved.
func (s *Service) SettleRun(
	ctx context.Context, actor services.Actor, id int64, version int, rest Rest, on models.Date,
) (RunView, error) {
	if err := s.mayPay(actor, on); err != nil {
		return RunView{}, err
	}
	return s.settle(ctx, actor, settling{run: id, version: version,
		marks: func(tx *gorm.DB, run models.PaymentRun) ([]Mark, told, error) {
			var lines []models.PaymentLine
			err := tx.Select("id", "state", "amount", "bank_tail").Where("run_id = ? AND state = ?", run.ID,
				models.LinePending).Order("id").Find(&lines).Error
			if err != nil {
				return nil, told{}, fmt.Errorf("read lines of run %d: %w", run.ID, err)
			}
			if len(lines) > 0 && RestOf(lines, rest.Cash) != rest {
				return nil, told{}, services.Conflict("line_moved")
			}
			lines = slices.DeleteFunc(lines, func(line models.PaymentLine) bool { return !rest.has(line) })
			return paidAll(lines, on), told{action: "run.settled",
				detail: journal.Detail{"lines": len(lines), "total": rest.Total, "cash": rest.Cash, "on": on}}, nil
		}})
}

// Marks are the outcomes of many lines of one list, to be set all or none.
type Marks struct {
	Run  int64
	What string // where they come from, for the journal: the hash of a sheet
	// Of says in the transaction, with the ward's money locked, what is to be
	// marked; none when it was marked before. Its refusal undoes everything.
	Of func(tx *gorm.DB, run models.PaymentRun) ([]Mark, error)
}

// SettleMarks sets the outcomes of many lines at once, journals them and tells
// their officers. It wants a fresh code (denied/step_up), and refuses with what
// SettleLine would, and with conflict/line_moved, without marking anything.
func (s *Service) SettleMarks(ctx context.Context, actor services.Actor, marks Marks) error {
	_, err := s.settle(ctx, actor, settling{run: marks.Run,
		marks: func(tx *gorm.DB, run models.PaymentRun) ([]Mark, told, error) {
			list, err := marks.Of(tx, run)
			detail := journal.Detail{"month": run.Month, "what": marks.What, "lines": len(list)}
			counts := map[models.LineState]int{}
			for _, mark := range list {
				counts[mark.State]++
			}
			for state, count := range counts {
				detail[string(state)] = count
			}
			return list, told{action: "run.results", detail: detail}, err
		}})
	return err
}

// markAll checks each mark against its line as it is, and writes those alike
// together. It returns the lines as they were.
func (s *Service) markAll(tx *gorm.DB, run models.PaymentRun, marks []Mark) (map[int64]models.PaymentLine, error) {
	before := make(map[int64]models.PaymentLine, len(marks))
	groups := map[Mark][]int64{} // by what is written, without the line
	var order []Mark
	for part := range slices.Chunk(marks, money.BatchSize) {
		byID, err := linesByID(tx, run, part)
		if err != nil {
			return nil, err
		}
		maps.Copy(before, byID)
		for _, mark := range part {
			line, there := byID[mark.Line]
			if !there {
				return nil, services.NotFound("line")
			}
			if line.State != mark.From {
				return nil, services.Conflict("line_moved")
			}
			delete(byID, mark.Line) // a line twice is of no list
			if err := s.tidy(&mark); err != nil {
				return nil, err
			}
			if err := maySettle(tx, run, line, mark.State); err != nil {
				return nil, err
			}
			mark.Line = 0
			if groups[mark] == nil {
				order = append(order, mark)
			}
			groups[mark] = append(groups[mark], line.ID)
		}
	}
	for _, mark := range order {
		for part := range slices.Chunk(groups[mark], money.BatchSize) {
			result := tx.Model(&models.PaymentLine{}).Where("id IN ? AND state = ?", part, mark.From).
				Updates(map[string]any{"state": mark.State, "reason": mark.Reason, "paid_on": mark.On})
			if result.Error != nil {
				return nil, fmt.Errorf("mark lines of run %d: %w", run.ID, result.Error)
			}
			if result.RowsAffected != int64(len(part)) {
				return nil, services.Conflict("line_moved")
			}
		}
	}
	return before, nil
}

func linesByID(tx *gorm.DB, run models.PaymentRun, marks []Mark) (map[int64]models.PaymentLine, error) {
	ids := make([]int64, len(marks))
	for i, mark := range marks {
		ids[i] = mark.Line
	}
	var lines []models.PaymentLine
	if err := tx.Where("run_id = ? AND id IN ?", run.ID, ids).Find(&lines).Error; err != nil {
		return nil, fmt.Errorf("read lines of run %d: %w", run.ID, err)
	}
	byID := make(map[int64]models.PaymentLine, len(lines))
	for _, line := range lines {
		byID[line.ID] = line
	}
	return byID, nil
}

// paidAll marks lines that wait for their outcome as paid.
func paidAll(pending []models.PaymentLine, on models.Date) []Mark {
	marks := make([]Mark, len(pending))
	for i, line := range pending {
		marks[i] = Mark{Line: line.ID, From: models.LinePending, State: models.LinePaid, On: on}
	}
	return marks
}

// tidy leaves of a mark what its state has, and refuses one that lacks it.
func (s *Service) tidy(mark *Mark) error {
	switch mark.State {
	case models.LinePaid:
		mark.Reason = ""
		return s.paidOn(mark.On)
	case models.LineFailed, models.LineReturned:
		mark.On = models.Date{}
		if mark.Reason == "" {
			return services.Invalid("reason")
		}
		return nil
	}
	return services.Invalid("line_state")
}

func (s *Service) mayPay(actor services.Actor, on models.Date) error {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return err
	}
	return s.paidOn(on)
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
	if !open && run.State != models.RunClosed {
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
		if later, err := frozenAfter(tx, run.WardID, run.Month); err != nil || !later {
			return err
		}
	}
	return refused
}

// frozenAfter reports whether a list of a later month is frozen.
func frozenAfter(tx *gorm.DB, ward int64, month models.Month) (bool, error) {
	var later int64
	err := services.InWard(tx.Model(&models.PaymentRun{}), ward).
		Where("month > ? AND state <> ?", month, models.RunDraft).Count(&later).Error
	if err != nil {
		return false, fmt.Errorf("count lists after %s: %w", month, err)
	}
	return later > 0, nil
}

func takeLine(db *gorm.DB, actor services.Actor, id int64) (models.PaymentLine, error) {
	return services.Take[models.PaymentLine](db, actor, "line", id)
}
