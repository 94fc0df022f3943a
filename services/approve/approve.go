package approve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Service keeps a ward's rules, desks, delegations and signatures.
type Service struct {
	store *models.Store
	audit *journal.Service
	clock services.Clock
}

func New(store *models.Store, audit *journal.Service, clock services.Clock) *Service {
	return &Service{store: store, audit: audit, clock: clock}
}

// Book is what it takes to judge a ward's requests, read once.
type Book struct {
	Ward        models.Ward
	Staff       []models.Staff // retired ones as well, without their secrets
	Delegations []models.Delegation
	rules       []models.ApprovalRule
	hands       []hand           // ward users by the person whom they gave what proves them
	traces      map[string]int64 // the human of the ward's users whom each is of
}

// Open reads a ward's book.
func (s *Service) Open(tx *gorm.DB, ward int64) (*Book, error) {
	b := &Book{}
	if err := tx.Take(&b.Ward, "id = ?", ward).Error; err != nil {
		return nil, fmt.Errorf("read ward: %w", err)
	}
	if err := services.InWard(tx, ward).Omit("totp").Order("id").Find(&b.Staff).Error; err != nil {
		return nil, fmt.Errorf("read staff: %w", err)
	}
	if err := services.InWard(tx, ward).Order("id").Find(&b.Delegations).Error; err != nil {
		return nil, fmt.Errorf("read delegations: %w", err)
	}
	inOrder := func(tx *gorm.DB) *gorm.DB { return tx.Order("step") }
	if err := services.InWard(tx, ward).Preload("Steps", inOrder).Order("id").Find(&b.rules).Error; err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	return b, b.identify(tx)
}

// Rule is the rule for what was sent at a moment. A later rule changes nothing
// of it.
func (b *Book) Rule(name string, at time.Time) Rule {
	kind, _ := Known(name)
	var general *models.ApprovalRule
	for i, row := range b.rules {
		if row.CreatedAt.After(at) || (row.RetiredAt != nil && !row.RetiredAt.After(at)) {
			continue
		}
		switch {
		case row.Kind == name:
			return ruleOf(row).withCodes(kind)
		case row.Kind == Every && kind.request():
			general = &b.rules[i]
		}
	}
	if general == nil {
		return kind.byDefault(b.Ward)
	}
	rule := ruleOf(*general)
	rule.Kind = name
	return rule.withCodes(kind)
}

// Has reports whether the ward has a rule of its own in force for a kind.
func (b *Book) Has(name string) bool {
	return slices.ContainsFunc(b.rules, func(row models.ApprovalRule) bool {
		return row.Kind == name &&
			row.RetiredAt == nil
	})
}

// ruled are the kinds that the ward's rules are about: all requests, and of other
// items those that it has a rule for.
func (b *Book) ruled() []Kind {
	return slices.DeleteFunc(slices.Clone(kinds), func(kind Kind) bool { return !kind.request() && !b.Has(kind.Name) })
}

// Own are the rules that the ward has set and that are in force.
func (b *Book) Own() []Rule {
	var rules []Rule
	for _, row := range b.rules {
		if row.RetiredAt == nil {
			kind, _ := Known(row.Kind)
			rules = append(rules, ruleOf(row).withCodes(kind))
		}
	}
	return rules
}

// hours are the shortest times after which anything of the ward's rules, retired
// ones included, may be reminded of; 0 when nothing is. ward says that the ward's
// own time counts.
func (b *Book) hours(ward bool) (hours int) {
	if ward {
		hours = b.Ward.RemindAfterHours
	}
	for _, rule := range b.rules {
		for _, step := range rule.Steps {
			for _, own := range []int{step.RemindHours, step.EscalateHours} {
				if own > 0 && (hours == 0 || own < hours) {
					hours = own
				}
			}
		}
	}
	return hours
}

// Member finds a ward user by id; a zero one when there is none.
func (b *Book) Member(id int64) models.Staff {
	i := slices.IndexFunc(b.Staff, func(member models.Staff) bool { return member.ID == id })
	if i < 0 {
		return models.Staff{}
	}
	return b.Staff[i]
}

func ruleOf(row models.ApprovalRule) Rule {
	rule := Rule{Kind: row.Kind, Proposers: strings.FieldsFunc(row.Proposers, func(r rune) bool { return r == ',' })}
	for _, step := range row.Steps {
		rule.Steps = append(rule.Steps, Step{
			Role: step.Role, Desk: step.Desk, People: step.People, StepUp: step.StepUp,
			RemindHours: step.RemindHours, EscalateHours: step.EscalateHours,
		})
	}
	return rule
}

// Rules lists what the ward has set, and of all kinds of requests and of what else
// it has set a rule for, each with its rule.
func (s *Service) Rules(ctx context.Context, actor services.Actor) (own, all []Rule, err error) {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, nil, err
	}
	book, err := s.Open(s.store.WithContext(ctx), actor.Ward)
	if err != nil {
		return nil, nil, err
	}
	for _, kind := range book.ruled() {
		all = append(all, book.Rule(kind.Name, s.clock.UTC()))
	}
	return book.Own(), all, nil
}

