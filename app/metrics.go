package app

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"canbobot/bot"
	"canbobot/services/anchor"
	"canbobot/services/notice"
	"canbobot/services/outbox"
)

// metrics counts what comes in, how long answers take, and what goes out to those
// who did not ask. No label names a person, or holds a text.
type metrics struct {
	registry *prometheus.Registry
	passed   *prometheus.CounterVec
	events   *prometheus.CounterVec
	seconds  *prometheus.HistogramVec

	sent   *prometheus.CounterVec
	lag    *prometheus.HistogramVec
	failed *prometheus.CounterVec
	waited *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "canbobot_events_total", Help: "Inbound events by channel and outcome (handled, open).",
		}, []string{"channel", "outcome"}),
		passed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "canbobot_events_passed_over_total", Help: "What was refused, ignored, put off or kept aside, by channel " +
				"and why.",
		}, []string{"channel", "why"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "canbobot_event_seconds", Help: "From an event's arrival to its answer sent.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25},
		}, []string{"channel"}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "canbobot_deliveries_sent_total", Help: "Messages that nobody had asked for and that arrived, by channel " +
				"and kind.",
		}, []string{"channel", "kind"}),
		lag: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "canbobot_delivery_lag_seconds", Help: "From the change that a message tells of until it arrived.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 6 * 3600, 24 * 3600},
		}, []string{"channel"}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "canbobot_delivery_failures_total",
			Help: "Tries that did not arrive, by channel, fate (retry, unreachable, refused, uncertain, broken) and why. " +
				"why is too_many where the platform asked for a pause (429).",
		}, []string{"channel", "fate", "why"}),
		waited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "canbobot_pace_wait_seconds_total", Help: "How long what goes to many was told to wait, by channel: its " +
				"pace was used up, or the platform had asked for a pause.",
		}, []string{"channel"}),
	}
	m.registry.MustRegister(m.events, m.passed, m.seconds, m.sent, m.lag, m.failed, m.waited, readings{},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Sent, Failed and Waited are delivery.Meter.
func (m *metrics) Sent(channel, kind string, lag time.Duration) {
	m.sent.WithLabelValues(channel, kind).Inc()
	m.lag.WithLabelValues(channel).Observe(lag.Seconds())
}

func (m *metrics) Failed(channel, fate, why string) {
	m.failed.WithLabelValues(channel, fate, why).Inc()
}

func (m *metrics) Waited(channel string, wait time.Duration) {
	m.waited.WithLabelValues(channel).Add(wait.Seconds())
}

// measured counts the events that pass through a handler.
type measured struct {
	next    bot.Handler
	metrics *metrics
}

func (h measured) Handle(ctx context.Context, in bot.Inbound) error {
	begun := time.Now()
	err := h.next.Handle(ctx, in)
	outcome := "handled"
	if err != nil {
		outcome = "open"
	}
	h.metrics.events.WithLabelValues(in.Channel, outcome).Inc()
	h.metrics.seconds.WithLabelValues(in.Channel).Observe(time.Since(begun).Seconds())
	return err
}

// counter counts what a channel passed over.
func (m *metrics) counter(channel string) func(why string) {
	return func(why string) { m.passed.WithLabelValues(channel, why).Inc() }
}

// waiting shows how many events of a channel wait for the database to come back.
func (m *metrics) waiting(channel string, count func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "canbobot_events_waiting", Help: "Events kept in a file until the database is back.",
		ConstLabels: prometheus.Labels{"channel": channel},
	}, func() float64 { return float64(count()) }))
}

// lookEvery bounds how often the database is asked for what a scrape shows.
const lookEvery = 15 * time.Second

// backlog shows what of notices has not come to its end, of all wards.
type backlog struct {
	notices func(context.Context) (notice.Backlog, error)

	mu    sync.Mutex
	at    time.Time
	known notice.Backlog
}

var (
	backlogPeople = prometheus.NewDesc("canbobot_notice_recipients", "Recipients of notices that are on their way, by "+
		"state (queued, sending, uncertain).", []string{"state"}, nil)
	backlogAge = prometheus.NewDesc("canbobot_notice_oldest_seconds", "How long the oldest of those that are "+
		"queued has waited; 0 for none.", nil, nil)
)

