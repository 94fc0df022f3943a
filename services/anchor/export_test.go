package anchor

import "context"

// Prove is a round of so many entries.
func (s *Service) Prove(ctx context.Context, most int) (int, error) { return s.prove(ctx, most) }
