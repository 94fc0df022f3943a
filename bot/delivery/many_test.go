package delivery_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/outbox"
)

// crowd gives n people an account on the web and a notice to each, and returns
// the deliveries.
func (h *house) crowd(n int) []int64 {
	h.t.Helper()
	ids := make([]int64, n)
	for i := range ids {
		person := models.Person{WardID: 1, Name: fmt.Sprint("Người ", i), Folded: fmt.Sprint("nguoi ", i), Version: 1}
		h.create(&person)
		chat := fmt.Sprint("chat-", i)
		account := models.Account{WardID: 1, Channel: "web", ExternalID: chat, ChatID: chat, PersonID: &person.ID, LinkedAt: h.now, LastSeenAt: h.now, CreatedAt: h.now}
		h.create(&account)
		h.create(&models.Consent{WardID: 1, PersonID: &person.ID, AccountID: account.ID, Version: "1", Channel: "web", EventID: "x", GivenAt: h.now})
		row := models.Delivery{WardID: 1, Kind: outbox.NoticeSent, SubjectKind: outbox.Notice, SubjectID: 1, PersonID: &person.ID,
			State: models.DeliveryQueued, Key: fmt.Sprint("crowd:", i), CreatedAt: h.clock(), UpdatedAt: h.clock()}
		h.create(&row)
		ids[i] = row.ID
	}
	return ids
}

// states counts the crowd's deliveries by state and reason.
func (h *house) states() map[string]int {
	h.t.Helper()
	var rows []models.Delivery
	if err := h.store.Where("kind = ?", outbox.NoticeSent).Find(&rows).Error; err != nil {
		h.t.Fatal(err)
	}
	states := map[string]int{}
	for _, row := range rows {
		states[strings.TrimSpace(string(row.State)+" "+row.Reason)]++
	}
	return states
}

func (h *house) wantStates(want map[string]int) {
	h.t.Helper()
	if got := h.states(); fmt.Sprint(got) != fmt.Sprint(want) {
		h.t.Errorf("deliveries are %v, want %v", got, want)
	}
}

// snoozedFor wants a job put off, and returns for how long.
func (h *house) snoozedFor(err error) time.Duration {
	h.t.Helper()
	snooze := (*river.JobSnoozeError)(nil)
	if !errors.As(err, &snooze) {
		h.t.Fatalf("not put off: %v", err)
	}
	return snooze.Duration
}

func TestHundredsCostAFewStatements(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(300)
	n := storetest.Statements(t, h.store)
	if err := h.deliver(ids...); err != nil {
		t.Fatal(err)
	}
	// Read, find the accounts by hundreds, five flights taken and settled, read again.
	if asked := n.Load(); asked < 10 || asked > 17 {
		t.Errorf("%d statements for 300 messages", asked)
	}
	h.wantStates(map[string]int{"sent": 300})
	if len(h.web.sent) != 300 || len(slices.Compact(slices.Sorted(slices.Values(h.web.sent)))) != 300 {
		t.Errorf("%d messages left", len(h.web.sent))
	}
	if err := h.deliver(ids...); err != nil || len(h.web.sent) != 300 {
		t.Errorf("the job again: %v, %d messages", err, len(h.web.sent))
	}
}

// The platform wants a pause: it is passed on for all replicas, and everybody
// has the message once in the end.
func TestAPauseLosesNobody(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(100)
	for range 7 {
		h.web.fails(&bot.SendError{Fate: bot.Retry, RetryAt: h.clock().Add(9 * time.Second), Cause: errors.New("429")})
	}
	if wait := h.snoozedFor(h.deliver(ids...)); wait < time.Second || wait > 9*time.Second {
		t.Errorf("put off for %s", wait)
	}
	h.wantStates(map[string]int{"queued retry": 7, "sent": 93})
	if !slices.Contains(h.halts, "web 9s") {
		t.Errorf("the pause is kept from the others: %v", h.halts)
	}
	h.pass(10 * time.Second)
	if err := h.deliver(ids...); err != nil {
		t.Fatal(err)
	}
	h.wantStates(map[string]int{"sent": 100})
	if len(h.web.sent) != 100 {
		t.Errorf("%d messages left", len(h.web.sent))
	}
}

// What a dead process had taken is taken up once the lease is over, and is
// marked: it may have arrived.
func TestWhatTheDeadHadTaken(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(10)
	open, err := h.Outbox.Open(h.ctx, ids[:4])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Outbox.Take(h.ctx, open); err != nil {
		t.Fatal(err)
	}
	if wait := h.snoozedFor(h.deliver(ids...)); wait <= 0 || wait > outbox.Lease {
		t.Errorf("put off for %s", wait)
	}
	h.wantStates(map[string]int{"sending": 4, "sent": 6})
	h.pass(outbox.Lease)
	if err := h.deliver(ids...); err != nil {
		t.Fatal(err)
	}
	h.wantStates(map[string]int{"sent repeated": 4, "sent": 6})
}

