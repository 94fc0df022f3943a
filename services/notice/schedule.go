package notice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
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
		waits, err := s.waits(tx, actor, notice.WardID)
		if err != nil {
			return err
		}
		if waits {
			return s.ask(ctx, tx, actor, &progress.Notice, at)
		}
		progress, err = s.depart(ctx, tx, actor, notice, at, people)
		return err
	})
	return progress, err
}

// CheckTime refuses a time for a notice as Release would.
func (s *Service) CheckTime(ctx context.Context, actor services.Actor, id int64, at time.Time) error {
	standing, err := s.Outcomes.Standing(ctx, actor, id)
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
	return s.Audiences.size(tx, notice.WardID, audience)
}

// depart sends a notice or puts it by for its time.
func (s *Service) depart(ctx context.Context, tx *gorm.DB, actor services.Actor, notice models.Notice, at *time.Time,
	people int) (Progress, error) {
	if at == nil {
		return s.send(ctx, tx, actor, notice)
	}
	before := notice.State
	notice.State, notice.SendAt = models.NoticeScheduled, at
	if err := move(tx, notice, before, map[string]any{"state": notice.State, "send_at": *at}); err != nil {
		return Progress{}, err
	}
	return Progress{Notice: notice, Total: people}, s.scheduled(tx, actor, notice, people)
}

func (s *Service) scheduled(tx *gorm.DB, actor services.Actor, notice models.Notice, people int) error {
	return s.audit.Record(tx, actor, "notice.scheduled", subject(notice.ID),
		journal.Detail{"at": *notice.SendAt, "people": people})
}

// waits reports whether what the actor sends waits for others' signatures: where
// the ward wants a leader's word and has none of the actor, and where it has a
// rule for notices.
func (s *Service) waits(tx *gorm.DB, actor services.Actor, ward int64) (bool, error) {
	book, err := s.notices.Open(tx, ward)
	if err != nil {
		return false, err
	}
	return book.Has(item) || book.Ward.NoticesByLeader && actor.Role != services.Leader, nil
}

// ask puts a notice before those who sign it.
func (s *Service) ask(ctx context.Context, tx *gorm.DB, actor services.Actor, notice *models.Notice,
	at *time.Time) error {
	now := s.clock.UTC()
	before := notice.State
	notice.State, notice.SendAt, notice.SubmittedAt = models.NoticeWaiting, at, &now
	if err := move(tx, *notice, before, map[string]any{
		"state": notice.State, "send_at": at, "submitted_at": now, "signers_reminded_at": nil,
	}); err != nil {
		return err
	}
	notice.Version++
	if err := s.notices.Ask(ctx, tx, *notice); err != nil {
		return err
	}
	return s.audit.Record(tx, actor, "notice.submitted", subject(notice.ID), nil)
}

// Approve is a signature that a notice may go, by the ward's rule or else a
// leader's: at its time, or at once where that has passed. Its refusals are those
// of approve.Items.Make, and of Release.
func (s *Service) Approve(ctx context.Context, actor services.Actor, id int64, version int) (Progress, error) {
	var progress Progress
	notice, err := s.notices.Make(ctx, actor, id, version, decision{
		Action: "notice.approved", From: models.NoticeWaiting, Roles: signers, Right: approve.Signs,
		Do: func(act *act) error {
			at := act.Row.SendAt
			if at != nil && !at.After(act.Now) {
				at = nil
			}
			at, err := s.leaves(*act.Row, at)
			if err != nil {
				return err
			}
			people, err := s.audience(act.TX, *act.Row)
			if err != nil {
				return err
			}
			if err := s.mayTell(ctx, act.TX, actor, people); err != nil {
				return err
			}
			act.Row.ApprovedBy, progress.Total = &actor.Staff, people
			if at != nil {
				act.Row.State, act.Row.SendAt = models.NoticeScheduled, at
				return nil
			}
			leave(act.Row, act.Now)
			return nil
		},
		Tell: func(act *act) (err error) {
			if act.Row.SentAt != nil {
				progress, err = s.launch(ctx, act.TX, actor, *act.Row)
				return err
			}
			return s.scheduled(act.TX, actor, *act.Row, progress.Total)
		},
	})
	progress.Notice = notice
	return progress, err
}

// Return gives a notice that waits for signatures back to its author as a draft.
func (s *Service) Return(ctx context.Context, actor services.Actor, id int64, version int) error {
	_, err := s.notices.Make(ctx, actor, id, version, decision{
		Action: "notice.returned", From: models.NoticeWaiting, To: models.NoticeDraft, Roles: signers,
		Right: approve.Answers, Anew: true,
		Do: func(act *act) error {
			act.Row.SendAt = nil
			return nil
		},
		Tell: func(act *act) error { return s.tellReturned(ctx, act.TX, *act.Row) },
	})
	return err
}

// giveBack makes a draft of a notice again, and tells its author.
func (s *Service) giveBack(ctx context.Context, tx *gorm.DB, actor services.Actor, notice models.Notice) error {
	if err := move(tx, notice, notice.State, map[string]any{"state": models.NoticeDraft, "send_at": nil}); err != nil {
		return err
	}
	if err := s.tellReturned(ctx, tx, notice); err != nil {
		return err
	}
	return s.audit.Record(tx, actor, "notice.returned", subject(notice.ID), nil)
}

// tellReturned tells the author. It is no card to be redrawn: it says why it came.
func (s *Service) tellReturned(ctx context.Context, tx *gorm.DB, notice models.Notice) error {
	return s.outbox.Tell(ctx, tx, outbox.Message{
		Ward: notice.WardID, Kind: outbox.NoticeReturned, Subject: outbox.Notice, SubjectID: notice.ID,
		Version: notice.Version, Staff: notice.StaffID,
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

// Round sends what is due.
func (s *Service) Round() services.Round {
	return services.Round{Name: "announce", Does: "sends the notices whose time has come", Every: 30 * time.Second,
		AtStart: true, Do: s.Due}
}

// Due sends what its time has come for, and returns how many notices that were.
// One whose audience is gone meanwhile goes back to being a draft. One that is
// late, since nothing ran, wakes nobody: it waits for the morning.
func (s *Service) Due(ctx context.Context) (int, error) {
	sent, err := s.recur(ctx)
	now := s.clock.UTC()
	var due []int64
	query := services.AcrossWards(s.store.WithContext(ctx),
		"a job").Model(&models.Notice{}).Where("state = ? AND send_at <= ?", models.NoticeScheduled,
		now).Order("send_at, id").Limit(dueAtOnce)
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
			_, err = s.send(ctx, tx, actor, notice)
			return err
		})
		err = errors.Join(err, failed)
	}
	return sent, err
}
