package notice

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

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

// View is a notice as one person has it.
type View struct {
	Notice models.Notice
	State  models.DeliveryState // "" for staff whom it was not sent to
	From   string               // "phường Bắc Hồng Lĩnh"
	// Answer is what they said to an invitation; nil for nothing yet.
	Answer *models.NoticeAnswer
}

// For lists the notices that the actor was sent, the newest first.
func (i *Inbox) For(ctx context.Context, actor services.Actor, limit int) ([]View, error) {
	if err := recipient(actor); err != nil {
		return nil, err
	}
	return i.views(ctx, actor, func(db *gorm.DB) *gorm.DB {
		return db.Where("d.person_id = ?", actor.Person).Order("n.sent_at DESC, n.id DESC").Limit(max(1,
			min(limit, maxListed)))
	})
}

// recipient refuses who cannot have been sent anything.
func recipient(actor services.Actor) error {
	if err := actor.Need(anybody...); err != nil {
		return err
	}
	if actor.Person == 0 || actor.Ward == 0 {
		return services.Denied("role")
	}
	return nil
}

// One shows a notice to who was sent it, and to the ward's staff.
func (i *Inbox) One(ctx context.Context, actor services.Actor, notice int64) (View, error) {
	if err := actor.Need(anybody...); err != nil {
		return View{}, err
	}
	views, err := i.views(ctx, actor, func(db *gorm.DB) *gorm.DB { return db.Where("n.id = ?", notice) })
	if err != nil {
		return View{}, err
	}
	if len(views) == 0 || (actor.Role == services.Officer && views[0].State == "") {
		return View{}, services.NotFound("notice")
	}
	return views[0], nil
}

// views reads notices of the actor's ward with the actor's delivery of each.
func (i *Inbox) views(ctx context.Context, actor services.Actor, which func(*gorm.DB) *gorm.DB) ([]View, error) {
	var rows []struct {
		models.Notice `gorm:"embedded"`
		Received      models.DeliveryState
		WardName      string
		WardKind      string
		Answered      *int64
		Attends       bool
		Why           string
	}
	query := i.store.WithContext(ctx).Table("notices n").
		Select(`n.*, COALESCE(d.state, '') AS received, w.name AS ward_name, w.kind AS ward_kind,
			a.delivery_id AS answered, COALESCE(a.attends, ?) AS attends, COALESCE(a.reason, '') AS why`, false).
		Joins("JOIN wards w ON w.id = n.ward_id").
		Joins("LEFT JOIN deliveries d ON d.subject_kind = ? AND d.subject_id = n.id AND d.kind = ? AND d.person_id = ?",
			outbox.Notice, outbox.NoticeSent, actor.Person).
		Joins("LEFT JOIN notice_answers a ON a.delivery_id = d.id").
		Where("n.sent_at IS NOT NULL")
	if actor.Role != services.System {
		query = query.Where("n.ward_id = ?", actor.Ward)
	}
	if err := which(query).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("notices: %w", err)
	}
	views := make([]View, len(rows))
	for i, row := range rows {
		views[i] = View{Notice: row.Notice, State: row.Received, From: row.WardKind + " " + row.WardName}
		if row.Answered != nil {
			views[i].Answer = &models.NoticeAnswer{DeliveryID: *row.Answered, NoticeID: row.ID, WardID: row.WardID,
				Attends: row.Attends, Reason: row.Why}
		}
	}
	return views, nil
}

// Confirm is the actor's word that they have read a notice. Said again it
// changes nothing. A notice that never arrived may be confirmed: it was read in
// the list.
func (i *Inbox) Confirm(ctx context.Context, actor services.Actor, notice int64) (View, error) {
	if err := recipient(actor); err != nil {
		return View{}, err
	}
	view, err := i.One(ctx, actor, notice)
	if err != nil {
		return View{}, err
	}
	switch view.State {
	case models.DeliveryConfirmed:
		return view, nil
	case "":
		return View{}, services.NotFound("notice")
	}
	// The row itself is the receipt and can change only once: no key and no
	// journal is needed, at which all of a ward's officers would have to queue.
	err = i.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return i.confirm(ctx, tx, actor, notice) })
	if err != nil {
		return View{}, err
	}
	view.State = models.DeliveryConfirmed
	return view, nil
}

func (i *Inbox) confirm(ctx context.Context, tx *gorm.DB, actor services.Actor, notice int64) error {
	now := i.clock.UTC()
	err := mine(tx, actor, notice).Where("state <> ?", models.DeliveryConfirmed).Updates(map[string]any{
		"state": models.DeliveryConfirmed, "confirmed_at": now, "seen_at": gorm.Expr("COALESCE(seen_at, ?)", now),
		"updated_at": now,
	}).Error
	if err != nil {
		return fmt.Errorf("confirm notice: %w", err)
	}
	return i.stir(ctx, tx, notice)
}

