package notice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

const (
	// countOver is how many people a notice may reach without their number typed.
	countOver = 1000
	// farthest is how far ahead a notice may be sent off.
	farthest = 366 * 24 * time.Hour
	// dueAtOnce bounds how many notices one look at the clock sends.
	dueAtOnce = 50
)

// Go is how a notice is to leave: At nil for at once, Count what was typed for
// the number of its people.
type Go struct {
	At    *time.Time
	Count int
}

// Release sends a notice, or puts it by for its time; at night what is not
// urgent waits for seven in the morning. Where the ward wants a leader's word, it
// waits for that. What has left already, or waits, is shown as it is: a second
// tap does nothing. It refuses with
//
//	invalid/audience_empty, invalid/notice_date   as Draft does
//	invalid/notice_past      a time that is past
//	invalid/notice_far       more than a year ahead
//	invalid/notice_quiet     a time at night (from, to) of what is not urgent
//	invalid/notice_count     more than 1,000 people whose number was not typed (people)
//	denied/step_up           more than 50 without a fresh code
//	conflict/notice_dropped  it was given up
func (s *Service) Release(ctx context.Context, actor services.Actor, id int64, how Go) (Progress, error) {
	var progress Progress
	err := s.act(ctx, actor, func(tx *gorm.DB) error {
		notice, err := locked(tx, actor, id)
		if err != nil {
			return err
		}
		progress.Notice = notice
		switch notice.State {
		case models.NoticeDraft:
		case models.NoticeCancelled:
			return services.Conflict("notice_dropped")
		default:
			return nil
		}
		at, err := s.leaves(notice, how.At)
		if err != nil {
			return err
		}
		people, err := s.audience(tx, notice)
		if err != nil {
			return err
		}
		if people > countOver && how.Count != people {
			return services.Invalid("notice_count").With("people", people)
		}
		if err := s.mayTell(ctx, tx, actor, people); err != nil {
			return err
		}
		progress.Total = people
		var ward models.Ward
		if err := tx.Select("id", "notices_by_leader").Take(&ward, notice.WardID).Error; err != nil {
			return fmt.Errorf("ward: %w", err)
		}
		if ward.NoticesByLeader && actor.Role != services.Leader {
			return s.ask(ctx, tx, actor, &progress.Notice, at)
		}
		progress, err = s.depart(ctx, tx, actor, notice, at, people)
		return err
	})
	return progress, err
}

// CheckTime refuses a time for a notice as Release would.
func (s *Service) CheckTime(ctx context.Context, actor services.Actor, id int64, at time.Time) error {
	standing, err := s.Standing(ctx, actor, id)
	if err != nil {
		return err
	}
	_, err = s.leaves(standing.Notice, &at)
	return err
}

// leaves is when a notice goes; nil for at once.
func (s *Service) leaves(notice models.Notice, at *time.Time) (*time.Time, error) {
	now := s.clock.UTC()
	leaving := now
	switch {
	case at == nil && !notice.Urgent && services.Night(now):
		at = utc(new(services.Morning(now)))
		leaving = *at
	case at != nil:
		at = utc(at)
		leaving = *at
		switch {
		case !leaving.After(now):
			return nil, services.Invalid("notice_past")
		case leaving.Sub(now) > farthest:
			return nil, services.Invalid("notice_far")
		case !notice.Urgent && services.Night(leaving):
			return nil, services.Invalid("notice_quiet").With("from", services.NightFrom).With("to", services.NightTo)
		}
	}
	if notice.ConfirmBy != nil && !notice.ConfirmBy.After(leaving) {
		return nil, services.Invalid("notice_date")
	}
	return at, nil
}

func (s *Service) audience(tx *gorm.DB, notice models.Notice) (people int, err error) {
	audience, err := AudienceOf(notice)
	if err != nil {
		return 0, err
	}
	return s.size(tx, notice.WardID, audience)
}

