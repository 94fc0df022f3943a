package app

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"time"

	"canbobot/services/journal"
	"canbobot/services/ward"
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

// compareMirror tells what of the journal is not as a file has it.
func compareMirror(p *process, ward *ward.Services, path string) (broken []string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usageError{err}
	}
	defer file.Close()
	compared, faults, err := ward.Audit.Compare(p.ctx, file)
	if err != nil {
		return nil, err
	}
	for _, of := range slices.Sorted(maps.Keys(faults)) {
		for _, fault := range faults[of] {
			broken = append(broken, fmt.Sprintf("ward %d: %s", of, wordsOfFault(fault)))
		}
	}
	if len(broken) == 0 {
		_, err = fmt.Fprintf(p.stdout, "%d entries are as the file has them\n", compared)
	}
	return broken, err
}

// wordsOfFault tells an operator what somebody did to the journal.
func wordsOfFault(fault journal.Fault) string {
	switch fault.Why {
	case journal.Missing:
		return fmt.Sprintf("entry %d is missing", fault.Seq)
	case journal.Moved:
		return fmt.Sprintf("entry %d was written as entry %d", fault.Seq, fault.From)
	case journal.Rewritten:
		return fmt.Sprintf("entry %d does not follow from the one before it, which was replaced", fault.Seq)
	}
	if fault.Why == journal.Replaced {
		return fmt.Sprintf("entry %d is not the one that was copied to the file", fault.Seq)
	}
	return fmt.Sprintf("entry %d was changed", fault.Seq)
}
