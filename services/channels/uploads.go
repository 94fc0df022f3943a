package channels

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
)

// Uploads remembers what one channel's platform calls the files that were
// uploaded to it, for all replicas.
type Uploads struct {
	store   *models.Store
	clock   services.Clock
	channel string
}

// Uploads are those of a channel.
func (s *Service) Uploads(channel string) *Uploads {
	return &Uploads{store: s.store, clock: s.clock, channel: channel}
}

func (u *Uploads) row(ctx context.Context, owner, key, kind string) *gorm.DB {
	return u.store.WithContext(ctx).Where("channel = ? AND owner = ? AND key = ? AND kind = ?", u.channel, owner, key,
		kind)
}

// Find is the reference that the owner's file is shown by; empty when none is
// kept, or it has expired.
func (u *Uploads) Find(ctx context.Context, owner, key, kind string) (ref string, err error) {
	var found []models.Upload
	err = u.row(ctx, owner, key, kind).Where("expires_at IS NULL OR expires_at > ?",
		u.clock.UTC()).Limit(1).Find(&found).Error
	if err != nil {
		return "", fmt.Errorf("find upload: %w", err)
	}
	if len(found) == 0 {
		return "", nil
	}
	return found[0].Ref, nil
}

// Keep puts a reference in the place of the one before: of two replicas that
// uploaded at once the later one's is as good. A zero until never expires.
func (u *Uploads) Keep(ctx context.Context, owner, key, kind, ref string, until time.Time) error {
	row := models.Upload{Channel: u.channel, Owner: owner, Key: key, Kind: kind, Ref: ref, CreatedAt: u.clock.UTC()}
	if !until.IsZero() {
		until = until.UTC().Truncate(time.Microsecond)
		row.ExpiresAt = &until
	}
	err := u.store.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "channel"}, {Name: "owner"}, {Name: "key"}, {Name: "kind"}},
		DoUpdates: clause.AssignmentColumns([]string{"ref", "expires_at", "created_at"}),
	}).Create(&row).Error
	if err != nil {
		return fmt.Errorf("keep upload: %w", err)
	}
	return nil
}

// Forget drops a reference that the platform refuses. Another that has taken its
// place meanwhile stays.
func (u *Uploads) Forget(ctx context.Context, owner, key, kind, ref string) error {
	if err := u.row(ctx, owner, key, kind).Where("ref = ?", ref).Delete(&models.Upload{}).Error; err != nil {
		return fmt.Errorf("forget upload: %w", err)
	}
	return nil
}

// PurgeUploads forgets the references of all channels that have expired.
var PurgeUploads = services.Purge{Name: "uploads",
	Basis: "no longer than its purpose needs: the platform forgot it",
	What:  "names of files at a platform that knows them no more",
	SQL:   "DELETE FROM uploads WHERE expires_at <= ?"}