// depart sends a notice or puts it by for its time.
func (s *Service) depart(ctx context.Context, tx *gorm.DB, actor services.Actor, notice models.Notice, at *time.Time, people int) (Progress, error) {
	if at == nil {
		return s.launch(ctx, tx, actor, notice)
	}
	before := notice.State
	notice.State, notice.SendAt = models.NoticeScheduled, at
	if err := move(tx, notice, before, map[string]any{"state": notice.State, "send_at": *at, "approved_by": notice.ApprovedBy}); err != nil {
		return Progress{}, err
	}
	return Progress{Notice: notice, Total: people}, s.audit.Record(tx, actor, "notice.scheduled", subject(notice.ID), journal.Detail{"at": *at, "people": people})
}

// ask puts a notice before the ward's leaders.
func (s *Service) ask(ctx context.Context, tx *gorm.DB, actor services.Actor, notice *models.Notice, at *time.Time) error {
	before := notice.State
	notice.State, notice.SendAt = models.NoticeWaiting, at
	if err := move(tx, *notice, before, map[string]any{"state": notice.State, "send_at": at}); err != nil {
		return err
	}
	var leaders []int64
	err := services.InWard(tx.Model(&models.Staff{}), notice.WardID).Where("role = ? AND active", services.Leader).Order("id").Pluck("id", &leaders).Error
	if err != nil {
		return fmt.Errorf("leaders: %w", err)
	}
	if len(leaders) == 0 {
		return services.Conflict("notice_no_leader")
	}
	// Asked again after it came back, the card is another one.
	var asked int64
	if err := tx.Model(&models.Delivery{}).Where("kind = ? AND subject_id = ?", outbox.NoticeWaiting, notice.ID).Count(&asked).Error; err != nil {
		return fmt.Errorf("leaders: %w", err)
	}
	var messages []outbox.Message
	for _, leader := range leaders {
		messages = append(messages, outbox.Message{Ward: notice.WardID, Kind: outbox.NoticeWaiting, Subject: outbox.Sending, SubjectID: notice.ID, Version: int(asked), Staff: leader})
	}
	if err := s.outbox.Tell(ctx, tx, messages...); err != nil {
		return err
	}
	return s.audit.Record(tx, actor, "notice.submitted", subject(notice.ID), nil)
}

// Approve is a leader's word that a notice may go: at its time, or at once where
// that has passed. It refuses with conflict/notice_moved what does not wait any
// more, denied/own the leader's own, and as Release does.
func (s *Service) Approve(ctx context.Context, actor services.Actor, id int64) (Progress, error) {
	var progress Progress
	err := s.decide(ctx, actor, id, func(tx *gorm.DB, notice models.Notice) error {
		at := notice.SendAt
		if at != nil && !at.After(s.clock.UTC()) {
			at = nil
		}
		at, err := s.leaves(notice, at)
		if err != nil {
			return err
		}
		people, err := s.audience(tx, notice)
		if err != nil {
			return err
		}
		if err := s.mayTell(ctx, tx, actor, people); err != nil {
			return err
		}
		notice.ApprovedBy = &actor.Staff
		if err := s.audit.Record(tx, actor, "notice.approved", subject(id), nil); err != nil {
			return err
		}
		if progress, err = s.depart(ctx, tx, actor, notice, at, people); err != nil {
			return err
		}
		return s.outbox.Redraw(ctx, tx, actor, notice.WardID, outbox.Sending, id)
	})
	return progress, err
}

// Return gives a notice that waits for a leader back to its author as a draft.
func (s *Service) Return(ctx context.Context, actor services.Actor, id int64) error {
	return s.decide(ctx, actor, id, func(tx *gorm.DB, notice models.Notice) error {
		if err := s.outbox.Redraw(ctx, tx, actor, notice.WardID, outbox.Sending, id); err != nil {
			return err
		}
		return s.giveBack(ctx, tx, actor, notice)
	})
}

