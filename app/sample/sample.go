// Package sample is Hồng Lĩnh as the meeting counted it: 52 villages, 156
// cell committee members, 194 branch heads, 155 deputies and 39 committee
// members, paid 200,000 and 150,000 đồng a month. A fixed seed makes it, so that
// two loads are alike; every name and number is invented.
package sample

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/allowance"
	"canbobot/services/change"
	"canbobot/services/identity"
	"canbobot/services/notice"
	"canbobot/services/vault"
)

// Tools are what loading needs. With gives the services by a clock of the
// loader's choice, so that what happened in past months is dated there.
type Tools struct {
	Store *models.Store
	Vault *vault.Vault
	Clock services.Clock
	With  func(clock services.Clock) (Services, error)
}

// Services are those through which the sample's paper goes.
type Services struct {
	Identity  *identity.Service
	Allowance *allowance.Service
	Changes   *change.Service
	Notices   *notice.Service
}

// What the meeting counted.
const (
	Villages    = 52
	Heads       = 194
	Deputies    = 155
	Members     = 39
	CellMembers = 156
)

// Summary is what was loaded.
type Summary struct {
	Wards, Villages, People int
	Characters              []Character
}

// Character is somebody who can be played on the try-it page.
type Character struct {
	ExternalID string // on the channel "web"
	Name       string
	Role       string // title and branch, or what the ward user is
	Group      string // officer, staff
	Ward       int64
	Person     int64
	Staff      int64
	Phone      string // E.164, of officers
	TOTPSecret string // of ward users: anybody may play them
}

// loader builds one sample.
type loader struct {
	tools Tools
	rand  *rand.Rand
	now   time.Time
	today models.Date

	wards    map[string]*models.Ward
	people   []*models.Person
	terms    []*models.Term
	phones   map[string]bool
	posts    []post
	nextCast []Character
	linked   []services.Actor // beyond the cast
}

// post is a term with what the cast is chosen by.
type post struct {
	term   *models.Term
	person *models.Person
	branch *models.Branch
	ward   *models.Ward
	code   string // organization
}

// Load fills an empty database. One that is not empty is refused.
func Load(ctx context.Context, tools Tools) (Summary, error) {
	if err := mustBeEmpty(ctx, tools.Store); err != nil {
		return Summary{}, err
	}
	l := &loader{
		tools: tools, rand: rand.New(rand.NewPCG(258, 2020)), now: tools.Clock.UTC(),
		today: models.DateOf(tools.Clock.Local()), wards: map[string]*models.Ward{}, phones: map[string]bool{},
	}
	for _, step := range []func(context.Context) error{l.loadUnits, l.loadPolicies, l.loadCast, l.loadLinks, l.loadRuns, l.loadRequests, l.loadNotice} {
		if err := step(ctx); err != nil {
			return Summary{}, fmt.Errorf("sample: %w", err)
		}
	}
	return Summary{Wards: len(l.wards), Villages: Villages, People: len(l.people), Characters: l.nextCast}, nil
}

// mustBeEmpty keeps invented people out of a database that holds anybody.
func mustBeEmpty(ctx context.Context, store *models.Store) error {
	var wards int64
	if err := store.WithContext(ctx).Model(&models.Ward{}).Count(&wards).Error; err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	if wards > 0 {
		return errors.New("sample: the database is not empty; load it into a new one")
	}
	return nil
}
