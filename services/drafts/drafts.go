// Package drafts keeps half-filled forms, one for each person, so that nobody
// types twice what a lost connection, or a lost Redis, took away.
package drafts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
)

// Draft is what a person has answered so far.
type Draft struct {
	Form    string
	Step    string // being asked
	Answers map[string]string
}

// maxAnswers bounds what one draft may hold, in bytes of JSON.
const maxAnswers = 16 << 10

// Service keeps drafts.
type Service struct {
	store *models.Store
	clock services.Clock
}

func New(store *models.Store, clock services.Clock) *Service {
	return &Service{store: store, clock: clock}
}

// Owner names whose draft it is: the person or staff member behind the actor,
// so that a form begun on one channel is found on another; else the chat.
func Owner(actor services.Actor, channel, externalID string) string {
	switch {
	case actor.Staff != 0:
		return "staff:" + strconv.FormatInt(actor.Staff, 10)
	case actor.Person != 0:
		return "person:" + strconv.FormatInt(actor.Person, 10)
	}
	return channel + ":" + externalID
}

// mine refuses another's draft: whoever is linked owns just their own, and who
// is not owns just the chat they write from.
func mine(actor services.Actor, owner string) error {
	if actor.Role == services.Stranger {
		if len(owner) > 7 && (owner[:7] == "person:" || owner[:6] == "staff:") {
			return services.NotFound("draft")
		}
		return nil
	}
	if owner != Owner(actor, "", "") {
		return services.NotFound("draft")
	}
	return nil
}

// Load finds the actor's draft; false when there is none.
func (s *Service) Load(ctx context.Context, actor services.Actor, owner string) (Draft, bool, error) {
	if err := mine(actor, owner); err != nil {
		return Draft{}, false, err
	}
	var row models.Draft
	err := s.store.WithContext(ctx).Where("owner = ?", owner).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Draft{}, false, nil
	}
	if err != nil {
		return Draft{}, false, fmt.Errorf("load draft: %w", err)
	}
	draft := Draft{Form: row.Form, Step: row.Step, Answers: map[string]string{}}
	if err := json.Unmarshal([]byte(row.Answers), &draft.Answers); err != nil {
		return Draft{}, false, fmt.Errorf("load draft: %w", err)
	}
	return draft, true, nil
}

// Save keeps the draft in one statement, in place of the one before.
func (s *Service) Save(ctx context.Context, actor services.Actor, owner string, draft Draft) error {
	if err := mine(actor, owner); err != nil {
		return err
	}
	answers, err := json.Marshal(draft.Answers)
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	if len(answers) > maxAnswers {
		return services.Invalid("draft_large")
	}
	now := s.clock.UTC()
	row := models.Draft{WardID: actor.Ward, Owner: owner, Form: draft.Form, Step: draft.Step, Answers: string(answers), CreatedAt: now, UpdatedAt: now}
	err = s.store.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "owner"}},
		DoUpdates: clause.AssignmentColumns([]string{"ward_id", "form", "step", "answers", "updated_at"}),
	}).Create(&row).Error
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return nil
}

// Delete forgets the actor's draft; there may be none.
func (s *Service) Delete(ctx context.Context, actor services.Actor, owner string) error {
	if err := mine(actor, owner); err != nil {
		return err
	}
	if err := s.store.WithContext(ctx).Where("owner = ?", owner).Delete(&models.Draft{}).Error; err != nil {
		return fmt.Errorf("delete draft: %w", err)
	}
	return nil
}

// Purge forgets what nobody went on with since a moment.
func (s *Service) Purge(ctx context.Context, actor services.Actor, before time.Time) (int64, error) {
	if err := actor.Need(); err != nil {
		return 0, err
	}
	result := s.store.WithContext(ctx).Where("updated_at < ?", before.UTC()).Delete(&models.Draft{})
	if result.Error != nil {
		return 0, fmt.Errorf("purge drafts: %w", result.Error)
	}
	return result.RowsAffected, nil
}
