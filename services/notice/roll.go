package notice

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// RollPage is how many people a page of names has.
const RollPage = 10

// Named is one of an audience, as staff read the list.
type Named struct {
	Person int64
	Name   string
	Phone  string `seal:"people.phone,Person"` // E.164; empty when the roster has none
	Titles string // "Chi hội trưởng, Chi hội Phụ nữ Tổ 1; ..."
	State  models.DeliveryState
	Reason string
	Answer string // yes, no or empty; Why is the reason given
	Why    string `seal:"notice_answers.reason,Delivery"`
	// Delivery is the row that the answer is to; 0 where nothing was sent.
	Delivery int64
}

// Roll is a page (from 0) of who an audience is, by name, and how many they are;
// only those whom no message would reach when unreached is set. It refuses an
// audience as Send does.
func (a *Audiences) Roll(ctx context.Context, actor services.Actor, audience Audience, window Window, unreached bool,
	page int) ([]Named, int, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, 0, err
	}
	db := a.store.WithContext(ctx)
	var ids []int64
	if unreached {
		people, err := a.ways(db, actor, audience, window)
		if err != nil {
			return nil, 0, err
		}
		for _, one := range people {
			if one.way == "" {
				ids = append(ids, one.id)
			}
		}
	} else {
		var err error
		if ids, err = a.people(db, actor.Ward, audience); err != nil {
			return nil, 0, err
		}
	}
	named, err := a.names(db, ids)
	if err != nil {
		return nil, 0, err
	}
	return pageOf(named, page), len(ids), nil
}

// Silent is a page of whom a notice was for and who has not answered it as it
// wants: not confirmed, or where it wants nothing not seen. Those it has not
// reached are among them.
func (o *Outcomes) Silent(ctx context.Context, actor services.Actor, notice int64, page int) ([]Named, int, error) {
	if err := actor.Need(senders...); err != nil {
		return nil, 0, err
	}
	db := o.store.WithContext(ctx)
	all, row, err := o.fates(db, actor, notice)
	if err != nil {
		return nil, 0, err
	}
	silent := slices.DeleteFunc(all, func(one Named) bool {
		return one.State == models.DeliveryConfirmed || !row.NeedsConfirm && one.State == models.DeliverySeen
	})
	return pageOf(silent, page), len(silent), nil
}

func pageOf(named []Named, page int) []Named {
	from := min(max(page, 0)*RollPage, len(named))
	return named[from:min(from+RollPage, len(named))]
}

// names reads people by folded name; ids may be any number.
func (p part) names(db *gorm.DB, ids []int64) ([]Named, error) {
	named := make([]Named, 0, len(ids))
	for begin := 0; begin < len(ids); begin += maxNamed {
		var part []models.Person
		if err := db.Select("id", "name", "folded", "phone").Where("id IN ?",
			ids[begin:min(begin+maxNamed, len(ids))]).Find(&part).Error; err != nil {
			return nil, fmt.Errorf("names: %w", err)
		}
		for _, person := range part {
			named = append(named, Named{Person: person.ID, Name: person.Name, Phone: person.Phone})
		}
	}
	titles, err := p.titles(db, ids)
	if err != nil {
		return nil, err
	}
	for i := range named {
		named[i].Titles = titles[named[i].Person]
	}
	slices.SortStableFunc(named, byName)
	return named, nil
}

// byName sorts as people look names up: by the folded name.
func byName(a, b Named) int {
	if one, other := models.Fold(a.Name), models.Fold(b.Name); one != other {
		if one < other {
			return -1
		}
		return 1
	}
	return int(a.Person - b.Person)
}

// titles are the posts that people hold today, as they are called.
func (p part) titles(db *gorm.DB, ids []int64) (map[int64]string, error) {
	today := models.DateOf(p.clock.Local())
	titles := map[int64]string{}
	for begin := 0; begin < len(ids); begin += maxNamed {
		var rows []struct {
			PersonID    int64
			Title, Name string
		}
		err := db.Table("terms t").Select("t.person_id, t.title, b.name").Joins("JOIN branches b ON b.id = t.branch_id").
			Where("t.person_id IN ? AND t.superseded_at IS NULL AND t.from_date <= ? AND (t.to_date IS NULL OR t.to_date >= ?)",
				ids[begin:min(begin+maxNamed, len(ids))], today, today).
			Order("t.person_id, t.id").Scan(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("titles: %w", err)
		}
		for _, row := range rows {
			if titles[row.PersonID] != "" {
				titles[row.PersonID] += "; "
			}
			titles[row.PersonID] += row.Title + ", " + row.Name
		}
	}
	return titles, nil
}

// fates is everybody whom a notice was for, with what became of it there.
func (o *Outcomes) fates(db *gorm.DB, actor services.Actor, id int64) ([]Named, models.Notice, error) {
	notice, err := services.Take[models.Notice](db, actor, "notice", id)
	if err != nil {
		return nil, notice, err
	}
	var rows []Named
	err = db.Table("deliveries d").
		Select(`d.person_id AS person, d.id AS delivery, p.name AS name, p.phone AS phone,
			d.state AS state, d.reason AS reason,
			CASE WHEN a.delivery_id IS NULL THEN '' WHEN a.attends THEN 'yes' ELSE 'no' END AS answer,
			COALESCE(a.reason, '') AS why`).
		Joins("JOIN people p ON p.id = d.person_id").Joins("LEFT JOIN notice_answers a ON a.delivery_id = d.id").
		Where("d.subject_kind = ? AND d.kind = ? AND d.subject_id = ?", outbox.Notice, outbox.NoticeSent,
			id).Find(&rows).Error
	if err != nil {
		return nil, notice, fmt.Errorf("fates: %w", err)
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.Person
	}
	titles, err := o.titles(db, ids)
	if err != nil {
		return nil, notice, err
	}
	for i := range rows {
		rows[i].Titles = titles[rows[i].Person]
	}
	slices.SortStableFunc(rows, byName)
	return rows, notice, nil
}
