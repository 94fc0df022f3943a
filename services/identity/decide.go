package identity

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/outbox"
)

type (
	links = approve.Items[models.LinkRequest, models.LinkState]
	act   = approve.Act[models.LinkRequest]
)

// item is what a request to be linked is in rules, and its signatures are of.
const item = "link"

func init() {
	approve.Register(approve.Kind{Name: item, Place: 40, Steps: []approve.Step{{Role: approve.Any, People: 1}},
		StepUp: "the chat is then taken for the officer"})
}

var deciders = []services.Role{services.Clerk, services.Leader}

// linksOf are the requests to be linked as what waits for signatures.
func linksOf(approvals *approve.Service, box *outbox.Outbox, gate approve.Gate, clock services.Clock) *links {
	return &links{
		Service: approvals, Outbox: box, Gate: gate,
		Name: item, Subject: "link", Card: outbox.Link, Waiting: models.LinkPending,
		Read: itemOf,
		Set: func(row *models.LinkRequest, state models.LinkState, version int) {
			row.State, row.Version = state, version
		},
		Columns: []string{"decided_by_staff", "decided_at"},
		Asks:    outbox.LinkAsked, Reminds: outbox.LinkWaiting, Reminded: "reminded_at", Since: "created_at", Hours: true,
		Gather: func(ctx context.Context, tx *gorm.DB, item approve.Item, staff []models.Staff) (bool, error) {
			return gather(ctx, tx, box, clock, item, staff)
		},
	}
}

func itemOf(request models.LinkRequest) (approve.Item, error) {
	one := approve.Item{
		Rule: item, ID: request.ID, Ward: request.WardID, Version: request.Version, State: string(request.State),
		Since: request.CreatedAt, Reminded: request.RemindedAt, By: request.DecidedByStaff, At: request.CreatedAt,
	}
	if request.PersonID != nil {
		one.Parties.People = []int64{*request.PersonID}
	}
	if request.DecidedAt != nil {
		one.At = *request.DecidedAt
	}
	return one, nil
}

// Agree links the chat of a request to a person, after a clerk has telephoned
// the number of the roster: to the one who was matched where person is 0, else to
// the one that the clerk has found out it is. They are asked for their consent
// when they first write. Besides the refusals of approve.Items.Make there are
// conflict/link_no_person when nobody was matched, conflict/chat_linked when the
// chat has been linked to somebody else since, and conflict/person_died.
func (r *Requests) Agree(ctx context.Context, actor services.Actor, id int64, version int, person int64) error {
	var row models.Person
	_, err := r.links.Make(ctx, actor, id, version, approve.Move[models.LinkRequest, models.LinkState]{
		Action: "link.agreed", From: models.LinkPending, To: models.LinkAgreed, Roles: deciders, Right: approve.Signs,
		Prepare: func(act *act) (err error) {
			row, err = r.named(act, person)
			return err
		},
		Do: func(act *act) error {
			decided(act)
			act.Detail["person"] = row.ID
			if err := r.identity.audit.Hands(act.TX, row.WardID, item, act.Signers(), row.ID); err != nil {
				return err
			}
			chat := Chat{Channel: act.Row.Channel, ExternalID: act.Row.ExternalID, ChatID: act.Row.ChatID}
			_, err := r.identity.attach(ctx, act.TX, act.Actor, chat, owner{person: &row}, act.OneSigner())
			return err
		},
		Tell: r.tellDecided,
	})
	return err
}

// Refuse says no to who asks to be linked.
func (r *Requests) Refuse(ctx context.Context, actor services.Actor, id int64, version int) error {
	_, err := r.links.Make(ctx, actor, id, version, approve.Move[models.LinkRequest, models.LinkState]{
		Action: "link.refused", From: models.LinkPending, To: models.LinkRefused, Roles: deciders, Right: approve.Answers,
		Do:   func(act *act) error { decided(act); return nil },
		Tell: r.tellDecided,
	})
	return err
}

// TakeBack takes the actor's own signature off a request that waits for more.
func (r *Requests) TakeBack(ctx context.Context, actor services.Actor, id int64, version int) error {
	_, err := r.links.TakeBack(ctx, actor, id, version)
	return err
}

func decided(act *act) {
	act.Row.DecidedByStaff, act.Row.DecidedAt = services.Ref(act.Actor.Staff), &act.Now
	act.Detail["channel"] = act.Row.Channel
}

// named is the person to whom a request is to be linked, and keeps who it is:
// whoever signs next agrees to the same one.
func (r *Requests) named(act *act, person int64) (models.Person, error) {
	matched := services.ID(act.Row.PersonID)
	switch {
	case person == 0 && matched == 0:
		return models.Person{}, services.Conflict("link_no_person")
	case person == 0:
		person = matched
	case person != matched && len(act.Judgement.Counted) > 0:
		return models.Person{}, r.links.MovedOn(act.TX, act.Item)
	}
	row, err := personOf(act.TX, act.Actor, person)
	if err != nil {
		return row, err
	}
	if row.WardID != act.Row.WardID {
		return row, services.NotFound("person")
	}
	if !row.DiedOn.IsZero() {
		return row, services.Conflict("person_died")
	}
	act.Row.PersonID = &row.ID
	err = act.TX.Model(&models.LinkRequest{}).Where("id = ?", act.Row.ID).Update("person_id", row.ID).Error
	if err != nil {
		return row, fmt.Errorf("point link request %d: %w", act.Row.ID, err)
	}
	return row, nil
}

// tellDecided tells the chat that asked.
func (r *Requests) tellDecided(act *act) error {
	return r.outbox.Tell(act.Context, act.TX, outbox.Message{
		Ward: act.Row.WardID, Kind: outbox.LinkDecided, Subject: outbox.Link, SubjectID: act.Row.ID,
		Version: act.Row.Version, Channel: act.Row.Channel, ChatID: act.Row.ChatID,
	})
}

// ended are the columns of a request that ends without a decision.
func ended(at time.Time) map[string]any {
	return map[string]any{"state": models.LinkRefused, "version": gorm.Expr("version + 1"), "decided_at": at}
}
