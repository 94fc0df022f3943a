package notice

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// Audience says who is meant, by the posts they hold on the day of sending. An
// empty field does not narrow: the empty Audience is everybody in post.
type Audience struct {
	Villages      []int64           `json:"villages,omitempty"`
	Organizations []string          `json:"organizations,omitempty"`
	Roles         []models.TermRole `json:"roles,omitempty"`
	People        []int64           `json:"people,omitempty"` // named ones
	// Unconfirmed are those who have not confirmed that notice, Recipients all
	// whom it was for; 0 for any.
	Unconfirmed int64 `json:"unconfirmed,omitempty"`
	Recipients  int64 `json:"recipients,omitempty"`
}

// AudienceOf reads the audience of a notice.
func AudienceOf(notice models.Notice) (audience Audience, err error) {
	if err := json.Unmarshal([]byte(notice.Audience), &audience); err != nil {
		return audience, fmt.Errorf("audience: %w", err)
	}
	return audience, nil
}

// Directory is what an audience can be named by in a ward.
type Directory struct {
	Ward          models.Ward
	Villages      []models.Village      // in the order of the ward
	Organizations []models.Organization // those with a branch in the ward
}

// Directory reads it.
func (a *Audiences) Directory(ctx context.Context, actor services.Actor) (Directory, error) {
	var d Directory
	if err := actor.Need(readers...); err != nil {
		return d, err
	}
	db := a.store.WithContext(ctx)
	if err := db.Take(&d.Ward, actor.Ward).Error; err != nil {
		return d, fmt.Errorf("directory: %w", err)
	}
	if err := services.InWard(db, actor.Ward).Order("sort_order, id").Find(&d.Villages).Error; err != nil {
		return d, fmt.Errorf("directory: %w", err)
	}
	err := db.Where("code IN (?)", services.InWard(db.Model(&models.Branch{}),
		actor.Ward).Select("organization_code")).Order("code").Find(&d.Organizations).Error
	if err != nil {
		return d, fmt.Errorf("directory: %w", err)
	}
	return d, nil
}

// Count is how many people an audience has today. It refuses what is none, as
// Send does, but not an empty one.
func (a *Audiences) Count(ctx context.Context, actor services.Actor, audience Audience) (int, error) {
	if err := actor.Need(readers...); err != nil {
		return 0, err
	}
	return a.size(a.store.WithContext(ctx), actor.Ward, audience)
}

// size is how many people an audience has today.
func (a *Audiences) size(tx *gorm.DB, ward int64, audience Audience) (int, error) {
	posts, err := a.posts(tx, ward, audience)
	if err != nil {
		return 0, err
	}
	var people int64
	if err := posts.Distinct("t.person_id").Count(&people).Error; err != nil {
		return 0, fmt.Errorf("audience: %w", err)
	}
	return int(people), nil
}

// people lists an audience by id, each person once.
func (a *Audiences) people(tx *gorm.DB, ward int64, audience Audience) ([]int64, error) {
	posts, err := a.posts(tx, ward, audience)
	if err != nil {
		return nil, err
	}
	var people []int64
	if err := posts.Distinct("t.person_id").Order("t.person_id").Pluck("t.person_id", &people).Error; err != nil {
		return nil, fmt.Errorf("audience: %w", err)
	}
	return people, nil
}

// posts selects the terms that an audience is found by.
func (a *Audiences) posts(tx *gorm.DB, ward int64, audience Audience) (*gorm.DB, error) {
	for _, role := range audience.Roles {
		switch role {
		case models.Head, models.Deputy, models.Member, models.CellMember:
		default:
			return nil, services.Invalid("audience")
		}
	}
	if err := known(services.InWard(tx.Model(&models.Village{}), ward), "id", audience.Villages,
		services.NotFound("village")); err != nil {
		return nil, err
	}
	if err := known(tx.Model(&models.Organization{}), "code", audience.Organizations,
		services.Invalid("audience")); err != nil {
		return nil, err
	}
	if err := known(services.InWard(tx.Model(&models.Person{}), ward), "id", audience.People,
		services.NotFound("person")); err != nil {
		return nil, err
	}
	for _, notice := range []int64{audience.Unconfirmed, audience.Recipients} {
		if notice == 0 {
			continue
		}
		if err := known(services.InWard(tx.Model(&models.Notice{}), ward).Where("sent_at IS NOT NULL"), "id",
			[]int64{notice}, services.NotFound("notice")); err != nil {
			return nil, err
		}
	}
	today := models.DateOf(a.clock.Local())
	query := tx.Table("terms t").Joins("JOIN branches b ON b.id = t.branch_id").
		Where("t.ward_id = ? AND t.superseded_at IS NULL AND t.from_date <= ? AND (t.to_date IS NULL OR t.to_date >= ?)",
			ward, today, today).
		// Who asked to be left alone hears of their money and their requests, which are no notices.
		Where("NOT EXISTS (SELECT 1 FROM people q WHERE q.id = t.person_id AND q.quiet_since IS NOT NULL)")
	if len(audience.Villages) > 0 {
		query = query.Where("b.village_id IN ?", audience.Villages)
	}
	if len(audience.Organizations) > 0 {
		query = query.Where("b.organization_code IN ?", audience.Organizations)
	}
	if len(audience.Roles) > 0 {
		query = query.Where("t.role IN ?", audience.Roles)
	}
	if len(audience.People) > 0 {
		query = query.Where("t.person_id IN ?", audience.People)
	}
	if audience.Unconfirmed != 0 {
		query = query.Where("t.person_id IN (?)",
			told(tx, audience.Unconfirmed).Where("d.state <> ?", models.DeliveryConfirmed).Select("d.person_id"))
	}
	if audience.Recipients != 0 {
		query = query.Where("t.person_id IN (?)", told(tx, audience.Recipients).Select("d.person_id"))
	}
	return query, nil
}

// known refuses unless every value has a row.
func known[T comparable](rows *gorm.DB, column string, values []T, refusal error) error {
	if len(values) == 0 {
		return nil
	}
	distinct := map[T]bool{}
	for _, value := range values {
		distinct[value] = true
	}
	if len(values) > maxNamed {
		return refusal
	}
	var found int64
	if err := rows.Where(column+" IN ?", values).Count(&found).Error; err != nil {
		return fmt.Errorf("audience: %w", err)
	}
	if int(found) != len(distinct) {
		return refusal
	}
	return nil
}

// told selects the deliveries of a notice itself.
func told(tx *gorm.DB, notice int64) *gorm.DB {
	return tx.Session(&gorm.Session{NewDB: true}).Table("deliveries d").Where(
		"d.subject_kind = ? AND d.kind = ? AND d.subject_id = ?", outbox.Notice, outbox.NoticeSent, notice)
}
