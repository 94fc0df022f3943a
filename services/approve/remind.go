package approve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// dueBatch is how many items Due looks at in one reading.
const dueBatch = 200

// Reminder reminds of what waits too long, and counts it.
type Reminder interface {
	Due(ctx context.Context) (reminded int, err error)
}

// Round reminds of all that waits too long for its signatures.
func Round(waiting ...Reminder) services.Round {
	return services.Round{Name: "remind", Does: "reminds of what waits too long for its signatures",
		Every: 10 * time.Minute, Do: func(ctx context.Context) (reminded int, failed error) {
			for _, one := range waiting {
				did, err := one.Due(ctx)
				reminded, failed = reminded+did, errors.Join(failed, err)
			}
			return reminded, failed
		}}
}

// Due reminds of items whose step waits longer than its rule says, or else the
// ward's RemindAfterHours where that counts for them: first those who may sign
// it, and after as long again as the rule says the leaders. It returns how many
// items it reminded of. It is the program's own work: the clock calls it, for
// every ward, and of several replicas at once one reminds.
func (of *Items[T, S]) Due(ctx context.Context) (reminded int, failed error) {
	tx := of.store.WithContext(ctx)
	var wards []int64
	if err := tx.Model(&models.Ward{}).Order("id").Pluck("id", &wards).Error; err != nil {
		return 0, fmt.Errorf("read wards: %w", err)
	}
	for _, ward := range wards {
		book, err := of.Open(tx, ward)
		if err != nil {
			return reminded, errors.Join(failed, err)
		}
		if hours := book.hours(of.Hours); hours != 0 {
			did, err := of.dueIn(ctx, ward, of.clock.UTC().Add(-time.Duration(hours)*time.Hour))
			reminded, failed = reminded+did, errors.Join(failed, err)
		}
	}
	return reminded, failed
}

func (of *Items[T, S]) dueIn(ctx context.Context, ward int64, before time.Time) (reminded int, failed error) {
	for last := int64(0); ; {
		var ids []int64
		err := services.InWard(of.store.WithContext(ctx).Model(new(T)), ward).
			Where("state = ? AND id > ?", of.Waiting, last).
			Where(of.Since+" <= ? AND ("+of.Reminded+" IS NULL OR "+of.Reminded+" <= ?)", before, before).
			Order("id").Limit(dueBatch).Pluck("id", &ids).Error
		if err != nil {
			return reminded, errors.Join(failed, fmt.Errorf("read waiting %s: %w", of.Subject, err))
		}
		if len(ids) == 0 {
			return reminded, failed
		}
		last = ids[len(ids)-1]
		for _, id := range ids {
			// One that cannot be reminded of holds up no other.
			switch did, err := of.remind(ctx, id); {
			case err != nil:
				failed = errors.Join(failed, fmt.Errorf("remind of %s %d: %w", of.Subject, id, err))
			case did:
				reminded++
			}
		}
	}
}

func (of *Items[T, S]) remind(ctx context.Context, id int64) (did bool, err error) {
	err = of.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		_, item, err := of.read(tx, services.Actor{Role: services.System}, id)
		if err != nil || item.State != string(of.Waiting) { // decided since it was listed
			return err
		}
		j, err := of.Judge(tx, item)
		if err != nil || j.Done || !j.due(of.Hours, of.clock.UTC()) {
			return err
		}
		marked := tx.Model(new(T)).Where("id = ? AND version = ?", id, item.Version)
		if item.Reminded == nil {
			marked = marked.Where(of.Reminded + " IS NULL")
		} else {
			marked = marked.Where(of.Reminded+" = ?", *item.Reminded)
		}
		marked = marked.Update(of.Reminded, of.clock.UTC())
		if marked.Error != nil || marked.RowsAffected == 0 {
			return marked.Error
		}
		did = true
		staff := j.told()
		if item.Reminded != nil || len(staff) == 0 {
			staff = j.above()
		}
		return of.tell(ctx, tx, item, of.Reminds, staff)
	})
	return did && err == nil, err
}

// due reports whether it is time to remind of the step that waits, or to take it
// above; ward says that the ward's own time counts.
func (j Judgement) due(ward bool, now time.Time) bool {
	general := 0
	if ward {
		general = j.Book.Ward.RemindAfterHours
	}
	since, hours := j.Since(), cmp.Or(j.step().RemindHours, general)
	if reminded := j.Item.Reminded; reminded != nil {
		since, hours = *reminded, cmp.Or(j.step().EscalateHours, general, j.step().RemindHours)
	}
	return hours != 0 && !since.Add(time.Duration(hours)*time.Hour).After(now)
}
