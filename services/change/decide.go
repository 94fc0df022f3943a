package change

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/outbox"
)

// Approve signs the step that waits; the last signature applies the request to
// the roster. Who comes second, and who may not sign, is refused as by
// approve.Items.Make. What does not apply to the roster any longer is
// conflict/stale with why (the code of what stands against it) and what (the
// field of the difference it is about): the request stays open.
func (s *Service) Approve(ctx context.Context, actor services.Actor, id int64, version int) (Card, error) {
	if err := decider(actor); err != nil {
		return Card{}, err
	}
	a := &approval{service: s}
	_, err := s.requests.Make(ctx, actor, id, version, move{
		Action: "change.approved", From: models.ChangeSubmitted, To: models.ChangeApproved, Roles: deciders,
		Right:   approve.Signs,
		Prepare: a.revisit, Do: a.apply, Tell: a.tell,
	})
	if err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}

// approval is a request on its way into the roster.
type approval struct {
	service  *Service
	proposal Proposal
	plan     plan
	effects  []EffectView
	added    bool // the newcomer was nobody in the roster
}

// revisit lays the request on the roster as it is.
func (a *approval) revisit(act *act) (err error) {
	if a.proposal, err = decodeProposal(*act.Row); err != nil {
		return err
	}
	if act.Row.BranchID != nil {
		if err := a.service.roster.LockBranch(act.TX, *act.Row.BranchID); err != nil {
			return err
		}
	}
	if a.plan, a.effects, err = a.service.revisit(act.TX, *act.Row, a.proposal); err != nil {
		return err
	}
	act.Row.NewcomerID = pointer(a.plan.newcomer.ID)
	return nil
}

// apply changes the roster, and keeps what the request came to.
func (a *approval) apply(act *act) error {
	decidedBy(act)
	a.plan.decider = act.Actor
	applied, err := a.plan.proposal.Kind.apply(a.service, act.TX, &a.plan, act.Row.ID)
	if err != nil {
		return stale(err, a.proposal)
	}
	_, a.added = applied["added_person"]
	for i := range a.effects {
		if a.effects[i].Person == 0 {
			a.effects[i].Person = a.plan.newcomer.ID
		}
	}
	act.Row.NewcomerID = pointer(a.plan.newcomer.ID)
	if err := a.note(act); err != nil {
		return err
	}
	if err := a.vouch(act); err != nil {
		return err
	}
	signed := act.Detail
	act.Detail = a.proposal.detail()
	maps.Copy(act.Detail, applied)
	maps.Copy(act.Detail, signed)
	return withEffects(act.Row, a.effects)
}

// note keeps who gave somebody what proves them.
func (a *approval) note(act *act) error {
	var people []int64
	if a.proposal.Kind.Traits().Proves {
		people = append(people, a.plan.person.ID)
	}
	if a.added {
		people = append(people, a.plan.newcomer.ID)
	}
	return a.service.audit.Hands(act.TX, act.Row.WardID, string(a.proposal.Name()), append(act.Signers(),
		value(act.Row.ProposerStaffID)), people...)
}

// vouch takes the chat that it was asked by for its officer's from now on: who signed
// where that officer is paid is another than who had the chat linked.
func (a *approval) vouch(act *act) error {
	if !a.proposal.Kind.Traits().HandsOff || act.Row.ProposerAccountID == nil {
		return nil
	}
	err := services.InWard(act.TX.Model(&models.Account{}), act.Row.WardID).Where("id = ?", act.Row.ProposerAccountID).
		Update("made_by_staff_id", nil).Error
	if err != nil {
		return fmt.Errorf("vouch for account %d: %w", *act.Row.ProposerAccountID, err)
	}
	return nil
}

func (a *approval) tell(act *act) error {
	concerned := []int64{value(act.Row.SubjectID)}
	if a.proposal.Died() {
		concerned = nil // their telephone is with the family
	}
	// Who was added is linked nowhere yet; who went up in another is not written to.
	if !a.added && a.plan.opens != nil {
		concerned = append(concerned, a.plan.newcomer.ID)
	}
	return a.service.tellDecided(act, concerned...)
}

// TakeBack takes the actor's own signature back, or the one that another gave
// for them, as long as nobody has signed a later step.
func (s *Service) TakeBack(ctx context.Context, actor services.Actor, id int64, version int) (Card, error) {
	if err := decider(actor); err != nil {
		return Card{}, err
	}
	if _, err := s.requests.TakeBack(ctx, actor, id, version); err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}

// Return sends a request back to its proposer, saying what is missing.
func (s *Service) Return(ctx context.Context, actor services.Actor, id int64, version int, reason string) (Card,
	error) {
	return s.answer(ctx, actor, id, version, reason,
		move{Action: "change.returned", To: models.ChangeReturned, Anew: true})
}