// maxReason bounds why somebody does not come, in runes.
const maxReason = 200

// Answer is the actor's word whether they come to what a notice invites to; it
// confirms the notice. The last word counts. It refuses with
// invalid/notice_invites a notice that asks nothing of the kind, and
// invalid/reason_long (max).
func (i *Inbox) Answer(ctx context.Context, actor services.Actor, notice int64, attends bool, reason string) (View,
	error) {
	if err := recipient(actor); err != nil {
		return View{}, err
	}
	view, err := i.One(ctx, actor, notice)
	switch reason = plain(reason); {
	case err != nil:
		return View{}, err
	case view.State == "":
		return View{}, services.NotFound("notice")
	case !view.Notice.Attendance:
		return View{}, services.Invalid("notice_invites")
	case utf8.RuneCountInString(reason) > maxReason:
		return View{}, services.Invalid("reason_long").With("max", maxReason)
	}
	err = i.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var delivery int64
		if err := mine(tx, actor, notice).Select("id").Take(&delivery).Error; err != nil {
			return fmt.Errorf("answer notice: %w", err)
		}
		row := models.NoticeAnswer{DeliveryID: delivery, NoticeID: notice, WardID: actor.Ward, Attends: attends,
			Reason: reason, At: i.clock.UTC()}
		err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "delivery_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"attends", "reason", "at"})}).Create(&row).Error
		if err != nil {
			return fmt.Errorf("answer notice: %w", err)
		}
		view.Answer, view.State = &row, models.DeliveryConfirmed
		return i.confirm(ctx, tx, actor, notice)
	})
	return view, err
}

// Seen notes that the actor had notices before their eyes. Those still being
// sent, confirmed, or not theirs are left alone.
func (i *Inbox) Seen(ctx context.Context, actor services.Actor, notices ...int64) error {
	if err := recipient(actor); err != nil {
		return err
	}
	if len(notices) == 0 {
		return nil
	}
	now := i.clock.UTC()
	err := mine(i.store.WithContext(ctx), actor, notices...).
		Where("state IN ?", []models.DeliveryState{models.DeliverySent, models.DeliveryDelivered, models.DeliveryUncertain,
			models.DeliveryFailed, models.DeliveryUnreachable}).
		Updates(map[string]any{"state": models.DeliverySeen, "seen_at": now, "updated_at": now}).Error
	if err != nil {
		return fmt.Errorf("notice seen: %w", err)
	}
	return nil
}

// mine are the actor's deliveries of the notices.
func mine(tx *gorm.DB, actor services.Actor, notices ...int64) *gorm.DB {
	return services.InWard(tx.Model(&models.Delivery{}),
		actor.Ward).Where("person_id = ? AND subject_kind = ? AND kind = ? AND subject_id IN ?", actor.Person, outbox.Notice,
		outbox.NoticeSent, notices)
}

// Unread counts the actor's notices that want something of them: not seen, or
// to be confirmed.
func (i *Inbox) Unread(ctx context.Context, actor services.Actor) (int64, error) {
	if err := recipient(actor); err != nil {
		return 0, err
	}
	var unread int64
	err := i.store.WithContext(ctx).Table("deliveries d").Joins("JOIN notices n ON n.id = d.subject_id").
		Where("d.ward_id = ? AND d.person_id = ? AND d.subject_kind = ? AND d.kind = ?", actor.Ward, actor.Person,
			outbox.Notice, outbox.NoticeSent).
		Where("d.state <> ? AND (n.needs_confirm OR d.state <> ?)", models.DeliveryConfirmed, models.DeliverySeen).
		Count(&unread).Error
	if err != nil {
		return 0, fmt.Errorf("unread notices: %w", err)
	}
	return unread, nil
}

// Progress is what became of a notice: how many people it was for, and how far
// it got. Each of them is in one of Queued, Sent and Failed.
type Progress struct {
	Notice models.Notice
	Total  int
	Queued int // on the way
	Sent   int // arrived, those seen and confirmed among them
	// Confirmed and Seen are among those sent; who confirmed has seen it.
	Seen, Confirmed int
	// Failed did not get it, those whom no channel reaches among them.
	Failed, Unreachable int
	Uncertain           int // among those sent: asked for, and the answer not heard
	// Coming and Absent are what people said to an invitation.
	Coming, Absent int
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
