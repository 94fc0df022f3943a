package money

import (
	"context"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Service keeps policies and what they owe. Every method checks the actor's role and ward.
type Service struct {
	store *models.Store
	audit *journal.Service
	gate  approve.Gate
	clock services.Clock
	// beginning are the policies as what waits to begin, ending as what waits to end.
	beginning, ending *proposals
	// Waiting remind of those that wait too long for their signatures.
	Waiting []approve.Reminder
	Ways    Ways
}

func New(store *models.Store, audit *journal.Service, box *outbox.Outbox, gate approve.Gate,
	clock services.Clock) *Service {
	s := &Service{store: store, audit: audit, gate: gate, clock: clock}
	approvals := approve.New(store, audit, clock)
	s.beginning = proposalsOf(approvals, box, gate, item, models.PolicyProposed)
	s.ending = proposalsOf(approvals, box, gate, "policy_end", models.PolicyEnding)
	s.Ways = Ways{s}
	s.Waiting = []approve.Reminder{s.beginning, s.ending}
	return s
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

// requireFresh asks for a code; the program itself has no code to enter.
func (s *Service) requireFresh(ctx context.Context, tx *gorm.DB, actor services.Actor, act services.Guarded) error {
	if actor.Role == services.System {
		return nil
	}
	return s.gate.RequireFresh(ctx, tx, actor, act)
}
