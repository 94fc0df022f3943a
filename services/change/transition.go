package change

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vn"
)

// begin opens a transition: the event counts once, the request is locked, and
// the actor may touch it.
func (s *Service) begin(tx *gorm.DB, actor services.Actor, id int64, may func(services.Actor, models.ChangeRequest) error) (models.ChangeRequest, error) {
	var request models.ChangeRequest
	if err := outbox.Once(tx, s.clock, actor); err != nil {
		return request, err
	}
	err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Take(&request, "id = ?", id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && actor.In(request.WardID) != nil) {
		return request, services.NotFound("change")
	}
	if err != nil {
		return request, fmt.Errorf("read request: %w", err)
	}
	return request, may(actor, request)
}

// move takes a request to another state, from the version that was read and no
// other: the update that finds it moved changes nothing.
func (s *Service) move(tx *gorm.DB, request *models.ChangeRequest, to models.ChangeState, columns map[string]any) error {
	now := s.clock.UTC()
	columns["state"], columns["version"], columns["updated_at"] = to, request.Version+1, now
	result := tx.Model(&models.ChangeRequest{}).
		Where("id = ? AND version = ? AND state = ?", request.ID, request.Version, request.State).Updates(columns)
	if result.Error != nil {
		return fmt.Errorf("move request: %w", result.Error)
	}
	if result.RowsAffected == 0 {
		var moved models.ChangeRequest
		if err := tx.Take(&moved, "id = ?", request.ID).Error; err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		return conflictOf(tx, moved)
	}
	request.State, request.UpdatedAt = to, now
	request.Version++
	return nil
}

// conflictOf tells who comes too late what became of a request: conflict/decided
// with state, by (a name) and at; or, the same, conflict/outdated when it waits
// for a decision in another version than the one that was seen, and
// conflict/signed when it does since somebody signed.
func conflictOf(tx *gorm.DB, request models.ChangeRequest) error {
	code, at := "decided", request.UpdatedAt
	if request.State == models.ChangeSubmitted {
		code, at = "outdated", request.SubmittedAt
	}
	people, err := namesOf(tx, []models.ChangeRequest{request})
	if err != nil {
		return err
	}
	by := people.proposer(request)
	if request.State == models.ChangeSubmitted {
		// Another's signature brought that version about, more often than not.
		var last models.ApprovalSignature
		err := tx.Take(&last, "change_id = ? AND version = ? AND ended_at IS NULL", request.ID, request.Version-1).Error
		if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
			return fmt.Errorf("read signature: %w", err)
		}
		if err == nil {
			names, err := namesIn(tx, &models.Staff{}, []int64{last.StaffID})
			if err != nil {
				return err
			}
			code, by, at = "signed", names[last.StaffID], last.At
		}
	}
	if request.DecidedByStaffID != nil {
		by, at = people.staff[*request.DecidedByStaffID], *request.DecidedAt
	}
	return services.Conflict(code).With("state", string(request.State)).With("by", by).With("at", at).With("version", request.Version)
}

// record writes a transition down: its event and its row in the journal.
func (s *Service) record(tx *gorm.DB, actor services.Actor, request models.ChangeRequest, from models.ChangeState, reason string, detail journal.Detail) error {
	return s.recordAs(tx, actor, request, from, "change."+string(request.State), reason, detail)
}

// recordAs names the action of a transition that leaves the state as it is: a
// signature, or one that is taken back.
func (s *Service) recordAs(tx *gorm.DB, actor services.Actor, request models.ChangeRequest, from models.ChangeState, action, reason string, detail journal.Detail) error {
	event := models.ChangeEvent{
		WardID: request.WardID, ChangeID: request.ID, Version: request.Version, FromState: from, ToState: request.State,
		PersonID: pointer(actor.Person), StaffID: pointer(actor.Staff), Reason: reason, At: s.clock.UTC(),
	}
	if err := tx.Create(&event).Error; err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if detail == nil {
		detail = journal.Detail{}
	}
	detail["kind"], detail["version"] = request.Kind, request.Version
	actor.Ward = request.WardID
	return s.audit.Record(tx, actor, action, subjectOf(request.ID), detail)
}

// detail is what the journal keeps of a proposal: ids and masked numbers.
func (p Proposal) detail() journal.Detail {
	detail := journal.Detail{}
	for key, id := range map[string]int64{"branch": p.Branch, "term": p.Term, "person": p.Person, "newcomer": p.Newcomer.Person} {
		if id != 0 {
			detail[key] = id
		}
	}
	for key, text := range map[string]string{
		"role": string(p.Role), "from": p.From.String(), "reason": p.Reason, "decision": p.Decision.Number,
		"phone": vn.MaskPhone(p.Phone), "newcomer_phone": vn.MaskPhone(p.Newcomer.Phone),
	} {
		if text != "" {
			detail[key] = text
		}
	}
	return detail
}
