// Package notices tells an audience of the ward's officers something and knows
// what became of it at each of them: a notice has one delivery a person.
package notices

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/audit"
	"canbobot/services/outbox"
)

const (
	minText = 5 // runes
	maxText = 2000
	// freshOver is how many people a notice may reach without a fresh step-up
	// code.
	freshOver = 50
	// chunk is how many people one statement tells. The SQLite driver looks for
	// every value of a statement among all of them, so a large one is slow.
	chunk = 100
	// maxNamed bounds how many villages or organizations an audience names.
	maxNamed = 500
	// maxListed bounds lists.
	maxListed = 50
)

// Gate is what sending to many asks of services/identity.
type Gate interface {
	// RequireFresh refuses with denied/step_up unless the actor entered a code
	// a short while ago.
	RequireFresh(ctx context.Context, tx *gorm.DB, actor services.Actor) error
}

// Service sends notices and takes receipts.
type Service struct {
	store  *models.Store
	audit  *audit.Service
	outbox *outbox.Outbox
	gate   Gate
	clock  services.Clock
}

// New makes the service. gate is the identity service.
func New(store *models.Store, audit *audit.Service, outbox *outbox.Outbox, gate Gate, clock services.Clock) *Service {
	return &Service{store: store, audit: audit, outbox: outbox, gate: gate, clock: clock}
}

var (
	senders = []services.Role{services.Clerk, services.Leader, services.Admin}
	readers = []services.Role{services.Viewer, services.Clerk, services.Leader, services.Admin}
	anybody = append(readers[:len(readers):len(readers)], services.Officer)
)

// Audience says who is meant, by the posts they hold on the day of sending. An
// empty list does not narrow: the empty Audience is everybody in post.
type Audience struct {
	Villages      []int64           `json:"villages,omitempty"`
	Organizations []string          `json:"organizations,omitempty"`
	Roles         []models.TermRole `json:"roles,omitempty"`
}

// Compose is a notice to send. ConfirmBy may go with NeedsConfirm.
type Compose struct {
	Text         string
	NeedsConfirm bool
	ConfirmBy    *time.Time
	Audience     Audience
}

// Send tells everybody of the audience, each once however many posts they hold.
// It refuses with invalid/notice_length (min, max), invalid/notice_date a
// deadline that is past or asks for nothing, invalid/audience or
// not_found/village what is no audience, invalid/audience_empty where nobody is
// meant, and denied/step_up more than 50 people without a fresh code.
func (s *Service) Send(ctx context.Context, actor services.Actor, compose Compose) (Progress, error) {
	if err := actor.Need(senders...); err != nil {
		return Progress{}, err
	}
	if actor.Staff == 0 || actor.Ward == 0 { // a notice has a sender
		return Progress{}, services.Denied("role")
	}
	text, err := clean(compose.Text)
	if err != nil {
		return Progress{}, err
	}
	now := s.clock.UTC()
	if by := compose.ConfirmBy; by != nil && (!compose.NeedsConfirm || !by.After(now)) {
		return Progress{}, services.Invalid("notice_date")
	}
	audience, err := json.Marshal(compose.Audience)
	if err != nil {
		return Progress{}, fmt.Errorf("notice: %w", err)
	}
	notice := models.Notice{
		WardID: actor.Ward, StaffID: actor.Staff, Text: text, NeedsConfirm: compose.NeedsConfirm, ConfirmBy: utc(compose.ConfirmBy),
		Audience: string(audience), State: "sent", SentAt: &now, CreatedAt: now,
	}
	progress := Progress{}
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		people, err := s.people(tx, actor.Ward, compose.Audience)
		if err != nil {
			return err
		}
		switch {
		case len(people) == 0:
			return services.Invalid("audience_empty")
		case len(people) > freshOver:
			if err := s.gate.RequireFresh(ctx, tx, actor); err != nil {
				return err
			}
		}
		if err := tx.Create(&notice).Error; err != nil {
			return fmt.Errorf("notice: %w", err)
		}
		messages := make([]outbox.Message, 0, chunk)
		for i, person := range people {
			messages = append(messages, outbox.Message{Ward: actor.Ward, Kind: outbox.NoticeSent, Subject: outbox.Notice, SubjectID: notice.ID, Person: person})
			if len(messages) == chunk || i == len(people)-1 {
				if err := s.outbox.Tell(ctx, tx, messages...); err != nil {
					return err
				}
				messages = messages[:0]
			}
		}
		progress = Progress{Notice: notice, Total: len(people), Queued: len(people)}
		return s.audit.Record(tx, actor, "notice.sent", fmt.Sprintf("notice:%d", notice.ID),
			audit.Detail{"people": len(people), "needs_confirm": notice.NeedsConfirm, "audience": compose.Audience})
	})
	return progress, err
}

// people lists an audience by id, each person once.
func (s *Service) people(tx *gorm.DB, ward int64, audience Audience) ([]int64, error) {
	posts, err := s.posts(tx, ward, audience)
	if err != nil {
		return nil, err
	}
	var people []int64
	if err := posts.Distinct("t.person_id").Order("t.person_id").Pluck("t.person_id", &people).Error; err != nil {
		return nil, fmt.Errorf("audience: %w", err)
	}
	return people, nil
}

// posts selects the terms that an audience is found by.
func (s *Service) posts(tx *gorm.DB, ward int64, audience Audience) (*gorm.DB, error) {
	for _, role := range audience.Roles {
		switch role {
		case models.Head, models.Deputy, models.Member, models.CellMember:
		default:
			return nil, services.Invalid("audience")
		}
	}
	if err := known(tx.Model(&models.Village{}).Where("ward_id = ?", ward), "id", audience.Villages, services.NotFound("village")); err != nil {
		return nil, err
	}
	if err := known(tx.Model(&models.Organization{}), "code", audience.Organizations, services.Invalid("audience")); err != nil {
		return nil, err
	}
	today := models.DateOf(s.clock.Local())
	query := tx.Table("terms t").Joins("JOIN branches b ON b.id = t.branch_id").
		Where("t.ward_id = ? AND t.superseded_at IS NULL AND t.from_date <= ? AND (t.to_date IS NULL OR t.to_date >= ?)", ward, today, today)
	if len(audience.Villages) > 0 {
		query = query.Where("b.village_id IN ?", audience.Villages)
	}
	if len(audience.Organizations) > 0 {
		query = query.Where("b.organization_code IN ?", audience.Organizations)
	}
	if len(audience.Roles) > 0 {
		query = query.Where("t.role IN ?", audience.Roles)
	}
	return query, nil
}

// known refuses unless every value has a row.
func known[T comparable](rows *gorm.DB, column string, values []T, refusal error) error {
	if len(values) == 0 {
		return nil
	}
	distinct := map[T]bool{}
	for _, value := range values {
		distinct[value] = true
	}
	if len(values) > maxNamed {
		return refusal
	}
	var found int64
	if err := rows.Where(column+" IN ?", values).Count(&found).Error; err != nil {
		return fmt.Errorf("audience: %w", err)
	}
	if int(found) != len(distinct) {
		return refusal
	}
	return nil
}

// clean is a text as it is kept: NFC, no control characters but line ends.
func clean(text string) (string, error) {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return ' '
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "")))
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < minText || n > maxText {
		return "", services.Invalid("notice_length").With("min", minText).With("max", maxText)
	}
	return text, nil
}

func utc(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	moment := at.UTC().Truncate(time.Microsecond)
	return &moment
}
