package roster

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

const maxVillageName = 100 // runes

// RenameVillage gives a village another name from a day on. The old one still
// finds it.
func (s *Service) RenameVillage(ctx context.Context, actor services.Actor, village int64, name string,
	from models.Date, decision string) error {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || len([]rune(name)) > maxVillageName || from.IsZero() {
		return services.Invalid("village")
	}
	return s.withVillage(ctx, actor, village, func(tx *gorm.DB, row models.Village) error {
		if err := keepName(tx, row, row.Name, from.AddDays(-1), decision, s.clock); err != nil {
			return err
		}
		err := tx.Model(&row).Updates(map[string]any{"name": name, "folded": models.Fold(name)}).Error
		if models.IsTaken(err) {
			return services.Conflict("village_taken").Because(err)
		}
		if err != nil {
			return fmt.Errorf("rename village: %w", err)
		}
		return s.audit.Record(tx, actor, "village.renamed", fmt.Sprintf("village:%d", row.ID),
			journal.Detail{"from": row.Name, "to": name, "on": from, "decision": decision})
	})
}

// AddVillageName notes a name under which a village may be asked for besides
// its own, such as "Thôn 3 xã Thuận Lộc"; until is its last day, if known.
func (s *Service) AddVillageName(ctx context.Context, actor services.Actor, village int64, name string,
	until models.Date, decision string) error {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || len([]rune(name)) > maxVillageName {
		return services.Invalid("village")
	}
	return s.withVillage(ctx, actor, village, func(tx *gorm.DB, row models.Village) error {
		if err := keepName(tx, row, name, until, decision, s.clock); err != nil {
			return err
		}
		return s.audit.Record(tx, actor, "village.also_called", fmt.Sprintf("village:%d", row.ID),
			journal.Detail{"name": name})
	})
}

func (s *Service) withVillage(ctx context.Context, actor services.Actor, id int64,
	do func(*gorm.DB, models.Village) error) error {
	if err := actor.Need(services.Clerk, services.Admin); err != nil {
		return err
	}
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row, err := services.Take[models.Village](tx.Clauses(clause.Locking{Strength: "UPDATE"}), actor, "village", id)
		if err != nil {
			return err
		}
		return do(tx, row)
	})
}

// keepName writes a name down and lets it find the village.
func keepName(tx *gorm.DB, village models.Village, name string, until models.Date, decision string,
	clock services.Clock) error {
	folded := models.Fold(name)
	row := models.VillageName{WardID: village.WardID, VillageID: village.ID, Name: name, Folded: folded, Until: until,
		DecisionNumber: decision, CreatedAt: clock.UTC()}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil &&
		!errors.Is(err, gorm.ErrDuplicatedKey) {
		return fmt.Errorf("keep village name: %w", err)
	}
	known := strings.Split(village.KnownAs, " | ")
	if village.KnownAs == "" {
		known = nil
	}
	known = append(known, folded)
	if err := tx.Model(&models.Village{}).Where("id = ?", village.ID).Update("known_as",
		strings.Join(known, " | ")).Error; err != nil {
		return fmt.Errorf("keep village name: %w", err)
	}
	return nil
}
