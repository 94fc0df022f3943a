package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"canbobot/bot"
)

var errAway = errors.New("away")

// notes is what has been handled.
type notes struct {
	mu  sync.Mutex
	all []string // event, and when in seconds
}

func (n *notes) list() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.all)
}

// inboxOf makes an inbox whose handler judges, and notes what it met.
func inboxOf(judge func(in bot.Inbound) error) (*inbox, *notes) {
	began, came := time.Now(), &notes{}
	return newInbox(func(in bot.Inbound) error {
		err := judge(in)
		came.mu.Lock()
		defer came.mu.Unlock()
		came.all = append(came.all, fmt.Sprintf("%s at %.0f", in.EventID, time.Since(began).Seconds()))
		return err
	}, slog.New(slog.DiscardHandler)), came
}

func batch(person string, ids ...int) []*entry {
	var entries []*entry
	for _, id := range ids {
		entries = append(entries, &entry{id: id, in: bot.Inbound{EventID: fmt.Sprint(id), UserID: person, ChatID: person}})
	}
	return entries
}

// The pause after a failure doubles, and the server is asked meanwhile.
func TestInboxWaitsLongerEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, came := inboxOf(func(bot.Inbound) error { return errAway })
		for range 70 { // a fetch each second
			b.take(batch("7", 1))
			b.rest(t.Context(), time.Second, never)
		}
		want := []string{"1 at 0", "1 at 1", "1 at 3", "1 at 7", "1 at 15", "1 at 31", "1 at 61"}
		if got := came.list(); !slices.Equal(got, want) {
			t.Errorf("tried %q", got)
		}
		if b.offset != 1 || b.settled() {
			t.Errorf("offset %d: the update is as good as lost", b.offset)
		}
	})
}

// An update that the server has dropped holds the others up no longer; one that
// a short batch does not reach does not count as dropped.
func TestInboxForgetsWhatExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := inboxOf(func(in bot.Inbound) error {
			if in.UserID == "7" {
				return errAway
			}
			return nil
		})
		b.take(append(batch("7", 1, 5), batch("8", 3)...))
		b.rest(t.Context(), time.Second, b.idle)
		for range 10 {
			b.take(batch("8", 3))
			b.rest(t.Context(), time.Second, b.idle)
		}
		if b.entries[1] != nil || b.entries[5] == nil || b.offset != 5 {
			t.Errorf("offset %d, known %v", b.offset, b.entries)
		}
		for range missedMost {
			if b.settled() {
				t.Fatal("forgotten at the first miss")
			}
			b.take(nil)
		}
		if !b.settled() || b.offset != 6 {
			t.Errorf("offset %d after all has expired", b.offset)
		}
	})
}

// A slow update holds up neither others nor the ones that are fetched later, but
// all of its person's.
func TestInboxGoesOnBesideAStraggler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		b, came := inboxOf(func(in bot.Inbound) error {
			if in.EventID == "1" {
				<-release
			}
			return nil
		})
		b.take(append(batch("7", 1, 2), batch("8", 3)...))
		b.rest(t.Context(), pollGrace, b.idle)
		b.take(append(batch("7", 1, 2), append(batch("8", 3), batch("9", 4)...)...))
		b.rest(t.Context(), pollGrace, b.idle)
		if got := came.list(); len(got) != 2 || b.offset != 1 {
			t.Errorf("came %q, offset %d", got, b.offset)
		}
		close(release)
		b.rest(t.Context(), pollGrace, b.settled)
		if got := came.list(); len(got) != 4 || b.offset != 5 {
			t.Errorf("came %q, offset %d", got, b.offset)
		}
	})
}

// canned is a Bot API that gives each getUpdates the next of its answers and
// notes when it was asked, in seconds; then it holds the line.
type canned struct {
	began time.Time

	mu      sync.Mutex
	answers []string // "status body"
	asked   []int
}

func (c *canned) times() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}

// next takes the next answer; ok is false when there is none.
func (c *canned) next() (status int, body string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, int(time.Since(c.began).Seconds()))
	if len(c.answers) == 0 {
		return 0, "", false
	}
	fmt.Sscan(c.answers[0], &status)
	_, body, _ = strings.Cut(c.answers[0], " ")
	c.answers = c.answers[1:]
	return status, body, true
}

func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Body.Close()
	status, body, ok := 200, `{"ok":true,"result":true}`, true
	if strings.HasSuffix(r.URL.Path, "/getUpdates") {
		if status, body, ok = c.next(); !ok {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)),
		Request: r}, nil
}

// How long Poll leaves a server alone that does not give updates.
func TestPollPauses(t *testing.T) {
	empty := `200 {"ok":true,"result":[]}`
	for name, test := range map[string]struct {
		answers []string
		want    []int // when it asks
	}{
		"a gateway's pages": {slices.Repeat([]string{"502 <html>"}, 7), []int{0, 1, 3, 7, 15, 31, 61, 91}},
		"after a good one":  {[]string{"502 <html>", "502 <html>", empty, "502 <html>"}, []int{0, 1, 3, 3, 4}},
		"slow down":         {[]string{"429 " + apiError(429, "Too Many Requests", `{"retry_after":40}`)}, []int{0, 40}},
		"no token":          {[]string{"401 " + apiError(401, "Unauthorized", "")}, []int{0, 300}},
		"another poller": {slices.Repeat([]string{"409 " +
			apiError(409, "Conflict: terminated by other getUpdates request", "")}, 2), []int{0, 1, 3}},
		"does not wait":         {slices.Repeat([]string{empty}, 4), []int{0, 0, 1, 1, 2}},
		"an update with no id":  {[]string{`200 {"ok":true,"result":[{}]}`}, []int{0, 30}},
		"no list":               {[]string{`200 {"ok":true,"result":7}`}, []int{0, 1}},
		"an answer of the moon": {[]string{`200 {"ok":true`}, []int{0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &canned{began: time.Now(), answers: test.answers}
				channel := New(Config{Token: testToken, Client: &http.Client{Transport: server}})
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error)
				go func() {
					ended <- channel.Poll(ctx, handlerFunc(func(context.Context, bot.Inbound) error { return nil }))
				}()
				for len(server.times()) < len(test.want) {
					<-time.After(time.Second)
				}
				cancel()
				<-ended
				if got := server.times(); !slices.Equal(got, test.want) {
					t.Errorf("asked at %v, want %v", got, test.want)
				}
			})
		})
	}
}

// Updates as the API gives them, one by one.
func TestABatchIsTakenUpdateByUpdate(t *testing.T) {
	p := poller{channel: New(Config{Token: testToken}),
		inbox: newInbox(func(bot.Inbound) error { return nil }, slog.New(slog.DiscardHandler))}
	raw := func(all ...string) (batch []json.RawMessage) {
		for _, one := range all {
			batch = append(batch, json.RawMessage(one))
		}
		return batch
	}
	if !p.take(raw(`{}`)) || p.inbox.offset != 0 {
		t.Error("an update of which nothing is known was stepped over")
	}
	if p.take(raw(`{"update_id":10}`, `{"update_id":"x"}`, `7`)) || p.inbox.offset != 13 {
		t.Errorf("offset %d", p.inbox.offset)
	}
	if p.take(raw(`{}`)) || p.inbox.offset != 14 { // it is the one that was asked for
		t.Errorf("offset %d", p.inbox.offset)
	}
}