// SetRules puts a ward's rules in the place of those it has; none at all is the
// default again. What was sent before is decided by the rules of its time. A
// rule that is not well formed, or that nobody in the ward as staffed could
// satisfy, is refused with invalid and one of rule_kind, rule_twice,
// rule_proposer, rule_proposers, rule_steps, rule_signer, rule_desk,
// rule_people, rule_hours, rule_few (fewer people than the quorum), rule_same (somebody would have to
// sign twice).
func (s *Service) SetRules(ctx context.Context, actor services.Actor, rules []Rule) error {
	if err := s.mayRule(actor); err != nil {
		return err
	}
	return s.write(ctx, actor, func(tx *gorm.DB) error {
		book, err := s.Open(tx, actor.Ward)
		if err != nil {
			return err
		}
		if err := check(rules, book.Staff); err != nil {
			return err
		}
		now := s.clock.UTC()
		if err := services.InWard(tx.Model(&models.ApprovalRule{}),
			actor.Ward).Where("retired_at IS NULL").Update("retired_at", now).Error; err != nil {
			return fmt.Errorf("retire rules: %w", err)
		}
		for _, rule := range rules {
			row := models.ApprovalRule{WardID: actor.Ward, Kind: rule.Kind, Proposers: strings.Join(rule.Proposers, ","),
				CreatedByStaff: services.Ref(actor.Staff), CreatedAt: now}
			for i, step := range rule.Steps {
				row.Steps = append(row.Steps, models.ApprovalStep{
					WardID: actor.Ward, Step: i + 1, Role: step.Role, Desk: step.Desk, People: step.People, StepUp: step.StepUp,
					RemindHours: step.RemindHours, EscalateHours: step.EscalateHours,
				})
			}
			if err := tx.Create(&row).Error; err != nil {
				return fmt.Errorf("set rules: %w", err)
			}
		}
		return s.audit.Record(tx, actor, "approval.rules_set", fmt.Sprintf("ward:%d", actor.Ward),
			journal.Detail{"from": book.Own(), "to": rules})
	})
}

// SetDesk says at which desk a ward user works; "" for none. It refuses
// invalid/rule_desk for an unknown desk and conflict/desk_needed where a rule of
// the ward would be left without people.
func (s *Service) SetDesk(ctx context.Context, actor services.Actor, staff int64, desk string) error {
	if err := s.mayRule(actor); err != nil {
		return err
	}
	if desk != "" && !slices.Contains(Desks, desk) {
		return services.Invalid("rule_desk").With("kind", "").With("step", 0).With("desk", desk).With("desks",
			strings.Join(Desks, ", "))
	}
	return s.write(ctx, actor, func(tx *gorm.DB) error {
		book, err := s.Open(tx, actor.Ward)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(book.Staff, func(member models.Staff) bool { return member.ID == staff })
		if i < 0 || !book.Staff[i].Active {
			return services.NotFound("staff")
		}
		before := book.Staff[i].Desk
		book.Staff[i].Desk = desk
		if before != "" && check(book.Own(), book.Staff) != nil {
			return services.Conflict("desk_needed").With("desk", before)
		}
		if err := tx.Model(&models.Staff{}).Where("id = ?", staff).Update("desk", desk).Error; err != nil {
			return fmt.Errorf("set desk: %w", err)
		}
		return s.audit.Record(tx, actor, "staff.desk", fmt.Sprintf("staff:%d", staff),
			journal.Detail{"from": before, "to": desk})
	})
}

// WithoutStaff refuses with conflict/staff_needed, and the kind of item, where
// the ward's rules can be kept now and could not without a user. The ward's row
// is locked, so that two who leave at once do not each count on the other.
func (s *Service) WithoutStaff(tx *gorm.DB, ward, staff int64) error {
	if err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Select("id").Take(&models.Ward{}, "id = ?",
		ward).Error; err != nil {
		return fmt.Errorf("read ward: %w", err)
	}
	book, err := s.Open(tx, ward)
	if err != nil {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(book.Staff), func(member models.Staff) bool { return member.ID == staff })
	now := s.clock.UTC()
	for _, kind := range book.ruled() {
		rule := book.Rule(kind.Name, now)
		if rule.check(book.Staff) == nil && rule.check(rest) != nil {
			return services.Conflict("staff_needed").With("kind", kind.Name)
		}
	}
	return nil
}

// mayRule refuses whoever is not an administrator of a ward.
func (s *Service) mayRule(actor services.Actor) error {
	if actor.Ward == 0 {
		return services.Denied("role")
	}
	return actor.Need(services.Admin)
}

// write runs a change of a ward's rules; those of one ward wait for each other.
func (s *Service) write(ctx context.Context, actor services.Actor, do func(tx *gorm.DB) error) error {
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		var ward models.Ward
		err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Select("id").Take(&ward, "id = ?", actor.Ward).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return services.NotFound("ward")
		}
		if err != nil {
			return fmt.Errorf("read ward: %w", err)
		}
		return do(tx)
	})
}
