// Package units is what a ward is made of: its villages and their branches, how
// they came out of others, and how they join and part. Rows are never renamed
// away or deleted: a village that went into another ends on a day, its people
// are moved by closing their terms there and opening them here, and the old
// name goes on finding the new place.
//
// Villages join and part on the first day of a month, so that a month's
// allowance belongs to one place whatever the policy's accrual looks at: who
// goes on is owed the same before and after, which a property test holds.
package units

import (
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/roster"
)

// Money tells what a change of the roster does to what people are owed;
// services/money is it.
type Money interface {
	PostsOf(tx *gorm.DB, ward int64, persons []int64) (map[int64][]money.Post, error)
	Compare(tx *gorm.DB, ward int64, before, after map[int64][]money.Post) ([]money.Effect, error)
}

// Service makes and changes units for an actor.
type Service struct {
	store  *models.Store
	roster *roster.Service
	money  Money
	audit  *journal.Service
	clock  services.Clock
}

// New makes the service over the store.
func New(store *models.Store, roster *roster.Service, money Money, audit *journal.Service,
	clock services.Clock) *Service {
	return &Service{store: store, roster: roster, money: money, audit: audit, clock: clock}
}

// makers may change what the ward is made of. It is done rarely and moves many
// people at once, so clerks see it and do not do it.
var makers = []services.Role{services.Admin}

const longestName = 100 // runes

func cleanName(name, code string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || len([]rune(name)) > longestName {
		return "", services.Invalid(code)
	}
	return name, nil
}

// village reads and locks a village of the actor's ward that has not ended by
// the day.
func (s *Service) village(tx *gorm.DB, actor services.Actor, id int64, on models.Date) (models.Village, error) {
	village, err := services.Take[models.Village](locked(tx), actor, "village", id)
	if err != nil {
		return models.Village{}, err
	}
	if !village.ValidTo.IsZero() && !village.ValidTo.After(on) || village.ValidFrom.After(on) {
		return models.Village{}, services.Conflict("village_ended").With("village", village.Name)
	}
	return village, nil
}
