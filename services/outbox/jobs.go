package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"canbobot/models"
)

// Deliver sends one delivery to its recipient.
type Deliver struct {
	Delivery int64 `json:"delivery"`
}

func (Deliver) Kind() string { return "deliver" }

// Redraw draws every open card of a subject anew.
type Redraw struct {
	Ward      int64  `json:"ward"`
	Subject   string `json:"subject"`
	SubjectID int64  `json:"subject_id"`
}

func (Redraw) Kind() string { return "redraw" }

// Remind looks for what has waited too long; it comes by the clock.
type Remind struct{}

func (Remind) Kind() string { return "remind" }

// Tidy forgets what is of no use any more; it comes by the clock.
type Tidy struct{}

func (Tidy) Kind() string { return "tidy" }

// Worker runs jobs until stopped.
type Worker interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
}

// JobTimeout bounds one job. A job of a killed process is taken up again after
// RescueAfter.
const (
	JobTimeout  = 30 * time.Second
	RescueAfter = 2 * time.Minute
)

// NewWorker makes the working client over the database's own driver, so that
// PostgreSQL wakes it the moment a job commits.
func NewWorker(store *models.Store, workers *river.Workers, periodic []*river.PeriodicJob, logger *slog.Logger) (Worker, error) {
	config := &river.Config{
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 20}},
		Workers:              workers,
		PeriodicJobs:         periodic,
		JobTimeout:           JobTimeout,
		RescueStuckJobsAfter: RescueAfter,
		FetchCooldown:        20 * time.Millisecond,
		FetchPollInterval:    time.Second,
		Logger:               logger,
	}
	if store.Dialect == models.SQLite {
		config.FetchPollInterval = 100 * time.Millisecond // nothing wakes it there
		client, err := river.NewClient(riversqlite.New(store.SQL), config)
		if err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		return client, nil
	}
	client, err := river.NewClient(riverpgxv5.New(store.Pool), config)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return client, nil
}
