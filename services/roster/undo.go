package roster

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// Fresh refuses with denied/step_up who gave no code lately; the identity
// service does.
type Fresh interface {
	RequireFresh(ctx context.Context, tx *gorm.DB, actor services.Actor, act services.Guarded) error
}

var unmerges = services.Guard("person.unmerged", "a row gets its own number, account and lines back")

// UndoMerge is Unmerge in a transaction of its own, for a clerk or leader who
// gave a fresh code.
func (s *Service) UndoMerge(ctx context.Context, actor services.Actor, id int64, staff Fresh) error {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return err
	}
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := s.Unmerge(tx, actor, id); err != nil { // nobody is asked for a code in vain
			return err
		}
		if err := staff.RequireFresh(ctx, tx, actor, unmerges); err != nil {
			return err
		}
		var merge models.PersonMerge
		if err := tx.Take(&merge, id).Error; err != nil {
			return fmt.Errorf("read merger: %w", err)
		}
		return s.audit.Hands(tx, merge.WardID, "unmerge", []int64{actor.Staff}, merge.KeepID, merge.DropID)
	})
}

// Merged is a merger into a person that can still be undone.
type Merged struct {
	models.PersonMerge
	Dropped string // the name of the row that went
}

// Undoable lists the mergers into a person that can still be undone, the latest
// first.
func (s *Service) Undoable(ctx context.Context, actor services.Actor, person int64) ([]Merged, error) {
	tx := s.store.WithContext(ctx)
	merges, err := s.Mergers(tx, actor, person)
	if err != nil {
		return nil, err
	}
	var found []Merged
	for _, merge := range merges {
		if merge.KeepID != person {
			continue
		}
		var names []string
		if err := tx.Model(&models.Person{}).Where("id = ?", merge.DropID).Pluck("name", &names).Error; err != nil {
			return nil, fmt.Errorf("read merger: %w", err)
		}
		found = append(found, Merged{PersonMerge: merge, Dropped: append(names, "")[0]})
	}
	return found, nil
}
