package journal

import (
	"fmt"

	"gorm.io/gorm"

	"canbobot/models"
)

// handsBatch bounds a statement: the SQLite driver looks for every value of one
// among all of them.
const handsBatch = 40

// Hands notes that ward users brought about what proves people of a ward: handed
// out an invite, agreed to a link, gave them a number.
func (s *Service) Hands(tx *gorm.DB, ward int64, how string, staff []int64, people ...int64) error {
	now := s.clock.UTC()
	var rows []models.Hand
	for _, person := range people {
		for _, one := range staff {
			if one != 0 && person != 0 {
				rows = append(rows, models.Hand{WardID: ward, PersonID: person, StaffID: one, How: how, At: now})
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := tx.CreateInBatches(rows, handsBatch).Error; err != nil {
		return fmt.Errorf("note %s of %d people: %w", how, len(people), err)
	}
	return nil
}
