package delivery_test

import (
	"encoding/json"
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
	"canbobot/services/outbox"
)

// snoozed wants the delivery put off, and returns for how long.
func (h *house) snoozed(id int64) time.Duration {
	h.t.Helper()
	err := h.deliver(id)
	snooze := (*river.JobSnoozeError)(nil)
	if !errors.As(err, &snooze) {
		h.t.Fatalf("not put off: %v", err)
	}
	return snooze.Duration
}

// A job that the version before enqueued names its one delivery otherwise.
func TestAJobFromBeforeAnUpgrade(t *testing.T) {
	h := newHouse(t)
	h.links("web", time.Hour)
	id := h.tell(1)
	var job outbox.Deliver
	if err := json.Unmarshal(fmt.Appendf(nil, `{"delivery": %d}`, id), &job); err != nil {
		t.Fatal(err)
	}
	if err := h.Deliver(h.ctx, job); err != nil {
		t.Fatal(err)
	}
	h.ends(id, models.DeliverySent, "", "web", "")
}

func TestTheChannelUsedLastThenTheOther(t *testing.T) {
	h := newHouse(t)
	h.links("web", 2*time.Hour)
	h.links("zalo", time.Hour)
	h.ends(h.tell(1), models.DeliverySent, "", "zalo", "")
	h.zalo.fails(ended(bot.Unreachable, bot.WhyBlocked))
	h.ends(h.tell(2), models.DeliverySent, "", "web", "")
	var account models.Account
	if err := h.store.Where("channel = 'zalo'").Take(&account).Error; err != nil || account.UnreachableAt == nil ||
		account.UnreachableWhy != bot.WhyBlocked {
		t.Errorf("the blocked account: %+v, %v", account, err)
	}
	if len(h.zalo.sent) != 1 || len(h.web.sent) != 1 {
		t.Errorf("sent %q and %q", h.zalo.sent, h.web.sent)
	}
}

func TestPastTheWindow(t *testing.T) {
	const week = 8 * 24 * time.Hour
	for name, play := range map[string]struct {
		prepare func(h *house)
		state   models.DeliveryState
		reason  string
		channel string
		via     string
		sent    string
	}{
		"a template to the user": {func(h *house) { h.templates[outbox.ChangeDecided] = "42" },
			models.DeliverySent, "", "zalo", "template_user", "template 42 to zalo-lan for 1"},
		"a template to the number": {func(h *house) {
			h.templates[outbox.ChangeDecided], h.phone = "42", "+84912345678"
			h.zalo.fails(ended(bot.Unreachable, bot.WhyLeft))
		}, models.DeliverySent, "", "zalo", "template_phone", "template 42 to +84912345678 for 1"},
		"the other channel": {func(h *house) { h.links("web", week+time.Hour) },
			models.DeliverySent, "", "web", "", ""},
		"nobody is left": {func(h *house) { h.phone = "+84912345678" },
			models.DeliveryUnreachable, bot.WhyWindow, "", "", ""},
		"a template that is refused": {func(h *house) {
			h.templates[outbox.ChangeDecided] = "42"
			h.zalo.fails(ended(bot.Refused, ""))
		}, models.DeliveryUnreachable, "template_refused", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.links("zalo", week)
			play.prepare(h)
			h.ends(h.tell(1), play.state, play.reason, play.channel, play.via)
			if got := strings.Join(h.zalo.sent, "; "); got != play.sent {
				t.Errorf("sent %q, want %q", got, play.sent)
			}
		})
	}
}

// The platform's word counts when our own reckoning of the window was wrong.
func TestTheWindowIsShutThoughWeThoughtItOpen(t *testing.T) {
	h := newHouse(t)
	h.links("zalo", time.Hour)
	h.templates[outbox.ChangeDecided] = "42"
	h.zalo.fails(ended(bot.Unreachable, bot.WhyWindow))
	h.ends(h.tell(1), models.DeliverySent, "", "zalo", "template_user")
	var account models.Account
	if err := h.store.Take(&account).Error; err != nil || account.UnreachableAt != nil {
		t.Errorf("whoever is only out of the window is marked: %+v, %v", account, err)
	}
}

func TestNeverLinkedGoesToTheNumber(t *testing.T) {
	h := newHouse(t)
	h.ends(h.tell(1), models.DeliveryUnreachable, "no_account", "", "")
	h.templates[outbox.ChangeDecided], h.phone = "42", "+84912345678"
	h.ends(h.tell(2), models.DeliverySent, "", "zalo", "template_phone")
}

