package change

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// propose cleans a proposal, checks that the actor may make it and that it
// applies to the roster.
func (s *Service) propose(tx *gorm.DB, actor services.Actor, proposal Proposal) (plan, error) {
	proposal, err := s.tidy(actor, proposal)
	if err != nil {
		return plan{}, err
	}
	p, err := s.target(tx, actor, proposal)
	if err != nil {
		return p, err
	}
	if err := s.mayPropose(tx, actor, &p); err != nil {
		return p, err
	}
	if err := p.proposal.Kind.fill(s, tx, actor, &p); err != nil {
		return p, err
	}
	if p.proposal.Kind.Traits().OfPerson && p.proposal.Branch == 0 {
		// Of somebody's own data the card still says where they belong.
		branches, err := s.branchesOf(tx, actor, p.person.ID)
		if err != nil {
			return p, err
		}
		if len(branches) > 0 {
			p.view, p.proposal.Branch = branches[0], branches[0].Branch.ID
		}
	}
	return p, decided(p)
}

// DecisionRequired reports whether the actor's ward wants the paper of who takes
// a post: number, day and who signed.
func (s *Service) DecisionRequired(ctx context.Context, actor services.Actor) (bool, error) {
	if err := actor.Need(append(readers, services.Officer)...); err != nil {
		return false, err
	}
	var ward models.Ward
	if err := s.store.WithContext(ctx).Select("decision_required").Take(&ward, "id = ?", actor.Ward).Error; err != nil {
		return false, fmt.Errorf("read ward: %w", err)
	}
	return ward.DecisionRequired, nil
}

// decided refuses what lacks the paper that the ward asks for: who takes a post,
// and who is dismissed from one, does so by a decision.
func decided(p plan) error {
	if !p.ward.DecisionRequired || (p.opens == nil && p.proposal.Kind.reason() != "dismissed") {
		return nil
	}
	switch paper := p.proposal.Decision; {
	case paper.Number == "":
		return services.Invalid("decision_required")
	case paper.Date.IsZero():
		return services.Invalid("decision_date_required")
	case paper.Signer == "":
		return services.Invalid("decision_signer_required")
	}
	return nil
}

// proposer refuses those who cannot propose whatever it is: a proposal has a
// person or a ward user behind it.
func proposer(actor services.Actor) error {
	if err := actor.Need(proposers...); err != nil {
		return err
	}
	if (actor.Role == services.Officer && actor.Person == 0) || (actor.Role != services.Officer && actor.Staff == 0) {
		return services.Denied("role")
	}
	return nil
}

// Preview shows the card that the proposal would become, and writes nothing.
// It refuses as Submit does.
func (s *Service) Preview(ctx context.Context, actor services.Actor, proposal Proposal) (Card, error) {
	if err := proposer(actor); err != nil {
		return Card{}, err
	}
	tx := s.store.WithContext(ctx)
	p, err := s.propose(tx, actor, proposal)
	if err != nil {
		return Card{}, err
	}
	request := models.ChangeRequest{WardID: p.ward.ID}
	if err := describe(&request, actor, p); err != nil {
		return Card{}, err
	}
	return s.card(tx, actor, request, p.proposal)
}

// describe writes a plan into a request: what is proposed, by whom, and what
// of the roster it rests on.
func describe(request *models.ChangeRequest, actor services.Actor, p plan) error {
	request.Kind = p.proposal.Name()
	request.BranchID, request.SubjectID, request.NewcomerID = pointer(p.proposal.Branch), pointer(p.subject()),
		pointer(p.newcomer.ID)
	if actor.Role == services.Officer {
		request.ProposerPersonID, request.ProposerAccountID = pointer(actor.Person), pointer(actor.Account)
	} else {
		request.ProposerStaffID = pointer(actor.Staff)
	}
	payload, err := p.proposal.payload()
	if err != nil {
		return err
	}
	request.Payload = payload
	request.Base, err = encode(baseOf(p))
	return err
}

