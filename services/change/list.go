package change

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
)

const (
	maxPage = 50
	maxMine = 50
)

// maxWaiting bounds how many waiting requests of a ward are looked through, the
// longest waiting first.
const maxWaiting = 5000

// WaitingView is a request that waits for others.
type WaitingView struct {
	Summary
	Step approve.StepView
	// Number is the step's, from 1.
	Number int
	Who    []string  // who may sign it now, by name; nobody where nobody may
	Since  time.Time // when the step began to wait
}

// Queue lists the requests that wait for the actor's signature, in their own
// right or for who is absent, the longest waiting first, and counts them all.
// To who signs nothing it lists whatever waits in the ward. limit is 10 when it
// is 0, at most 50.
func (s *Service) Queue(ctx context.Context, actor services.Actor, offset, limit int) ([]Summary, int64, error) {
	tx := s.store.WithContext(ctx)
	waiting, err := s.waiting(tx, actor)
	if err != nil {
		return nil, 0, err
	}
	var requests []models.ChangeRequest
	signsFor := map[int64]string{}
	for _, one := range waiting {
		_, may := one.Signer(actor.Staff)
		if !may && decider(actor) == nil {
			continue
		}
		requests = append(requests, one.request)
		signsFor[one.request.ID] = one.For(actor.Staff)
	}
	list, err := summaries(tx, page(requests, offset, limit))
	for i := range list {
		list[i].For = signsFor[list[i].ID]
	}
	return list, int64(len(requests)), err
}

// Waiting lists the ward's requests that wait for others than the actor: for
// whom, and since when; the longest waiting first.
func (s *Service) Waiting(ctx context.Context, actor services.Actor, offset, limit int) ([]WaitingView, int64, error) {
	tx := s.store.WithContext(ctx)
	waiting, err := s.waiting(tx, actor)
	if err != nil {
		return nil, 0, err
	}
	waiting = slices.DeleteFunc(waiting, func(one waitingRequest) bool {
		_, may := one.Signer(actor.Staff)
		return may
	})
	total := int64(len(waiting))
	waiting = page(waiting, offset, limit)
	requests := make([]models.ChangeRequest, len(waiting))
	for i, one := range waiting {
		requests[i] = one.request
	}
	list, err := summaries(tx, requests)
	if err != nil {
		return nil, 0, err
	}
	views := make([]WaitingView, len(list))
	for i, one := range waiting {
		views[i] = WaitingView{Summary: list[i], Number: one.Step + 1, Since: one.Since()}
		if one.Step < len(one.Rule.Steps) {
			views[i].Step = approve.StepView{Step: one.Rule.Steps[one.Step]}
		}
		for _, signer := range one.Signers {
			views[i].Who = append(views[i].Who, signer.Staff.Name)
		}
	}
	return views, total, nil
}

type waitingRequest struct {
	approve.Judgement
	request models.ChangeRequest
}

// waiting judges every request of the ward that waits for a signature.
func (s *Service) waiting(tx *gorm.DB, actor services.Actor) ([]waitingRequest, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	var requests []models.ChangeRequest
	err := services.InWard(tx, actor.Ward).Where("state = ?",
		models.ChangeSubmitted).Order("submitted_at, id").Limit(maxWaiting).Find(&requests).Error
	if err != nil {
		return nil, fmt.Errorf("read requests: %w", err)
	}
	items := make([]approve.Item, len(requests))
	for i, request := range requests {
		if items[i], err = itemOf(request); err != nil {
			return nil, err
		}
	}
	judged, err := s.requests.JudgeWaiting(tx, actor.Ward, items)
	if err != nil {
		return nil, err
	}
	waiting := make([]waitingRequest, len(requests))
	for i, request := range requests {
		waiting[i] = waitingRequest{judged[request.ID], request}
	}
	return waiting, nil
}

// page cuts a list; limit is 10 when it is 0, at most maxPage.
func page[T any](list []T, offset, limit int) []T {
	if limit <= 0 {
		limit = 10
	}
	offset = min(max(0, offset), len(list))
	return list[offset:min(len(list), offset+min(limit, maxPage))]
}

// Mine lists what the actor has proposed, newest first, the last 50.
func (s *Service) Mine(ctx context.Context, actor services.Actor) ([]Summary, error) {
	if err := proposer(actor); err != nil {
		return nil, err
	}
	tx := s.store.WithContext(ctx)
	query := services.InWard(tx, actor.Ward)
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
			Alone:      proposal.Kind.Traits().Alone,
			BranchName: names.branches[value(request.BranchID)], SubjectName: names.people[value(request.SubjectID)],
			NewcomerName: cmp.Or(names.people[value(request.NewcomerID)], proposal.Kind.comes().Name),
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
	}{{&n.people, &models.Person{}, people}, {&n.staff, &models.Staff{}, staff},
		{&n.branches, &models.Branch{}, branches}} {
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
