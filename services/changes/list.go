package changes

import (
	"cmp"
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

const (
	maxPage = 50
	maxMine = 50
)

// Queue lists the ward's requests that wait for a decision, the longest
// waiting first, and counts them all. limit is 10 when it is 0, at most 50.
func (s *Service) Queue(ctx context.Context, actor services.Actor, offset, limit int) ([]Summary, int64, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, 0, err
	}
	if limit <= 0 {
		limit = 10
	}
	tx := s.store.WithContext(ctx)
	waiting := func() *gorm.DB { return tx.Where("ward_id = ? AND state = ?", actor.Ward, models.ChangeSubmitted) }
	var total int64
	if err := waiting().Model(&models.ChangeRequest{}).Count(&total).Error; err != nil {
		return nil, 0, fmt.Errorf("count requests: %w", err)
	}
	var requests []models.ChangeRequest
	err := waiting().Order("submitted_at, id").Offset(max(0, offset)).Limit(min(limit, maxPage)).Find(&requests).Error
	if err != nil {
		return nil, 0, fmt.Errorf("read requests: %w", err)
	}
	list, err := summaries(tx, requests)
	return list, total, err
}

// Mine lists what the actor has proposed, newest first, the last 50.
func (s *Service) Mine(ctx context.Context, actor services.Actor) ([]Summary, error) {
	if err := proposer(actor); err != nil {
		return nil, err
	}
	tx := s.store.WithContext(ctx)
	query := tx.Where("ward_id = ?", actor.Ward)
	if actor.Role == services.Officer {
		query = query.Where("proposer_person_id = ?", actor.Person)
	} else {
		query = query.Where("proposer_staff_id = ?", actor.Staff)
	}
	var requests []models.ChangeRequest
	if err := query.Order("submitted_at DESC, id DESC").Limit(maxMine).Find(&requests).Error; err != nil {
		return nil, fmt.Errorf("read requests: %w", err)
	}
	return summaries(tx, requests)
}

func summaries(tx *gorm.DB, requests []models.ChangeRequest) ([]Summary, error) {
	names, err := namesOf(tx, requests)
	if err != nil {
		return nil, err
	}
	list := make([]Summary, len(requests))
	for i, request := range requests {
		proposal, err := decodeProposal(request)
		if err != nil {
			return nil, err
		}
		list[i] = Summary{
			ID: request.ID, Kind: request.Kind, State: request.State, Version: request.Version, SubmittedAt: request.SubmittedAt,
			BranchName: names.branches[value(request.BranchID)], SubjectName: names.people[value(request.SubjectID)],
			NewcomerName: cmp.Or(names.people[value(request.NewcomerID)], proposal.Newcomer.Name),
		}
	}
	return list, nil
}

// names are those of everyone and every branch that requests mention.
type names struct{ people, staff, branches map[int64]string }

// proposer is the name of who proposed the request.
func (n names) proposer(request models.ChangeRequest) string {
	return cmp.Or(n.people[value(request.ProposerPersonID)], n.staff[value(request.ProposerStaffID)])
}

func namesOf(tx *gorm.DB, requests []models.ChangeRequest) (names, error) {
	var people, staff, branches []int64
	for _, r := range requests {
		people = append(people, value(r.SubjectID), value(r.NewcomerID), value(r.ProposerPersonID))
		staff = append(staff, value(r.ProposerStaffID), value(r.DecidedByStaffID))
		branches = append(branches, value(r.BranchID))
	}
	var n names
	var err error
	for _, kind := range []struct {
		into  *map[int64]string
		model any
		ids   []int64
	}{{&n.people, &models.Person{}, people}, {&n.staff, &models.Staff{}, staff}, {&n.branches, &models.Branch{}, branches}} {
		if *kind.into, err = namesIn(tx, kind.model, kind.ids); err != nil {
			return n, err
		}
	}
	return n, nil
}

func namesIn(tx *gorm.DB, model any, ids []int64) (map[int64]string, error) {
	named := map[int64]string{}
	asked := ids[:0:0]
	for _, id := range ids {
		if id != 0 {
			asked = append(asked, id)
		}
	}
	if len(asked) == 0 {
		return named, nil
	}
	var rows []struct {
		ID   int64
		Name string
	}
	if err := tx.Model(model).Select("id", "name").Where("id IN ?", asked).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	for _, row := range rows {
		named[row.ID] = row.Name
	}
	return named, nil
}