// Refuse ends a request, saying why.
func (s *Service) Refuse(ctx context.Context, actor services.Actor, id int64, version int, reason string) (Card,
	error) {
	return s.answer(ctx, actor, id, version, reason, move{Action: "change.refused", To: models.ChangeRefused})
}

// Disown ends what somebody asked for in the actor's name, for the reason in words:
// it is approved by nobody any more. Whoever decides in the ward hears of it at
// once.
func (s *Service) Disown(ctx context.Context, actor services.Actor, id int64, version int, reason string) (Card,
	error) {
	_, err := s.requests.Make(ctx, actor, id, version, move{
		Action: "change.disowned", From: models.ChangeSubmitted, To: models.ChangeWithdrawn, Anew: true, Reason: reason,
		Roles: []services.Role{services.Officer},
		May: func(act *act) error {
			proposal, err := decodeProposal(*act.Row)
			if err != nil {
				return err
			}
			if !proposal.Kind.Traits().Told || value(act.Row.SubjectID) != actor.Person {
				return services.NotFound("change")
			}
			return nil
		},
		Do: func(act *act) error {
			act.Row.DecidedAt, act.Row.Reason = &act.Now, reason
			return s.keepEffects(act.TX, act.Row)
		},
		Tell: func(act *act) error {
			staff, err := s.staff.StaffOf(act.TX, act.Row.WardID, deciders...)
			if err != nil {
				return err
			}
			return s.outbox.TellStaff(ctx, act.TX, outbox.Message{Ward: act.Row.WardID, Kind: outbox.ChangeDisowned,
				Subject: outbox.Change, SubjectID: id, Version: act.Row.Version}, staff)
		},
	})
	if err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}

func (s *Service) answer(ctx context.Context, actor services.Actor, id int64, version int, reason string,
	no move) (Card, error) {
	if err := decider(actor); err != nil {
		return Card{}, err
	}
	reason, err := words(reason)
	if err != nil {
		return Card{}, err
	}
	no.From, no.Roles, no.Right, no.Reason = models.ChangeSubmitted, deciders, approve.Answers, reason
	no.Do = func(act *act) error {
		decidedBy(act)
		act.Row.Reason = reason
		if no.To == models.ChangeReturned {
			return nil
		}
		return s.keepEffects(act.TX, act.Row)
	}
	no.Tell = func(act *act) error { return s.tellDecided(act) }
	if _, err := s.requests.Make(ctx, actor, id, version, no); err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}

func decidedBy(act *act) {
	act.Row.DecidedByStaffID, act.Row.DecidedAt = pointer(act.Actor.Staff), &act.Now
}

// revisit lays a frozen proposal on the roster as it is. What stands against it
// comes back as conflict/stale.
func (s *Service) revisit(tx *gorm.DB, request models.ChangeRequest, proposal Proposal) (plan, []EffectView, error) {
	ward := services.SystemActor(request.WardID)
	p, err := s.target(tx, ward, proposal)
	if err == nil {
		err = p.proposal.Kind.fill(s, tx, ward, &p)
	}
	if err != nil {
		return p, nil, stale(err, proposal)
	}
	seen, err := decodeBase(request)
	if err != nil {
		return p, nil, err
	}
	if code := seen.changed(s, p); code != "" {
		return p, nil, stale(services.Conflict(code), proposal)
	}
	if p.proposal.Name() != proposal.Name() { // the term that it ends has ended otherwise
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
	what := cmp.Or(string(proposal.Role), string(proposal.Name()))
	if refusal.Code == "phone_taken" {
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

// tellDecided queues the answer for who proposed and for the people whom it
// concerns; where it is their money's way, in every chat of theirs.
func (s *Service) tellDecided(act *act, concerned ...int64) error {
	request := act.Row
	message := outbox.Message{
		Ward: request.WardID, Kind: outbox.ChangeDecided, Subject: outbox.Change, SubjectID: request.ID,
		Version: request.Version,
	}
	var messages []outbox.Message
	add := func(message outbox.Message) error {
		if registry[request.Kind].Traits().Told && slices.Contains(concerned, message.Person) {
			everywhere, err := s.everywhere(act.TX, message, 0)
			messages = append(messages, everywhere...)
			if err != nil || len(everywhere) > 0 {
				return err
			}
		}
		messages = append(messages, message)
		return nil
	}
	message.Person, message.Staff = value(request.ProposerPersonID), value(request.ProposerStaffID)
	if err := add(message); err != nil {
		return err
	}
	proposer := message.Person
	for _, person := range concerned {
		if person == 0 || person == proposer {
			continue
		}
		message.Person, message.Staff = person, 0
		if err := add(message); err != nil {
			return err
		}
	}
	return s.outbox.Tell(act.Context, act.TX, messages...)
}
