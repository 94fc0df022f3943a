package notice

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// Chart is the figures of a notice to be drawn: in all, and by village.
type Chart struct {
	Progress
	Ward models.Ward
	// Places hold each person once, who has several posts too. Where the fewest
	// have answered stands first.
	Places []Place
}

// Place is what became of a notice in a village; Notice is left out.
type Place struct {
	Village string // "" for whom no post is known any more
	Progress
}

// Answered is how many did what the notice wants: confirmed it, or where it
// wants nothing saw it.
func (c Chart) Answered(p Progress) int {
	if c.Notice.NeedsConfirm {
		return p.Confirmed
	}
	return p.Seen
}

// Chart counts what became of a notice, for whoever may have its Report, and
// refuses as that does. That it was taken is written down.
func (o *Outcomes) Chart(ctx context.Context, actor services.Actor, id int64) (Chart, error) {
	if err := actor.Need(senders...); err != nil {
		return Chart{}, err
	}
	var chart Chart
	err := o.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var err error
		if chart, err = o.chart(tx, actor, id); err != nil {
			return err
		}
		return o.audit.Record(tx, actor, "notice.pictured", subject(id), journal.Detail{"people": chart.Total})
	})
	return chart, err
}

// chart counts all from the same rows, so that the places add up to the whole
// while people go on answering.
func (o *Outcomes) chart(tx *gorm.DB, actor services.Actor, id int64) (Chart, error) {
	var chart Chart
	var err error
	if chart.Notice, err = services.Take[models.Notice](tx, actor, "notice", id); err != nil {
		return chart, err
	}
	if chart.Notice.SentAt == nil {
		return chart, services.Conflict("notice_unsent")
	}
	if err := tx.Take(&chart.Ward, chart.Notice.WardID).Error; err != nil {
		return chart, fmt.Errorf("chart: %w", err)
	}
	var villages []models.Village
	if err := services.InWard(tx.Select("id", "name"),
		chart.Notice.WardID).Order("sort_order, id").Find(&villages).Error; err != nil {
		return chart, fmt.Errorf("chart: %w", err)
	}
	lives, err := o.lives(tx, chart.Notice)
	if err != nil {
		return chart, err
	}
	var rows []struct {
		PersonID int64
		State    models.DeliveryState
		Reason   string
		Attends  *bool
	}
	err = told(tx, id).Select("d.person_id, d.state, d.reason, a.attends").Joins(
		"LEFT JOIN notice_answers a ON a.delivery_id = d.id").Scan(&rows).Error
	if err != nil {
		return chart, fmt.Errorf("chart: %w", err)
	}
	places := map[int64]*Progress{}
	for _, row := range rows {
		place := places[lives[row.PersonID]]
		if place == nil {
			place = &Progress{}
			places[lives[row.PersonID]] = place
		}
		if row.State == models.DeliveryFailed && row.Reason == pausedWhy { // as count has it
			row.State = models.DeliveryQueued
		}
		for _, sum := range []*Progress{&chart.Progress, place} {
			sum.add(row.State, 1)
			switch {
			case row.Attends == nil:
			case *row.Attends:
				sum.Coming++
			default:
				sum.Absent++
			}
		}
	}
	for _, village := range append(villages, models.Village{}) {
		if place := places[village.ID]; place != nil {
			chart.Places = append(chart.Places, Place{Village: village.Name, Progress: *place})
		}
	}
	slices.SortStableFunc(chart.Places, func(a, b Place) int {
		done, other := chart.Answered(a.Progress), chart.Answered(b.Progress)
		return cmp.Or(cmp.Compare(done*b.Total, other*a.Total), cmp.Compare(b.Total-other, a.Total-done))
	})
	return chart, nil
}

// lives finds the one village of each of a notice's people: that of the post for
// which they were told on the day it left, or else of any they held.
func (o *Outcomes) lives(tx *gorm.DB, notice models.Notice) (map[int64]int64, error) {
	audience, err := AudienceOf(notice)
	if err != nil {
		return nil, err
	}
	var posts []struct {
		PersonID, VillageID int64
		OrganizationCode    string
		Role                models.TermRole
	}
	day := models.DateOf(notice.SentAt.In(services.Zone))
	err = tx.Table("terms t").Select("t.person_id, t.role, b.village_id, b.organization_code").Joins(
		"JOIN branches b ON b.id = t.branch_id").
		Joins("JOIN deliveries d ON d.person_id = t.person_id AND d.subject_kind = ? AND d.kind = ? AND d.subject_id = ?",
			outbox.Notice, outbox.NoticeSent, notice.ID).
		Where("t.ward_id = ? AND t.superseded_at IS NULL AND t.from_date <= ? AND (t.to_date IS NULL OR t.to_date >= ?)",
			notice.WardID, day, day).
		Order("t.id").Scan(&posts).Error
	if err != nil {
		return nil, fmt.Errorf("villages of a notice: %w", err)
	}
	means, lives := map[int64]bool{}, map[int64]int64{}
	for _, post := range posts {
		meant := anyOr(audience.Villages, post.VillageID) && anyOr(audience.Organizations, post.OrganizationCode) &&
			anyOr(audience.Roles, post.Role)
		if _, known := lives[post.PersonID]; !known || meant && !means[post.PersonID] {
			lives[post.PersonID], means[post.PersonID] = post.VillageID, meant
		}
	}
	return lives, nil
}

// anyOr reports whether a value is listed, or nothing is.
func anyOr[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}
