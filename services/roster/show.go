package roster

import (
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// Numbers are what of a person is sealed, whole.
type Numbers struct {
	Account string // "" when none is known
	Citizen string
}

// Show opens people's numbers for a human, by their ids, and writes down in the
// same transaction who looks, and why. It is the one door: whoever is to see a
// number of the roster whole comes through here. Of many people it is one look.
// Without a reason, or of another ward, nothing is shown (not_found/person).
func (s *Service) Show(tx *gorm.DB, actor services.Actor, look journal.Look, people []models.Person) (map[int64]Numbers,
	error) {
	if look.Action == "" {
		return nil, services.NotFound("person")
	}
	shown := make(map[int64]Numbers, len(people))
	for _, person := range people {
		if err := actor.In(person.WardID); err != nil {
			return nil, services.NotFound("person").Because(err)
		}
		var numbers Numbers
		var err error
		if numbers.Account, err = s.Secrets.account(person); err == nil {
			numbers.Citizen, err = s.Secrets.citizen(person)
		}
		if err != nil {
			return nil, fmt.Errorf("open numbers of person %d: %w", person.ID, err)
		}
		shown[person.ID] = numbers
		look.People = append(look.People, person.ID)
	}
	return shown, s.audit.Look(tx, actor, look)
}

// ShowSecret is Show for a number that is not in the roster yet; the look says
// whose it is.
func (s *Service) ShowSecret(tx *gorm.DB, actor services.Actor, look journal.Look, secret Secret) (string, error) {
	if look.Action == "" || secret.IsZero() {
		return "", services.NotFound("person")
	}
	number, err := s.vault.Open(secretPlace, secret.Sealed)
	if err != nil {
		return "", fmt.Errorf("open number: %w", err)
	}
	return number, s.audit.Look(tx, actor, look)
}
