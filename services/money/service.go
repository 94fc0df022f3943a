package money

import (
	"context"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Identity is deciding on policies asks of services/identity.
type Identity interface {
	// RequireFresh refuses with denied/step_up unless the actor entered a code
	// a short while ago.
	RequireFresh(ctx context.Context, tx *gorm.DB, actor services.Actor) error
}

// Service keeps policies and what they owe. Every method checks the actor's role and ward.
type Service struct {
	store    *models.Store
	audit    *journal.Service
	identity Identity
	clock    services.Clock
}

func New(store *models.Store, audit *journal.Service, identity Identity, clock services.Clock) *Service {
	return &Service{store: store, audit: audit, identity: identity, clock: clock}
}

func (s *Service) today() models.Date { return models.DateOf(s.clock.Local()) }

// StaffOnly are the roles that read the ward's money.
func StaffOnly(actor services.Actor) error {
	return actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin)
}

// FirstMonth and LastMonth bound what may be asked for: yyyy-mm has four digits.
var FirstMonth, LastMonth = models.NewMonth(1900, time.January), models.NewMonth(9998, time.December)

// BatchSize is how many people are reckoned at once. SQLite takes 32,766 values
// a statement.
const BatchSize = 500

// Write runs a change of a ward's money in one transaction, once for each event
// and one at a time in a ward: two lists must not settle the same month.
func Write(ctx context.Context, store *models.Store, clock services.Clock, actor services.Actor, ward int64,
	change func(tx *gorm.DB) error) error {
	return store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, clock, actor); err != nil {
			return err
		}
		if err := services.LockWard(tx, ward); err != nil {
			return err
		}
		return change(tx)
	})
}

func (s *Service) write(ctx context.Context, actor services.Actor, ward int64, change func(tx *gorm.DB) error) error {
	return Write(ctx, s.store, s.clock, actor, ward, change)
}

// requireFresh asks identity; the program itself has no code to enter.
func (s *Service) requireFresh(ctx context.Context, tx *gorm.DB, actor services.Actor) error {
	if actor.Role == services.System {
		return nil
	}
	return s.identity.RequireFresh(ctx, tx, actor)
}
