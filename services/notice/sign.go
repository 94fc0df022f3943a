package notice

import (
	"context"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/outbox"
)

type (
	notices  = approve.Items[models.Notice, models.NoticeState]
	decision = approve.Move[models.Notice, models.NoticeState]
	act      = approve.Act[models.Notice]
)

// item is what a notice is in rules, and its signatures are of.
const item = "notice"

func init() {
	approve.Register(approve.Kind{Name: item, Place: 30, Steps: []approve.Step{{Role: approve.Leader, People: 1}}})
}

// signers sign notices, as far as the ward's rule lets them.
var signers = []services.Role{services.Clerk, services.Leader}

// noticesOf are the notices as what waits for signatures.
func noticesOf(approvals *approve.Service, box *outbox.Outbox, gate approve.Gate) *notices {
	return &notices{
		Service: approvals, Outbox: box, Gate: gate,
		Name: item, Subject: "notice", Card: outbox.Sending, Waiting: models.NoticeWaiting,
		Read: itemOf,
		Set: func(row *models.Notice, state models.NoticeState, version int) {
			row.State, row.Version = state, version
		},
		Columns: []string{"send_at", "approved_by", "sent_at", "following"},
		Asks:    outbox.NoticeWaiting, Reminds: outbox.NoticeAsked, Reminded: "signers_reminded_at", Since: "submitted_at",
		NoSigner:  func() error { return services.Conflict("notice_no_leader") },
		RoleFirst: true,
	}
}

func itemOf(notice models.Notice) (approve.Item, error) {
	one := approve.Item{
		Rule: item, ID: notice.ID, Ward: notice.WardID, Version: notice.Version, State: string(notice.State),
		Reminded: notice.SignersRemindedAt,
		Parties:  approve.Parties{Staff: notice.StaffID}, By: notice.ApprovedBy, At: notice.CreatedAt,
	}
	if notice.SubmittedAt != nil {
		one.Since, one.At = *notice.SubmittedAt, *notice.SubmittedAt
	}
	return one, nil
}

// Approval tells who has signed a notice that waits, and why the actor may not;
// "" when they may.
func (s *Service) Approval(ctx context.Context, actor services.Actor, notice models.Notice) (approve.Approval, string,
	error) {
	if err := actor.Need(readers...); err != nil {
		return approve.Approval{}, "", err
	}
	one, err := itemOf(notice)
	if err != nil {
		return approve.Approval{}, "", err
	}
	return s.notices.View(s.store.WithContext(ctx), actor, one)
}

// TakeBack takes the actor's own signature off a notice that waits for more.
func (s *Service) TakeBack(ctx context.Context, actor services.Actor, id int64, version int) error {
	_, err := s.notices.TakeBack(ctx, actor, id, version)
	return err
}