// giveBack makes a draft of a notice again, and tells its author.
func (s *Service) giveBack(ctx context.Context, tx *gorm.DB, actor services.Actor, notice models.Notice) error {
	if err := move(tx, notice, notice.State, map[string]any{"state": models.NoticeDraft, "send_at": nil}); err != nil {
		return err
	}
	var before int64
	if err := tx.Model(&models.Delivery{}).Where("kind = ? AND subject_id = ?", outbox.NoticeReturned, notice.ID).Count(&before).Error; err != nil {
		return fmt.Errorf("return notice: %w", err)
	}
	// Not a card to be redrawn: it says why it came.
	err := s.outbox.Tell(ctx, tx, outbox.Message{Ward: notice.WardID, Kind: outbox.NoticeReturned, Subject: outbox.Notice, SubjectID: notice.ID, Version: int(before), Staff: notice.StaffID})
	if err != nil {
		return err
	}
	return s.audit.Record(tx, actor, "notice.returned", subject(notice.ID), nil)
}

func (s *Service) decide(ctx context.Context, actor services.Actor, id int64, do func(*gorm.DB, models.Notice) error) error {
	if err := actor.Need(services.Leader); err != nil {
		return err
	}
	return s.act(ctx, actor, func(tx *gorm.DB) error {
		notice, err := locked(tx, actor, id)
		switch {
		case err != nil:
			return err
		case notice.State != models.NoticeWaiting:
			return services.Conflict("notice_moved")
		case notice.StaffID == actor.Staff:
			return services.Denied("own")
		}
		return do(tx, notice)
	})
}

// SetByLeader says whether a leader lets the ward's notices go.
func (s *Service) SetByLeader(ctx context.Context, actor services.Actor, on bool) error {
	if err := actor.Need(services.Admin); err != nil {
		return err
	}
	return s.act(ctx, actor, func(tx *gorm.DB) error {
		if err := tx.Model(&models.Ward{}).Where("id = ?", actor.Ward).Update("notices_by_leader", on).Error; err != nil {
			return fmt.Errorf("ward: %w", err)
		}
		return s.audit.Record(tx, actor, "notice.by_leader", fmt.Sprintf("ward:%d", actor.Ward), journal.Detail{"on": on})
	})
}

// ByLeader reports whether a leader lets the ward's notices go.
func (s *Service) ByLeader(ctx context.Context, actor services.Actor) (bool, error) {
	if err := actor.Need(readers...); err != nil {
		return false, err
	}
	var ward models.Ward
	if err := s.store.WithContext(ctx).Select("id", "notices_by_leader").Take(&ward, actor.Ward).Error; err != nil {
		return false, fmt.Errorf("ward: %w", err)
	}
	return ward.NoticesByLeader, nil
}

// Due sends what its time has come for, and returns how many notices that were.
// One whose audience is gone meanwhile goes back to being a draft. One that is
// late, since nothing ran, wakes nobody: it waits for the morning.
func (s *Service) Due(ctx context.Context) (int, error) {
	sent, err := s.recur(ctx)
	now := s.clock.UTC()
	var due []int64
	query := services.AcrossWards(s.store.WithContext(ctx), "a job").Model(&models.Notice{}).Where("state = ? AND send_at <= ?", models.NoticeScheduled, now).Order("send_at, id").Limit(dueAtOnce)
	if services.Night(now) {
		query = query.Where("urgent = ?", true)
	}
	if found := query.Pluck("id", &due).Error; found != nil {
		return sent, errors.Join(err, fmt.Errorf("notices due: %w", found))
	}
	for _, id := range due {
		failed := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			actor := services.Actor{Role: services.System}
			notice, err := locked(tx, actor, id)
			if err != nil || notice.State != models.NoticeScheduled { // another replica was quicker
				return err
			}
			people, err := s.audience(tx, notice)
			if err != nil && services.KindOf(err) == services.KindInternal {
				return err
			}
			actor = services.SystemActor(notice.WardID)
			if err != nil || people == 0 {
				return s.giveBack(ctx, tx, actor, notice)
			}
			sent++
			_, err = s.launch(ctx, tx, actor, notice)
			return err
		})
		err = errors.Join(err, failed)
	}
	return sent, err
}
