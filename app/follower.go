package app

import (
	"context"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"canbobot/services"
	"canbobot/services/outbox"
	"canbobot/services/ward"
)

// costs is how many times as long as it took nothing is counted again.
const costs = 20

// slowest is how seldom a card is drawn of a notice that does not get on.
const slowest = 10 * time.Second

// follower keeps progress cards up to date: a little after something changed,
// and while a notice is on its way.
type follower struct {
	river.WorkerDefaults[outbox.Follow]
	ward  *ward.Services
	pause *time.Duration

	// still counts, for each job, how often in a row nothing had changed; 0 for a
	// job that has not drawn yet. Lost with the process, it begins anew.
	still sync.Map
}

func (f *follower) Work(ctx context.Context, job *river.Job[outbox.Follow]) error {
	seen, begun := f.still.LoadOrStore(job.ID, 0)
	if !begun { // those who answer at the same moment are in one drawing
		return river.JobSnooze(*f.pause)
	}
	counting := time.Now()
	going, changed, err := f.ward.Notices.Outcomes.Follow(ctx, job.Args.Notice)
	took := time.Since(counting)
	if services.KindOf(err) == services.KindNotFound {
		err = nil
	}
	if err != nil || !going {
		f.still.Delete(job.ID)
		return err
	}
	times := seen.(int) + 1
	if changed {
		times = 0
	}
	f.still.Store(job.ID, times)
	// To count a whole country takes a while: the card is not what the database is for.
	return river.JobSnooze(min(max(*f.pause<<min(times, 10), costs*took), slowest))
}
