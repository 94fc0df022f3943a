package notice

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// Standing is a notice of the ward in whatever state, with its progress.
func (o *Outcomes) Standing(ctx context.Context, actor services.Actor, id int64) (Progress, error) {
	if err := actor.Need(readers...); err != nil {
		return Progress{}, err
	}
	db := o.store.WithContext(ctx)
	notice, err := services.Take[models.Notice](db, actor, "notice", id)
	if err != nil {
		return Progress{}, err
	}
	standing := []Progress{{Notice: notice}}
	if err := o.count(db, standing); err != nil {
		return Progress{}, err
	}
	return standing[0], nil
}

// TimeToGo is about how long the rest of a notice takes at the pace it had so
// far; 0 when that cannot be told.
func (p Progress) TimeToGo(now time.Time) time.Duration {
	if p.Notice.SentAt == nil || p.Queued == 0 || p.Queued == p.Total || p.Notice.State != models.NoticeIsSent {
		return 0
	}
	return now.Sub(*p.Notice.SentAt) / time.Duration(p.Total-p.Queued) * time.Duration(p.Queued)
}

// stir has a notice's card drawn anew soon, in the caller's transaction: many
// who answer at once have it drawn once.
func (p part) stir(ctx context.Context, tx *gorm.DB, notice int64) error {
	result := tx.Model(&models.Notice{}).Where("id = ? AND following = ?", notice, false).Update("following", true)
	if result.Error != nil || result.RowsAffected == 0 {
		return result.Error
	}
	return p.outbox.Enqueue(ctx, tx, outbox.Follow{Notice: notice})
}

// Follow has a notice's card drawn anew where anything has changed since it was
// last asked, and reports that, and whether the notice is still on its way. What changes
// later stirs it up again.
func (o *Outcomes) Follow(ctx context.Context, id int64) (going, changed bool, err error) {
	err = o.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		// First: who stirs after this asks again.
		if err := tx.Model(&models.Notice{}).Where("id = ?", id).Update("following", false).Error; err != nil {
			return fmt.Errorf("follow: %w", err)
		}
		notice, err := services.Take[models.Notice](tx, services.SystemActor(0), "notice", id)
		if err != nil {
			return err
		}
		standing := []Progress{{Notice: notice}}
		if err := o.count(tx, standing); err != nil {
			return err
		}
		now := standing[0]
		if going = now.Queued > 0 && now.Notice.State == models.NoticeIsSent; going {
			if err := tx.Model(&models.Notice{}).Where("id = ?", id).Update("following", true).Error; err != nil {
				return fmt.Errorf("follow: %w", err)
			}
		}
		now.Notice = models.Notice{State: now.Notice.State}
		before, known := o.drawn.Swap(id, now)
		if changed = !known || before != any(now); !going {
			o.drawn.Delete(id)
		}
		if !changed { // it stands as its readers have it before them
			return nil
		}
		return o.outbox.Redraw(ctx, tx, services.Actor{}, standing[0].Notice.WardID, outbox.Sending, id)
	})
	return going, changed, err
}

// Backlog is what of notices has not come to its end, of all wards.
type Backlog struct {
	People map[models.DeliveryState]int // queued, sending, uncertain
	Oldest time.Duration                // of those queued
}

// Backlog counts it, for those who watch the machine.
func (o *Outcomes) Backlog(ctx context.Context) (Backlog, error) {
	backlog := Backlog{People: map[models.DeliveryState]int{models.DeliveryQueued: 0, models.DeliverySending: 0,
		models.DeliveryUncertain: 0}}
	var rows []struct {
		State  models.DeliveryState
		People int
	}
	db := services.AcrossWards(o.store.WithContext(ctx), "figures of the machine")
	going := db.Table("deliveries d").Joins("JOIN notices n ON n.id = d.subject_id AND n.following").
		Where("d.subject_kind = ? AND d.kind = ?", outbox.Notice, outbox.NoticeSent)
	err := going.Session(&gorm.Session{}).Select("d.state, COUNT(*) AS people").Where("d.state IN ?",
		[]models.DeliveryState{models.DeliveryQueued, models.DeliverySending, models.DeliveryUncertain}).
		Group("d.state").Scan(&rows).Error
	if err != nil {
		return backlog, fmt.Errorf("backlog: %w", err)
	}
	for _, row := range rows {
		backlog.People[row.State] = row.People
	}
	if backlog.People[models.DeliveryQueued] == 0 {
		return backlog, nil
	}
	var oldest []time.Time
	if err := going.Session(&gorm.Session{}).Where("d.state = ?",
		models.DeliveryQueued).Order("d.id").Limit(1).Pluck("d.created_at", &oldest).Error; err != nil {
		return backlog, fmt.Errorf("backlog: %w", err)
	}
	if len(oldest) > 0 {
		backlog.Oldest = max(o.clock.UTC().Sub(oldest[0]), 0)
	}
	return backlog, nil
}

// Sent lists what the ward told its officers, the newest first.
func (o *Outcomes) Sent(ctx context.Context, actor services.Actor) ([]Progress, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	db := o.store.WithContext(ctx)
	var notices []models.Notice
	if err := services.InWard(db, actor.Ward).Where("sent_at IS NOT NULL").Order("sent_at DESC, id DESC").Limit(
		maxListed).Find(&notices).Error; err != nil {
		return nil, fmt.Errorf("notices sent: %w", err)
	}
	progress := make([]Progress, len(notices))
	for i, notice := range notices {
		progress[i].Notice = notice
	}
	return progress, o.count(db, progress)
}

// count fills in how far notices got.
func (o *Outcomes) count(db *gorm.DB, progress []Progress) error {
	ids := make([]int64, len(progress))
	byID := map[int64]*Progress{}
	for i := range progress {
		ids[i] = progress[i].Notice.ID
		byID[ids[i]] = &progress[i]
	}
	var counts []struct {
		SubjectID int64
		State     models.DeliveryState
		Held      bool
		People    int
	}
	err := db.Model(&models.Delivery{}).Select(
		"subject_id, state, (reason = ? AND state = ?) AS held, COUNT(*) AS people", pausedWhy, models.DeliveryFailed).
		Where("subject_kind = ? AND kind = ? AND subject_id IN ?", outbox.Notice, outbox.NoticeSent, ids).
		Group("subject_id, state, held").Scan(&counts).Error
	if err != nil {
		return fmt.Errorf("count notices: %w", err)
	}
	for _, count := range counts {
		if count.Held {
			count.State = models.DeliveryQueued
		}
		byID[count.SubjectID].add(count.State, count.People)
	}
	var answers []struct {
		NoticeID int64
		Attends  bool
		People   int
	}
	err = db.Model(&models.NoticeAnswer{}).Select("notice_id, attends, COUNT(*) AS people").Where("notice_id IN ?",
		ids).Group("notice_id, attends").Scan(&answers).Error
	if err != nil {
		return fmt.Errorf("count answers: %w", err)
	}
	for _, answer := range answers {
		if answer.Attends {
			byID[answer.NoticeID].Coming = answer.People
		} else {
			byID[answer.NoticeID].Absent = answer.People
		}
	}
	return nil
}
