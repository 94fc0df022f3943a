package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Compose is a notice to write. ConfirmBy and Attendance may go with
// NeedsConfirm.
type Compose struct {
	Text         string // with gaps, see Fields
	NeedsConfirm bool
	Attendance   bool // asks who comes, not only who has read it
	ConfirmBy    *time.Time
	Audience     Audience
	Urgent       bool  // may go out at night
	Once         bool  // what may have arrived is not sent again
	File         int64 // of KeepFile; 0 for none
	Corrects     int64 // the notice that it puts right; 0 for none
}

// Send writes a notice and sends it at once, at night too: everybody of the
// audience is told, each once however many posts they hold. Its refusals are
// those of Draft and Release but for the times.
func (s *Service) Send(ctx context.Context, actor services.Actor, compose Compose) (Progress, error) {
	notice, err := s.written(actor, compose)
	if err != nil {
		return Progress{}, err
	}
	var progress Progress
	err = s.act(ctx, actor, func(tx *gorm.DB) error {
		people, err := s.Audiences.size(tx, actor.Ward, compose.Audience)
		if err != nil {
			return err
		}
		if err := s.mayTell(ctx, tx, actor, people); err != nil {
			return err
		}
		if err := s.keep(tx, actor, &notice); err != nil {
			return err
		}
		progress, err = s.send(ctx, tx, actor, notice)
		return err
	})
	return progress, err
}

// Draft keeps a notice that is not sent yet. It refuses with
//
//	invalid/notice_length   (min, max)
//	invalid/notice_field    a gap that nothing fills (field)
//	invalid/notice_date     a deadline that is past or asks for nothing
//	invalid/audience, not_found/village, not_found/person, not_found/notice
//	                        what is no audience
//	invalid/audience_empty  nobody is meant
func (s *Service) Draft(ctx context.Context, actor services.Actor, compose Compose) (models.Notice, error) {
	notice, err := s.written(actor, compose)
	if err != nil {
		return models.Notice{}, err
	}
	err = s.act(ctx, actor, func(tx *gorm.DB) error {
		people, err := s.Audiences.size(tx, actor.Ward, compose.Audience)
		if err != nil {
			return err
		}
		if people == 0 {
			return services.Invalid("audience_empty")
		}
		return s.keep(tx, actor, &notice)
	})
	return notice, err
}

// Edit is what of a notice is written anew; nil leaves it as it is.
type Edit struct {
	Text     *string
	Audience *Audience
	Urgent   *bool
	Once     *bool
}

// Edit changes a notice that has not left. One that waited for a leader or for
// its time is a draft again. One that was sent is conflict/notice_sent: what can
// be done is to Correct it.
func (s *Service) Edit(ctx context.Context, actor services.Actor, id int64, edit Edit) (models.Notice, error) {
	var notice models.Notice
	err := s.act(ctx, actor, func(tx *gorm.DB) error {
		var err error
		if notice, err = s.unsent(tx, actor, id); err != nil {
			return err
		}
		if edit.Text != nil {
			if notice.Text, err = Wording(*edit.Text); err != nil {
				return err
			}
		}
		if edit.Audience != nil {
			people, err := s.Audiences.size(tx, actor.Ward, *edit.Audience)
			if err != nil {
				return err
			}
			if people == 0 {
				return services.Invalid("audience_empty")
			}
			if notice.Audience, err = encode(*edit.Audience); err != nil {
				return err
			}
		}
		if edit.Urgent != nil {
			notice.Urgent = *edit.Urgent
		}
		if edit.Once != nil {
			notice.Once = *edit.Once
		}
		before := notice.State
		notice.State, notice.SendAt, notice.ApprovedBy = models.NoticeDraft, nil, nil
		if err := s.notices.Anew(tx, notice); err != nil {
			return err
		}
		return move(tx, notice, before, map[string]any{
			"text": notice.Text, "audience": notice.Audience, "urgent": notice.Urgent, "once": notice.Once,
			"state": notice.State, "send_at": nil, "approved_by": nil,
		})
	})
	return notice, err
}

