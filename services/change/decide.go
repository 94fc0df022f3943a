package change

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// decider refuses those who decide nothing, whatever it is.
func decider(actor services.Actor) error {
	if actor.Ward == 0 || actor.Staff == 0 || !actor.MayDecide() {
		return services.Denied(WhyRole)
	}
	return nil
}

// decide opens a decision: the request waits, in the version that was seen, and
// the actor is one of those who may sign its step.
func (s *Service) decide(tx *gorm.DB, actor services.Actor, id int64, version int) (models.ChangeRequest, Proposal, judgement, error) {
	var at judgement
	request, err := s.begin(tx, actor, id, func(services.Actor, models.ChangeRequest) error { return nil })
	if err != nil {
		return request, Proposal{}, at, err
	}
	if request.State != models.ChangeSubmitted || request.Version != version {
		return request, Proposal{}, at, conflictOf(tx, request)
	}
	proposal, err := decodeProposal(request)
	if err != nil {
		return request, proposal, at, err
	}
	at, err = s.signerOf(tx, actor, request, proposal)
	return request, proposal, at, err
}

// Approve signs the step that waits; the last signature applies the request to
// the roster. Who comes second is told conflict/decided or conflict/signed (see
// conflictOf). What does not apply to the roster any longer is conflict/stale
// with why (the code of what stands against it) and what (the field of the
// difference it is about): the request stays open. It is denied to whom it is
// not theirs to sign, with own, concerns_you, role, turn, signed or later (see
// WhyOwn and the others), and with step_up where the step asks for a fresh code.
func (s *Service) Approve(ctx context.Context, actor services.Actor, id int64, version int) (Card, error) {
	if err := decider(actor); err != nil {
		return Card{}, err
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		request, proposal, at, err := s.decide(tx, actor, id, version)
		if err != nil {
			return err
		}
		if request.BranchID != nil {
			if err := s.roster.LockBranch(tx, *request.BranchID); err != nil {
				return err
			}
		}
		p, effects, err := s.revisit(tx, request, proposal)
		if err != nil {
			return err
		}
		if p.newcomer.ID != value(request.NewcomerID) {
			// Who was no one in the roster may have become somebody since: a
			// signer, for one.
			request.NewcomerID = pointer(p.newcomer.ID)
			if at, err = s.signerOf(tx, actor, request, proposal); err != nil {
				return err
			}
		}
		if at.step().StepUp || request.Kind == models.ChangeBank {
			if err := s.staff.RequireFresh(ctx, tx, actor); err != nil {
				return err
			}
		}
		signature, err := s.approvals.Sign(tx, request, at.Standing, at.signer)
		if err != nil {
			return err
		}
		after := at.with(signature)
		if !after.Done {
			return s.signed(ctx, tx, actor, request, at, after)
		}
		if err := s.move(tx, &request, models.ChangeApproved, decidedBy(&request, actor, s.clock)); err != nil {
			return err
		}
		p.decider = actor
		applied, err := s.apply(tx, &p, request.ID)
		if err != nil {
			return stale(err, proposal)
		}
		for i := range effects {
			if effects[i].Person == 0 {
				effects[i].Person = p.newcomer.ID
			}
		}
		if err := keep(tx, &request, effects, p.newcomer.ID); err != nil {
			return err
		}
		detail := proposal.detail()
		maps.Copy(detail, applied)
		maps.Copy(detail, at.detail())
		if err := s.record(tx, actor, request, models.ChangeSubmitted, "", detail); err != nil {
			return err
		}
		concerned := []int64{value(request.SubjectID)}
		if proposal.Reason == "died" {
			concerned = nil // their telephone is with the family
		}
		// Who was added is linked nowhere yet; who went up in another is not written to.
		if _, added := applied["added_person"]; !added && request.Kind != models.ChangeMerge {
			concerned = append(concerned, p.newcomer.ID)
		}
		return s.tellDecided(ctx, tx, actor, request, concerned...)
	})
	if err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}

// Return sends a request back to its proposer, saying what is missing.
func (s *Service) Return(ctx context.Context, actor services.Actor, id int64, version int, reason string) (Card, error) {
	return s.answer(ctx, actor, id, version, models.ChangeReturned, reason)
}

// Refuse ends a request, saying why.
func (s *Service) Refuse(ctx context.Context, actor services.Actor, id int64, version int, reason string) (Card, error) {
	return s.answer(ctx, actor, id, version, models.ChangeRefused, reason)
}

var _, _ DecideFunc = (*Service)(nil).Return, (*Service)(nil).Refuse

