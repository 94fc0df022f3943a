package identity

import (
	"context"
	"fmt"

	"canbobot/models"
	"canbobot/services"
)

// SetBrief keeps whether the actor wants questions short, on every channel.
// Whoever is nobody's account has no wish to keep: denied/role.
func (s *Service) SetBrief(ctx context.Context, actor services.Actor, brief bool) error {
	var row any
	id := actor.Person
	switch {
	case actor.Staff != 0:
		row, id = &models.Staff{}, actor.Staff
	case actor.Person != 0:
		row = &models.Person{}
	default:
		return services.Denied("role")
	}
	result := services.InWard(s.store.WithContext(ctx).Model(row), actor.Ward).Where("id = ?", id).UpdateColumn("brief",
		brief)
	if result.Error != nil {
		return fmt.Errorf("set brief: %w", result.Error)
	}
	if result.RowsAffected == 0 {
		return services.NotFound("account")
	}
	return nil
}
