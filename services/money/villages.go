package money

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/sheet"
)

// FindVillages reads which villages a text names, parted by commas; a name that is
// none of the ward's is not_found/village_named.
func (s *Service) FindVillages(ctx context.Context, actor services.Actor, text string) ([]models.Village, error) {
	if err := StaffOnly(actor); err != nil {
		return nil, err
	}
	return villagesOf(s.store.WithContext(ctx), actor.Ward, villageNames(text))
}

// villageNames parts a text into names.
func villageNames(text string) []string {
	var names []string
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
		if name = strings.Join(strings.Fields(name), " "); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func villagesOf(db *gorm.DB, ward int64, names []string) ([]models.Village, error) {
	if len(names) == 0 {
		return nil, nil
	}
	var all, found []models.Village
	if err := services.InWard(db, ward).Order("sort_order, id").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("villages: %w", err)
	}
	find := sheet.Villages(all)
	for _, name := range names {
		id, known := find(name)
		if !known {
			var near []string
			for _, village := range all[:min(3, len(all))] {
				near = append(near, village.Name)
			}
			return nil, services.NotFound("village_named").With("name", name).With("near", strings.Join(near, ", "))
		}
		if !slices.ContainsFunc(found, func(v models.Village) bool { return v.ID == id }) {
			found = append(found, all[slices.IndexFunc(all, func(v models.Village) bool { return v.ID == id })])
		}
	}
	return found, nil
}

// name gives policies the names of the villages that they are for.
func name(db *gorm.DB, policies []models.Policy) error {
	var ids []int64
	for _, policy := range policies {
		ids = append(ids, policy.Villages...)
	}
	if len(ids) == 0 {
		return nil
	}
	var villages []models.Village
	if err := db.Select("id", "name").Where("id IN ?", ids).Order("sort_order, id").Find(&villages).Error; err != nil {
		return fmt.Errorf("villages: %w", err)
	}
	for i := range policies {
		policies[i].VillageNames = nil
		for _, village := range villages {
			if slices.Contains(policies[i].Villages, village.ID) {
				policies[i].VillageNames = append(policies[i].VillageNames, village.Name)
			}
		}
	}
	return nil
}
