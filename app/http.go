package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"canbobot/bot"
)

// server is one listening HTTP server.
type server struct {
	http     *http.Server
	listener net.Listener
	failed   chan error
}

// listen binds at once, so that a taken port is told before anything runs.
func listen(address string, handler http.Handler, logger *slog.Logger) (*server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w (is another program using it?)", address, err)
	}
	return &server{
		listener: listener,
		failed:   make(chan error, 1),
		http: &http.Server{
			Handler: handler,
			// No write limit: the try-it page streams. Bodies are bounded by
			// their handlers, headers here.
			ReadHeaderTimeout: 10 * time.Second,
			ReadTimeout:       60 * time.Second,
			IdleTimeout:       120 * time.Second,
			MaxHeaderBytes:    64 << 10,
			ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
		},
	}, nil
}

func (s *server) start() {
	go func() {
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
}

// URL is where the server listens.
func (s *server) URL() string { return "http://" + s.listener.Addr().String() }

// stop lets requests finish for as long as ctx lasts, then cuts them.
func (s *server) stop(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}

// metrics counts what comes in and how long answers take.
type metrics struct {
	registry *prometheus.Registry
	passed   *prometheus.CounterVec
	events   *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "canbobot_events_total", Help: "Inbound events by channel and outcome (handled, open).",
		}, []string{"channel", "outcome"}),
		passed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "canbobot_events_passed_over_total", Help: "What was refused, ignored, put off or kept aside, by channel and why.",
		}, []string{"channel", "why"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "canbobot_event_seconds", Help: "From an event's arrival to its answer sent.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25},
		}, []string{"channel"}),
	}
	m.registry.MustRegister(m.events, m.passed, m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
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

func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}

// health answers /healthz (the process lives) and /readyz (the database
// answers, so that a balancer sends nobody here while it does not).
func health(mux *http.ServeMux, ward *Ward) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := ward.Store.SQL.PingContext(ctx); err != nil {
			http.Error(w, "database away", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
}
