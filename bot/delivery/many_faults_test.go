package delivery_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/models/storetest"
)

// A channel's line is down: nothing is taken for it to be put off again, one
// message tries whether it is up, and who has another channel gets it there after
// a while.
func TestALineThatIsDownCostsNothing(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(200)
	silent := func() {
		for range 3 {
			_ = h.Breakers.Try("web")
			h.Breakers.Heard("web", ended(bot.Uncertain, ""))
		}
	}
	silent()
	n := storetest.Statements(t, h.store)
	if wait := h.snoozedFor(h.deliver(ids...)); wait != 5*time.Second {
		t.Errorf("put off for %s", wait)
	}
	if asked := n.Load(); asked > 5 {
		t.Errorf("%d statements", asked)
	}
	h.wantStates(map[string]int{"queued": 200})
	h.pass(5 * time.Second)
	h.web.fails(&bot.SendError{Fate: bot.Retry, Cause: errors.New("nobody listens")})
	h.snoozedFor(h.deliver(ids...))
	if got := h.states(); got["queued"] < 198 || len(h.web.sent) != 0 {
		t.Errorf("one tries whether it is up: %v", got)
	}

	h.links("zalo", 2*time.Hour)
	h.links("web", time.Hour)
	h.pass(10 * time.Minute)
	ids = append(ids, h.tell(1))
	h.pass(11 * time.Minute)
	silent()
	h.snoozedFor(h.deliver(ids...))
	if row := h.row(ids[200]); row.State != models.DeliverySent || row.Channel != "zalo" {
		t.Errorf("%+v", row)
	}
	for range 5 {
		h.pass(time.Minute)
		if err := h.deliver(ids...); err == nil {
			break
		}
	}
	h.wantStates(map[string]int{"sent": 200})
}

// One message that we fail at as nobody foresaw is its own trouble, not that of
// the process and of everybody else.
func TestAPanicIsOneMessagesTrouble(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(6)
	var first sync.Once
	h.web.before = func() { first.Do(func() { panic("says the test") }) }
	h.snoozedFor(h.deliver(ids...))
	h.wantStates(map[string]int{"sent": 5, "uncertain error": 1})
	h.pass(time.Minute)
	if err := h.deliver(ids...); err != nil {
		t.Fatal(err)
	}
	h.wantStates(map[string]int{"sent": 5, "sent repeated": 1})
}

// Somebody reads the message and confirms it before we have heard that it
// arrived.
func TestConfirmedWhileBeingSent(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(6)
	confirm := sync.OnceFunc(func() {
		err := h.store.Model(&models.Delivery{}).Where("id = ?", ids[2]).Update("state", models.DeliveryConfirmed).Error
		if err != nil {
			t.Error(err)
		}
	})
	h.web.before = confirm
	if err := h.deliver(ids...); err != nil {
		t.Fatal(err)
	}
	row := h.row(ids[2])
	if row.State != models.DeliveryConfirmed || row.SentAt == nil || row.MessageRef == "" || row.Channel != "web" {
		t.Errorf("%+v", row)
	}
	h.wantStates(map[string]int{"sent": 5, "confirmed": 1})
}

// Two jobs that have the same deliveries, as when a notice is paused and resumed
// quickly, send each once.
func TestTwoJobsWithTheSameDeliveries(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(200)
	var jobs sync.WaitGroup
	for range 2 {
		jobs.Go(func() {
			err := h.deliver(ids...)
			if snooze := (*river.JobSnoozeError)(nil); err != nil && !errors.As(err, &snooze) {
				t.Error(err)
			}
		})
	}
	jobs.Wait()
	h.wantStates(map[string]int{"sent": 200})
	if len(h.web.sent) != 200 {
		t.Errorf("%d messages left", len(h.web.sent))
	}
}

// A platform that says when it takes the message is waited for, however old the
// message is by then: the other channel may cost the ward something.
func TestWhoeverIsToldWhenWaits(t *testing.T) {
	h := newHouse(t)
	h.links("zalo", time.Minute)
	h.links("web", time.Hour)
	ids := append(h.crowd(5), h.tell(1))
	h.pass(30 * time.Minute) // the tail of a long notice
	h.zalo.fails(&bot.SendError{Fate: bot.Retry, RetryAt: h.clock().Add(5 * time.Second), Cause: errors.New("429")})
	h.snoozedFor(h.deliver(ids...))
	if row := h.row(ids[5]); row.State != models.DeliveryQueued {
		t.Errorf("sent elsewhere at once: %+v", row)
	}
	h.pass(6 * time.Second)
	if err := h.deliver(ids...); err != nil {
		t.Fatal(err)
	}
	if row := h.row(ids[5]); row.State != models.DeliverySent || row.Channel != "zalo" {
		t.Errorf("%+v", row)
	}
}

// The platform is slow with one message: the others of its flight are written
// down meanwhile.
func TestASlowMessageKeepsNoOther(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(20)
	release, first := make(chan struct{}), atomic.Bool{}
	h.web.before = func() {
		if first.CompareAndSwap(false, true) {
			<-release
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- h.deliver(ids...) }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		<-tick.C
		if h.states()["sent"] == 19 {
			break
		}
	}
	h.wantStates(map[string]int{"sending": 1, "sent": 19})
	close(release)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	h.wantStates(map[string]int{"sent": 20})
}

// One of many has blocked the bot: they get it over their other channel, and
// nobody waits for them.
func TestOneOfManyIsReachedElsewhere(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(5)
	h.links("zalo", time.Minute)
	h.links("web", time.Hour)
	ids = append(ids, h.tell(1))
	h.zalo.fails(ended(bot.Unreachable, bot.WhyBlocked))
	if err := h.deliver(ids...); err != nil {
		t.Fatal(err)
	}
	if row := h.row(ids[5]); row.State != models.DeliverySent || row.Channel != "web" {
		t.Errorf("%+v", row)
	}
	h.wantStates(map[string]int{"sent": 5})
	if got := len(h.web.sent); got != 6 {
		t.Errorf("%d messages over the web", got)
	}
}
