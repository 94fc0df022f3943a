package change

import (
	"context"
	"fmt"

	"canbobot/models"
	"canbobot/services"
)

// maxMany is how many requests are approved in one go at most.
const maxMany = 50

// Pick is a request in the version that was seen.
type Pick struct {
	ID      int64
	Version int
}

// Outcome is what became of one request: its card, or why not.
type Outcome struct {
	Pick
	Card Card
	Err  error
}

// ApproveMany approves requests that are alike, each in a transaction of its
// own as Approve does, and tells what became of each. Alike are requests of one
// kind. It refuses all of them with invalid/many (none, or too many),
// invalid/not_alike, denied/one_by_one, not_found/change where one is not
// of the ward, denied/own or denied/concerns_you where one touches the actor,
// and denied/step_up where their step asks for a fresh code.
func (s *Service) ApproveMany(ctx context.Context, actor services.Actor, picks []Pick) ([]Outcome, error) {
	if err := decider(actor); err != nil {
		return nil, err
	}
	if len(picks) == 0 || len(picks) > maxMany {
		return nil, services.Invalid("many").With("max", maxMany)
	}
	if err := s.alike(ctx, actor, picks); err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(picks))
	for i, pick := range picks {
		one := actor
		if one.Event != "" { // each has its effect once
			one.Event = fmt.Sprintf("%s:%d", actor.Event, pick.ID)
		}
		card, err := s.Approve(ctx, one, pick.ID, pick.Version)
		switch {
		case err != nil && services.KindOf(err) == services.KindInternal:
			return nil, err
		case services.CodeOf(err) == "step_up":
			return nil, err
		}
		outcomes[i] = Outcome{pick, card, err}
	}
	return outcomes, nil
}

// alike refuses picks that are not to be approved in one go, before anything is.
func (s *Service) alike(ctx context.Context, actor services.Actor, picks []Pick) error {
	ids := make([]int64, len(picks))
	for i, pick := range picks {
		ids[i] = pick.ID
	}
	tx := s.store.WithContext(ctx)
	var requests []models.ChangeRequest
	if err := services.InWard(tx, actor.Ward).Find(&requests, "id IN ?", ids).Error; err != nil {
		return fmt.Errorf("read requests: %w", err)
	}
	if len(requests) != len(picks) { // a foreign one, or one named twice
		return services.NotFound("change")
	}
	book, err := s.approvals.Open(tx, actor.Ward)
	if err != nil {
		return err
	}
	for _, request := range requests {
		item, err := itemOf(request)
		switch {
		case err != nil:
			return err
		case registry[request.Kind].Traits().Alone:
			return services.Denied("one_by_one")
		case request.Kind != requests[0].Kind:
			return services.Invalid("not_alike")
		}
		why, err := book.Party(tx, item, actor.Staff)
		if err != nil {
			return err
		}
		if why != "" {
			return services.Denied(why)
		}
	}
	return nil
}