// Submit hands a proposal to the ward and tells who may decide it. Beyond what
// the proposal itself makes it refuse (see the codes of tidy, target, fill and
// mayPropose) it refuses conflict/duplicate (with the other's id) where the
// actor has the same proposal open, too_many/changes_open and changes_today (max)
// an officer who has sent more than people can read, and unavailable/no_decider
// where the ward has nobody who may decide it.
func (s *Service) Submit(ctx context.Context, actor services.Actor, proposal Proposal) (Card, error) {
	if err := proposer(actor); err != nil {
		return Card{}, err
	}
	var id int64
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		if err := lockProposer(tx, actor); err != nil {
			return err
		}
		p, err := s.propose(tx, actor, proposal)
		if err != nil {
			return err
		}
		if err := notTwice(tx, actor, p.proposal, 0); err != nil {
			return err
		}
		now := s.clock.UTC()
		if err := notTooMany(tx, actor, now); err != nil {
			return err
		}
		request := models.ChangeRequest{
			WardID: p.ward.ID, State: models.ChangeSubmitted, Version: 1, IdempotencyKey: actor.Event,
			SubmittedAt: now, CreatedAt: now, UpdatedAt: now,
		}
		if request.IdempotencyKey == "" {
			request.IdempotencyKey = rand.Text()
		}
		if err := describe(&request, actor, p); err != nil {
			return err
		}
		if request.HeldUntil, err = s.held(tx, actor, p, now); err != nil {
			return err
		}
		if err := tx.Create(&request).Error; err != nil {
			return fmt.Errorf("submit: %w", err)
		}
		id = request.ID
		if err := s.attach(tx, actor, id, p.proposal); err != nil {
			return err
		}
		sent := &act{Context: ctx, TX: tx, Actor: actor, Row: &request, Action: "change.submitted",
			Detail: p.proposal.detail()}
		if err := s.requests.Record(sent); err != nil {
			return err
		}
		if err := s.tellSubject(ctx, tx, actor, request, p.proposal); err != nil {
			return err
		}
		return s.requests.Ask(ctx, tx, request)
	})
	if err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}

// tellSubject tells a person, before it is decided, of what is asked for in their
// name: in every chat of theirs but the one that it was asked in. If it is not
// their wish, they say so.
func (s *Service) tellSubject(ctx context.Context, tx *gorm.DB, by services.Actor, request models.ChangeRequest,
	proposal Proposal) error {
	if !proposal.Kind.Traits().Told {
		return nil
	}
	message := outbox.Message{
		Ward: request.WardID, Kind: outbox.ChangeConcerns, Subject: outbox.Change, SubjectID: request.ID,
		Version: request.Version, Person: value(request.SubjectID),
	}
	everywhere, err := s.everywhere(tx, message, by.Account)
	if err != nil {
		return err
	}
	if len(everywhere) == 0 && message.Person != by.Person { // who is linked nowhere is telephoned
		everywhere = append(everywhere, message)
	}
	return s.outbox.Tell(ctx, tx, everywhere...)
}

// everywhere is a message to each chat that a person has linked, but one.
func (s *Service) everywhere(tx *gorm.DB, message outbox.Message, but int64) ([]outbox.Message, error) {
	var accounts []int64
	err := services.InWard(tx.Model(&models.Account{}), message.Ward).
		Where("person_id = ? AND unlinked_at IS NULL AND id <> ?", message.Person, but).
		Order("id").Pluck("id", &accounts).Error
	if err != nil {
		return nil, fmt.Errorf("read accounts of person %d: %w", message.Person, err)
	}
	messages := make([]outbox.Message, len(accounts))
	for i, account := range accounts {
		messages[i] = message
		messages[i].Account = account
	}
	return messages, nil
}

// Resubmit sends a returned request again, mended. Only who proposed it may.
func (s *Service) Resubmit(ctx context.Context, actor services.Actor, id int64, version int, proposal Proposal) (Card,
	error) {
	if err := proposer(actor); err != nil {
		return Card{}, err
	}
	_, err := s.requests.Make(ctx, actor, id, version, move{
		Action: "change.submitted", From: models.ChangeReturned, To: models.ChangeSubmitted, Roles: proposers, May: mayOwn,
		Do: func(act *act) error {
			p, err := s.propose(act.TX, actor, proposal)
			if err != nil {
				return err
			}
			if p.proposal.Kind.Traits().family() != registry[act.Row.Kind].Traits().family() {
				return services.Invalid("kind")
			}
			if err := notTwice(act.TX, actor, p.proposal, id); err != nil {
				return err
			}
			if err := describe(act.Row, actor, p); err != nil {
				return err
			}
			if act.Row.HeldUntil, err = s.held(act.TX, actor, p, act.Now); err != nil {
				return err
			}
			act.Row.SubmittedAt, act.Row.Reason, act.Row.DecidedByStaffID, act.Row.DecidedAt = act.Now, "", nil, nil
			act.Detail = p.proposal.detail()
			return s.attach(act.TX, actor, id, p.proposal)
		},
		Tell: func(act *act) error {
			proposal, err := decodeProposal(*act.Row)
			if err != nil {
				return err
			}
			if err := s.tellSubject(ctx, act.TX, actor, *act.Row, proposal); err != nil {
				return err
			}
			return s.requests.Ask(ctx, act.TX, *act.Row)
		},
	})
	if err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}

