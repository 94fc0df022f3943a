package list

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// longestReason bounds why a list is sent back, in runes.
const longestReason = 300

func mayWithdraw(run models.PaymentRun, actor services.Actor) bool {
	switch run.State {
	case models.RunSubmitted:
		return isPreparer(run, actor)
	case models.RunApproved:
		return actor.Staff != 0 && run.ApprovedByStaffID != nil && *run.ApprovedByStaffID == actor.Staff
	}
	return false
}

// WithdrawRun takes the actor's own signature off a list while nobody has signed
// after it: who submitted it has the draft again, who approved it leaves it
// submitted. Another's signature is denied/own_signature, and a list that has
// gone on conflict/run_moved.
func (s *Service) WithdrawRun(ctx context.Context, actor services.Actor, id int64, version int) (RunView, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return RunView{}, err
	}
	run, err := takeRun(s.store.WithContext(ctx), actor, id)
	if err != nil {
		return RunView{}, err
	}
	own := func(run *models.PaymentRun) error {
		if !mayWithdraw(*run, actor) {
			return services.Denied("own_signature")
		}
		return nil
	}
	back := step{
		action: "run.withdrawn", from: models.RunSubmitted, to: models.RunDraft, quiet: true,
		roles: []services.Role{services.Clerk, services.Leader},
		do: func(tx *gorm.DB, run *models.PaymentRun) error {
			if err := own(run); err != nil {
				return err
			}
			run.SubmittedAt, run.ContentHash = nil, nil
			return nil
		},
	}
	if run.State == models.RunApproved {
		back.action, back.from, back.to = "run.approval_withdrawn", models.RunApproved, models.RunSubmitted
		back.do = func(tx *gorm.DB, run *models.PaymentRun) error {
			if err := own(run); err != nil {
				return err
			}
			run.ApprovedAt, run.ApprovedByStaffID = nil, nil
			return nil
		}
	}
	return s.move(ctx, actor, id, version, back)
}

// ReturnRun is a leader's no to a list that waits: it is a draft again, and who
// submitted it is told why.
func (s *Service) ReturnRun(ctx context.Context, actor services.Actor, id int64, version int, reason string) (RunView, error) {
	reason = strings.Join(strings.Fields(reason), " ")
	if reason == "" || len([]rune(reason)) > longestReason {
		return RunView{}, services.Invalid("reason")
	}
	return s.move(ctx, actor, id, version, step{
		action: "run.returned", from: models.RunSubmitted, to: models.RunDraft, quiet: true,
		roles: []services.Role{services.Leader},
		do: func(tx *gorm.DB, run *models.PaymentRun) error {
			if isPreparer(*run, actor) {
				return services.Denied("own_run")
			}
			run.SubmittedAt, run.ContentHash, run.ReturnedReason = nil, nil, reason
			return nil
		},
		tell: func(tx *gorm.DB, run models.PaymentRun) error {
			if run.PreparedByStaffID == nil {
				return nil
			}
			return s.outbox.Tell(ctx, tx, outbox.Message{
				Ward: run.WardID, Kind: outbox.RunSubmitted, Subject: outbox.Run, SubjectID: run.ID, Version: run.Version, Staff: *run.PreparedByStaffID,
			})
		},
	})
}
