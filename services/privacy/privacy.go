// Package privacy keeps what the law on personal data wants of a ward besides
// consent: what people ask of the data about them, with its clock; the ledger of
// breaches; for how long what is kept; and the map of it all.
package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Service answers for the ward's data.
type Service struct {
	store    *models.Store
	audit    *journal.Service
	outbox   *outbox.Outbox
	identity *identity.Service
	clock    services.Clock
}

// New makes the service.
func New(store *models.Store, audit *journal.Service, outbox *outbox.Outbox, identity *identity.Service,
	clock services.Clock) *Service {
	return &Service{store: store, audit: audit, outbox: outbox, identity: identity, clock: clock}
}

// deciders answer for what people ask of their data.
var deciders = []services.Role{services.Clerk, services.Leader, services.Admin}

// Round reminds of what the law's clock runs out for: a request the day before
// it is due and every day after, a breach from the day before its 72 hours are
// over. By day, but for a breach.
func (s *Service) Round() services.Round {
	return services.Round{Name: "law_clock",
		Does:  "reminds administrators and leaders of what the law's clock runs out for",
		Every: time.Hour, AtStart: true, Do: s.remind}
}

// soon is how long before its time somebody is reminded.
const soon = 24 * time.Hour

func (s *Service) remind(ctx context.Context) (done int, failed error) {
	now := s.clock.UTC()
	local := s.clock.Local()
	day, today := local.Format(time.DateOnly), local.Year()*1000+local.YearDay()
	db := services.AcrossWards(s.store.WithContext(ctx), "the law's clock")
	if !services.Night(s.clock()) {
		var late []models.DataRequest
		if err := db.Where("state = ? AND (due_by < ? OR reply_by < ?)", models.DataOpen, now.Add(soon),
			now.Add(soon)).Order("id").Find(&late).Error; err != nil {
			return 0, fmt.Errorf("late requests: %w", err)
		}
		for _, row := range late {
			did, err := s.once(ctx, row.WardID, fmt.Sprintf("data_request:%d:%s", row.ID, day), func(tx *gorm.DB) error {
				return s.tell(ctx, tx, row.WardID, outbox.DataDue, outbox.DataRequest, row.ID, today)
			})
			done, failed = done+did, errors.Join(failed, err)
		}
	}
	var open []models.Breach
	if err := db.Where("closed_at IS NULL AND reported_at IS NULL AND due_by < ?", now.Add(soon)).Order("id").Find(
		&open).Error; err != nil {
		return done, errors.Join(failed, fmt.Errorf("late breaches: %w", err))
	}
	for _, row := range open {
		did, err := s.once(ctx, row.WardID, fmt.Sprintf("breach:%d:%s", row.ID, day), func(tx *gorm.DB) error {
			return s.tell(ctx, tx, row.WardID, outbox.BreachOpen, outbox.Breach, row.ID, today)
		})
		done, failed = done+did, errors.Join(failed, err)
	}
	return done, failed
}

// once does something for a ward once a key.
func (s *Service) once(ctx context.Context, ward int64, key string, do func(tx *gorm.DB) error) (int, error) {
	err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		actor := services.SystemActor(ward)
		actor.Event = key
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		return do(tx)
	})
	if services.IsRepeated(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", key, err)
	}
	return 1, nil
}

// tell tells the ward's administrators and leaders, or where it has none its
// clerks. The version tells one telling from the next.
func (s *Service) tell(ctx context.Context, tx *gorm.DB, ward int64, kind outbox.Kind, subject string, id int64,
	version int) error {
	staff, err := s.identity.StaffOf(tx, ward, services.Admin, services.Leader)
	if err == nil && len(staff) == 0 {
		staff, err = s.identity.StaffOf(tx, ward, services.Clerk)
	}
	if err != nil {
		return err
	}
	return s.outbox.TellStaff(ctx, tx, outbox.Message{Ward: ward, Kind: kind, Subject: subject, SubjectID: id,
		Version: version}, staff)
}