// family keeps a returned request from becoming another one: mending may turn
// a replacement into an appointment, no more.
func (t Traits) family() string { return cmp.Or(t.Family, t.Name) }

// Withdraw takes a request back that waits for the ward or for the proposer.
// Only who proposed it may.
func (s *Service) Withdraw(ctx context.Context, actor services.Actor, id int64, version int) (Card, error) {
	if err := proposer(actor); err != nil {
		return Card{}, err
	}
	request, err := services.Take[models.ChangeRequest](s.store.WithContext(ctx), actor, "change", id)
	if err != nil {
		return Card{}, err
	}
	from := request.State
	if !from.Open() { // it has ended, or is about to be found so
		from = models.ChangeSubmitted
	}
	_, err = s.requests.Make(ctx, actor, id, version, move{
		Action: "change.withdrawn", From: from, To: models.ChangeWithdrawn, Roles: proposers, May: mayOwn,
		Do: func(act *act) error {
			// decided_at is when a request was over, whoever ended it.
			act.Row.DecidedByStaffID, act.Row.DecidedAt = nil, &act.Now
			return s.keepEffects(act.TX, act.Row)
		},
	})
	if err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}

func mayOwn(act *act) error { return own(act.Actor, *act.Row) }

// own refuses whoever did not propose a request: officers as if there were none.
func own(actor services.Actor, request models.ChangeRequest) error {
	switch {
	case proposed(actor, request):
		return nil
	case actor.Role == services.Officer:
		return services.NotFound("change")
	}
	return services.Denied("not_proposer")
}

func proposed(actor services.Actor, request models.ChangeRequest) bool {
	return (actor.Person != 0 && actor.Person == value(request.ProposerPersonID)) ||
		(actor.Staff != 0 && actor.Staff == value(request.ProposerStaffID))
}

// lockProposer makes the submissions of one proposer wait for each other, so
// that a double tap finds the first one there.
func lockProposer(tx *gorm.DB, actor services.Actor) error {
	tx = services.InWard(services.Locked(tx).Select("id"), actor.Ward)
	var err error
	if actor.Role == services.Officer {
		err = tx.Take(&models.Person{}, actor.Person).Error
	} else {
		err = tx.Take(&models.Staff{}, actor.Staff).Error
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return services.Denied("role")
	}
	return err
}

// notTwice refuses a proposal that the actor has open already.
func notTwice(tx *gorm.DB, actor services.Actor, proposal Proposal, except int64) error {
	query := services.InWard(tx, actor.Ward).Where("state IN ? AND id <> ?", openStates, except)
	if actor.Role == services.Officer {
		query = query.Where("proposer_person_id = ?", actor.Person)
	} else {
		query = query.Where("proposer_staff_id = ?", actor.Staff)
	}
	var open []models.ChangeRequest
	if err := query.Order("id").Find(&open).Error; err != nil {
		return fmt.Errorf("read open requests: %w", err)
	}
	for _, request := range open {
		other, err := decodeProposal(request)
		if err != nil {
			return err
		}
		if same(proposal, other) {
			return services.Conflict("duplicate").With("id", request.ID)
		}
	}
	return nil
}

// Each request of an officer is a card on the telephone of everybody who may
// decide it, also one that is taken back at once.
const (
	maxOpen  = 20
	maxDaily = 40
)

// notTooMany refuses an officer, whose row is locked, who has too many requests
// open or has sent too many within a day.
func notTooMany(tx *gorm.DB, actor services.Actor, now time.Time) error {
	if actor.Role != services.Officer {
		return nil
	}
	for _, limit := range []struct {
		code, where string
		arg         any
		most        int64
	}{
		{"changes_open", "state IN ?", openStates, maxOpen},
		{"changes_today", "created_at > ?", now.Add(-24 * time.Hour), maxDaily},
	} {
		var sent int64
		err := services.InWard(tx.Model(&models.ChangeRequest{}), actor.Ward).
			Where("proposer_person_id = ?", actor.Person).Where(limit.where, limit.arg).Count(&sent).Error
		if err != nil {
			return fmt.Errorf("count requests: %w", err)
		}
		if sent >= limit.most {
			return services.TooMany(limit.code).With("max", limit.most)
		}
	}
	return nil
}

var openStates = []models.ChangeState{models.ChangeSubmitted, models.ChangeReturned}
