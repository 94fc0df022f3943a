package delivery_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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
		account := models.Account{WardID: 1, Channel: "web", ExternalID: chat, ChatID: chat, PersonID: &person.ID,
			LinkedAt: h.now, LastSeenAt: h.now, CreatedAt: h.now}
		h.create(&account)
		h.create(&models.Consent{WardID: 1, PersonID: &person.ID, AccountID: account.ID, Version: "1", Channel: "web",
			EventID: "x", GivenAt: h.now})
		row := models.Delivery{WardID: 1, Kind: outbox.NoticeSent, SubjectKind: outbox.Notice, SubjectID: 1,
			PersonID: &person.ID,
			State:    models.DeliveryQueued, Key: fmt.Sprint("crowd:", i), CreatedAt: h.clock(), UpdatedAt: h.clock()}
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
	if wait := h.snoozedFor(h.deliver(ids...)); wait != time.Second {
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