func TestWaitingForAChannelLosesNothing(t *testing.T) {
	h := newHouse(t)
	h.links("web", 2*time.Hour)
	h.links("zalo", time.Hour)
	id := h.tell(1)
	for range 9 { // refused connections: nothing has left, so no try is counted
		h.zalo.fails(ended(bot.Retry, ""))
		if pause := h.snoozed(id); pause < time.Second || pause > 15*time.Minute {
			t.Errorf("put off for %s", pause)
		}
		h.pass(time.Minute)
		h.zalo.fail = nil
	}
	if row := h.row(id); row.State != models.DeliveryQueued || row.Attempts != 0 {
		t.Errorf("after nine tries %+v", row)
	}
	h.pass(2 * time.Minute) // long enough: the other channel
	h.zalo.fails(ended(bot.Retry, ""))
	h.ends(id, models.DeliverySent, "", "web", "")
	if len(h.zalo.sent) != 0 {
		t.Errorf("and by Zalo too: %q", h.zalo.sent)
	}
}

func TestAChannelThatAHumanMustMend(t *testing.T) {
	h := newHouse(t)
	h.links("zalo", time.Hour)
	id := h.tell(1)
	h.zalo.fails(ended(bot.Broken, bot.WhyPlan))
	if pause := h.snoozed(id); pause != 5*time.Minute {
		t.Errorf("put off for %s", pause)
	}
	if !slices.Equal(h.troubles, []string{"zalo plan"}) {
		t.Errorf("reported %q", h.troubles)
	}
	h.pass(25 * time.Hour)
	h.zalo.fails(ended(bot.Broken, bot.WhyPlan))
	h.ends(id, models.DeliveryUnreachable, "channel_broken", "zalo", "") // a day is enough: telephone
}

func TestUncertainIsAskedAgainAFewTimes(t *testing.T) {
	h := newHouse(t)
	h.links("web", time.Hour)
	id := h.tell(1)
	for range 5 {
		h.web.fails(ended(bot.Uncertain, ""))
		h.snoozed(id)
		h.pass(2 * time.Minute) // past what the line is left alone for
	}
	h.ends(id, models.DeliverySent, "repeated", "web", "")
	id = h.tell(2)
	for range 5 {
		h.web.fails(ended(bot.Uncertain, ""))
		h.snoozed(id)
		h.pass(2 * time.Minute)
	}
	h.web.fails(ended(bot.Uncertain, ""))
	h.ends(id, models.DeliveryUncertain, "uncertain", "", "")
}

func TestRefusedIsOursToMend(t *testing.T) {
	h := newHouse(t)
	h.links("web", time.Hour)
	h.web.fails(ended(bot.Refused, ""))
	h.phone, h.templates[outbox.ChangeDecided] = "+84912345678", "42"
	h.ends(h.tell(1), models.DeliveryFailed, "refused", "", "")
}

