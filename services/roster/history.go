package roster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// Scope is whose posts are asked for: those of one branch, of the branches of
// one village, or of one person; the zero scope is the whole ward.
type Scope struct {
	Branch, Village, Person int64
}

// maxHistory is how many posts one reading of the whole ward returns.
const maxHistory = 5000

// At lists who held which post on a day, as it was believed at a moment: a term
// that was written down, corrected or closed after that moment is read as it
// stood then. Heads come first within a branch. Names of people, villages and
// branches are today's, and of two rows that were found to be one human the one
// that stays answers for both. Officers read only their own posts.
func (s *Service) At(ctx context.Context, actor services.Actor, scope Scope, about models.Date,
	known time.Time) ([]Post, error) {
	if err := actor.Need(append(readers, services.Officer)...); err != nil {
		return nil, err
	}
	if actor.Role == services.Officer && scope != (Scope{Person: actor.Person}) {
		return nil, services.Denied("role")
	}
	if about.IsZero() {
		return nil, services.Invalid("date")
	}
	tx := s.store.WithContext(ctx)
	query := tx.Joins("JOIN branches b ON b.id = terms.branch_id")
	switch {
	case scope.Person != 0:
		person, err := s.person(tx, actor, scope.Person)
		if err != nil {
			return nil, err
		}
		query = query.Where("terms.person_id = ?", person.ID)
	case scope.Branch != 0:
		if err := inWard(tx, actor, &models.Branch{}, scope.Branch, "branch"); err != nil {
			return nil, err
		}
		query = query.Where("terms.branch_id = ?", scope.Branch)
	case scope.Village != 0:
		if err := inWard(tx, actor, &models.Village{}, scope.Village, "village"); err != nil {
			return nil, err
		}
		query = query.Where("b.village_id = ?", scope.Village)
	default:
		query = services.InWard(query, actor.Ward)
	}
	at := known.UTC()
	var terms []models.Term
	err := query.
		Where("terms.created_at <= ? AND (terms.superseded_at IS NULL OR terms.superseded_at > ?)", at, at).
		Where("terms.from_date <= ? AND (terms.to_date IS NULL OR terms.to_date >= ? OR terms.closed_at > ?)", about, about,
			at).
		Order("b.village_id, terms.branch_id, " + byRank).Limit(maxHistory).Find(&terms).Error
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	for i, term := range terms {
		terms[i], _ = term.Known(at)
	}
	return s.fill(tx, terms)
}

// Career lists every post that a person has held or is to hold, as it is
// believed today, the latest first.
func (s *Service) Career(ctx context.Context, actor services.Actor, person int64) ([]Post, error) {
	if _, err := s.Person(ctx, actor, person); err != nil {
		return nil, err
	}
	tx := s.store.WithContext(ctx)
	var terms []models.Term
	err := tx.Where("person_id = ? AND superseded_at IS NULL",
		person).Order("from_date DESC, id DESC").Limit(maxFound).Find(&terms).Error
	if err != nil {
		return nil, fmt.Errorf("read career: %w", err)
	}
	return s.fill(tx, terms)
}

// inWard refuses with not_found a row that is not of the actor's ward.
func inWard(tx *gorm.DB, actor services.Actor, table any, id int64, code string) error {
	var row struct{ WardID int64 }
	err := tx.Model(table).Select("ward_id").Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && actor.In(row.WardID) != nil) {
		return services.NotFound(code)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", code, err)
	}
	return nil
}
