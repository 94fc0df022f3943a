package channels

import (
	"context"
	"fmt"

	"canbobot/models"
)

// PhoneOf is the number, E.164, by which a template may reach a person of the
// ward's roster; empty when it may not: they are unknown there or have died,
// they have not agreed to be written to (no linked account with a consent that
// stands, as for identity.AccountsOf), no number is known, or several people
// answer it, who would all read what is for one.
func (s *Service) PhoneOf(ctx context.Context, ward, person int64) (string, error) {
	var found []models.Person
	err := s.store.WithContext(ctx).Raw(`
SELECT id, phone FROM people
WHERE id = ? AND ward_id = ? AND died_on IS NULL AND NOT phone_shared
	AND EXISTS (SELECT 1 FROM accounts a JOIN consents c ON c.account_id = a.id
		WHERE a.person_id = people.id AND a.unlinked_at IS NULL AND c.withdrawn_at IS NULL)`,
		person, ward).Find(&found).Error
	if err != nil {
		return "", fmt.Errorf("phone: %w", err)
	}
	if len(found) == 0 {
		return "", nil
	}
	return found[0].Phone, nil
}
