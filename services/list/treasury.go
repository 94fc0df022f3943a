package list

import (
	"context"
	"strings"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
)

// Treasury is the way of a list through the state treasury: it is sent, comes back
// with a reason or passes, and only then a bank pays. ExportRun notes that it has
// passed.
type Treasury struct{ list *Service }

var sends = services.Guard("run.treasury", "what is signed leaves the house for the treasury")

// Send notes that the papers of an approved list went to the treasury. A ward that
// pays otherwise is refused with conflict/run_not_treasury.
func (t *Treasury) Send(ctx context.Context, actor services.Actor, id int64, version int) (RunView, error) {
	return t.list.move(ctx, actor, id, version, step{
		Action: "run.treasury", From: models.RunApproved, To: models.RunTreasury, Roles: hands, Fresh: sends,
		May: throughTreasury,
		Do: func(act *act) error {
			act.Row.TreasuryAt, act.Row.TreasuryReason = &act.Now, ""
			return asSigned(act.TX, t.list.audit, *act.Row)
		},
		Tell: t.list.staged,
	})
}

func throughTreasury(act *act) error {
	if act.Row.Through != models.ByTreasury {
		return services.Conflict("run_not_treasury")
	}
	return nil
}

// Return notes why the treasury sent the papers back: the list is approved as it
// was, to be sent again or mended. Who submitted and who signed it are told.
func (t *Treasury) Return(ctx context.Context, actor services.Actor, id int64, version int, reason string) (RunView,
	error) {
	reason = strings.Join(strings.Fields(reason), " ")
	if reason == "" || len([]rune(reason)) > longestReason {
		return RunView{}, services.Invalid("reason")
	}
	return t.list.move(ctx, actor, id, version, step{
		Action: "run.treasury_returned", From: models.RunTreasury, To: models.RunApproved, Roles: hands, Reason: reason,
		Do: func(act *act) error {
			act.Row.TreasuryAt, act.Row.TreasuryReason = &act.Now, reason
			return nil
		},
		Tell: func(act *act) error {
			return movedOn(t.list, act, act.Row.PreparedByStaffID, act.Row.ApprovedByStaffID)
		},
	})
}

// Mend makes a list that the treasury sent back a draft again: nothing of it has
// been paid, and what was signed counts no longer. Another is
// conflict/run_not_returned.
func (t *Treasury) Mend(ctx context.Context, actor services.Actor, id int64, version int) (RunView, error) {
	return t.list.move(ctx, actor, id, version, step{
		Action: "run.mended", From: models.RunApproved, To: models.RunDraft, Roles: hands, Right: approve.AnyRight,
		Anew: true,
		May: func(act *act) error {
			if act.Row.TreasuryReason == "" {
				return services.Conflict("run_not_returned")
			}
			return nil
		},
		Do: func(act *act) error {
			act.Row.SubmittedAt, act.Row.ContentHash, act.Row.ApprovedAt, act.Row.ApprovedByStaffID = nil, nil, nil, nil
			return nil
		},
	})
}

// DaysThere is for how many days the papers have been at the treasury; 0 elsewhere.
func DaysThere(run models.PaymentRun, today models.Date) int {
	if run.State != models.RunTreasury || run.TreasuryAt == nil {
		return 0
	}
	since := models.DateOf(run.TreasuryAt.In(services.Zone))
	return int(today.Time().Sub(since.Time()).Hours()) / 24
}

// Told is how the state of a list is put into words: as its money goes out by
// bank, through the treasury or by hand.
func Told(run models.PaymentRun) string {
	if run.State == models.RunExported && run.Through != models.ByBank {
		return string(run.State) + "_" + string(run.Through)
	}
	return string(run.State)
}
