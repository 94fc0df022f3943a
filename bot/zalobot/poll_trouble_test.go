package zalobot

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
	"canbobot/bot/zalobot/zalobottest"
)

// An idle poll is no fault, however it is told: polling goes on without a pause,
// but for the one that keeps an impatient platform from being asked without end.
func TestPollIsIdleWithoutFault(t *testing.T) {
	for name, fault := range map[string]zalobottest.Fault{
		"HTTP 200":       {Status: 408},
		"HTTP 408":       {Status: 408, HTTP: 408},
		"HTTP 408, HTML": {Status: 408, Body: "<html>Request Timeout</html>"},
		"HTTP 504":       {Status: 408, HTTP: 504},
	} {
		l := newLine(t, nil)
		pace := l.paced()
		fault.Method, fault.Times = "getUpdates", 3
		l.server.Fail(fault)
		l.person(1).Say("một")
		taken := newTaker(nil)
		l.poll(t, taken)
		for range 3 {
			if d := pace.next(t); d != pauseEmpty {
				t.Errorf("%s: a pause of %s", name, d)
			}
			pace.goOn <- struct{}{}
		}
		taken.wait(t, 1)
		if text := l.log.String(); strings.Contains(text, "level=WARN") || strings.Contains(text, "level=ERROR") ||
			strings.Contains(text, "level=INFO") {
			t.Errorf("%s: log: %s", name, text)
		}
	}
}

// A platform that waits as it should is asked again at once.
func TestPollAsksAgainAtOnceAfterAnIdlePoll(t *testing.T) {
	t.Parallel()
	l := newLine(t, nil)
	l.server.Idle = pauseEmpty + 100*time.Millisecond
	l.channel.pause = func(_ context.Context, d time.Duration) error {
		t.Errorf("a pause of %s", d)
		return nil
	}
	taken := newTaker(nil)
	stop := l.poll(t, taken)
	l.server.WaitPoll(t)
	for l.server.Calls("getUpdates") < 3 {
		l.server.WaitPoll(t)
	}
	l.person(1).Say("một")
	taken.wait(t, 1)
	stop()
}

func TestPollOutlivesTroubles(t *testing.T) {
	for name, test := range map[string]struct {
		fault zalobottest.Fault
		pause time.Duration
		level string
	}{
		"HTML":           {zalobottest.Fault{Status: 502, Body: "<html>Bad Gateway</html>"}, pauseLeast, "WARN"},
		"500":            {zalobottest.Fault{Status: 500}, pauseLeast, "WARN"},
		"internal error": {zalobottest.Fault{Status: 403}, pauseLeast, "WARN"},
		"too many":       {zalobottest.Fault{Status: 429, RetryAfter: 7}, 7 * time.Second, "WARN"},
		"quota":          {zalobottest.Fault{Status: 429}, quotaPause, "WARN"},
		"cut":            {zalobottest.Fault{CutAfter: true}, pauseLeast, "WARN"},
		"portal":         {zalobottest.Fault{Status: 200, Body: "<html>Pay here</html>"}, pauseLeast, "WARN"},
		"token":          {zalobottest.Fault{Status: 401}, pauseShut, "ERROR"},
		"token, HTML":    {zalobottest.Fault{Status: 401, Body: "<html>Unauthorized</html>"}, pauseShut, "ERROR"},
		"address":        {zalobottest.Fault{Status: 404}, pauseShut, "ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t, nil)
			pace := l.paced()
			test.fault.Method, test.fault.Times = "getUpdates", 2
			l.server.Fail(test.fault)
			for range 3 { // an answer that is cut off takes an update with it
				l.person(1).Say("một")
			}
			taken := newTaker(nil)
			l.poll(t, taken)
			first := pace.next(t)
			if asked := l.server.Calls("getUpdates"); asked != 1 {
				t.Errorf("asked %d times before the pause", asked)
			}
			pace.goOn <- struct{}{}
			second := pace.next(t)
			if want := max(test.pause, 2*pauseLeast); first != test.pause || second != want {
				t.Errorf("pauses of %s and %s, want %s and %s", first, second, test.pause, want)
			}
			pace.goOn <- struct{}{}
			taken.wait(t, 1)
			if !strings.Contains(l.log.String(), "level="+test.level) {
				t.Errorf("log: %s", l.log)
			}
		})
	}
}

func TestPausesGrow(t *testing.T) {
	var got []time.Duration
	for times := range 8 {
		got = append(got, botapi.Growing(pauseLeast, pauseMost, times+1)/time.Second)
	}
	if want := []time.Duration{5, 10, 20, 40, 80, 120, 120, 120}; !slices.Equal(got, want) {
		t.Errorf("%d", got)
	}
	if botapi.Growing(pauseLeast, pauseMost, 1<<40) != pauseMost {
		t.Error("a long outage overflows")
	}
}

