package change

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// dueBatch is how many requests Due looks at in one reading.
const dueBatch = 200

// Due reminds of requests whose step waits longer than its rule says, or else
// the ward's RemindAfterHours: first those who may sign it, and after as long
// again as the rule says the leaders. It returns how many requests it reminded
// of. It is the program's own work: the clock calls it, for every ward, and of
// several replicas at once one reminds.
func (s *Service) Due(ctx context.Context) (int, error) {
	tx := s.store.WithContext(ctx)
	var wards []models.Ward
	if err := tx.Order("id").Find(&wards).Error; err != nil {
		return 0, fmt.Errorf("read wards: %w", err)
	}
	reminded := 0
	var failed error
	for _, ward := range wards {
		book, err := s.approvals.Open(tx, ward.ID)
		if err != nil {
			return reminded, err
		}
		if book.Hours() == 0 {
			continue
		}
		before := s.clock.UTC().Add(-time.Duration(book.Hours()) * time.Hour)
		for last := int64(0); ; {
			var ids []int64
			err := tx.Model(&models.ChangeRequest{}).
				Where("ward_id = ? AND state = ? AND id > ? AND submitted_at <= ? AND (reminded_at IS NULL OR reminded_at <= ?)", ward.ID, models.ChangeSubmitted, last, before, before).
				Order("id").Limit(dueBatch).Pluck("id", &ids).Error
			if err != nil {
				return reminded, fmt.Errorf("read waiting requests: %w", err)
			}
			if len(ids) == 0 {
				break
			}
			last = ids[len(ids)-1]
			for _, id := range ids {
				// One that cannot be reminded of holds up no other.
				switch did, err := s.remind(ctx, id); {
				case err != nil:
					failed = errors.Join(failed, fmt.Errorf("remind of request %d: %w", id, err))
				case did:
					reminded++
				}
			}
		}
	}
	return reminded, failed
}

func (s *Service) remind(ctx context.Context, id int64) (did bool, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		var request models.ChangeRequest
		err := tx.Take(&request, "id = ? AND state = ?", id, models.ChangeSubmitted).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil // decided since it was listed
		}
		if err != nil {
			return err
		}
		proposal, err := decodeProposal(request)
		if err != nil {
			return err
		}
		j, err := s.judge(tx, request, proposal)
		if err != nil || j.Done || j.Step >= len(j.rule.Steps) {
			return err
		}
		since, hours := j.since(request), cmp.Or(j.step().RemindHours, j.book.Ward.RemindAfterHours)
		if request.RemindedAt != nil {
			since, hours = *request.RemindedAt, cmp.Or(j.step().EscalateHours, j.book.Ward.RemindAfterHours, j.step().RemindHours)
		}
		now := s.clock.UTC()
		if hours == 0 || since.Add(time.Duration(hours)*time.Hour).After(now) {
			return nil
		}
		marked := tx.Model(&models.ChangeRequest{}).Where("id = ? AND version = ?", id, request.Version)
		if request.RemindedAt == nil {
			marked = marked.Where("reminded_at IS NULL")
		} else {
			marked = marked.Where("reminded_at = ?", *request.RemindedAt)
		}
		marked = marked.Update("reminded_at", now)
		if marked.Error != nil || marked.RowsAffected == 0 {
			return marked.Error
		}
		did = true
		staff := told(j)
		if request.RemindedAt != nil || len(staff) == 0 {
			staff = above(j)
		}
		return s.tell(ctx, tx, request, outbox.ChangeWaiting, staff)
	})
	return did && err == nil, err
}

// above are the leaders to whom a request is taken that nobody signs; where
// none may look at it, the administrators, who mind the rules.
func above(j judgement) []models.Staff {
	for _, role := range []services.Role{services.Leader, services.Admin} {
		staff := slices.DeleteFunc(slices.Clone(j.book.Staff), func(one models.Staff) bool {
			return !one.Active || one.Role != string(role) || j.parties.WhyNot(one) != ""
		})
		if len(staff) > 0 {
			return staff
		}
	}
	return nil
}