// Correct drafts a notice to all whom an earlier one was for: that one stays as
// they read it.
func (s *Service) Correct(ctx context.Context, actor services.Actor, id int64, text string) (models.Notice, error) {
	if err := actor.Need(senders...); err != nil {
		return models.Notice{}, err
	}
	wrong, err := services.Take[models.Notice](s.store.WithContext(ctx), actor, "notice", id)
	if err != nil {
		return models.Notice{}, err
	}
	if wrong.SentAt == nil {
		return models.Notice{}, services.Conflict("notice_unsent")
	}
	by := wrong.ConfirmBy
	if by != nil && !by.After(s.clock.UTC()) {
		by = nil
	}
	return s.Draft(ctx, actor, Compose{Text: text, ConfirmBy: by, NeedsConfirm: wrong.NeedsConfirm,
		Attendance: wrong.Attendance, Urgent: wrong.Urgent, Once: wrong.Once,
		Audience: Audience{Recipients: id}, Corrects: id})
}

// Drop ends a notice that has not left.
func (s *Service) Drop(ctx context.Context, actor services.Actor, id int64) error {
	return s.act(ctx, actor, func(tx *gorm.DB) error {
		notice, err := s.unsent(tx, actor, id)
		if err != nil {
			return err
		}
		if err := move(tx, notice, notice.State, map[string]any{"state": models.NoticeCancelled}); err != nil {
			return err
		}
		if err := s.notices.Anew(tx, notice); err != nil {
			return err
		}
		return s.audit.Record(tx, actor, "notice.dropped", subject(id), nil)
	})
}

// Drafts lists the ward's notices that have not left, the newest first.
func (s *Service) Drafts(ctx context.Context, actor services.Actor) ([]models.Notice, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	var notices []models.Notice
	err := services.InWard(s.store.WithContext(ctx), actor.Ward).Where("sent_at IS NULL AND state IN ?",
		unsentStates).Order("id DESC").Limit(maxListed).Find(&notices).Error
	if err != nil {
		return nil, fmt.Errorf("drafts: %w", err)
	}
	return notices, nil
}

var unsentStates = []models.NoticeState{models.NoticeDraft, models.NoticeWaiting, models.NoticeScheduled}

// written makes the row of a notice, checked as far as that needs no database.
func (s *Service) written(actor services.Actor, compose Compose) (models.Notice, error) {
	if err := author(actor); err != nil {
		return models.Notice{}, err
	}
	text, err := Wording(compose.Text)
	if err != nil {
		return models.Notice{}, err
	}
	now := s.clock.UTC()
	if by := compose.ConfirmBy; by != nil && (!compose.NeedsConfirm || !by.After(now)) || compose.Attendance &&
		!compose.NeedsConfirm {
		return models.Notice{}, services.Invalid("notice_date")
	}
	audience, err := encode(compose.Audience)
	if err != nil {
		return models.Notice{}, err
	}
	return models.Notice{
		WardID: actor.Ward, StaffID: actor.Staff, Text: text, NeedsConfirm: compose.NeedsConfirm,
		Attendance: compose.Attendance, ConfirmBy: utc(compose.ConfirmBy),
		Audience: audience, Urgent: compose.Urgent, Once: compose.Once, FileID: services.Ref(compose.File),
		Corrects: services.Ref(compose.Corrects), State: models.NoticeDraft, CreatedAt: now,
	}, nil
}

// author refuses who sends nothing; a notice has a sender.
func author(actor services.Actor) error {
	if err := actor.Need(senders...); err != nil {
		return err
	}
	if actor.Staff == 0 || actor.Ward == 0 {
		return services.Denied("role")
	}
	return nil
}

// Wording is a text as it may be sent; its refusals are those of Draft.
func Wording(text string) (string, error) {
	text, err := clean(text)
	if err != nil {
		return "", err
	}
	return text, checkFields(text)
}

func encode(audience Audience) (string, error) {
	text, err := json.Marshal(audience)
	if err != nil {
		return "", fmt.Errorf("notice: %w", err)
	}
	return string(text), nil
}

// keep inserts a notice, with a file of the author's own.
func (s *Service) keep(tx *gorm.DB, actor services.Actor, notice *models.Notice) error {
	if notice.FileID != nil {
		if err := known(services.InWard(tx.Model(&models.NoticeFile{}), actor.Ward).Where("staff_id = ?", actor.Staff), "id",
			[]int64{*notice.FileID}, services.NotFound("notice_file")); err != nil {
			return err
		}
	}
	if notice.Corrects != nil {
		if err := known(services.InWard(tx.Model(&models.Notice{}), actor.Ward).Where("sent_at IS NOT NULL"), "id",
			[]int64{*notice.Corrects}, services.NotFound("notice")); err != nil {
			return err
		}
	}
	if err := tx.Create(notice).Error; err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	return nil
}

