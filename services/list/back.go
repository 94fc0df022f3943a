package list

import (
	"context"
	"strings"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/outbox"
)

// longestReason bounds why a list is sent back, in runes.
const longestReason = 300

// hands submit lists, sign them as far as the ward's rule lets them, send and
// close them.
var hands = []services.Role{services.Clerk, services.Leader}

// WithdrawRun takes the actor's own signature off a list while nobody has signed
// after it: who submitted it has the draft again, who signed it leaves it
// submitted. Another's signature is denied/own_signature, and a list that has
// gone on conflict/moved.list.decided.
func (s *Service) WithdrawRun(ctx context.Context, actor services.Actor, id int64, version int) (RunView, error) {
	if err := actor.Need(hands...); err != nil {
		return RunView{}, err
	}
	run, err := takeRun(s.store.WithContext(ctx), actor, id)
	if err != nil {
		return RunView{}, err
	}
	switch {
	case run.State == models.RunApproved:
		return s.move(ctx, actor, id, version, step{
			Action: "run.approval_withdrawn", From: models.RunApproved, To: models.RunSubmitted, Roles: hands,
			Right: approve.TakesBack,
			Do: func(act *act) error {
				act.Row.ApprovedAt, act.Row.ApprovedByStaffID = nil, nil
				return nil
			},
		})
	case isPreparer(run, actor):
		return s.move(ctx, actor, id, version, step{
			Action: "run.withdrawn", From: models.RunSubmitted, To: models.RunDraft, Roles: hands, Anew: true,
			Do: func(act *act) error {
				if !isPreparer(*act.Row, actor) {
					return services.Denied("own_signature")
				}
				act.Row.SubmittedAt, act.Row.ContentHash = nil, nil
				return nil
			},
		})
	}
	if run, err = s.runs.TakeBack(ctx, actor, id, version); err != nil {
		return RunView{}, err
	}
	return s.viewRun(s.store.WithContext(ctx), actor, run)
}

// ReturnRun is the no of who may sign a list that waits: it is a draft again, and
// who submitted it is told why.
func (s *Service) ReturnRun(ctx context.Context, actor services.Actor, id int64, version int, reason string) (RunView,
	error) {
	reason = strings.Join(strings.Fields(reason), " ")
	if reason == "" || len([]rune(reason)) > longestReason {
		return RunView{}, services.Invalid("reason")
	}
	return s.move(ctx, actor, id, version, step{
		Action: "run.returned", From: models.RunSubmitted, To: models.RunDraft, Roles: hands, Right: approve.Answers,
		Anew: true,
		Do: func(act *act) error {
			act.Row.SubmittedAt, act.Row.ContentHash, act.Row.ReturnedReason = nil, nil, reason
			return nil
		},
		Tell: func(act *act) error {
			run := act.Row
			if run.PreparedByStaffID == nil {
				return nil
			}
			return s.outbox.Tell(ctx, act.TX, outbox.Message{
				Ward: run.WardID, Kind: outbox.RunSubmitted, Subject: outbox.Run, SubjectID: run.ID, Version: run.Version,
				Staff: *run.PreparedByStaffID,
			})
		},
	})
}
