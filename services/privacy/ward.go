package privacy

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

var channelName = regexp.MustCompile(`^[a-z]{1,20}$`)

// SetAccountsNotOn says on which channels nobody types an account number in the
// actor's ward; none is everywhere. It refuses invalid/choice what is no channel.
func (s *Service) SetAccountsNotOn(ctx context.Context, actor services.Actor, channels []string) error {
	if err := actor.Need(services.Admin); err != nil {
		return err
	}
	for _, channel := range channels {
		if !channelName.MatchString(channel) {
			return services.Invalid("choice")
		}
	}
	text := strings.Join(channels, ",")
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		done := tx.Model(&models.Ward{}).Where("id = ?", actor.Ward).Update("accounts_not_on", text)
		if done.Error != nil {
			return fmt.Errorf("accounts not on: %w", done.Error)
		}
		if done.RowsAffected == 0 {
			return services.NotFound("ward")
		}
		return s.audit.Record(tx, actor, "ward.accounts_not_on", fmt.Sprintf("ward:%d", actor.Ward),
			journal.Detail{"channels": text})
	})
}

// Removed tells, by the name of each rule, how many rows tidying has taken away
// since a moment.
func (s *Service) Removed(ctx context.Context, since time.Time) (map[string]int64, error) {
	var rows []struct {
		Name string
		Gone int64
	}
	if err := s.store.WithContext(ctx).Model(&models.Removal{}).Select("name, SUM(gone) AS gone").Where("at >= ?",
		since.UTC()).Group("name").Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("removals: %w", err)
	}
	gone := make(map[string]int64, len(rows))
	for _, row := range rows {
		gone[row.Name] = row.Gone
	}
	return gone, nil
}