// act runs what an author does in a transaction, once an event.
func (p part) act(ctx context.Context, actor services.Actor, do func(tx *gorm.DB) error) error {
	if err := author(actor); err != nil {
		return err
	}
	return p.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, p.clock, actor); err != nil {
			return err
		}
		return do(tx)
	})
}

// locked reads a notice of the actor's ward; nobody else changes it meanwhile.
func locked(tx *gorm.DB, actor services.Actor, id int64) (models.Notice, error) {
	return services.Take[models.Notice](services.Locked(tx), actor, "notice", id)
}

// unsent is a notice that may still be changed.
func (s *Service) unsent(tx *gorm.DB, actor services.Actor, id int64) (models.Notice, error) {
	notice, err := locked(tx, actor, id)
	switch {
	case err != nil:
		return notice, err
	case notice.SentAt != nil:
		return notice, services.Conflict("notice_sent")
	case notice.State == models.NoticeCancelled:
		return notice, services.Conflict("notice_dropped")
	}
	return notice, nil
}

// move changes a notice that is still in a state.
func move(tx *gorm.DB, notice models.Notice, from models.NoticeState, values map[string]any) error {
	values["version"] = gorm.Expr("version + 1")
	result := tx.Model(&models.Notice{}).Where("id = ? AND state = ?", notice.ID, from).Updates(values)
	if result.Error != nil {
		return fmt.Errorf("move notice %d: %w", notice.ID, result.Error)
	}
	if result.RowsAffected != 1 {
		return services.Conflict("notice_moved")
	}
	return nil
}

// leave marks a notice as sent.
func leave(notice *models.Notice, now time.Time) {
	notice.State, notice.SentAt, notice.Following = models.NoticeIsSent, &now, true
}

// send sends a notice that waits for nothing.
func (s *Service) send(ctx context.Context, tx *gorm.DB, actor services.Actor, notice models.Notice) (Progress, error) {
	before := notice.State
	leave(&notice, s.clock.UTC())
	if err := move(tx, notice, before, map[string]any{"state": notice.State, "sent_at": notice.SentAt,
		"following": true}); err != nil {
		return Progress{}, err
	}
	return s.launch(ctx, tx, actor, notice)
}

// launch has everybody told of a notice that has been marked as sent.
func (s *Service) launch(ctx context.Context, tx *gorm.DB, actor services.Actor, notice models.Notice) (Progress,
	error) {
	audience, err := AudienceOf(notice)
	if err != nil {
		return Progress{}, err
	}
	posts, err := s.Audiences.posts(tx, notice.WardID, audience)
	if err != nil {
		return Progress{}, err
	}
	// Whoever lets it go at night means the night; the clock never does.
	night := notice.Urgent || actor.Role != services.System && services.Night(*notice.SentAt)
	message := outbox.Message{Ward: notice.WardID, Kind: outbox.NoticeSent, Subject: outbox.Notice, SubjectID: notice.ID}
	people, err := s.outbox.TellAll(ctx, tx, message, posts.Distinct("t.person_id"), night)
	if err != nil {
		return Progress{}, err
	}
	if err := s.outbox.Enqueue(ctx, tx, outbox.Follow{Notice: notice.ID}); err != nil {
		return Progress{}, err
	}
	progress := Progress{Notice: notice, Total: people, Queued: people}
	return progress, s.audit.Record(tx, actor, "notice.sent", subject(notice.ID),
		journal.Detail{"people": people, "needs_confirm": notice.NeedsConfirm, "audience": audience})
}

var sends = services.Guard("notice.sent", "many read it as the ward's word")

// mayTell refuses nobody, and many without a fresh code.
func (s *Service) mayTell(ctx context.Context, tx *gorm.DB, actor services.Actor, people int) error {
	switch {
	case people == 0:
		return services.Invalid("audience_empty")
	case people > freshOver:
		return s.gate.RequireFresh(ctx, tx, actor, sends)
	}
	return nil
}

func subject(notice int64) string { return fmt.Sprintf("notice:%d", notice) }
