package units

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// locked makes who changes the same unit wait; SQLite leaves the clause out.
func locked(tx *gorm.DB) *gorm.DB { return tx.Clauses(clause.Locking{Strength: "UPDATE"}) }

// AddVillage begins a village with a branch of each organization, by code. A
// name that a village of today has is conflict/village_taken.
func (s *Service) AddVillage(ctx context.Context, actor services.Actor, name string, from models.Date,
	organizations []string) (models.Village, error) {
	if err := actor.Need(makers...); err != nil {
		return models.Village{}, err
	}
	var village models.Village
	err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		if village, err = s.begin(tx, actor.Ward, name, from); err != nil {
			return err
		}
		for _, code := range organizations {
			if _, err := s.beginBranch(tx, village, code, from); err != nil {
				return err
			}
		}
		return s.audit.Record(tx, actor, "village.added", fmt.Sprintf("village:%d", village.ID),
			journal.Detail{"name": village.Name, "on": from, "branches": organizations})
	})
	return village, err
}

// begin makes a village of the ward, after the others in its order.
func (s *Service) begin(tx *gorm.DB, ward int64, name string, from models.Date) (models.Village, error) {
	name, err := cleanName(name, "village")
	if err != nil {
		return models.Village{}, err
	}
	var last int
	if err := services.InWard(tx.Model(&models.Village{}),
		ward).Select("COALESCE(MAX(sort_order), 0)").Scan(&last).Error; err != nil {
		return models.Village{}, fmt.Errorf("order of villages: %w", err)
	}
	village := models.Village{WardID: ward, Name: name, Folded: models.Fold(name), SortOrder: last + 1, ValidFrom: from,
		CreatedAt: s.clock.UTC()}
	if err := tx.Create(&village).Error; err != nil {
		if models.IsTaken(err) {
			return models.Village{}, services.Conflict("village_taken").Because(err)
		}
		return models.Village{}, fmt.Errorf("add village: %w", err)
	}
	return village, nil
}

// AddBranch begins a branch of an organization in a village. One that is there
// already is conflict/branch_taken.
func (s *Service) AddBranch(ctx context.Context, actor services.Actor, village int64, organization string,
	from models.Date) (models.Branch, error) {
	if err := actor.Need(makers...); err != nil {
		return models.Branch{}, err
	}
	var branch models.Branch
	err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		on := from
		if on.IsZero() {
			on = models.DateOf(s.clock.Local())
		}
		place, err := s.village(tx, actor, village, on)
		if err != nil {
			return err
		}
		if branch, err = s.beginBranch(tx, place, organization, from); err != nil {
			return err
		}
		return s.audit.Record(tx, actor, "branch.added", fmt.Sprintf("branch:%d", branch.ID),
			journal.Detail{"name": branch.Name, "on": from})
	})
	return branch, err
}

func (s *Service) beginBranch(tx *gorm.DB, village models.Village, code string, from models.Date) (models.Branch,
	error) {
	var organization models.Organization
	err := tx.Take(&organization, "code = ?", code).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		var codes []string
		if err := tx.Model(&models.Organization{}).Order("sort_order").Pluck("code", &codes).Error; err != nil {
			return models.Branch{}, fmt.Errorf("read organizations: %w", err)
		}
		return models.Branch{}, services.NotFound("organization").With("codes", strings.Join(codes, ", "))
	}
	if err != nil {
		return models.Branch{}, fmt.Errorf("read organization: %w", err)
	}
	branch := models.Branch{
		WardID: village.WardID, VillageID: village.ID, OrganizationCode: code,
		Name: organization.BranchName + " " + village.Name, ValidFrom: from, CreatedAt: s.clock.UTC(),
	}
	if err := tx.Create(&branch).Error; err != nil {
		if models.IsTaken(err) {
			return models.Branch{}, services.Conflict("branch_taken").With("branch", branch.Name).Because(err)
		}
		return models.Branch{}, fmt.Errorf("add branch: %w", err)
	}
	return branch, nil
}

// CloseBranch ends a branch with its last day. While somebody holds a post of
// it after that day it is conflict/branch_held with their names.
func (s *Service) CloseBranch(ctx context.Context, actor services.Actor, branch int64, last models.Date,
	decision string) error {
	if err := actor.Need(makers...); err != nil {
		return err
	}
	if last.IsZero() {
		return services.Invalid("date")
	}
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row, err := services.Take[models.Branch](locked(tx), actor, "branch", branch)
		if err != nil {
			return err
		}
		if !row.ValidTo.IsZero() {
			return services.Conflict("branch_closed").With("to", row.ValidTo)
		}
		if last.Before(row.ValidFrom) {
			return services.Conflict("branch_later").With("branch", row.Name).With("from", row.ValidFrom)
		}
		posts, err := s.roster.Standing(tx, []int64{row.ID}, last.AddDays(1))
		if err != nil {
			return err
		}
		if len(posts) > 0 {
			names := make([]string, 0, len(posts))
			for _, post := range posts {
				names = append(names, post.Person.Name)
			}
			slices.Sort(names)
			return services.Conflict("branch_held").With("branch", row.Name).With("names",
				strings.Join(slices.Compact(names), ", "))
		}
		if err := s.settledRequests(tx, []int64{row.ID}); err != nil {
			return err
		}
		if err := tx.Model(&row).Update("valid_to", last).Error; err != nil {
			return fmt.Errorf("close branch: %w", err)
		}
		return s.audit.Record(tx, actor, "branch.closed", fmt.Sprintf("branch:%d", row.ID),
			journal.Detail{"name": row.Name, "on": last, "decision": decision})
	})
}

// settledRequests refuses with conflict/requests_open while requests about the
// branches wait: what they ask for would be of a place that is gone.
func (s *Service) settledRequests(tx *gorm.DB, branches []int64) error {
	var open int64
	err := tx.Model(&models.ChangeRequest{}).
		Where("branch_id IN ? AND state IN ?", branches,
			[]models.ChangeState{models.ChangeSubmitted, models.ChangeReturned}).Count(&open).Error
	if err != nil {
		return fmt.Errorf("open requests: %w", err)
	}
	if open > 0 {
		return services.Conflict("requests_open").With("count", open)
	}
	return nil
}
