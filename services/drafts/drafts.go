// Package drafts keeps half-filled forms in the database, so that losing Redis,
// the telephone or the patience loses nobody's typing. A form begun on one
// channel is found on the other. What was answered is sealed: it may be an
// account's number.
package drafts

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vault"
)

// maxAnswers bounds what one form may hold, in bytes of JSON; maxName the names
// of forms, steps and owners.
const (
	maxAnswers = 16 << 10
	maxName    = 200
	maxEvent   = 400
)

// Draft is what a person has answered so far. Step is the one being asked.
type Draft struct {
	Form, Step string
	Answers    map[string]string // step to answer
	Event      string            // the inbound event that changed it last
}

// Service keeps one draft for each owner.
type Service struct {
	store *models.Store
	vault *vault.Vault
	clock services.Clock
}

func New(store *models.Store, vault *vault.Vault, clock services.Clock) *Service {
	return &Service{store: store, vault: vault, clock: clock}
}

const (
	personOwner = "person:"
	staffOwner  = "staff:"
)

// Owner is under whom a draft of the actor is kept: "staff:3", "person:12" or,
// for who is not linked, "telegram:123456".
func Owner(actor services.Actor, channel, externalID string) string {
	switch {
	case actor.Staff != 0:
		return staffOwner + strconv.FormatInt(actor.Staff, 10)
	case actor.Person != 0:
		return personOwner + strconv.FormatInt(actor.Person, 10)
	}
	return channel + ":" + externalID
}

// owns refuses every owner but the actor's own. A stranger's account is not in
// the actor: there the channel must be right, and the caller vouches for the
// rest.
func owns(actor services.Actor, owner string) error {
	own := false
	switch {
	case len(owner) > maxName:
	case actor.Role == services.System:
	case actor.Role == services.Stranger:
		prefix := actor.Channel + ":"
		own = actor.Channel != "" && prefix != personOwner && prefix != staffOwner &&
			strings.HasPrefix(owner, prefix) && len(owner) > len(prefix)
	case actor.Staff != 0 || actor.Person != 0:
		own = owner == Owner(actor, "", "")
	}
	if !own {
		return services.NotFound("draft")
	}
	return nil
}

// Load finds the owner's draft; none is no error. One that cannot be opened is
// dropped and refused with conflict/draft_damaged, once: what somebody had typed
// by half must not stand in the way of all else.
func (s *Service) Load(ctx context.Context, actor services.Actor, owner string) (Draft, bool, error) {
	if err := owns(actor, owner); err != nil {
		return Draft{}, false, err
	}
	var rows []models.Draft
	if err := s.store.WithContext(ctx).Raw(`SELECT form, step, answers, event FROM drafts WHERE owner = ?`,
		owner).Scan(&rows).Error; err != nil {
		return Draft{}, false, fmt.Errorf("load draft: %w", err)
	}
	if len(rows) == 0 {
		return Draft{}, false, nil
	}
	draft := Draft{Form: rows[0].Form, Step: rows[0].Step, Event: rows[0].Event}
	answers, err := s.vault.Open(vault.In(models.DraftAnswers, owner), rows[0].Answers)
	if err == nil {
		err = json.Unmarshal([]byte(answers), &draft.Answers)
	}
	if err == nil {
		return draft, true, nil
	}
	if err := s.store.WithContext(ctx).Exec(`DELETE FROM drafts WHERE owner = ? AND answers = ?`, owner,
		string(rows[0].Answers)).Error; err != nil {
		return Draft{}, false, fmt.Errorf("drop draft: %w", err)
	}
	return Draft{}, false, services.Conflict("draft_damaged")
}

// Save keeps the draft in place of the owner's last one, in one statement:
// every step of every form does. It refuses with invalid/draft_size what is
// larger than any form.
func (s *Service) Save(ctx context.Context, actor services.Actor, owner string, draft Draft) error {
	if err := owns(actor, owner); err != nil {
		return err
	}
	if draft.Answers == nil {
		draft.Answers = map[string]string{}
	}
	answers, err := json.Marshal(draft.Answers)
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	if len(answers) > maxAnswers || len(draft.Form) > maxName || len(draft.Step) > maxName || len(draft.Event) > maxEvent {
		return services.Invalid("draft_size")
	}
	sealed, err := s.vault.Seal(vault.In(models.DraftAnswers, owner), string(answers))
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	now := s.clock.UTC()
	err = s.store.WithContext(ctx).Exec(`
INSERT INTO drafts (ward_id, owner, form, step, answers, event, updated_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (owner) DO UPDATE SET ward_id = excluded.ward_id, form = excluded.form, step = excluded.step,
	answers = excluded.answers, event = excluded.event, updated_at = excluded.updated_at`,
		actor.Ward, owner, draft.Form, draft.Step, string(sealed), draft.Event, now, now).Error
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return nil
}

// Delete forgets the owner's draft; none is no error.
func (s *Service) Delete(ctx context.Context, actor services.Actor, owner string) error {
	if err := owns(actor, owner); err != nil {
		return err
	}
	if err := s.store.WithContext(ctx).Exec(`DELETE FROM drafts WHERE owner = ?`, owner).Error; err != nil {
		return fmt.Errorf("delete draft: %w", err)
	}
	return nil
}

// Purge forgets what strangers left untouched: it may hold a name and a number of
// somebody whom the ward does not know.
var Purge = services.Purge{Name: "drafts",
	Basis: "consent that was not given: who is not linked has agreed to nothing",
	What:  "half-filled forms of who is not linked", Kept: 7 * 24 * time.Hour,
	SQL: "DELETE FROM drafts WHERE owner NOT LIKE '" + personOwner + "%' AND owner NOT LIKE '" + staffOwner +
		"%' AND updated_at < ?"}
