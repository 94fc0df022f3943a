package money

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// Bounds of what a policy may pay, so that a slip of the finger is no policy:
// đồng a month, and thousandths of the base salary.
const (
	leastAmount     = 1_000
	mostAmount      = 100_000_000
	mostCoefficient = 20_000
	mostCap         = 1_000_000_000
	longestLegal    = 300 // runes
	mostRules       = 64
)

// policyWriters propose policies and their end, each time with a fresh code, and
// sign what others proposed, as far as the ward's rule lets them.
var policyWriters = []services.Role{services.Clerk, services.Leader}

// paying are the states of what the ward has agreed to pay.
var paying = []models.PolicyState{models.PolicyInForce, models.PolicyEnding}

// PolicyEffect is what a policy, or the end of one, does to a month.
type PolicyEffect struct {
	Month         models.Month
	People        int // whose amount changes
	Before, After int64
}

// PolicyView is a policy with what became of it.
type PolicyView struct {
	models.Policy
	Used bool // some list has paid by it, or is about to
}

// AllPolicies lists every policy of the ward, also those that have ended and those
// that wait, the latest first; what was refused is left to the journal.
func (s *Service) AllPolicies(ctx context.Context, actor services.Actor) ([]PolicyView, error) {
	if err := StaffOnly(actor); err != nil {
		return nil, err
	}
	db := s.store.WithContext(ctx)
	var policies []models.Policy
	err := withRules(services.InWard(db, actor.Ward)).Where("state <> ?", models.PolicyRefused).
		Order("from_date DESC, id DESC").Find(&policies).Error
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	var used []int64
	err = db.Raw(`
SELECT id FROM policies p WHERE p.ward_id = ?
AND EXISTS (SELECT 1 FROM payment_components c WHERE c.policy_id = p.id)`, actor.Ward).Scan(&used).Error
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	views := make([]PolicyView, len(policies))
	for i, policy := range policies {
		views[i] = PolicyView{Policy: policy, Used: slices.Contains(used, policy.ID)}
	}
	return views, nil
}

// PreviewPolicy tells what entering a policy would do to its first month from
// now on, with every refusal of AddPolicy; nothing is written.
func (s *Service) PreviewPolicy(ctx context.Context, actor services.Actor, wanted models.Policy,
	replaces int64) (PolicyEffect, error) {
	if err := actor.Need(policyWriters...); err != nil {
		return PolicyEffect{}, err
	}
	db := s.store.WithContext(ctx)
	wanted.WardID = actor.Ward
	old, err := s.admit(db, actor, &wanted, replaces)
	if err != nil {
		return PolicyEffect{}, err
	}
	return s.effectOfNew(db, wanted, old)
}

func (s *Service) effectOfNew(db *gorm.DB, wanted models.Policy, old *models.Policy) (PolicyEffect, error) {
	return s.policyEffect(db, wanted.WardID, wanted.From, func(policies []models.Policy) []models.Policy {
		for i := range policies {
			if old != nil && policies[i].ID == old.ID {
				policies[i].To = wanted.From.AddDays(-1)
			}
		}
		return append(policies, wanted)
	})
}

var (
	proposes = services.Guard("policy.proposed", "it says what the ward pays, and to whom")
	closes   = services.Guard("policy.closing", "it says what the ward pays, and to whom")
)

// AddPolicy proposes a policy; one that the program enters is in force. With
// replaces, an older one of the same source ends the day before, once it is agreed
// to, and says by what it was followed. It refuses with invalid and
// policy_name, policy_source, policy_basis, policy_dates, policy_rules,
// policy_amount, policy_coefficient, policy_role, policy_days, policy_percent,
// policy_cap; with conflict/policy_overlap where another policy of the source
// pays the same role on one of its days, or is to; with conflict/policy_begun
// where the one replaced begins no earlier; with conflict/policy_no_leader where
// nobody but the actor could sign it.
func (s *Service) AddPolicy(ctx context.Context, actor services.Actor, wanted models.Policy,
	replaces int64) (models.Policy, error) {
	if err := actor.Need(policyWriters...); err != nil {
		return models.Policy{}, err
	}
	err := s.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		if err := s.requireFresh(ctx, tx, actor, proposes); err != nil {
			return err
		}
		return s.enter(ctx, tx, actor, &wanted, replaces)
	})
	return wanted, err
}

