package app

import (
	"context"
	"log/slog"
	"time"

	"canbobot/services/journal"
)

// mirrorEvery is how often the journal is copied out of the database: what is
// rewritten within that time is not found out by the file.
const mirrorEvery = 15 * time.Second

// mirror copies the journal to a file while the program serves.
type mirror struct {
	journal *journal.Service
	file    *journal.Mirror
	logger  *slog.Logger
}

// run copies until ctx ends, and once more then.
func (m mirror) run(ctx context.Context) {
	tick := time.NewTicker(mirrorEvery)
	defer tick.Stop()
	for ended := false; !ended; {
		select {
		case <-tick.C:
			m.copy(ctx)
		case <-ctx.Done():
			ended = true
		}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace/2)
	defer cancel()
	m.copy(ending)
}

func (m mirror) copy(ctx context.Context) {
	_, broken, err := m.journal.Copy(ctx, m.file)
	for _, fault := range broken {
		m.logger.Error("the journal does not go on from what was copied", "entry", fault.Seq)
	}
	if err != nil && ctx.Err() == nil {
		m.logger.Error("journal not copied, will repeat", "error", err)
	}
}
