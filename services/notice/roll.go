package notice

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// fates is everybody whom a notice was for, with what became of it there.
func (o *Outcomes) fates(db *gorm.DB, actor services.Actor, id int64) ([]Named, models.Notice, error) {
	notice, err := services.Take[models.Notice](db, actor, "notice", id)
	if err != nil {
		return nil, notice, err
	}
	var rows []Named
	err = db.Table("deliveries d").
		Select(`d.person_id AS person, p.name AS name, p.phone AS phone, d.state AS state, d.reason AS reason,
			CASE WHEN a.delivery_id IS NULL THEN '' WHEN a.attends THEN 'yes' ELSE 'no' END AS answer,
			COALESCE(a.reason, '') AS why`).
		Joins("JOIN people p ON p.id = d.person_id").Joins("LEFT JOIN notice_answers a ON a.delivery_id = d.id").
		Where("d.subject_kind = ? AND d.kind = ? AND d.subject_id = ?", outbox.Notice, outbox.NoticeSent,
			id).Scan(&rows).Error
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