// AddPolicies enters several policies, all or none, as AddPolicy does. Each must
// stand beside those before it; a refusal names the policy. Dry writes nothing.
func (s *Service) AddPolicies(ctx context.Context, actor services.Actor, wanted []models.Policy, dry bool) error {
	if err := actor.Need(policyWriters...); err != nil {
		return err
	}
	tried := errors.New("tried")
	err := s.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		if err := s.requireFresh(ctx, tx, actor, proposes); err != nil {
			return err
		}
		for i := range wanted {
			if err := s.enter(ctx, tx, actor, &wanted[i], 0); err != nil {
				return fmt.Errorf("%s: %w", wanted[i].Name, err)
			}
		}
		if dry {
			return tried
		}
		return nil
	})
	if errors.Is(err, tried) {
		return nil
	}
	return err
}

func (s *Service) enter(ctx context.Context, tx *gorm.DB, actor services.Actor, wanted *models.Policy,
	replaces int64) error {
	wanted.WardID = actor.Ward
	old, err := s.admit(tx, actor, wanted, replaces)
	if err != nil {
		return err
	}
	wanted.ID, wanted.ReplacedByID, wanted.CreatedAt = 0, nil, s.clock.UTC()
	wanted.State, wanted.ReplacesID = models.PolicyInForce, services.Ref(replaces)
	for i := range wanted.Rules {
		wanted.Rules[i].ID, wanted.Rules[i].PolicyID = 0, 0
	}
	if err := tx.Create(wanted).Error; err != nil {
		return fmt.Errorf("add policy: %w", err)
	}
	action := "policy.added"
	if actor.Role == services.System {
		err = begin(tx, *wanted, old)
	} else {
		action = "policy.proposed"
		err = s.propose(ctx, tx, actor, s.beginning, wanted)
	}
	if err != nil {
		return err
	}
	return s.audit.Record(tx, actor, action, fmt.Sprintf("policy:%d", wanted.ID), detailOf(*wanted))
}

// PreviewClose tells what ending a policy would do to the month after its last
// day, with every refusal of ClosePolicy.
func (s *Service) PreviewClose(ctx context.Context, actor services.Actor, id int64, last models.Date) (PolicyEffect,
	error) {
	if err := actor.Need(policyWriters...); err != nil {
		return PolicyEffect{}, err
	}
	db := s.store.WithContext(ctx)
	policy, err := closable(db, actor, id, last)
	if err != nil {
		return PolicyEffect{}, err
	}
	return s.effectOfEnd(db, policy, last)
}

func (s *Service) effectOfEnd(db *gorm.DB, policy models.Policy, last models.Date) (PolicyEffect, error) {
	return s.policyEffect(db, policy.WardID, last.AddDays(1), func(policies []models.Policy) []models.Policy {
		for i := range policies {
			if policies[i].ID == policy.ID {
				policies[i].To = last
			}
		}
		return policies
	})
}

// ClosePolicy proposes that a policy ends with its last day; where the program
// says so it does. One that has ended by then is conflict/policy_ended, and one
// that waits for a signature conflict/policy_waits.
func (s *Service) ClosePolicy(ctx context.Context, actor services.Actor, id int64, last models.Date) error {
	if err := actor.Need(policyWriters...); err != nil {
		return err
	}
	return s.write(ctx, actor, actor.Ward, func(tx *gorm.DB) error {
		if err := s.requireFresh(ctx, tx, actor, closes); err != nil {
			return err
		}
		policy, err := closable(tx, actor, id, last)
		if err != nil {
			return err
		}
		action := "policy.closed"
		if actor.Role == services.System {
			err = tx.Model(&models.Policy{}).Where("id = ?", policy.ID).Update("to_date", last).Error
		} else {
			action, policy.Ending = "policy.closing", last
			err = s.propose(ctx, tx, actor, s.ending, &policy)
		}
		if err != nil {
			return fmt.Errorf("close policy %d: %w", policy.ID, err)
		}
		return s.audit.Record(tx, actor, action, fmt.Sprintf("policy:%d", policy.ID),
			journal.Detail{"was": policy.To, "last": last})
	})
}

