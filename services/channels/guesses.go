package channels

import (
	"context"
	"fmt"
	"time"
)

// TroubleGuesses is the trouble of a channel on which somebody tries codes out.
// Everybody goes on being answered there.
const TroubleGuesses = "guesses"

// quietAfter is how long nobody must have tried codes out before it is over.
const quietAfter = time.Hour

// Guessed says that codes are being tried out on a channel, many in a short time.
func (s *Service) Guessed(ctx context.Context, channel string) error {
	return s.Report(ctx, channel, TroubleGuesses, "")
}

// quiet ends what Guessed began, once it has been quiet for long enough.
func (s *Service) quiet(ctx context.Context, channel string) error {
	what := trouble{channel, TroubleGuesses}
	s.mu.Lock()
	_, stands := s.open[what]
	s.mu.Unlock()
	if !stands {
		return nil
	}
	now := s.clock.UTC()
	ended := standing(s.store.WithContext(ctx), channel, TroubleGuesses).
		Where("last_at < ?", now.Add(-quietAfter)).Update("ended_at", now)
	if ended.Error != nil {
		return fmt.Errorf("end trouble: %w", ended.Error)
	}
	if ended.RowsAffected > 0 {
		s.mu.Lock()
		delete(s.open, what)
		s.mu.Unlock()
	}
	return nil
}
