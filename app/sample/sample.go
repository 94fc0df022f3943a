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
	"canbobot/services/ward"
)

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
	ward  *ward.Services
	rand  *rand.Rand
	now   time.Time
	today models.Date

	wards    map[string]*models.Ward
	people   []*models.Person
	sealing  []func() error // what is sealed once everybody has an id
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
func Load(ctx context.Context, w *ward.Services) (Summary, error) {
	if err := MustBeEmpty(ctx, w.Store); err != nil {
		return Summary{}, err
	}
	l := &loader{
		ward: w, rand: rand.New(rand.NewPCG(258, 2020)), now: w.Clock.UTC(),
		today: models.DateOf(w.Clock.Local()), wards: map[string]*models.Ward{}, phones: map[string]bool{},
	}
	for _, step := range []func(context.Context) error{l.loadUnits, l.loadPolicies, l.loadCast, l.loadLinks, l.loadRuns,
		l.loadRequests, l.loadNotice} {
		if err := step(ctx); err != nil {
			return Summary{}, fmt.Errorf("sample: %w", err)
		}
	}
	return Summary{Wards: len(l.wards), Villages: Villages, People: len(l.people), Characters: l.nextCast}, nil
}

// MustBeEmpty keeps invented people out of a database that holds anybody.
func MustBeEmpty(ctx context.Context, store *models.Store) error {
	var wards int64
	if err := store.WithContext(ctx).Model(&models.Ward{}).Count(&wards).Error; err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	if wards > 0 {
		return errors.New("sample: the database is not empty; load it into a new one")
	}
	return nil
}
