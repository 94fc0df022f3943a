package roster

import (
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// KeepHumans writes down, before people get another number, which ward users they
// are that were known by the one they have: who is one human stays so when the trace
// goes by which it could be told.
func (s *Service) KeepHumans(tx *gorm.DB, ward int64, people ...models.Person) error {
	var staff []models.Staff
	err := services.InWard(tx, ward).Select("id", "ward_id", "phone", "citizen_id").Where("person_id IS NULL").
		Find(&staff).Error
	if err != nil {
		return fmt.Errorf("read staff: %w", err)
	}
	for _, member := range staff {
		for _, person := range people {
			if !s.vault.Shows(member, person) {
				continue
			}
			if err := tx.Model(&models.Staff{}).Where("id = ?", member.ID).Update("person_id", person.ID).Error; err != nil {
				return fmt.Errorf("keep who staff %d is: %w", member.ID, err)
			}
			break
		}
	}
	return nil
}
