package money

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

type (
	proposals = approve.Items[models.Policy, models.PolicyState]
	step      = approve.Move[models.Policy, models.PolicyState]
	act       = approve.Act[models.Policy]
)

// item is what a policy is in rules.
const item = "policy"

func init() {
	approve.Register(approve.Kind{Name: item, Place: 15, Steps: []approve.Step{{Role: approve.Leader, People: 1}},
		StepUp: "it says what the ward pays, and to whom"})
}

// proposalsOf are the policies as what waits for signatures: to begin, or, under
// another name, to end.
func proposalsOf(approvals *approve.Service, box *outbox.Outbox, gate approve.Gate, name string,
	waiting models.PolicyState) *proposals {
	return &proposals{
		Service: approvals, Outbox: box, Gate: gate,
		Name: name, Subject: "policy", Card: outbox.Policy, Waiting: waiting,
		Read: func(policy models.Policy) (approve.Item, error) {
			one := approve.Item{
				Rule: item, ID: policy.ID, Ward: policy.WardID, Version: policy.Version, State: string(policy.State),
				Reminded: policy.RemindedAt, Parties: approve.Parties{Staff: services.ID(policy.ProposedByStaff)},
				By: policy.DecidedByStaff, At: policy.CreatedAt,
			}
			if policy.SubmittedAt != nil {
				one.Since, one.At = *policy.SubmittedAt, *policy.SubmittedAt
			}
			if policy.DecidedAt != nil && policy.State != waiting {
				one.At = *policy.DecidedAt
			}
			return one, nil
		},
		Set: func(row *models.Policy, state models.PolicyState, version int) {
			row.State, row.Version = state, version
		},
		Columns:  []string{"to_date", "ending_on", "decided_by_staff", "decided_at"},
		LockWard: true, // a list must not be reckoned by half of it
		Asks:     outbox.PolicyAsked, Reminds: outbox.PolicyWaiting, Reminded: "reminded_at", Since: "submitted_at",
		Hours: true, RoleFirst: true,
		NoSigner: func() error { return services.Conflict("policy_no_leader") },
	}
}

// propose puts what the actor wants of a policy before those who sign it.
func (s *Service) propose(ctx context.Context, tx *gorm.DB, actor services.Actor, of *proposals,
	policy *models.Policy) error {
	now := s.clock.UTC()
	policy.State, policy.Version = of.Waiting, policy.Version+1
	policy.ProposedByStaff, policy.SubmittedAt, policy.RemindedAt = services.Ref(actor.Staff), &now, nil
	err := tx.Select("state", "version", "proposed_by_staff", "submitted_at", "reminded_at", "ending_on").
		Updates(policy).Error
	if err != nil {
		return fmt.Errorf("propose policy %d: %w", policy.ID, err)
	}
	if err := of.Ask(ctx, tx, *policy); err != nil {
		return err
	}
	one, err := of.Read(*policy)
	if err != nil {
		return err
	}
	return of.Redraw(ctx, tx, actor, one)
}

// PolicyCard is a policy as who is to sign it sees it.
type PolicyCard struct {
	models.Policy
	Approval approve.Approval
	WhyNot   string // why the actor may not sign, as Denied tells it; "" when they may
	// Effect is what is proposed does to its first month; nil where nothing is.
	Effect *PolicyEffect
	// Replaces is what ends when it begins; nil for nothing.
	Replaces *models.Policy
}

// PolicyCard shows a ward user one policy.
func (s *Service) PolicyCard(ctx context.Context, actor services.Actor, id int64) (PolicyCard, error) {
	if err := StaffOnly(actor); err != nil {
		return PolicyCard{}, err
	}
	db := s.store.WithContext(ctx)
	policy, err := takePolicy(db, actor, id)
	if err != nil {
		return PolicyCard{}, err
	}
	card := PolicyCard{Policy: policy}
	of := s.waitingAs(policy.State)
	one, err := of.Read(policy)
	if err != nil {
		return card, err
	}
	if card.Approval, card.WhyNot, err = of.View(db, actor, one); err != nil {
		return card, err
	}
	if policy.State == models.PolicyProposed && policy.ReplacesID != nil {
		old, err := takePolicy(db, actor, *policy.ReplacesID)
		if err != nil {
			return card, err
		}
		card.Replaces = &old
	}
	var effect PolicyEffect
	switch policy.State {
	case models.PolicyProposed:
		effect, err = s.effectOfNew(db, policy, card.Replaces)
	case models.PolicyEnding:
		effect, err = s.effectOfEnd(db, policy, policy.Ending)
	default:
		return card, nil
	}
	card.Effect = &effect
	return card, err
}

