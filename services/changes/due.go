package changes

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// dueBatch bounds one call of Due; the clock comes again.
const dueBatch = 200

// Due reminds of requests that wait longer than their ward's RemindAfterHours:
// first the clerks who may decide, as long again later the leaders. It returns
// how many requests it reminded of. It is the program's own work: the clock
// calls it, for every ward, and of several replicas at once one reminds.
func (s *Service) Due(ctx context.Context) (int, error) {
	var wards []models.Ward
	if err := s.store.WithContext(ctx).Where("remind_after_hours > 0").Order("id").Find(&wards).Error; err != nil {
		return 0, fmt.Errorf("read wards: %w", err)
	}
	reminded := 0
	var failed error
	for _, ward := range wards {
		before := s.clock.UTC().Add(-time.Duration(ward.RemindAfterHours) * time.Hour)
		var ids []int64
		err := s.store.WithContext(ctx).Model(&models.ChangeRequest{}).
			Where("ward_id = ? AND state = ? AND submitted_at <= ? AND (reminded_at IS NULL OR reminded_at <= ?)", ward.ID, models.ChangeSubmitted, before, before).
			Order("submitted_at, id").Limit(dueBatch).Pluck("id", &ids).Error
		if err != nil {
			return reminded, fmt.Errorf("read waiting requests: %w", err)
		}
		for _, id := range ids {
			// One that cannot be reminded of holds up no other.
			switch did, err := s.remind(ctx, id, before); {
			case err != nil:
				failed = errors.Join(failed, fmt.Errorf("remind of request %d: %w", id, err))
			case did:
				reminded++
			}
		}
	}
	return reminded, failed
}

func (s *Service) remind(ctx context.Context, id int64, before time.Time) (did bool, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		result := tx.Model(&models.ChangeRequest{}).
			Where("id = ? AND state = ? AND submitted_at <= ? AND (reminded_at IS NULL OR reminded_at <= ?)", id, models.ChangeSubmitted, before, before)
		var request models.ChangeRequest
		if err := result.Take(&request).Error; err != nil {
			if errors.Is(err, gorm.ErrRecordNotFound) {
				return nil // decided, or reminded of, since it was listed
			}
			return err
		}
		marked := tx.Model(&models.ChangeRequest{}).
			Where("id = ? AND version = ? AND (reminded_at IS NULL OR reminded_at <= ?)", id, request.Version, before).
			Update("reminded_at", s.clock.UTC())
		if marked.Error != nil || marked.RowsAffected == 0 {
			return marked.Error
		}
		proposal, err := decodeProposal(request)
		if err != nil {
			return err
		}
		roles := []services.Role{services.Clerk, services.Leader}
		if request.RemindedAt != nil {
			roles = roles[1:]
		}
		did = true
		err = s.tellDeciders(ctx, tx, request, proposal, outbox.ChangeWaiting, roles...)
		if services.CodeOf(err) == "no_decider" {
			return nil // marked: it is looked at again when as long has passed
		}
		return err
	})
	return did && err == nil, err
}
