// Package warnings finds what a ward should look at before it becomes a
// complaint: branches without a head, one bank account with two people,
// officers whom no message reaches, requests that lie too long. It changes
// nothing; once a week it has the clerks told.
package warnings

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/outbox"
	"canbobot/services/vault"
	"canbobot/services/vn"
)

// Kind is one thing that may be wrong.
type Kind string

const (
	NoHead      Kind = "no_head"      // a branch without a head
	NoDeputy    Kind = "no_deputy"    // a branch whose organization has deputies, without one
	SharedBank  Kind = "shared_bank"  // one bank account, several people
	SharedPhone Kind = "shared_phone" // one phone number, several people
	LandLine    Kind = "landline"     // a number that was a land line before 2017
	NeverLinked Kind = "never_linked" // in post, and on no channel ever
	LongTerm    Kind = "long_term"    // in post longer than a term usually lasts
	LateChange  Kind = "late_change"  // a change request that waits past the ward's time
	OpenCase    Kind = "open_case"    // a question without an answer
	LateLink    Kind = "late_link"    // somebody who waits so to be linked
	// LateTreasury is a list whose papers have been at the treasury for a week.
	LateTreasury Kind = "late_treasury"
)

// Kinds lists every kind in the order in which people read them: what stops
// money or keeps somebody waiting first.
var Kinds = []Kind{LateTreasury, LateChange, OpenCase, LateLink, SharedBank, NoHead, NoDeputy, LongTerm, SharedPhone,
	LandLine, NeverLinked}

// Item is one finding. ID is that of a branch, person, change request, case or
// link request, as Kind.Subject says.
type Item struct {
	ID    int64
	Name  string // of the branch or the person; of a change request its kind
	Where string // the village of a branch, the branch of a person; may be empty
	// Mark tells those who belong together: the last four digits of the account
	// or number they share, or the title that is held too long.
	Mark  string
	Since models.Date // when the term began, or the waiting; zero for the other kinds
}

// Group is the findings of one kind: how many there are, and a page of them.
type Group struct {
	Kind  Kind
	Total int64
	Items []Item
}

// Findings are a ward's groups that are not empty, in the order of Kinds.
type Findings struct {
	Groups []Group
}

// Total counts all findings.
func (f Findings) Total() (total int64) {
	for _, group := range f.Groups {
		total += group.Total
	}
	return total
}

// MaxPage bounds how many findings one call returns of a kind.
const MaxPage = 50

// sampled is how many findings of each kind Weekly returns beside their count.
const sampled = 3

// Service looks through a ward's rows.
type Service struct {
	store    *models.Store
	vault    *vault.Vault
	identity *identity.Service
	outbox   *outbox.Outbox
	clock    services.Clock
}

// New makes the service; identity says who the clerks are.
func New(store *models.Store, v *vault.Vault, identity *identity.Service, outbox *outbox.Outbox,
	clock services.Clock) *Service {
	return &Service{store: store, vault: v, identity: identity, outbox: outbox, clock: clock}
}

// may refuses whoever is no ward user: officers never see each other's faults.
func may(actor services.Actor) error {
	if err := actor.Need(services.Viewer, services.Clerk, services.Leader, services.Admin); err != nil {
		return err
	}
	if actor.Ward == 0 {
		return services.NotFound("ward")
	}
	return nil
}

// Weekly returns everything that the actor's ward should look at: each group
// with its count and its first findings.
func (s *Service) Weekly(ctx context.Context, actor services.Actor) (Findings, error) {
	if err := may(actor); err != nil {
		return Findings{}, err
	}
	return s.findings(s.store.WithContext(ctx), actor.Ward, sampled)
}

// Group returns a page of the findings of one kind. An offset past the end
// begins anew. It refuses an unknown kind with not_found/row.
func (s *Service) Group(ctx context.Context, actor services.Actor, kind Kind, offset, limit int) (Group, error) {
	if err := may(actor); err != nil {
		return Group{}, err
	}
	if !slices.Contains(Kinds, kind) {
		return Group{}, services.NotFound("row")
	}
	tx := s.store.WithContext(ctx)
	look, err := s.look(tx, actor.Ward)
	if err != nil {
		return Group{}, err
	}
	limit = min(max(limit, 1), MaxPage)
	group, err := look.group(tx, kind, max(offset, 0), limit)
	if err == nil && group.Total == 0 && offset > 0 {
		return look.group(tx, kind, 0, limit)
	}
	return group, err
}

func (s *Service) findings(tx *gorm.DB, ward int64, limit int) (Findings, error) {
	look, err := s.look(tx, ward)
	if err != nil {
		return Findings{}, err
	}
	var findings Findings
	for _, kind := range Kinds {
		group, err := look.group(tx, kind, 0, limit)
		if err != nil {
			return Findings{}, err
		}
		if group.Total > 0 {
			findings.Groups = append(findings.Groups, group)
		}
	}
	return findings, nil
}

// look is what every query of one look at a ward is about.
type look struct {
	dialect models.Dialect
	vault   *vault.Vault
	ward    int64
	today   models.Date
	late    time.Time // what waits since before then waits too long
	weekAgo time.Time
}

func (s *Service) look(tx *gorm.DB, ward int64) (look, error) {
	var row models.Ward
	if err := tx.Select("id", "remind_after_hours").Take(&row, ward).Error; err != nil {
		return look{}, fmt.Errorf("warnings: ward: %w", err)
	}
	l := look{dialect: s.store.Dialect, vault: s.vault, ward: ward, today: models.DateOf(s.clock.Local()),
		weekAgo: s.clock.UTC().AddDate(0, 0, -7)}
	if row.RemindAfterHours > 0 { // else the ward wants no reminders: nothing is late
		l.late = s.clock.UTC().Add(-time.Duration(row.RemindAfterHours) * time.Hour)
	}
	return l, nil
}

// found is a row of any of the queries.
type found struct {
	ID    int64
	Name  string
	Place string
	Mark  string
	Phone string `seal:"people.phone"`
	Since *time.Time
	Began models.Date
	Total int64
}

// group runs the one query of a kind.
func (l look) group(tx *gorm.DB, kind Kind, offset, limit int) (Group, error) {
	query, args := l.query(kind)
	var rows []found
	err := tx.Raw(query+" LIMIT ? OFFSET ?", append(args, limit, offset)...).Find(&rows).Error
	if err != nil {
		return Group{}, fmt.Errorf("warnings: %s: %w", kind, err)
	}
	group := Group{Kind: kind}
	for _, row := range rows {
		item := Item{ID: row.ID, Name: row.Name, Where: row.Place, Since: row.Began,
			Mark: cmp.Or(row.Mark, vn.Last4(row.Phone))}
		if row.Since != nil {
			item.Since = models.DateOf(row.Since.In(services.Zone))
		}
		group.Items, group.Total = append(group.Items, item), row.Total
	}
	return group, nil
}
