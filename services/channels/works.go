package channels

import (
	"context"
	"slices"
)

// lasting are troubles that do not end with a message that gets through.
var lasting = []string{TroubleSilence, TroubleToken, TroubleGuesses}

// Works says that a message got through on a channel: whatever stood in its way
// is over, except that nobody may be heard there, that a lost pair of tokens
// stays lost, whatever was under way when it was, and that codes are being tried
// out until it has been quiet for a while. Like Mended it costs nothing
// while no trouble is known.
func (s *Service) Works(ctx context.Context, channel string) error {
	if _, err := s.stands(ctx, trouble{channel: channel}); err != nil {
		return err
	}
	s.mu.Lock()
	var codes []string
	for what := range s.open {
		if what.channel == channel && !slices.Contains(lasting, what.code) {
			codes = append(codes, what.code)
		}
	}
	s.mu.Unlock()
	for _, code := range codes {
		if err := s.Mended(ctx, channel, code); err != nil {
			return err
		}
	}
	return s.quiet(ctx, channel)
}
