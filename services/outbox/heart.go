package outbox

import (
	"context"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Heart beats whenever this process has asked the database for jobs and been
// answered. A queue whose workers are all busy does not ask: no longer than a job
// may take.
type Heart struct {
	river.HookDefaults
	mu   sync.Mutex
	beat map[string]time.Time // by queue
}

// StillAfter is from when on a silent queue stands still, rather than being busy.
const StillAfter = JobTimeout + 15*time.Second

func (h *Heart) begin(queues map[string]river.QueueConfig) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.beat = map[string]time.Time{}
	for queue := range queues {
		h.beat[queue] = time.Now()
	}
}

// MetricEmit is rivertype.HookMetricEmit.
func (h *Heart) MetricEmit(_ context.Context, params *rivertype.HookMetricEmitParams) {
	if asked, is := params.Metric.(*rivertype.JobGetAvailableDurationMetric); is {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.beat[asked.Queue] = time.Now()
	}
}

// Silent is for how long the most silent queue has been.
func (h *Heart) Silent() (longest time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, beat := range h.beat {
		longest = max(longest, time.Since(beat))
	}
	return longest
}
