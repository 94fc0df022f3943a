package identity

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// DecideLink answers a request after the clerk has telephoned the number of the
// roster. Agreeing links the chat to the matched person, who is asked for their
// consent when they first write. It refuses with conflict/link_no_person when
// nobody was matched, conflict/link_decided (by, at) when another was quicker,
// conflict/chat_linked when the chat has been linked to somebody else since,
// conflict/person_died, denied/concerns_you and not_found/link.
func (s *Service) DecideLink(ctx context.Context, actor services.Actor, id int64, agree bool) error {
	return s.decide(ctx, actor, id, 0, agree)
}

// DecideLinkAs agrees to a request that matched nobody, or the wrong one: the
// clerk has found out who it is.
func (s *Service) DecideLinkAs(ctx context.Context, actor services.Actor, id, person int64) error {
	if person == 0 {
		return services.NotFound("person")
	}
	return s.decide(ctx, actor, id, person, true)
}

func (s *Service) decide(ctx context.Context, actor services.Actor, id, person int64, agree bool) error {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return err
	}
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		request, err := s.requestOf(tx, actor, id)
		if err != nil {
			return err
		}
		if err := s.settleRequest(tx, actor, request, agree); err != nil {
			return err
		}
		actor.Ward = request.WardID
		action, version := "link.refused", 0
		detail := journal.Detail{"channel": request.Channel}
		if agree {
			if person == 0 {
				person = services.ID(request.PersonID)
			}
			if err := s.linkAs(ctx, tx, actor, request, person); err != nil {
				return err
			}
			action, version, detail["person"] = "link.agreed", 1, person
		}
		if err := s.audit.Record(tx, actor, action, subject("link", request.ID), detail); err != nil {
			return err
		}
		err = s.outbox.Tell(ctx, tx, outbox.Message{
			Ward: request.WardID, Kind: outbox.LinkDecided, Subject: outbox.Link, SubjectID: request.ID, Version: version,
			Channel: request.Channel, ChatID: request.ChatID,
		})
		if err != nil {
			return err
		}
		return s.outbox.Redraw(ctx, tx, actor, request.WardID, outbox.Link, request.ID)
	})
}

// settleRequest ends a pending request; of two who decide at once one wins and
// the other is told who did.
func (s *Service) settleRequest(tx *gorm.DB, actor services.Actor, request models.LinkRequest, agree bool) error {
	state := models.LinkRefused
	if agree {
		state = models.LinkAgreed
	}
	result := tx.Model(&models.LinkRequest{}).Where("id = ? AND state = ?", request.ID, models.LinkPending).
		Updates(map[string]any{"state": state, "decided_by_staff": services.Ref(actor.Staff), "decided_at": s.clock.UTC()})
	if result.Error != nil {
		return fmt.Errorf("decide link: %w", result.Error)
	}
	if result.RowsAffected == 1 {
		return nil
	}
	var decided models.LinkRequest
	if err := tx.Take(&decided, request.ID).Error; err != nil {
		return fmt.Errorf("decide link: %w", err)
	}
	var names []string
	if err := tx.Model(&models.Staff{}).Where("id = ?", services.ID(decided.DecidedByStaff)).Pluck("name",
		&names).Error; err != nil {
		return fmt.Errorf("decide link: %w", err)
	}
	refusal := services.Conflict("link_decided").With("by", "").With("at", "")
	if len(names) == 1 {
		refusal = refusal.With("by", names[0])
	}
	if decided.DecidedAt != nil {
		refusal = refusal.With("at", decided.DecidedAt.In(services.Zone))
	}
	return refusal
}

// linkAs links the chat of an agreed request to a person of its ward.
func (s *Service) linkAs(ctx context.Context, tx *gorm.DB, actor services.Actor, request models.LinkRequest,
	person int64) error {
	switch person {
	case 0:
		return services.Conflict("link_no_person")
	case actor.Person:
		return services.Denied("concerns_you")
	}
	row, err := s.personOf(tx, actor, person)
	if err != nil {
		return err
	}
	if row.WardID != request.WardID {
		return services.NotFound("person")
	}
	if !row.DiedOn.IsZero() {
		return services.Conflict("person_died")
	}
	if err := tx.Model(&models.LinkRequest{}).Where("id = ?", request.ID).Update("person_id", person).Error; err != nil {
		return fmt.Errorf("decide link: %w", err)
	}
	chat := Chat{Channel: request.Channel, ExternalID: request.ExternalID, ChatID: request.ChatID}
	_, err = s.attach(ctx, tx, actor, chat, owner{person: &row})
	return err
}
