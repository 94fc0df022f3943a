package year

import (
	"context"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/money"
)

// Service reports. Every method checks the actor's role and ward.
type Service struct {
	store *models.Store
	audit *journal.Service
	clock services.Clock
}

func New(store *models.Store, audit *journal.Service, clock services.Clock) *Service {
	return &Service{store: store, audit: audit, clock: clock}
}

func (s *Service) today() models.Date { return models.DateOf(s.clock.Local()) }

func (s *Service) write(ctx context.Context, actor services.Actor, ward int64, change func(tx *gorm.DB) error) error {
	return money.Write(ctx, s.store, s.clock, actor, ward, change)
}
