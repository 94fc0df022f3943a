package allowance

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Identity is what deciding on money asks of services/identity.
type Identity interface {
	// RequireFresh refuses with denied/step_up unless the actor entered a code
	// a short while ago.
	RequireFresh(ctx context.Context, tx *gorm.DB, actor services.Actor) error
	// StaffOf lists the ward's active staff in the roles.
	StaffOf(tx *gorm.DB, ward int64, roles ...services.Role) ([]models.Staff, error)
}

// Service pays. Every method checks the actor's role and ward.
type Service struct {
	store    *models.Store
	audit    *journal.Service
	outbox   *outbox.Outbox
	identity Identity
	clock    services.Clock
}

func New(store *models.Store, audit *journal.Service, outbox *outbox.Outbox, identity Identity, clock services.Clock) *Service {
	return &Service{store: store, audit: audit, outbox: outbox, identity: identity, clock: clock}
}

// LookBack is how many months before its own a run still adjusts.
const LookBack models.Month = 12

func (s *Service) today() models.Date { return models.DateOf(s.clock.Local()) }

// Policies lists what the ward pays or is going to, with the rules, oldest
// first; a policy that has ended is left out.
func (s *Service) Policies(ctx context.Context, actor services.Actor) ([]models.Policy, error) {
	if err := actor.Need(services.Officer, services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return nil, err
	}
	var policies []models.Policy
	err := s.store.WithContext(ctx).Preload("Rules", func(db *gorm.DB) *gorm.DB { return db.Order("policy_rules.id") }).
		Where("ward_id = ? AND (to_date IS NULL OR to_date >= ?)", actor.Ward, s.today()).
		Order("from_date, id").Find(&policies).Error
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	return policies, nil
}

// staffOnly are the roles that read the ward's money.
func staffOnly(actor services.Actor) error {
	return actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin)
}
