package change

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/outbox"
)

type (
	requests = approve.Items[models.ChangeRequest, models.ChangeState]
	move     = approve.Move[models.ChangeRequest, models.ChangeState]
	act      = approve.Act[models.ChangeRequest]
)

// requestsOf are the requests as what waits for signatures.
func requestsOf(approvals *approve.Service, box *outbox.Outbox, gate approve.Gate) *requests {
	of := &requests{
		Service: approvals, Outbox: box, Gate: gate,
		Name: "change", Subject: "change", Card: outbox.Change, Waiting: models.ChangeSubmitted,
		Read: itemOf,
		Set: func(row *models.ChangeRequest, state models.ChangeState, version int) {
			row.State, row.Version = state, version
		},
		Columns: []string{
			"kind", "branch_id", "subject_id", "newcomer_id", "payload", "base", "submitted_at", "reason",
			"decided_by_staff_id", "decided_at", "held_until", "proposer_account_id",
		},
		Asks: outbox.ChangeSubmitted, Reminds: outbox.ChangeWaiting, Reminded: "reminded_at", Since: "submitted_at",
		Hours:    true,
		NoSigner: func() error { return services.Unavailable("no_decider") },
	}
	of.Moved = func(a *act) error { return written(a, *a.Row) }
	return of
}

func itemOf(request models.ChangeRequest) (approve.Item, error) {
	proposal, err := decodeProposal(request)
	if err != nil {
		return approve.Item{}, err
	}
	item := approve.Item{
		Rule: string(request.Kind), ID: request.ID, Ward: request.WardID, Version: request.Version,
		State: string(request.State),
		Since: request.SubmittedAt, Reminded: request.RemindedAt, Parties: partiesOf(request, proposal),
		By: request.DecidedByStaffID, At: request.UpdatedAt,
	}
	if request.HeldUntil != nil {
		item.Held = *request.HeldUntil
	}
	switch {
	case request.DecidedByStaffID != nil && request.DecidedAt != nil:
		item.At = *request.DecidedAt
	case request.State == models.ChangeSubmitted:
		item.At = request.SubmittedAt
	}
	return item, nil
}

// partiesOf are those whom a request touches.
func partiesOf(request models.ChangeRequest, proposal Proposal) approve.Parties {
	people, phones := proposal.Kind.touches()
	people = append(people, value(request.SubjectID), value(request.NewcomerID), proposal.Person)
	return approve.Parties{
		Staff: value(request.ProposerStaffID), By: value(request.ProposerPersonID), Chat: value(request.ProposerAccountID),
		People: slices.DeleteFunc(people, func(id int64) bool { return id == 0 }),
		Phones: slices.DeleteFunc(phones, func(number string) bool { return number == "" }),
	}
}

// written writes the event of a move, and what the journal keeps of each.
func written(a *act, request models.ChangeRequest) error {
	event := models.ChangeEvent{
		WardID: request.WardID, ChangeID: request.ID, Version: request.Version, FromState: a.Before.State,
		ToState:  request.State,
		PersonID: pointer(a.Actor.Person), StaffID: pointer(a.Actor.Staff), Reason: a.Reason, At: a.Now,
	}
	if err := a.TX.Create(&event).Error; err != nil {
		return fmt.Errorf("record request %d: %w", request.ID, err)
	}
	a.Detail["kind"], a.Detail["version"] = request.Kind, request.Version
	return nil
}

// begin opens what is done to an open request of the actor's own that moves it
// nowhere.
func (s *Service) begin(tx *gorm.DB, actor services.Actor, id int64) (models.ChangeRequest, error) {
	if err := outbox.Once(tx, s.clock, actor); err != nil {
		return models.ChangeRequest{}, err
	}
	request, item, err := s.requests.Take(tx, actor, id)
	if err != nil {
		return request, err
	}
	if err := own(actor, request); err != nil {
		return request, err
	}
	if !request.State.Open() {
		return request, s.requests.MovedOn(tx, item)
	}
	return request, nil
}
