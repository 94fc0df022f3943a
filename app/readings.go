package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"canbobot/services/reading"
)

// readings shows how the readings of bytes from outside ended.
type readings struct{}

var readingsEnded = prometheus.NewDesc("canbobot_readings_total", "Files from outside that were opened, by kind and "+
	"how that ended (read, refused, late, fell, busy).", []string{"kind", "outcome"}, nil)

// Describe and Collect are prometheus.Collector.
func (readings) Describe(to chan<- *prometheus.Desc) { to <- readingsEnded }

func (readings) Collect(to chan<- prometheus.Metric) {
	reading.Counts(func(name string, how reading.Outcome, times int) {
		to <- prometheus.MustNewConstMetric(readingsEnded, prometheus.CounterValue, float64(times), name, string(how))
	})
}