// What may have arrived already is put off once more, because its platform wants
// a pause: its repeat is marked all the same.
func TestARepeatThatWaitsIsMarkedToo(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(10)
	open, err := h.Outbox.Open(h.ctx, ids[:4])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Outbox.Take(h.ctx, open); err != nil {
		t.Fatal(err)
	}
	h.pass(outbox.Lease)
	for range 10 {
		h.web.fails(&bot.SendError{Fate: bot.Retry, RetryAt: h.clock().Add(5 * time.Second), Cause: errors.New("429")})
	}
	h.snoozedFor(h.deliver(ids...))
	h.wantStates(map[string]int{"queued retry": 6, "uncertain retry": 4})
	h.pass(5 * time.Second)
	if err := h.deliver(ids...); err != nil {
		t.Fatal(err)
	}
	h.wantStates(map[string]int{"sent": 6, "sent repeated": 4})
}

// A notice is paused, and in the end cancelled, while its platform wants a pause:
// what was in the air and did not arrive goes back to a queue that has been
// emptied. None of it may leave after that.
func TestWhatWasInTheAirStandsStill(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(6)
	for range 6 {
		h.web.fails(&bot.SendError{Fate: bot.Retry, RetryAt: h.clock().Add(time.Second), Cause: errors.New("429")})
	}
	h.snoozedFor(h.deliver(ids...))
	h.pass(time.Second)
	h.stands = services.Conflict(outbox.Paused)
	h.snoozedFor(h.deliver(ids...))
	h.snoozedFor(h.deliver(ids[0])) // alone too
	h.wantStates(map[string]int{"queued paused": 6})
	h.pass(time.Minute)
	h.stands = nil
	if err := h.deliver(ids[:3]...); err != nil {
		t.Fatal(err)
	}
	h.stands = services.Conflict(outbox.Cancelled)
	if err := h.deliver(ids...); err != nil {
		t.Fatal(err)
	}
	h.wantStates(map[string]int{"sent": 3, "failed cancelled": 3})
	if len(h.web.sent) != 3 {
		t.Errorf("%d messages left", len(h.web.sent))
	}
}

// Where a gap is better than a repeat, what may have arrived stays as it is, and
// is shown so.
func TestAGapRatherThanARepeat(t *testing.T) {
	h := newHouse(t)
	h.once = true
	ids := h.crowd(10)
	open, err := h.Outbox.Open(h.ctx, ids[:4])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Outbox.Take(h.ctx, open); err != nil {
		t.Fatal(err)
	}
	h.pass(outbox.Lease)
	for range 2 {
		h.web.fails(ended(bot.Uncertain, ""))
	}
	if err := h.deliver(ids...); err != nil {
		t.Fatal(err)
	}
	h.wantStates(map[string]int{"uncertain uncertain": 6, "sent": 4})
	h.pass(time.Hour)
	if err := h.deliver(ids...); err != nil || len(h.web.sent) != 4 {
		t.Errorf("an hour later: %v, %d messages", err, len(h.web.sent))
	}
}

func TestNobodyIsWokenByWhatCanWait(t *testing.T) {
	h := newHouse(t)
	h.pass(12 * time.Hour) // 21:00 in Viet Nam
	ids := h.crowd(6)
	if wait := h.snoozedFor(h.deliver(ids...)); wait != 10*time.Hour {
		t.Errorf("put off for %s, want until seven", wait)
	}
	h.wantStates(map[string]int{"queued": 6})
	if err := h.Deliver(h.ctx, outbox.Deliver{Deliveries: ids, Night: true}); err != nil {
		t.Fatal(err)
	}
	h.wantStates(map[string]int{"sent": 6})
	h.links("web", time.Hour)
	h.ends(h.tell(1), models.DeliverySent, "", "web", "") // one message to one person goes at any hour
}

// A process that is told to end begins nothing more, and leaves nothing taken.
func TestAnEndingProcessTakesNothing(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(6)
	h.Stop()
	h.Stop() // told twice
	if wait := h.snoozedFor(h.deliver(ids...)); wait != 0 {
		t.Errorf("put off for %s", wait)
	}
	h.wantStates(map[string]int{"queued": 6})
}

// The database goes away between sending and settling: what has left is not
// forgotten.
func TestWhatHasLeftIsSettledWhenTheDatabaseIsBack(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(50)
	away := storetest.Fail(t, h.store, "v.reason", 3)
	if err := h.deliver(ids...); err != nil {
		t.Fatal(err)
	}
	h.wantStates(map[string]int{"sent": 50})
	if away.Load() >= 0 || len(h.web.sent) != 50 {
		t.Errorf("%d failures are left, %d messages left", away.Load(), len(h.web.sent))
	}
}

// A channel's line is down: nothing is taken for it to be put off again, one
// message tries whether it is up, and who has another channel gets it there after
// a while.
func TestALineThatIsDownCostsNothing(t *testing.T) {
	h := newHouse(t)
	ids := h.crowd(200)
	silent := func() {
		for range 3 {
			_ = h.Lines.Try("web")
			h.Lines.Heard("web", ended(bot.Uncertain, ""))
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
