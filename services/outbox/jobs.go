package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// Deliver sends deliveries to their recipients: one that somebody may be waiting
// for, or a few hundred that nobody does.
type Deliver struct {
	Deliveries []int64 `json:"deliveries"`
	// Night says that many may be told at night too; a single one always may.
	Night bool `json:"night,omitempty"`
	// Delivery is the only one in jobs of the version before.
	Delivery int64 `json:"delivery,omitempty"`
}

func (Deliver) Kind() string { return "deliver" }

// InsertOpts keeps what goes to many out of the way of what goes to one.
func (d Deliver) InsertOpts() river.InsertOpts {
	switch {
	case len(d.Deliveries) <= singly:
		return river.InsertOpts{}
	case d.Night: // so urgent that it may wake people
		return river.InsertOpts{Queue: queueBulk}
	}
	return river.InsertOpts{Queue: queueBulk, Priority: 2}
}

const (
	// singly is up to how many messages of one change go as a job each, and
	// together how many deliveries one job of many works through.
	singly   = 5
	together = 500
	// BulkWorkers is how many jobs of many a process works at once.
	BulkWorkers = 4
)

// deliver enqueues the sending of deliveries.
func (o *Outbox) deliver(ctx context.Context, tx *gorm.DB, ids []int64, night bool) error {
	size := together
	if len(ids) <= singly {
		size = 1
	}
	jobs := make([]river.JobArgs, 0, len(ids)/size+1)
	for len(ids) > 0 {
		part := ids[:min(size, len(ids))]
		if rest := len(ids) - len(part); size > 1 && rest <= singly {
			part = ids // the last few of many are no messages to one: they wake nobody and go ahead of nobody
		}
		jobs, ids = append(jobs, Deliver{Deliveries: part, Night: night}), ids[len(part):]
	}
	return o.Enqueue(ctx, tx, jobs...)
}

// Redraw draws every open card of a subject anew.
type Redraw struct {
	Ward      int64  `json:"ward"`
	Subject   string `json:"subject"`
	SubjectID int64  `json:"subject_id"`
	By        int64  `json:"by,omitempty"` // the account of who changed it
	// Version is what they are to show: those of it need no drawing; 0 draws all.
	Version int `json:"version,omitempty"`
}

func (Redraw) Kind() string { return "redraw" }

// Follow keeps a notice's progress card up to date while it changes.
type Follow struct {
	Notice int64 `json:"notice"`
}

func (Follow) Kind() string { return "follow" }

// Receive handles an event that could not be handled when it came.
type Receive struct {
	Channel string `json:"channel"`
	Event   string `json:"event"` // sealed: it holds what a person wrote
}

func (Receive) Kind() string { return "receive" }

// queueInbound is a queue of its own: what people wait for must not stand behind
// what nobody waits for, nor the other way round.
const (
	queueInbound = "inbound"
	queueBulk    = "bulk"
)

// receiveTries is how often a parked event is tried, with growing pauses: over a
// day and a half.
const receiveTries = 18

func (Receive) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queueInbound, MaxAttempts: receiveTries}
}

// Park keeps a sealed event to be handled after a while.
func (o *Outbox) Park(ctx context.Context, channel, sealed string, after time.Duration) error {
	return o.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		sqlTx := tx.Statement.ConnPool.(*sql.Tx)
		_, err := o.jobs.InsertTx(ctx, sqlTx, Receive{Channel: channel, Event: sealed},
			&river.InsertOpts{ScheduledAt: time.Now().Add(after)})
		if err != nil {
			return fmt.Errorf("park event: %w", err)
		}
		return nil
	})
}

// Worker runs jobs until stopped.
type Worker struct {
	client interface {
		Start(ctx context.Context) error
		Stop(ctx context.Context) error
	}
	queues map[string]river.QueueConfig
	Heart  Heart
}

// Start begins to work.
func (w *Worker) Start(ctx context.Context) error {
	w.Heart.begin(w.queues)
	return w.client.Start(ctx)
}

// Stop lets running jobs finish.
func (w *Worker) Stop(ctx context.Context) error { return w.client.Stop(ctx) }

// JobTimeout bounds one job. A job of a killed process is taken up again after
// RescueAfter; so is one that hangs for as long, which is why whatever a job does
// must bear being done twice.
const (
	JobTimeout  = 30 * time.Second
	RescueAfter = time.Minute
)

// Clocked is a job of a services.Round.
type Clocked struct {
	Round string `json:"-"`
}

func (c Clocked) Kind() string { return c.Round }

// NewWorker makes the working client over the database's own driver, so that
// PostgreSQL wakes it the moment a job commits.
func NewWorker(store *models.Store, workers *river.Workers, rounds []services.Round,
	logger *slog.Logger) (*Worker, error) {
	var periodic []*river.PeriodicJob
	for _, round := range rounds {
		job := Clocked{round.Name}
		do := river.WorkFunc(func(ctx context.Context, _ *river.Job[Clocked]) error {
			done, err := round.Do(ctx)
			if done > 0 {
				logger.Info("round", "name", round.Name, "done", done)
			}
			return err
		})
		river.AddWorkerArgs(workers, job, reader[Clocked]{do})
		periodic = append(periodic, river.NewPeriodicJob(round, func() (river.JobArgs, *river.InsertOpts) { return job, nil },
			&river.PeriodicJobOpts{RunOnStart: round.AtStart}))
	}
	w := &Worker{queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 20},
		queueInbound: {MaxWorkers: 8}, queueBulk: {MaxWorkers: BulkWorkers}}}
	config := &river.Config{
		Queues:               w.queues,
		Workers:              workers,
		PeriodicJobs:         periodic,
		Hooks:                append([]rivertype.Hook{&w.Heart}, stamping...),
		JobTimeout:           JobTimeout,
		RescueStuckJobsAfter: RescueAfter,
		FetchCooldown:        20 * time.Millisecond,
		FetchPollInterval:    time.Second,
		Logger:               logger,
	}
	if store.Dialect == models.SQLite {
		config.PollOnly = true // what would wake it there polls a table of its own
		config.FetchPollInterval = 100 * time.Millisecond
		client, err := river.NewClient(riversqlite.New(store.SQL), config)
		if err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		w.client = client
		return w, nil
	}
	asking, cancel := context.WithTimeout(context.Background(), JobTimeout)
	defer cancel()
	standing, err := store.Standing(asking)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	if standing.Owned == 0 { // only an owner may
		config.ReindexerSchedule = river.NeverSchedule()
	}
	client, err := river.NewClient(riverpgxv5.New(store.Pool), config)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	w.client = client
	return w, nil
}
