package notice

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

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
		Why           string `seal:"notice_answers.reason,Answered"`
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
	if err := which(query).Find(&rows).Error; err != nil {
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

func (p *Progress) add(state models.DeliveryState, people int) {
	p.Total += people
	switch state {
	case models.DeliveryQueued, models.DeliverySending:
		p.Queued += people
	case models.DeliveryFailed:
		p.Failed += people
	case models.DeliveryUnreachable:
		p.Failed += people
		p.Unreachable += people
	default:
		p.Sent += people
	}
	switch state {
	case models.DeliveryUncertain:
		p.Uncertain += people
	case models.DeliverySeen:
		p.Seen += people
	case models.DeliveryConfirmed:
		p.Seen += people
		p.Confirmed += people
	}
}

// Reader is a person as a notice addresses them. Actor is that person or the
// ward's staff.
func (i *Inbox) Reader(ctx context.Context, actor services.Actor, person int64) (Named, error) {
	if actor.Role == services.Officer && actor.Person != person {
		return Named{}, services.NotFound("person")
	}
	readers, err := i.readers(ctx, actor, []int64{person})
	if err != nil {
		return Named{}, err
	}
	reader, known := readers[person]
	if !known {
		return Named{}, services.NotFound("person")
	}
	return reader, nil
}

// Readers are people of the actor's ward as a notice addresses them, by id; who
// is not of the ward is left out. Actor is the ward's staff, or a job.
func (i *Inbox) Readers(ctx context.Context, actor services.Actor, people []int64) (map[int64]Named, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	return i.readers(ctx, actor, people)
}

func (i *Inbox) readers(ctx context.Context, actor services.Actor, people []int64) (map[int64]Named, error) {
	if err := actor.Need(anybody...); err != nil {
		return nil, err
	}
	db := i.store.WithContext(ctx)
	var ours []int64
	for part := range slices.Chunk(people, maxNamed) {
		var found []int64
		if err := services.InWard(db.Model(&models.Person{}), actor.Ward).Where(i.store.In("id", part)).Pluck("id",
			&found).Error; err != nil {
			return nil, fmt.Errorf("readers: %w", err)
		}
		ours = append(ours, found...)
	}
	named, err := i.names(db, ours)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]Named, len(named))
	for _, one := range named {
		byID[one.Person] = one
	}
	return byID, nil
}