// waitingAs are the policies as what one in that state waits for.
func (s *Service) waitingAs(state models.PolicyState) *proposals {
	if state == models.PolicyEnding {
		return s.ending
	}
	return s.beginning
}

// decide makes a move of a policy that waits, whichever it waits for: to begin or
// to end.
func (s *Service) decide(ctx context.Context, actor services.Actor, id int64,
	do func(of *proposals) (models.Policy, error)) error {
	if err := actor.Need(policyWriters...); err != nil {
		return err
	}
	policy, err := takePolicy(s.store.WithContext(ctx), actor, id)
	if err != nil {
		return err
	}
	of := s.waitingAs(policy.State)
	_, err = do(of)
	return err
}

// ApprovePolicy signs that a policy begins, or ends as was proposed. Its refusals
// are those of approve.Items.Make, and of AddPolicy where it does not stand any
// longer.
func (s *Service) ApprovePolicy(ctx context.Context, actor services.Actor, id int64, version int) error {
	return s.decide(ctx, actor, id, func(of *proposals) (models.Policy, error) {
		move := step{From: of.Waiting, To: models.PolicyInForce, Roles: policyWriters, Right: approve.Signs,
			Tell: s.tellDecided}
		if of == s.ending {
			move.Action = "policy.closed"
			move.Do = func(act *act) error {
				act.Detail["was"], act.Detail["last"] = act.Row.To, act.Row.Ending
				act.Row.To, act.Row.Ending = act.Row.Ending, models.Date{}
				decided(act)
				return nil
			}
		} else {
			var old *models.Policy
			move.Action = "policy.approved"
			move.Prepare = func(act *act) (err error) {
				whole, err := takePolicy(act.TX, act.Actor, id)
				if err != nil {
					return err
				}
				old, err = s.stands(act.TX, act.Actor, whole, services.ID(whole.ReplacesID))
				return err
			}
			move.Do = func(act *act) error {
				decided(act)
				return begin(act.TX, *act.Row, old)
			}
		}
		return of.Make(ctx, actor, id, version, move)
	})
}

// RefusePolicy says no: what was to begin does not, what was to end goes on.
func (s *Service) RefusePolicy(ctx context.Context, actor services.Actor, id int64, version int) error {
	return s.decide(ctx, actor, id, func(of *proposals) (models.Policy, error) {
		to := models.PolicyRefused
		if of == s.ending {
			to = models.PolicyInForce
		}
		return of.Make(ctx, actor, id, version, step{
			Action: "policy.refused", From: of.Waiting, To: to, Roles: policyWriters, Right: approve.Answers, Anew: true,
			Do: func(act *act) error {
				act.Row.Ending = models.Date{}
				decided(act)
				return nil
			},
			Tell: s.tellDecided,
		})
	})
}

// TakeBackPolicy takes the actor's own signature off a policy that waits for more.
func (s *Service) TakeBackPolicy(ctx context.Context, actor services.Actor, id int64, version int) error {
	return s.decide(ctx, actor, id, func(of *proposals) (models.Policy, error) {
		return of.TakeBack(ctx, actor, id, version)
	})
}

func decided(act *act) {
	act.Row.DecidedByStaff, act.Row.DecidedAt = services.Ref(act.Actor.Staff), &act.Now
}

// begin ends what a policy replaces the day before it.
func begin(tx *gorm.DB, policy models.Policy, old *models.Policy) error {
	if old == nil {
		return nil
	}
	ends := map[string]any{"to_date": policy.From.AddDays(-1), "replaced_by_id": policy.ID}
	if err := tx.Model(&models.Policy{}).Where("id = ?", old.ID).Updates(ends).Error; err != nil {
		return fmt.Errorf("close policy %d: %w", old.ID, err)
	}
	return nil
}

// tellDecided tells who proposed it.
func (s *Service) tellDecided(act *act) error {
	if act.Row.ProposedByStaff == nil {
		return nil
	}
	return s.beginning.Outbox.Tell(act.Context, act.TX, outbox.Message{
		Ward: act.Row.WardID, Kind: outbox.PolicyDecided, Subject: outbox.Policy, SubjectID: act.Row.ID,
		Version: act.Row.Version, Staff: *act.Row.ProposedByStaff,
	})
}

func detailOf(policy models.Policy) journal.Detail {
	detail := journal.Detail{"source": policy.Source, "basis": policy.LegalBasis, "from": policy.From, "to": policy.To,
		"rules": policy.Rules}
	if policy.ReplacesID != nil {
		detail["replaces"] = *policy.ReplacesID
	}
	return detail
}
