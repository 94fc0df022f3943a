package warnings

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

// The hours of Viet Nam in which clerks are told, and the day from which on.
const (
	tellFrom  = 8
	tellUntil = 18
	tellOn    = time.Monday
)

// Tell has the clerks of every ward told of the week's findings: from Monday
// eight o'clock on and by day only, once for each ward and week however often
// and by however many it is called. A week whose Monday was missed is made good
// on the next day. Where nothing is wrong nobody is told. It returns how many
// wards were. It is the program's own work: the clock calls it.
func (s *Service) Tell(ctx context.Context) (int, error) {
	now := s.clock.Local()
	if now.Hour() < tellFrom || now.Hour() >= tellUntil {
		return 0, nil
	}
	var wards []int64
	if err := s.store.WithContext(ctx).Model(&models.Ward{}).Order("id").Pluck("id", &wards).Error; err != nil {
		return 0, fmt.Errorf("warnings: wards: %w", err)
	}
	told := 0
	var failed error
	for _, ward := range wards {
		// A ward that cannot be told holds up no other.
		switch did, err := s.tell(ctx, ward, week(now)); {
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("warnings of ward %d: %w", ward, err))
		case did:
			told++
		}
	}
	return told, failed
}

// week numbers the ISO week of a moment on people's clocks: 202615.
func week(now time.Time) int {
	year, number := now.ISOWeek()
	return year*100 + number
}

// tell looks through one ward, marks its week as done and queues the messages,
// all in one transaction.
func (s *Service) tell(ctx context.Context, ward int64, week int) (did bool, err error) {
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		actor := services.SystemActor(ward)
		actor.Event = fmt.Sprintf("warnings:%d:%d", ward, week)
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		findings, err := s.findings(tx, ward, 1)
		if err != nil || len(findings.Groups) == 0 {
			return err
		}
		clerks, err := s.identity.StaffOf(tx, ward, services.Clerk)
		if err != nil || len(clerks) == 0 {
			return err
		}
		messages := make([]outbox.Message, len(clerks))
		for i, clerk := range clerks {
			messages[i] = outbox.Message{Ward: ward, Kind: outbox.WeeklyReview, Subject: outbox.Week, SubjectID: int64(week),
				Staff: clerk.ID}
		}
		did = true
		return s.outbox.Tell(ctx, tx, messages...)
	})
	if services.IsRepeated(err) {
		return false, nil
	}
	return did && err == nil, err
}

// Round tells: at the very moment a week's telling begins, and every hour for
// those who were not running then.
func (s *Service) Round() services.Round {
	return services.Round{Name: "review", Does: "tells clerks once a week, by day, what the ward should look at",
		Every: time.Hour, Sharp: begins, Do: s.Tell}
}

// begins is when the next week's telling does.
func begins(after time.Time) time.Time {
	local := after.In(services.Zone)
	days := (int(tellOn) - int(local.Weekday()) + 7) % 7
	begins := time.Date(local.Year(), local.Month(), local.Day()+days, tellFrom, 0, 0, 0, services.Zone)
	if !begins.After(local) {
		begins = begins.AddDate(0, 0, 7)
	}
	return begins
}
