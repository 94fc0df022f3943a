package outbox

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

const (
	// strayAfter is how long nothing has become of a delivery that is looked for.
	strayAfter = 2 * time.Minute
	// straysMost bounds how many are found at once.
	straysMost = 10_000
	// live are the states of jobs that will be worked.
	live = "('available', 'pending', 'retryable', 'running', 'scheduled')"
)

// Round finds deliveries that no job will send any more.
func (o *Outbox) Round() services.Round {
	return services.Round{Name: "find_strays", Does: "sends again on its way what is to be told and has lost its job",
		Every: 5 * time.Minute, Do: o.strays}
}

// strays enqueues them anew. A job and its deliveries stand in one transaction, so
// a delivery without a job has lost it: to a binary that misread it, a hand in the
// database, a restore, or tries that are used up.
func (o *Outbox) strays(ctx context.Context) (int, error) {
	elements := "jsonb_array_elements(j.args -> 'deliveries') e"
	if o.store.Dialect == models.SQLite {
		elements = "json_each(j.args, '$.deliveries') e"
	}
	found := 0
	err := o.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var ids []int64
		err := services.AcrossWards(tx, "deliveries without a job").Raw(`
SELECT d.id FROM deliveries d LEFT JOIN (
	SELECT CAST(e.value AS bigint) AS id FROM river_job j, `+elements+` WHERE j.kind = 'deliver' AND j.state IN `+live+`
) carried ON carried.id = d.id
WHERE (d.state IN ? OR d.state = ? AND d.due_at IS NOT NULL) AND d.updated_at < ? AND carried.id IS NULL
ORDER BY d.id LIMIT ?`, []models.DeliveryState{models.DeliveryQueued, models.DeliverySending}, models.DeliveryUncertain,
			o.clock.UTC().Add(-strayAfter), straysMost).Scan(&ids).Error
		if err != nil {
			return fmt.Errorf("find strays: %w", err)
		}
		found = len(ids)
		return o.deliver(ctx, tx, ids, false)
	})
	return found, err
}

// Backlog is what of one kind of jobs, in one state, is not done.
type Backlog struct {
	Kind, State string
	Jobs        int
	Oldest      float64 // seconds since the first of them was due; 0 where none is
}

// Backlog counts the jobs that are not done, for those who watch the machine.
func (o *Outbox) Backlog(ctx context.Context) ([]Backlog, error) {
	age := "EXTRACT(EPOCH FROM now() - MIN(scheduled_at))"
	if o.store.Dialect == models.SQLite {
		age = "unixepoch('now', 'subsec') - unixepoch(MIN(scheduled_at), 'subsec')"
	}
	var backlog []Backlog
	err := o.store.WithContext(ctx).Raw("SELECT kind, CAST(state AS text) AS state, COUNT(*) AS jobs, " + age +
		" AS oldest FROM river_job WHERE state IN " + live + " GROUP BY kind, state").Scan(&backlog).Error
	if err != nil {
		return nil, fmt.Errorf("backlog of jobs: %w", err)
	}
	for i := range backlog {
		backlog[i].Oldest = max(backlog[i].Oldest, 0)
	}
	return backlog, nil
}
