package sheet

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
)

// batch is how many rows a statement inserts. The SQLite driver looks for every
// value of a statement among all of them, so there a batch is small.
func (s *Service) batch() int {
	if s.store.Dialect == models.SQLite {
		return 40
	}
	return 500
}

// write does what a plan says, in the caller's transaction. The database's own
// refusals are conflict/import_stale: the plan was made of what it allows.
func (s *Service) write(tx *gorm.DB, done plan) error {
	now := s.clock.UTC()
	var fresh []*models.Person
	var changed []*human
	news := 0
	for _, who := range done.people {
		if !who.known {
			news++
		}
	}
	ids, err := s.store.Reserve(tx, "people", news)
	if err != nil {
		return err
	}
	for _, who := range done.people {
		if !who.known {
			who.person.ID, ids = ids[0], ids[1:]
		}
		if err := seal(s.vault, who); err != nil {
			return err
		}
		who.person.UpdatedAt = now
		if who.known {
			changed = append(changed, who)
			continue
		}
		who.person.CreatedAt = now
		fresh = append(fresh, &who.person)
	}
	if err := s.change(tx, changed); err != nil {
		return err
	}
	if len(fresh) > 0 {
		if err := tx.Omit(clause.Associations).CreateInBatches(fresh, s.batch()).Error; err != nil {
			return stale(err, "add people")
		}
	}
	for _, end := range done.ends {
		closed, err := s.roster.CloseTerm(tx, end.was, end.term.To, end.term.EndReason, 0)
		if err != nil {
			if services.KindOf(err) == services.KindInternal {
				return stale(err, "close term")
			}
			return services.Conflict("import_stale").Because(err)
		}
		end.term = closed
	}
	var terms []*models.Term
	for _, opened := range done.terms {
		opened.term.PersonID, opened.term.CreatedAt = opened.who.person.ID, now
		terms = append(terms, &opened.term)
	}
	if len(terms) > 0 {
		if err := tx.Omit(clause.Associations).CreateInBatches(terms, s.batch()).Error; err != nil {
			return stale(err, "open terms")
		}
	}
	return nil
}

// change writes people whom the roster has.
func (s *Service) change(tx *gorm.DB, changed []*human) error {
	// Numbers are taken away first: two people may have swapped theirs.
	var numbered []int64
	var before []models.Person
	for _, who := range changed {
		if who.phone {
			numbered = append(numbered, who.person.ID)
		}
		if who.phone || who.document {
			before = append(before, who.before)
		}
	}
	if len(before) > 0 {
		if err := s.roster.KeepHumans(tx, before[0].WardID, before...); err != nil {
			return err
		}
	}
	for from := 0; from < len(numbered); from += 500 {
		ids := numbered[from:min(from+500, len(numbered))]
		if err := tx.Model(&models.Person{}).Where("id IN ?",
			ids).UpdateColumns(map[string]any{"phone": ""}).Error; err != nil {
			return fmt.Errorf("change phones: %w", err)
		}
	}
	for _, who := range changed {
		person := &who.person
		columns := map[string]any{"version": person.Version + 1, "updated_at": person.UpdatedAt}
		if who.phone {
			columns["phone"], columns["phone_shared"] = person.Phone, person.PhoneShared
		}
		if who.birth {
			columns["birth_date"], columns["birth_year"] = person.BirthDate, person.BirthYear
		}
		if who.document {
			columns["citizen_id"], columns["citizen_hash"] = person.CitizenID, person.CitizenHash
		}
		result := tx.Model(&models.Person{ID: person.ID}).Where("version = ?", person.Version).Updates(columns)
		if result.Error != nil {
			return stale(result.Error, "change people")
		}
		if result.RowsAffected == 0 {
			return services.Conflict("import_stale")
		}
	}
	return nil
}

func stale(err error, doing string) error {
	if models.IsTaken(err) {
		return services.Conflict("import_stale").Because(err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
