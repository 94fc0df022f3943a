package notices

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// View is a notice as one person has it.
type View struct {
	Notice models.Notice
	State  models.DeliveryState // "" for staff whom it was not sent to
	From   string               // "phường Bắc Hồng Lĩnh"
}

// For lists the notices that the actor was sent, the newest first.
func (s *Service) For(ctx context.Context, actor services.Actor, limit int) ([]View, error) {
	if err := recipient(actor); err != nil {
		return nil, err
	}
	return s.views(ctx, actor, func(db *gorm.DB) *gorm.DB {
		return db.Where("d.person_id = ?", actor.Person).Order("n.sent_at DESC, n.id DESC").Limit(max(1, min(limit, maxListed)))
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
func (s *Service) One(ctx context.Context, actor services.Actor, notice int64) (View, error) {
	if err := actor.Need(anybody...); err != nil {
		return View{}, err
	}
	views, err := s.views(ctx, actor, func(db *gorm.DB) *gorm.DB { return db.Where("n.id = ?", notice) })
	if err != nil {
		return View{}, err
	}
	if len(views) == 0 || (actor.Role == services.Officer && views[0].State == "") {
		return View{}, services.NotFound("notice")
	}
	return views[0], nil
}

// views reads notices of the actor's ward with the actor's delivery of each.
func (s *Service) views(ctx context.Context, actor services.Actor, which func(*gorm.DB) *gorm.DB) ([]View, error) {
	var rows []struct {
		models.Notice `gorm:"embedded"`
		Received      models.DeliveryState
		WardName      string
		WardKind      string
	}
	query := s.store.WithContext(ctx).Table("notices n").
		Select("n.*, COALESCE(d.state, '') AS received, w.name AS ward_name, w.kind AS ward_kind").
		Joins("JOIN wards w ON w.id = n.ward_id").
		Joins("LEFT JOIN deliveries d ON d.subject_kind = ? AND d.subject_id = n.id AND d.kind = ? AND d.person_id = ?", outbox.Notice, outbox.NoticeSent, actor.Person).
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
	}
	return views, nil
}

// Confirm is the actor's word that they have read a notice. Said again it
// changes nothing. A notice that never arrived may be confirmed: it was read in
// the list.
func (s *Service) Confirm(ctx context.Context, actor services.Actor, notice int64) (View, error) {
	if err := recipient(actor); err != nil {
		return View{}, err
	}
	view, err := s.One(ctx, actor, notice)
	if err != nil {
		return View{}, err
	}
	switch view.State {
	case models.DeliveryConfirmed:
		return view, nil
	case "":
		return View{}, services.NotFound("notice")
	}
	now := s.clock.UTC()
	// The row itself is the receipt and can change only once: no key and no
	// journal is needed, at which all of a ward's officers would have to queue.
	err = s.mine(ctx, actor, notice).Where("state <> ?", models.DeliveryConfirmed).Updates(map[string]any{
		"state": models.DeliveryConfirmed, "confirmed_at": now, "seen_at": gorm.Expr("COALESCE(seen_at, ?)", now), "updated_at": now,
	}).Error
	if err != nil {
		return View{}, fmt.Errorf("confirm notice: %w", err)
	}
	view.State = models.DeliveryConfirmed
	return view, nil
}

// Seen notes that the actor had notices before their eyes. Those still being
// sent, confirmed, or not theirs are left alone.
func (s *Service) Seen(ctx context.Context, actor services.Actor, notices ...int64) error {
	if err := recipient(actor); err != nil {
		return err
	}
	if len(notices) == 0 {
		return nil
	}
	now := s.clock.UTC()
	err := s.mine(ctx, actor, notices...).
		Where("state IN ?", []models.DeliveryState{models.DeliverySent, models.DeliveryDelivered, models.DeliveryUncertain, models.DeliveryFailed, models.DeliveryUnreachable}).
		Updates(map[string]any{"state": models.DeliverySeen, "seen_at": now, "updated_at": now}).Error
	if err != nil {
		return fmt.Errorf("notice seen: %w", err)
	}
	return nil
}

// mine are the actor's deliveries of the notices.
func (s *Service) mine(ctx context.Context, actor services.Actor, notices ...int64) *gorm.DB {
	return s.store.WithContext(ctx).Model(&models.Delivery{}).
		Where("ward_id = ? AND person_id = ? AND subject_kind = ? AND kind = ? AND subject_id IN ?", actor.Ward, actor.Person, outbox.Notice, outbox.NoticeSent, notices)
}

// Unread counts the actor's notices that want something of them: not seen, or
// to be confirmed.
func (s *Service) Unread(ctx context.Context, actor services.Actor) (int64, error) {
	if err := recipient(actor); err != nil {
		return 0, err
	}
	var unread int64
	err := s.store.WithContext(ctx).Table("deliveries d").Joins("JOIN notices n ON n.id = d.subject_id").
		Where("d.ward_id = ? AND d.person_id = ? AND d.subject_kind = ? AND d.kind = ?", actor.Ward, actor.Person, outbox.Notice, outbox.NoticeSent).
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
}

// Sent lists what the ward told its officers, the newest first.
func (s *Service) Sent(ctx context.Context, actor services.Actor) ([]Progress, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	db := s.store.WithContext(ctx)
	var notices []models.Notice
	if err := db.Where("ward_id = ? AND sent_at IS NOT NULL", actor.Ward).Order("sent_at DESC, id DESC").Limit(maxListed).Find(&notices).Error; err != nil {
		return nil, fmt.Errorf("notices sent: %w", err)
	}
	ids := make([]int64, len(notices))
	progress := make([]Progress, len(notices))
	byID := map[int64]*Progress{}
	for i, notice := range notices {
		ids[i], progress[i].Notice = notice.ID, notice
		byID[notice.ID] = &progress[i]
	}
	var counts []struct {
		SubjectID int64
		State     models.DeliveryState
		People    int
	}
	err := db.Model(&models.Delivery{}).Select("subject_id, state, COUNT(*) AS people").
		Where("subject_kind = ? AND kind = ? AND subject_id IN ?", outbox.Notice, outbox.NoticeSent, ids).
		Group("subject_id, state").Scan(&counts).Error
	if err != nil {
		return nil, fmt.Errorf("notices sent: %w", err)
	}
	for _, count := range counts {
		byID[count.SubjectID].add(count.State, count.People)
	}
	return progress, nil
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