func (m *metrics) backlog(read func(context.Context) (notice.Backlog, error)) {
	m.registry.MustRegister(&backlog{notices: read})
}

// Describe and Collect are prometheus.Collector.
func (b *backlog) Describe(to chan<- *prometheus.Desc) {
	to <- backlogPeople
	to <- backlogAge
}

func (b *backlog) Collect(to chan<- prometheus.Metric) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if time.Since(b.at) > lookEvery {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		known, err := b.notices(ctx)
		if err != nil {
			to <- prometheus.NewInvalidMetric(backlogPeople, errors.New("the database does not answer"))
			return
		}
		b.known, b.at = known, time.Now()
	}
	for state, people := range b.known.People {
		to <- prometheus.MustNewConstMetric(backlogPeople, prometheus.GaugeValue, float64(people), string(state))
	}
	to <- prometheus.MustNewConstMetric(backlogAge, prometheus.GaugeValue, b.known.Oldest.Seconds())
}

// work shows the jobs that are not done.
type work struct {
	read func(context.Context) ([]outbox.Backlog, error)
}

var (
	jobsOpen = prometheus.NewDesc("canbobot_jobs", "Jobs that are not done, by kind and state (available, pending, "+
		"retryable, running, scheduled).", []string{"kind", "state"}, nil)
	jobsOldest = prometheus.NewDesc("canbobot_job_oldest_seconds", "Since when the first of a kind's jobs that are not "+
		"done is due; 0 where none is.", []string{"kind"}, nil)
)

func (m *metrics) work(read func(context.Context) ([]outbox.Backlog, error)) {
	m.registry.MustRegister(work{read})
}

// Describe and Collect are prometheus.Collector.
func (w work) Describe(to chan<- *prometheus.Desc) {
	to <- jobsOpen
	to <- jobsOldest
}

func (w work) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	backlog, err := w.read(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(jobsOpen, errors.New("the database does not answer"))
		return
	}
	oldest := map[string]float64{}
	for _, one := range backlog {
		to <- prometheus.MustNewConstMetric(jobsOpen, prometheus.GaugeValue, float64(one.Jobs), one.Kind, one.State)
		oldest[one.Kind] = max(oldest[one.Kind], one.Oldest)
	}
	for kind, seconds := range oldest {
		to <- prometheus.MustNewConstMetric(jobsOldest, prometheus.GaugeValue, seconds, kind)
	}
}

// proofs shows how the journal stands.
type proofs struct {
	read func(context.Context) (anchor.Standing, error)
}

var (
	journalFaults = prometheus.NewDesc("canbobot_journal_faults", "What was found wrong with the journal so far.", nil,
		nil)
	journalWhole = prometheus.NewDesc("canbobot_journal_whole_timestamp_seconds", "When every ward's journal had last "+
		"been proved to its end; 0 for never.", nil, nil)
	journalEntries = prometheus.NewDesc("canbobot_journal_proved_entries", "Entries proved since their journals were "+
		"begun anew.", nil, nil)
)

func (m *metrics) journal(read func(context.Context) (anchor.Standing, error)) {
	m.registry.MustRegister(proofs{read})
}

// Describe and Collect are prometheus.Collector.
func (p proofs) Describe(to chan<- *prometheus.Desc) {
	to <- journalFaults
	to <- journalWhole
	to <- journalEntries
}

func (p proofs) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	known, err := p.read(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(journalFaults, errors.New("the database does not answer"))
		return
	}
	whole := float64(0)
	if !known.WholeAt.IsZero() {
		whole = float64(known.WholeAt.Unix())
	}
	to <- prometheus.MustNewConstMetric(journalFaults, prometheus.GaugeValue, float64(known.Faults))
	to <- prometheus.MustNewConstMetric(journalWhole, prometheus.GaugeValue, whole)
	to <- prometheus.MustNewConstMetric(journalEntries, prometheus.GaugeValue, float64(known.Entries))
}

func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry,
		promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	return mux
}
