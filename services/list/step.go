package list

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/outbox"
)

type (
	runs = approve.Items[models.PaymentRun, models.RunState]
	step = approve.Move[models.PaymentRun, models.RunState]
	act  = approve.Act[models.PaymentRun]
)

// item is what a list is in rules, and its signatures are of.
const item = "list"

func init() {
	approve.Register(approve.Kind{Name: item, Place: 20, Steps: []approve.Step{{Role: approve.Leader, People: 1}},
		StepUp: "it is the ward's money of a month"})
}

// runsOf are the lists as what waits for signatures.
func runsOf(approvals *approve.Service, box *outbox.Outbox, gate approve.Gate) *runs {
	return &runs{
		Service: approvals, Outbox: box, Gate: gate,
		Name: item, Subject: "run", Card: outbox.Run, Waiting: models.RunSubmitted,
		Read: itemOf,
		Set: func(row *models.PaymentRun, state models.RunState, version int) {
			row.State, row.Version = state, version
		},
		Columns: []string{
			"total", "people", "content_hash", "prepared_by_staff_id", "approved_by_staff_id",
			"submitted_at", "approved_at", "exported_at", "closed_at", "returned_reason",
			"through", "treasury_at", "treasury_reason",
		},
		LockWard: true, // two lists must not settle the same month
		Asks:     outbox.RunSubmitted, Reminds: outbox.RunWaiting, Reminded: "reminded_at", Since: "submitted_at",
		Codes:     map[string]string{approve.WhyOwn: "own_run", "not_signed": "own_signature"},
		RoleFirst: true, System: true,
		Moved: func(a *act) error {
			run := a.Row
			a.Detail["month"], a.Detail["total"], a.Detail["people"] = run.Month, run.Total, run.People
			a.Detail["hash"] = fmt.Sprintf("%x", run.ContentHash)
			return nil
		},
	}
}

func itemOf(run models.PaymentRun) (approve.Item, error) {
	one := approve.Item{
		Rule: item, ID: run.ID, Ward: run.WardID, Version: run.Version, State: string(run.State), Reminded: run.RemindedAt,
		Parties: approve.Parties{Staff: services.ID(run.PreparedByStaffID)}, By: run.ApprovedByStaffID, At: run.UpdatedAt,
	}
	if run.SubmittedAt != nil {
		one.Since = *run.SubmittedAt
	}
	return one, nil
}

// move makes a step and shows what it came to.
func (s *Service) move(ctx context.Context, actor services.Actor, id int64, version int, step step) (RunView, error) {
	run, err := s.runs.Make(ctx, actor, id, version, step)
	if err != nil {
		return RunView{}, err
	}
	return s.viewRun(s.store.WithContext(ctx), actor, run)
}

// staged tells the officers who want to hear of every stage.
func (s *Service) staged(act *act) error { return s.tellStage(act.Context, act.TX, *act.Row) }

// movedOn tells those of the staff who have signed a list, but not who acts, and
// the officers who want to hear of every stage.
func movedOn(s *Service, act *act, staff ...*int64) error {
	run := act.Row
	var messages []outbox.Message
	for _, one := range staff {
		if one != nil && *one != act.Actor.Staff {
			messages = append(messages, outbox.Message{Ward: run.WardID, Kind: outbox.RunMoved, Subject: outbox.Run,
				SubjectID: run.ID, Version: run.Version, Staff: *one})
		}
	}
	if err := s.outbox.Tell(act.Context, act.TX, messages...); err != nil {
		return err
	}
	return s.staged(act)
}

func takeRun(db *gorm.DB, actor services.Actor, id int64) (models.PaymentRun, error) {
	return services.Take[models.PaymentRun](db, actor, "run", id)
}

// moved tells who moved the run on, and when.
func (s *Service) moved(tx *gorm.DB, run models.PaymentRun) error {
	one, err := itemOf(run)
	if err != nil {
		return err
	}
	return s.runs.MovedOn(tx, one)
}
