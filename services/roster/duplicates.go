package roster

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// Reason is why two people may be one.
type Reason string

const (
	SameBirth Reason = "birth" // the same name and day of birth
	SameYear  Reason = "year"  // the same name and year of birth
	SamePhone Reason = "phone" // couples share one too
	SameBank  Reason = "bank"  // paid to one account
)

// weights order pairs: what two humans rarely share counts most.
var weights = map[Reason]int{SameBirth: 8, SameBank: 5, SameYear: 4, SamePhone: 3}

// Likeness is two people who may be one, the lower id first.
type Likeness struct {
	First, Second models.Person
	Reasons       []Reason
	SameName      bool
	Points        int
}

// maxLikenesses is how many pairs are looked at.
const maxLikenesses = 200

// Duplicates suggests who may be in the roster twice, the likeliest first: a
// shared phone or account, or one name with one birth. Citizen ids need no
// look: the database keeps them apart. Pairs that staff said are two people are
// left out. At most limit are returned, 20 when it is 0, never above 200.
func (s *Service) Duplicates(ctx context.Context, actor services.Actor, limit int) ([]Likeness, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	return s.likenesses(s.store.WithContext(ctx), actor.Ward, 0, limit)
}

// Alike suggests who else may be this person.
func (s *Service) Alike(ctx context.Context, actor services.Actor, person int64) ([]Likeness, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	tx := s.store.WithContext(ctx)
	row, err := s.person(tx, actor, person)
	if err != nil {
		return nil, err
	}
	return s.likenesses(tx, row.WardID, person, 0)
}

func (s *Service) likenesses(tx *gorm.DB, ward, person int64, limit int) ([]Likeness, error) {
	if limit <= 0 {
		limit = 20
	}
	limit = min(limit, maxLikenesses)
	// b is any of the ward, or the one who is asked about.
	pair, only := "a.id < b.id", ""
	if person != 0 {
		pair, only = "a.id <> b.id", " AND b.id = @person"
	}
	side := func(reason Reason, same string) string {
		return fmt.Sprintf(`SELECT a.id AS a, b.id AS b, %d AS points, '%s' AS reason FROM people a JOIN people b ON %s AND %s
			WHERE a.ward_id = @ward AND b.ward_id = @ward AND a.merged_into IS NULL AND b.merged_into IS NULL%s`,
			weights[reason], reason, pair, same, only)
	}
	var rows []struct {
		Low, High             int64
		Birth, Year, Tel, Bnk int
	}
	err := tx.Raw(`
SELECT MIN(low) AS low, MIN(high) AS high, SUM(points) AS points,
	MAX(CASE reason WHEN 'birth' THEN 1 ELSE 0 END) AS birth, MAX(CASE reason WHEN 'year' THEN 1 ELSE 0 END) AS year,
	MAX(CASE reason WHEN 'phone' THEN 1 ELSE 0 END) AS tel, MAX(CASE reason WHEN 'bank' THEN 1 ELSE 0 END) AS bnk
FROM (SELECT CASE WHEN a < b THEN a ELSE b END AS low, CASE WHEN a < b THEN b ELSE a END AS high, points, reason FROM (
	`+side(SameBirth, "a.folded = b.folded AND a.birth_date = b.birth_date")+`
	UNION ALL `+side(SameYear, "a.folded = b.folded AND a.birth_year = b.birth_year AND a.birth_year > 0"+
		" AND (a.birth_date IS NULL OR b.birth_date IS NULL)")+`
	UNION ALL `+side(SamePhone, "a.phone_hash = b.phone_hash")+`
	UNION ALL `+side(SameBank, "a.bank_hash = b.bank_hash")+`
) pairs) ordered
WHERE NOT EXISTS (SELECT 1 FROM person_distinctions d WHERE d.first_id = low AND d.second_id = high)
GROUP BY low, high ORDER BY points DESC, low, high LIMIT @limit`,
		map[string]any{"ward": ward, "person": person, "limit": limit}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("find duplicates: %w", err)
	}
	var ids []int64
	for _, row := range rows {
		ids = append(ids, row.Low, row.High)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var people []models.Person
	if err := tx.Find(&people, "id IN ?", ids).Error; err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	who := map[int64]models.Person{}
	for _, one := range people {
		who[one.ID] = one
	}
	found := make([]Likeness, len(rows))
	for i, row := range rows {
		found[i] = Likeness{First: who[row.Low], Second: who[row.High]}
		found[i].SameName = found[i].First.Folded == found[i].Second.Folded
		for _, one := range []struct {
			is     int
			reason Reason
		}{{row.Birth, SameBirth}, {row.Year, SameYear}, {row.Tel, SamePhone}, {row.Bnk, SameBank}} {
			if one.is > 0 {
				found[i].Reasons = append(found[i].Reasons, one.reason)
				found[i].Points += weights[one.reason]
			}
		}
	}
	return found, nil
}

// Distinguish says that two people are two, so that they are not suggested
// again. Said twice it changes nothing.
func (s *Service) Distinguish(ctx context.Context, actor services.Actor, one, other int64) error {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return err
	}
	if one == other {
		return services.Invalid("merge_same")
	}
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		first, err := s.person(tx, actor, min(one, other))
		if err != nil {
			return err
		}
		second, err := s.person(tx, actor, max(one, other))
		if err != nil {
			return err
		}
		if first.WardID != second.WardID {
			return services.NotFound("person")
		}
		row := models.PersonDistinction{WardID: first.WardID, FirstID: first.ID, SecondID: second.ID,
			ByStaff: services.Ref(actor.Staff), At: s.clock.UTC()}
		result := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if err := result.Error; err != nil && !errors.Is(err, gorm.ErrDuplicatedKey) {
			return fmt.Errorf("distinguish people: %w", err)
		}
		if result.RowsAffected == 0 {
			return nil
		}
		return s.audit.Record(tx, actor, "person.distinct", fmt.Sprintf("person:%d", first.ID),
			journal.Detail{"other": second.ID})
	})
}
