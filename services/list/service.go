package list

import (
	"context"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/outbox"
)

// Identity is what deciding on money asks of services/identity.
type Identity interface {
	// RequireFresh refuses with denied/step_up unless the actor entered a code
	// a short while ago.
	RequireFresh(ctx context.Context, tx *gorm.DB, actor services.Actor, act services.Guarded) error
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
	runs     *runs
	// Waiting reminds of lists that wait too long for their signatures.
	Waiting approve.Reminder
	Risks   *Risks
	Debts   *Debts
	Waivers *Waivers
	Old     *OldLists
	// Treasury is the way of lists through it.
	Treasury *Treasury
}

func New(store *models.Store, audit *journal.Service, outbox *outbox.Outbox, identity Identity,
	clock services.Clock) *Service {
	approvals := approve.New(store, audit, clock)
	runs := runsOf(approvals, outbox, identity)
	s := &Service{store: store, audit: audit, outbox: outbox, identity: identity, clock: clock, runs: runs,
		Waiting: runs}
	s.Risks, s.Debts, s.Treasury = &Risks{s}, &Debts{s}, &Treasury{s}
	s.Old = &OldLists{s}
	s.Waivers = waiversOf(s.Debts, approvals, outbox, identity)
	return s
}

func (s *Service) today() models.Date { return models.DateOf(s.clock.Local()) }

func (s *Service) write(ctx context.Context, actor services.Actor, ward int64, change func(tx *gorm.DB) error) error {
	return money.Write(ctx, s.store, s.clock, actor, ward, change)
}

// requireFresh asks identity; the program itself has no code to enter.
func (s *Service) requireFresh(ctx context.Context, tx *gorm.DB, actor services.Actor, act services.Guarded) error {
	if actor.Role == services.System {
		return nil
	}
	return s.identity.RequireFresh(ctx, tx, actor, act)
}
