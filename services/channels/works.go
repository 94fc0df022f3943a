package channels

import "context"

// Works says that a message got through on a channel: whatever stood in its way
// is over, except that nobody may be heard there, and that a lost pair of tokens
// stays lost, whatever was under way when it was. Like Mended it costs nothing
// while no trouble is known.
func (s *Service) Works(ctx context.Context, channel string) error {
	if _, err := s.stands(ctx, trouble{channel: channel}); err != nil {
		return err
	}
	s.mu.Lock()
	var codes []string
	for what := range s.open {
		if what.channel == channel && what.code != TroubleSilence && what.code != TroubleToken {
			codes = append(codes, what.code)
		}
	}
	s.mu.Unlock()
	for _, code := range codes {
		if err := s.Mended(ctx, channel, code); err != nil {
			return err
		}
	}
	return nil
}
