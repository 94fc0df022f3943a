package changes

import (
	"gorm.io/gorm"

	"canbobot/services"
)

func (s *Service) fillMerge(tx *gorm.DB, p *plan) error { return services.Invalid("kind") }

func (s *Service) applyMerge(tx *gorm.DB, p *plan, change int64) (map[string]any, error) {
	return nil, services.Invalid("kind")
}
