package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// figures is one measurement, printed as a row or, with --json, as an object.
type figures struct {
	Name           string  `json:"name"`
	Clients        int     `json:"clients,omitempty"`
	Recipients     int     `json:"recipients,omitempty"`
	Replicas       int     `json:"replicas,omitempty"`
	Limit          int     `json:"limit_per_second,omitempty"`
	People         int     `json:"people,omitempty"`
	Rows           int     `json:"rows,omitempty"`
	PerSecond      float64 `json:"per_second"`
	P50            float64 `json:"p50_ms,omitempty"`
	P95            float64 `json:"p95_ms,omitempty"`
	P99            float64 `json:"p99_ms,omitempty"`
	FloorPerSecond float64 `json:"floor_per_second,omitempty"`
	Lost           int64   `json:"lost"`
	Repeated       int64   `json:"repeated"`
	// Unmarked are the repeated ones of which the ward is not told.
	Unmarked  int64 `json:"unmarked,omitempty"`
	Uncertain int64 `json:"uncertain"`
	Refused   int64 `json:"too_many_requests,omitempty"`
	// LimitUsed is the part of the limit that was used, by answers too.
	LimitUsed      float64 `json:"limit_used,omitempty"`
	ReplyP95       float64 `json:"reply_p95_ms,omitempty"`
	EnqueueSeconds float64 `json:"enqueue_seconds,omitempty"`
	SteadyRSS      float64 `json:"rss_before_mb,omitempty"`
	PeakRSS        float64 `json:"peak_rss_mb,omitempty"`
	Seconds        float64 `json:"seconds"`
}

func printFigures(out io.Writer, asJSON bool, all []figures) error {
	if asJSON {
		encoder := json.NewEncoder(out)
		for _, one := range all {
			if err := encoder.Encode(one); err != nil {
				return err
			}
		}
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tclients\tper second\tfloor\tratio\tp50 ms\tp95 ms\tp99 ms\tlost\trepeated\tpeak MB\t")
	for _, one := range all {
		ratio := "-"
		if one.FloorPerSecond > 0 {
			ratio = fmt.Sprintf("%.0f%%", 100*one.PerSecond/one.FloorPerSecond)
		}
		fmt.Fprintf(table, "%s\t%d\t%.0f\t%.0f\t%s\t%.2f\t%.2f\t%.2f\t%d\t%d\t%.0f\t\n",
			one.Name, one.Clients, one.PerSecond, one.FloorPerSecond, ratio, one.P50, one.P95, one.P99, one.Lost, one.Repeated,
			one.PeakRSS)
	}
	return table.Flush()
}

// quantiles are p50, p95 and p99 in milliseconds.
func quantiles(took []time.Duration) (p50, p95, p99 float64) {
	slices.Sort(took)
	at := func(q float64) float64 {
		if len(took) == 0 {
			return 0
		}
		return float64(took[min(len(took)-1, int(q*float64(len(took))))]) / float64(time.Millisecond)
	}
	return at(.50), at(.95), at(.99)
}

// peakMemory is the most the process has held, in megabytes; 0 where the system
// does not tell.
func peakMemory() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	return statusLine(string(status), "VmHWM:")
}

// statusLine reads a size of /proc/PID/status, in megabytes.
func statusLine(status, name string) float64 {
	for _, line := range strings.Split(status, "\n") {
		if rest, ok := strings.CutPrefix(line, name); ok {
			kb, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), " kB")), 64)
			if err == nil {
				return kb / 1024
			}
		}
	}
	return 0
}
