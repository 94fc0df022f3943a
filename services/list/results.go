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

// Mark is the outcome of one line as somebody reports it.
type Mark struct {
	Line   int64
	From   models.LineState // as the line was seen
	State  models.LineState // paid, failed, returned
	Reason string           // of failed and returned
	On     models.Date      // of paid
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
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return err
	}
	run, err := takeRun(s.store.WithContext(ctx), actor, marks.Run)
	if err != nil {
		return err
	}
	return s.write(ctx, actor, run.WardID, func(tx *gorm.DB) error {
		if run, err = takeRun(tx, actor, marks.Run); err != nil {
			return err
		}
		if err := s.requireFresh(ctx, tx, actor); err != nil {
			return err
		}
		list, err := marks.Of(tx, run)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := s.settleAll(tx, run, list); err != nil {
			return err
		}
		trail := actor
		trail.Ward = run.WardID
		detail := journal.Detail{"month": run.Month, "what": marks.What, "lines": len(list)}
		ids := make([]int64, len(list))
		counts := map[models.LineState]int{}
		for i, mark := range list {
			ids[i] = mark.Line
			counts[mark.State]++
		}
		for state, count := range counts {
			detail[string(state)] = count
		}
		if err := s.audit.Record(tx, trail, "run.results", subject(run), detail); err != nil {
			return err
		}
		slices.Sort(ids)
		if err := s.tellOutcome(ctx, tx, run.WardID, ids); err != nil {
			return err
		}
		return s.outbox.Redraw(ctx, tx, actor, run.WardID, outbox.Run, run.ID)
	})
}

// settleAll checks each mark against its line as it is, and writes those alike
// together.
func (s *Service) settleAll(tx *gorm.DB, run models.PaymentRun, list []Mark) error {
	var lines []models.PaymentLine
	if err := tx.Where("run_id = ?", run.ID).Find(&lines).Error; err != nil {
		return fmt.Errorf("lines: %w", err)
	}
	byID := make(map[int64]models.PaymentLine, len(lines))
	for _, line := range lines {
		byID[line.ID] = line
	}
	type alike struct {
		from, to models.LineState
		reason   string
		on       models.Date
	}
	groups := map[alike][]int64{}
	var order []alike
	for _, mark := range list {
		line, there := byID[mark.Line]
		if !there {
			return services.NotFound("line")
		}
		if line.State != mark.From {
			return services.Conflict("line_moved")
		}
		delete(byID, mark.Line) // a line twice is of no list
		switch mark.State {
		case models.LinePaid:
			if err := s.paidOn(mark.On); err != nil {
				return err
			}
			mark.Reason = ""
		case models.LineFailed, models.LineReturned:
			if mark.Reason == "" {
				return services.Invalid("reason")
			}
			mark.On = models.Date{}
		default:
			return services.Invalid("line_state")
		}
		if err := maySettle(tx, run, line, mark.State); err != nil {
			return err
		}
		key := alike{line.State, mark.State, mark.Reason, mark.On}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], mark.Line)
	}
	for _, key := range order {
		if err := s.mark(tx, groups[key], key.from, key.to, key.reason, key.on); err != nil {
			return err
		}
	}
	return nil
}

// mark writes one outcome of lines that are all in the same state.
func (s *Service) mark(tx *gorm.DB, lines []int64, from, to models.LineState, reason string, on models.Date) error {
	for part := range slices.Chunk(lines, money.BatchSize) {
		result := tx.Model(&models.PaymentLine{}).Where("id IN ? AND state = ?", part, from).
			Updates(map[string]any{"state": to, "reason": reason, "paid_on": on})
		if result.Error != nil {
			return fmt.Errorf("lines: %w", result.Error)
		}
		if result.RowsAffected != int64(len(part)) {
			return services.Conflict("line_moved")
		}
	}
	return nil
}