func (s *Service) answer(ctx context.Context, actor services.Actor, id int64, version int, to models.ChangeState, reason string) (Card, error) {
	if err := decider(actor); err != nil {
		return Card{}, err
	}
	reason, err := words(reason)
	if err != nil {
		return Card{}, err
	}
	err = s.write(ctx, func(tx *gorm.DB) error {
		request, _, _, err := s.decide(tx, actor, id, version)
		if err != nil {
			return err
		}
		if to == models.ChangeRefused {
			if err := s.keepEffects(tx, &request); err != nil {
				return err
			}
		}
		columns := decidedBy(&request, actor, s.clock)
		request.Reason, columns["reason"], columns["base"] = reason, reason, request.Base
		if err := s.move(tx, &request, to, columns); err != nil {
			return err
		}
		if to == models.ChangeReturned {
			if err := s.approvals.Return(tx, request.ID); err != nil {
				return err
			}
		}
		if err := s.record(tx, actor, request, models.ChangeSubmitted, reason, nil); err != nil {
			return err
		}
		return s.tellDecided(ctx, tx, actor, request)
	})
	if err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}

func decidedBy(request *models.ChangeRequest, actor services.Actor, clock services.Clock) map[string]any {
	now := clock.UTC()
	request.DecidedByStaffID, request.DecidedAt = pointer(actor.Staff), &now
	return map[string]any{"decided_by_staff_id": actor.Staff, "decided_at": now}
}

// revisit lays a frozen proposal on the roster as it is. What stands against it
// comes back as conflict/stale.
func (s *Service) revisit(tx *gorm.DB, request models.ChangeRequest, proposal Proposal) (plan, []EffectView, error) {
	ward := services.SystemActor(request.WardID)
	p, err := s.target(tx, ward, proposal)
	if err == nil {
		err = s.fill(tx, ward, &p)
	}
	if err != nil {
		return p, nil, stale(err, proposal)
	}
	seen, err := decodeBase(request)
	if err != nil {
		return p, nil, err
	}
	if code := seen.changed(p); code != "" {
		return p, nil, stale(services.Conflict(code), proposal)
	}
	if p.proposal.Kind != proposal.Kind { // the term that it ends has ended otherwise
		return p, nil, stale(services.Conflict("term_changed"), proposal)
	}
	effects, err := s.effects(tx, p)
	return p, effects, err
}

// stale turns a refusal of the roster into that of a request which does not
// apply any longer; what is no refusal stays what it is.
func stale(err error, proposal Proposal) error {
	refusal := (*services.Error)(nil)
	if !errors.As(err, &refusal) {
		return err
	}
	switch refusal.Kind {
	case services.KindInvalid, services.KindConflict, services.KindNotFound:
	default:
		return err
	}
	what := string(proposal.Role)
	if proposal.Kind == models.ChangePhone || refusal.Code == "phone_taken" {
		what = "phone"
	}
	outdated := services.Conflict("stale").Because(err)
	for field, value := range refusal.Fields {
		outdated.With(field, value)
	}
	return outdated.With("why", refusal.Code).With("what", what)
}

// keepEffects freezes the effect on money of a request that ends; one that
// does not apply any longer has none.
func (s *Service) keepEffects(tx *gorm.DB, request *models.ChangeRequest) error {
	proposal, err := decodeProposal(*request)
	if err != nil {
		return err
	}
	_, effects, err := s.revisit(tx, *request, proposal)
	if err != nil {
		if services.CodeOf(err) == "stale" {
			return nil
		}
		return err
	}
	return withEffects(request, effects)
}

func withEffects(request *models.ChangeRequest, effects []EffectView) error {
	b, err := decodeBase(*request)
	if err != nil {
		return err
	}
	b.Effects = effects
	request.Base, err = encode(b)
	return err
}

// keep writes down what an approved request came to.
func keep(tx *gorm.DB, request *models.ChangeRequest, effects []EffectView, newcomer int64) error {
	if err := withEffects(request, effects); err != nil {
		return err
	}
	request.NewcomerID = pointer(newcomer)
	err := tx.Model(&models.ChangeRequest{}).Where("id = ?", request.ID).
		Updates(map[string]any{"base": request.Base, "newcomer_id": request.NewcomerID}).Error
	if err != nil {
		return fmt.Errorf("keep effects: %w", err)
	}
	return nil
}

// tellDecided queues the answer for who proposed and for the people whom it
// concerns, and has the request's cards drawn anew.
func (s *Service) tellDecided(ctx context.Context, tx *gorm.DB, actor services.Actor, request models.ChangeRequest, concerned ...int64) error {
	message := outbox.Message{
		Ward: request.WardID, Kind: outbox.ChangeDecided, Subject: outbox.Change, SubjectID: request.ID, Version: request.Version,
	}
	message.Person, message.Staff = value(request.ProposerPersonID), value(request.ProposerStaffID)
	messages := []outbox.Message{message}
	for _, person := range concerned {
		if person != 0 && person != message.Person {
			theirs := message
			theirs.Person, theirs.Staff = person, 0
			messages = append(messages, theirs)
		}
	}
	if err := s.outbox.Tell(ctx, tx, messages...); err != nil {
		return err
	}
	return s.outbox.Redraw(ctx, tx, actor, request.WardID, outbox.Change, request.ID)
}
