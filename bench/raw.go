package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"canbobot/bot/telegram/telegramtest"
)

// rawSends is how many messages a second a bare HTTP client gets through to the
// fake: the floor under everything that also remembers what it sends.
func rawSends(ctx context.Context, fake *telegramtest.Server, n int) (float64, error) {
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	var failure atomic.Pointer[error]
	var wait sync.WaitGroup
	begun := time.Now()
	for range 32 {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				form := url.Values{"chat_id": {fmt.Sprint(crowdBase + i)}, "text": {"x"}}.Encode()
				request, err := http.NewRequestWithContext(ctx, http.MethodPost, fake.URL+"/bot"+fake.Token+"/sendMessage",
					strings.NewReader(form))
				if err == nil {
					request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					var response *http.Response
					if response, err = client.Do(request); err == nil {
						io.Copy(io.Discard, response.Body)
						response.Body.Close()
						if response.StatusCode != http.StatusOK {
							err = fmt.Errorf("status %d", response.StatusCode)
						}
					}
				}
				if err != nil {
					failure.Store(&err)
				}
			}
		})
	}
	wait.Wait()
	if err := failure.Load(); err != nil {
		return 0, *err
	}
	return float64(n) / time.Since(begun).Seconds(), ctx.Err()
}

func printBroadcast(out io.Writer, asJSON bool, one figures) error {
	if asJSON {
		return printFigures(out, true, []figures{one})
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "recipients\treplicas\tper second\tfloor\tenqueue "+
		"s\tseconds\tlost\trepeated\tunmarked\tuncertain\t429\tlimit used\treply p95 ms\tMB before\tpeak MB\t")
	fmt.Fprintf(table, "%d\t%d\t%.0f\t%.0f\t%.2f\t%.1f\t%d\t%d\t%d\t%d\t%d\t%.1f%%\t%.1f\t%.0f\t%.0f\t\n", one.Recipients,
		one.Replicas, one.PerSecond, one.FloorPerSecond, one.EnqueueSeconds, one.Seconds,
		one.Lost, one.Repeated, one.Unmarked, one.Uncertain, one.Refused, 100*one.LimitUsed, one.ReplyP95, one.SteadyRSS,
		one.PeakRSS)
	return table.Flush()
}
