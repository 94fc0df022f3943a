package channels

import (
	"context"
	"fmt"
	"time"

	"canbobot/models"
	"canbobot/services"
)

// TroubleSilence is the trouble of a channel on which nobody has been heard for
// longer than is likely: a platform that fails to reach our webhook for a while
// ceases to call it, and says nothing.
const TroubleSilence = "silence"

// Heard notes that an event came in on a channel. It is kept in memory only.
func (s *Service) Heard(channel string) {
	now := s.clock.UTC()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard[channel] = now
}

// CheckSilence reports a channel on which nobody was heard for the limit, and
// ends that report when somebody is. What other replicas heard is seen by the
// accounts they touched. A channel without accounts has nobody to be heard, and
// a process that began less than the limit ago has not listened for long enough.
func (s *Service) CheckSilence(ctx context.Context, channel string, limit time.Duration) error {
	now := s.clock.UTC()
	s.mu.Lock()
	at, heard := s.heard[channel]
	s.mu.Unlock()
	if heard && now.Sub(at) < limit {
		return s.Mended(ctx, channel, TroubleSilence)
	}
	var last []models.Account
	err := services.AcrossWards(s.store.WithContext(ctx),
		"a channel serves every ward").Select("last_seen_at").Where("channel = ? AND unlinked_at IS NULL", channel).
		Order("last_seen_at DESC").Limit(1).Find(&last).Error
	if err != nil {
		return fmt.Errorf("silence: %w", err)
	}
	switch {
	case len(last) > 0 && now.Sub(last[0].LastSeenAt) < limit:
		return s.Mended(ctx, channel, TroubleSilence)
	case len(last) == 0, now.Sub(s.since) < limit:
		return nil
	}
	return s.Report(ctx, channel, TroubleSilence, "")
}