func closable(db *gorm.DB, actor services.Actor, id int64, last models.Date) (models.Policy, error) {
	policy, err := takePolicy(db, actor, id)
	switch {
	case err != nil:
		return policy, err
	case last.IsZero() || last.Before(policy.From):
		return policy, services.Invalid("policy_dates")
	case !policy.To.IsZero() && !last.Before(policy.To):
		return policy, services.Conflict("policy_ended").With("to", policy.To)
	case policy.State != models.PolicyInForce:
		return policy, services.Conflict("policy_waits")
	}
	return policy, nil
}

func takePolicy(db *gorm.DB, actor services.Actor, id int64) (models.Policy, error) {
	policy, err := services.Take[models.Policy](withRules(db), actor, "policy", id)
	if err != nil {
		return policy, err
	}
	named := []models.Policy{policy}
	err = name(db, named)
	return named[0], err
}

// withRules reads policies with what they pay, in the order in which it was entered.
func withRules(db *gorm.DB) *gorm.DB {
	return db.Preload("Rules", func(db *gorm.DB) *gorm.DB { return db.Order("policy_rules.id") })
}

// policyEffect reckons the ward's month twice, a batch of people at a time: the
// month of from, or this one where that is past.
func (s *Service) policyEffect(db *gorm.DB, ward int64, from models.Date,
	change func([]models.Policy) []models.Policy) (PolicyEffect, error) {
	month := max(from.MonthOf(), s.today().MonthOf())
	effect := PolicyEffect{Month: month}
	before, err := LoadCalculus(db, ward, Months(month, month))
	if err != nil {
		return effect, err
	}
	if err := db.Order("from_date").Find(&before.BaseSalaries).Error; err != nil {
		return effect, fmt.Errorf("base salaries: %w", err)
	}
	after := Calculus{Policies: change(slices.Clone(before.Policies)), BaseSalaries: before.BaseSalaries}
	if err := after.fill(db, ward, Months(month, month)); err != nil {
		return effect, err
	}
	for last := int64(0); ; {
		var ids []int64
		err := services.InWard(db.Model(&models.Person{}), ward).Where("id > ? AND merged_into IS NULL",
			last).Order("id").Limit(BatchSize).Pluck("id", &ids).Error
		if err != nil {
			return effect, fmt.Errorf("people: %w", err)
		}
		if len(ids) == 0 {
			return effect, nil
		}
		last = ids[len(ids)-1]
		loaded, err := LoadPosts(db, ward, PeopleBetween(ids[0], last), Months(month, month))
		if err != nil {
			return effect, err
		}
		for _, posts := range loaded.Posts {
			was, is := Total(before.Entitlement(posts, month)), Total(after.Entitlement(posts, month))
			effect.Before += was
			effect.After += is
			if was != is {
				effect.People++
			}
		}
	}
}

// Policies lists what the ward pays or is going to, with the rules, oldest
// first; a policy that has ended is left out.
func (s *Service) Policies(ctx context.Context, actor services.Actor) ([]models.Policy, error) {
	if err := actor.Need(services.Officer, services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, err
	}
	var policies []models.Policy
	err := withRules(services.InWard(s.store.WithContext(ctx), actor.Ward)).
		Where("(to_date IS NULL OR to_date >= ?) AND state IN ?", s.today(), paying).
		Order("from_date, id").Find(&policies).Error
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	return policies, name(s.store.WithContext(ctx), policies)
}
