package privacy

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// breachTime is within what the authority is to hear of a breach after it was
// found (Law 91/2025/QH15, article 23).
const breachTime = 72 * time.Hour

// Found is a breach as it is entered.
type Found struct {
	What, Whom, Measures string
	At                   time.Time // when it was found; zero for now
}

// AddBreach enters a breach into the ward's ledger and tells administrators and
// leaders until when the authority is to hear of it. For administrators and
// leaders.
func (s *Service) AddBreach(ctx context.Context, actor services.Actor, found Found) (models.Breach, error) {
	if err := actor.Need(services.Admin, services.Leader); err != nil {
		return models.Breach{}, err
	}
	what, err := clean(found.What)
	if err != nil {
		return models.Breach{}, err
	}
	whom, err := clean(found.Whom)
	if err != nil {
		return models.Breach{}, err
	}
	now := s.clock.UTC()
	if found.At.IsZero() {
		found.At = now
	}
	if found.At.After(now) {
		return models.Breach{}, services.Invalid("breach_future")
	}
	row := models.Breach{WardID: actor.Ward, What: what, Whom: whom, Measures: found.Measures, FoundAt: found.At.UTC(),
		DueBy: found.At.UTC().Add(breachTime), ByStaff: services.Ref(actor.Staff), CreatedAt: now}
	return row, s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		if _, err := services.Take[models.Ward](tx.Select("id"), services.Actor{Role: services.System}, "ward",
			actor.Ward); err != nil {
			return err
		}
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("breach: %w", err)
		}
		if err := s.audit.Record(tx, actor, "breach.found", breachSubject(row), nil); err != nil {
			return err
		}
		return s.tell(ctx, tx, row.WardID, outbox.BreachOpen, outbox.Breach, row.ID, 0)
	})
}

func breachSubject(row models.Breach) string { return fmt.Sprintf("breach:%d", row.ID) }

// Breaches lists the ward's ledger, what is open first.
func (s *Service) Breaches(ctx context.Context, actor services.Actor) ([]models.Breach, error) {
	if err := actor.Need(services.Admin, services.Leader); err != nil {
		return nil, err
	}
	var rows []models.Breach
	err := services.InWard(s.store.WithContext(ctx), actor.Ward).Order("CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END, " +
		"due_by, id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("breaches: %w", err)
	}
	return rows, nil
}

// Breach reads one entry of the ward's ledger.
func (s *Service) Breach(ctx context.Context, actor services.Actor, id int64) (models.Breach, error) {
	if err := actor.Need(services.Admin, services.Leader, services.Clerk); err != nil {
		return models.Breach{}, err
	}
	return services.Take[models.Breach](s.store.WithContext(ctx), actor, "breach", id)
}

// ReportBreach notes that the authority has heard of a breach, CloseBreach what
// was done about it and that it is over. One that nobody was told of is not
// closed (conflict/breach_unreported).
func (s *Service) ReportBreach(ctx context.Context, actor services.Actor, id int64) error {
	return s.moveBreach(ctx, actor, id, func(row *models.Breach, now time.Time) (string, error) {
		if row.ReportedAt == nil {
			row.ReportedAt = &now
		}
		return "breach.reported", nil
	})
}

// CloseBreach is told at ReportBreach.
func (s *Service) CloseBreach(ctx context.Context, actor services.Actor, id int64, measures string) error {
	measures, err := clean(measures)
	if err != nil {
		return err
	}
	return s.moveBreach(ctx, actor, id, func(row *models.Breach, now time.Time) (string, error) {
		if row.ReportedAt == nil {
			return "", services.Conflict("breach_unreported")
		}
		row.Measures, row.ClosedAt = measures, &now
		return "breach.closed", nil
	})
}

func (s *Service) moveBreach(ctx context.Context, actor services.Actor, id int64,
	move func(row *models.Breach, now time.Time) (action string, err error)) error {
	if err := actor.Need(services.Admin, services.Leader); err != nil {
		return err
	}
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		row, err := services.Take[models.Breach](services.Locked(tx), actor, "breach", id)
		if err != nil {
			return err
		}
		if row.ClosedAt != nil {
			return services.Conflict("breach_closed")
		}
		action, err := move(&row, s.clock.UTC())
		if err != nil {
			return err
		}
		if err := tx.Select("measures", "reported_at", "closed_at").Updates(&row).Error; err != nil {
			return fmt.Errorf("breach: %w", err)
		}
		trail := actor
		trail.Ward = row.WardID
		return s.audit.Record(tx, trail, action, breachSubject(row), journal.Detail{})
	})
}
