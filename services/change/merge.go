package change

import (
	"gorm.io/gorm"

	"canbobot/services"
)

// fillMerge refuses two rows that cannot be one human.
func (s *Service) fillMerge(tx *gorm.DB, p *plan) error {
	_, err := s.roster.MergePreview(tx, services.SystemActor(p.ward.ID), p.person.ID, p.newcomer.ID)
	return err
}

func (s *Service) applyMerge(tx *gorm.DB, p *plan) (map[string]any, error) {
	merged, err := s.roster.Merge(tx, p.decider, p.person.ID, p.newcomer.ID)
	if err != nil {
		return nil, err
	}
	return map[string]any{"merge": merged.ID}, nil
}
