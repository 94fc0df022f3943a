package outbox_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"gorm.io/gorm"

	"canbobot/services"
	"canbobot/services/outbox"
)

// later is how a release to come might write the same kind of job.
type later struct {
	Parts []int64 `json:"parts"`
}

func (later) Kind() string { return outbox.Deliver{}.Kind() }
func (later) Version() int { return 2 }

func job[T river.JobArgs](t *testing.T, encoded string) *river.Job[T] {
	t.Helper()
	job := &river.Job[T]{JobRow: &rivertype.JobRow{EncodedArgs: []byte(encoded)}}
	if err := json.Unmarshal([]byte(encoded), &job.Args); err != nil {
		t.Fatal(err)
	}
	return job
}

func TestWhichJobsAreReadable(t *testing.T) {
	for encoded, want := range map[string]struct{ now, later bool }{
		`{"v": 1, "deliveries": [1]}`:               {true, true},
		`{"v": 2, "parts": [1]}`:                    {false, true},
		`{"v": 3, "deliveries": [1], "parts": [1]}`: {false, false},
		`{"v": 0, "deliveries": [1]}`:               {false, false},
		`{"deliveries": [1]}`:                       {true, false}, // of a binary that stamped none
		`{"parts": [1]}`:                            {false, true},
	} {
		if got := outbox.Readable(job[outbox.Deliver](t, encoded)); got != want.now {
			t.Errorf("%s: this release reads it: %t", encoded, got)
		}
		if got := outbox.Readable(job[later](t, encoded)); got != want.later {
			t.Errorf("%s: the next one reads it: %t", encoded, got)
		}
	}
	if !outbox.Readable(job[outbox.Clocked](t, `{"v":1}`)) || !outbox.Readable(job[outbox.Clocked](t, `{}`)) {
		t.Error("a round's job is not readable")
	}
}

// A replica of the release before takes a job that it would read as nothing: it
// puts it back, and its own ones are done.
func TestAJobOfALaterReleaseIsPutBack(t *testing.T) {
	ctx := t.Context()
	store, box := open(t)
	err := store.Transaction(func(tx *gorm.DB) error {
		return box.Enqueue(ctx, tx, later{[]int64{1}}, outbox.Deliver{Deliveries: []int64{2}}, outbox.Redraw{Ward: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	worked := make(chan []int64, 10)
	workers := river.NewWorkers()
	outbox.Work(workers, river.WorkFunc(func(_ context.Context, job *river.Job[outbox.Deliver]) error {
		worked <- job.Args.Deliveries
		return nil
	}))
	outbox.Work(workers, river.WorkFunc(func(_ context.Context, job *river.Job[outbox.Redraw]) error {
		worked <- []int64{job.Args.Ward}
		return nil
	}))
	worker, err := outbox.NewWorker(store, workers, []services.Round(nil), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := worker.Start(ctx); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		select {
		case ids := <-worked:
			if len(ids) != 1 {
				t.Errorf("worked as if it were of %v", ids)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the jobs of its own are not worked")
		}
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var state string
	for state != "available" && state != "scheduled" { // put back, a moment ahead
		select {
		case <-ctx.Done():
			t.Fatalf("the job of the later release is %s", state)
		case <-tick.C:
		}
		err := store.Raw("SELECT CASE WHEN scheduled_at > created_at THEN CAST(state AS text) ELSE '' END " +
			"FROM river_job ORDER BY id LIMIT 1").Scan(&state).Error
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := worker.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if len(worked) > 0 {
		t.Errorf("worked as if it were of %v", <-worked)
	}
}