// Before anything is fetched a webhook is taken away; one set later is found,
// although polls are just silent then.
func TestPollTakesTheWebhookAway(t *testing.T) {
	l := newLine(t, nil)
	l.server.Idle = time.Millisecond
	const elsewhere = "http://127.0.0.1:1/gone"
	if err := l.channel.SetWebhook(t.Context(), elsewhere, "secret-word"); err != nil {
		t.Fatal(err)
	}
	l.person(1).Say("một")
	taken := newTaker(nil)
	l.poll(t, taken)
	taken.wait(t, 1)
	if err := l.channel.SetWebhook(t.Context(), elsewhere, "secret-word"); err != nil {
		t.Fatal(err)
	}
	l.person(1).Say("hai")
	taken.wait(t, 2)
	if n := l.server.Calls("deleteWebhook"); n != 2 {
		t.Errorf("deleteWebhook was called %d times", n)
	}
}

// A platform that knows no webhook is polled; one that cannot be asked about it
// is asked again first.
func TestPollWithoutWebhookInfo(t *testing.T) {
	for name, test := range map[string]struct {
		fault  zalobottest.Fault
		paused bool
	}{
		"not known":       {zalobottest.Fault{Status: 404}, false},
		"not known, HTML": {zalobottest.Fault{Status: 404, Body: "<html>Not Found</html>"}, false},
		"away":            {zalobottest.Fault{Status: 500, Times: 1}, true},
	} {
		l := newLine(t, nil)
		pace := l.paced()
		test.fault.Method = "getWebhookInfo"
		l.server.Fail(test.fault)
		l.person(1).Say("một")
		taken := newTaker(nil)
		l.poll(t, taken)
		if test.paused {
			if d := pace.next(t); d != pauseLeast || l.server.Calls("getUpdates") != 0 {
				t.Errorf("%s: a pause of %s, %d polls", name, d, l.server.Calls("getUpdates"))
			}
			pace.goOn <- struct{}{}
		}
		taken.wait(t, 1)
	}
}

// When polling ends, all that was received is handled first, and no waiting poll
// holds it up.
func TestPollFinishesWhatWasReceived(t *testing.T) {
	l := newLine(t, nil)
	l.server.Idle = 20 * time.Second
	started, finish := make(chan struct{}), make(chan struct{})
	taken := newTaker(func(in bot.Inbound, _ int) error {
		if in.Text == "0" {
			close(started)
			<-finish
		}
		return nil
	})
	for i := range 5 {
		l.person(1).Say(fmt.Sprint(i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.channel.Poll(ctx, taken) }()
	<-started
	l.server.WaitIdle(t) // all are fetched, and exist only here
	l.server.WaitPoll(t)
	cancel()
	select {
	case <-ended:
		t.Fatal("ended before the handler did")
	default:
	}
	close(finish)
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("Poll returned %v", err)
		}
	case <-time.After(farewell):
		t.Fatal("polling does not end")
	}
	if got := taken.texts(); !slices.Equal(got, []string{"0", "1", "2", "3", "4"}) {
		t.Errorf("handled %q", got)
	}
}

// An answer that has begun to come holds an update that the platform has
// forgotten: it is read to its end although polling is told to stop.
func TestPollReadsTheLastAnswerToItsEnd(t *testing.T) {
	finish := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/getWebhookInfo") {
			io.WriteString(w, `{"ok":true,"result":{"url":""}}`)
			return
		}
		io.WriteString(w, `{"ok":true,"result":`)
		http.NewResponseController(w).Flush()
		<-finish
		io.WriteString(w, said("message.text.received", `"text":"gấp"`)+`}`)
	}))
	defer server.Close()
	seen := make(chan struct{}) // the beginning, by the channel
	l := newLine(t, func(config *Config) {
		config.APIURL = server.URL
		inner := config.Client.Transport
		config.Client = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			response, err := inner.RoundTrip(r)
			if strings.HasSuffix(r.URL.Path, "/getUpdates") {
				close(seen)
			}
			return response, err
		})}
	})
	pace := l.paced()
	taken := newTaker(nil)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.channel.Poll(ctx, taken) }()
	<-seen
	cancel()
	if d := pace.next(t); d != lastWords {
		t.Errorf("a pause of %s", d)
	}
	close(finish)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if got := taken.texts(); !slices.Equal(got, []string{"gấp"}) {
		t.Errorf("handled %q", got)
	}
}

type roundTripper func(r *http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestPollWithUnusableSettings(t *testing.T) {
	err := New(Config{}).Poll(t.Context(), newTaker(nil))
	checkFate(t, err, bot.Broken, bot.WhyToken)
}

// So many updates may wait, and no more is fetched.
func TestQueuesAreBounded(t *testing.T) {
	release := make(chan struct{})
	q := newQueues(func(bot.Inbound) { <-release })
	ctx, cancel := context.WithCancel(t.Context())
	for n := range waitingMost {
		if !q.room(ctx) {
			t.Fatalf("full at %d", n)
		}
		q.add(bot.Inbound{ChatID: fmt.Sprint(n % 50)})
	}
	roomy := make(chan bool)
	go func() { roomy <- q.room(ctx) }()
	select {
	case <-roomy:
		t.Fatal("there is room although it is full")
	case release <- struct{}{}: // one is done
	}
	if !<-roomy {
		t.Error("no room although one is done")
	}
	q.add(bot.Inbound{ChatID: "x"})
	cancel()
	if q.room(ctx) {
		t.Error("room after the end")
	}
	close(release)
	q.drain()
}