// What is typed for a message that came unasked must mean that message, however
// many came with it and whatever the dialogue asks.
func TestUnaskedMessagesHaveMarks(t *testing.T) {
	h := newHouse(t)
	h.links("zalo", time.Hour)
	seen := map[string]bool{}
	var all sync.WaitGroup
	var ids []int64
	for i := range 6 {
		ids = append(ids, h.tell(int64(i+1)))
	}
	for _, id := range ids {
		all.Go(func() {
			if err := h.deliver(id); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		row := h.row(id)
		if row.Mark == "" || seen[row.Mark] {
			t.Errorf("delivery %d has the mark %q", id, row.Mark)
		}
		seen[row.Mark] = true
		action, found, err := h.Outbox.Marked(h.ctx, "zalo", "zalo-chat", row.Mark, 1)
		if err != nil || !found || action != "request:1" {
			t.Errorf("%s1 is %q, %v, %v", row.Mark, action, found, err)
		}
	}
	for _, wrong := range []struct {
		channel, chat, mark string
		n                   int
	}{{"zalo", "zalo-chat", "Z", 1}, {"zalo", "zalo-chat", h.row(ids[0]).Mark, 3},
		{"zalo", "zalo-chat", h.row(ids[0]).Mark, 0}, {"zalo", "another", h.row(ids[0]).Mark, 1},
		{"zalo", "zalo-chat", "", 1}} {
		if action, found, err := h.Outbox.Marked(h.ctx, wrong.channel, wrong.chat, wrong.mark, wrong.n); found || err != nil {
			t.Errorf("%+v is %q, %v", wrong, action, err)
		}
	}
	// When every letter is taken, the oldest message gives its own up.
	first := h.row(ids[0]).Mark
	for i := range 14 {
		h.ends(h.tell(int64(100+i)), models.DeliverySent, "", "zalo", "")
	}
	var live []models.Delivery
	if err := h.store.Where("mark <> ''").Order("id").Find(&live).Error; err != nil || len(live) != 18 {
		t.Fatalf("%d messages have a mark, %v", len(live), err)
	}
	if h.row(ids[0]).Mark == first {
		t.Error("the oldest message keeps its letter though a newer one needs it")
	}
}

func TestDeliveryReportsNeverTakeAStateBack(t *testing.T) {
	h := newHouse(t)
	h.links("zalo", time.Hour)
	id := h.tell(1)
	h.ends(id, models.DeliverySent, "", "zalo", "")
	for _, step := range []struct {
		ref  string
		seen bool
		want models.DeliveryState
	}{{"other", true, models.DeliverySent}, {"zalo-1", false, models.DeliveryDelivered},
		{"zalo-1", true, models.DeliverySeen}, {"zalo-1", false, models.DeliverySeen}} {
		if err := h.Outbox.Reported(h.ctx, "zalo", []string{step.ref}, step.seen, h.clock()); err != nil {
			t.Fatal(err)
		}
		if row := h.row(id); row.State != step.want {
			t.Errorf("after %+v it is %s", step, row.State)
		}
	}
	if row := h.row(id); row.SeenAt == nil {
		t.Error("nobody knows when it was seen")
	}
	if err := h.Outbox.Reported(h.ctx, "zalo", nil, true, h.clock()); err != nil {
		t.Error(err)
	}
}

// A channel that hangs must leave workers to the others, and is soon left alone.
func TestAHangingChannelHoldsUpNobody(t *testing.T) {
	h := newHouse(t)
	h.links("zalo", time.Hour)
	for range 3 {
		h.zalo.fails(ended(bot.Uncertain, ""))
	}
	for i := range 3 {
		h.snoozed(h.tell(int64(i + 1)))
	}
	before := fmt.Sprint(h.zalo.sent)
	id := h.tell(4)
	if pause := h.snoozed(id); pause > 5*time.Second {
		t.Errorf("put off for %s", pause)
	}
	if row := h.row(id); row.State != models.DeliveryQueued || fmt.Sprint(h.zalo.sent) != before {
		t.Errorf("tried though the line is down: %+v", row)
	}
	h.pass(5 * time.Second)
	h.ends(id, models.DeliverySent, "", "zalo", "")
}

// A channel that redraws nothing sends a card anew when somebody else changed
// it: once a version, and not to who was told of it otherwise or changed it.
func TestCardsOnAChannelThatRedrawsNothing(t *testing.T) {
	h := newHouse(t)
	h.links("zalo", time.Hour)
	card := func(version int) { h.drawn.Card = bot.Card{Subject: outbox.Change, ID: 1, Version: version} }
	card(1)
	first := h.tell(1)
	h.ends(first, models.DeliverySent, "", "zalo", "")
	redraw := outbox.Redraw{Ward: 1, Subject: outbox.Change, SubjectID: 1}
	resent := func(want int) {
		t.Helper()
		for range 2 { // jobs are repeated
			if err := h.Redraw(h.ctx, redraw); err != nil {
				t.Fatal(err)
			}
		}
		var rows []models.Delivery
		if err := h.store.Where("kind = ? AND state = ?", outbox.CardChanged,
			models.DeliveryQueued).Find(&rows).Error; err != nil || len(rows) != want {
			t.Fatalf("%d cards are sent anew, want %d, %v", len(rows), want, err)
		}
		for _, row := range rows {
			h.ends(row.ID, models.DeliverySent, "", "zalo", "")
		}
	}
	resent(0) // as it is before them
	card(2)
	redraw.By = *h.row(first).AccountID
	resent(0) // they did it themselves
	redraw.By = 0
	resent(1)
	resent(0)
	card(3)
	h.pass(8 * 24 * time.Hour)
	resent(0) // it would cost, or not arrive
}

// Twenty workers meet a channel that takes messages and never answers: some of
// them are given back at once, for other channels' messages.
func TestAHangingChannelLeavesWorkersToOthers(t *testing.T) {
	h := newHouse(t)
	h.links("zalo", time.Hour)
	release, asked := make(chan struct{}), make(chan struct{}, 20)
	h.zalo.before = func() { asked <- struct{}{}; <-release }
	var ids []int64
	for i := range 20 {
		ids = append(ids, h.tell(int64(i+1)))
	}
	back := make(chan error, 20)
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() { back <- h.deliver(id) })
	}
	for range 10 { // so many are underway; four wait, and six come back
		<-asked
	}
	snooze := (*river.JobSnoozeError)(nil)
	for range 6 {
		if err := <-back; !errors.As(err, &snooze) {
			t.Fatalf("came back with %v", err)
		}
	}
	close(release)
	all.Wait()
	if got := len(h.zalo.sent); got != 14 {
		t.Errorf("%d were sent, want the 10 underway and the 4 that waited", got)
	}
}
