package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services/outbox"
)

var toAll = outbox.Broadcast{Ward: 1, Kind: outbox.NoticeSent, Subject: outbox.Notice, SubjectID: 1}

// crowd queues a notice to n people on a channel, and returns its jobs' span.
func (h *house) crowd(n int, channel string) outbox.Bulk {
	h.t.Helper()
	h.create(&models.Notice{ID: 1, WardID: 1, StaffID: 1, Text: "x", Audience: "{}", State: "sent", SentAt: &h.now, CreatedAt: h.now})
	people := make([]models.Person, n)
	for i := range people {
		people[i] = models.Person{WardID: 1, Name: "A", Folded: "a", Version: 1}
	}
	h.create(&people)
	accounts := make([]models.Account, n)
	for i := range people {
		id := fmt.Sprintf("%s-%d", channel, i)
		accounts[i] = models.Account{WardID: 1, Channel: channel, ExternalID: id, ChatID: id, PersonID: &people[i].ID, LinkedAt: h.now, LastSeenAt: h.now, CreatedAt: h.now}
	}
	h.create(&accounts)
	consents := make([]models.Consent, n)
	for i, account := range accounts {
		consents[i] = models.Consent{WardID: 1, PersonID: account.PersonID, AccountID: account.ID, Version: "1", Channel: channel, EventID: "x", GivenAt: h.now}
	}
	h.create(&consents)
	tx := h.store.Begin()
	told, err := h.Outbox.TellAll(h.ctx, tx, toAll, tx.Model(&models.Person{}).Select("id AS person_id").Where("id > ?", h.person))
	if err != nil || told != int64(n) {
		h.t.Fatalf("%d told, %v", told, err)
	}
	if err := tx.Commit().Error; err != nil {
		h.t.Fatal(err)
	}
	var ends struct{ First, Last int64 }
	if err := h.store.Model(&models.Delivery{}).Select("MIN(id) AS first, MAX(id) AS last").Scan(&ends).Error; err != nil {
		h.t.Fatal(err)
	}
	return outbox.Bulk{Kind_: toAll.Kind, Subject: toAll.Subject, SubjectID: 1, From: ends.First, To: ends.Last}
}

// works runs a job, time passing as it asks, until it ends.
func (h *house) works(sender interface {
	Bulk(context.Context, outbox.Bulk) error
}, job outbox.Bulk) {
	h.t.Helper()
	for range 200 {
		err := sender.Bulk(h.ctx, job)
		snooze := (*river.JobSnoozeError)(nil)
		if err == nil {
			return
		}
		if !errors.As(err, &snooze) {
			h.t.Fatal(err)
		}
		h.pass(snooze.Duration + time.Millisecond)
	}
	h.t.Fatal("no end")
}

// states counts rows by state and reason.
func (h *house) states() map[string]int {
	h.t.Helper()
	var rows []models.Delivery
	if err := h.store.Find(&rows).Error; err != nil {
		h.t.Fatal(err)
	}
	counts := map[string]int{}
	for _, row := range rows {
		name := string(row.State)
		if row.Reason != "" {
			name += " " + row.Reason
		}
		counts[name]++
	}
	return counts
}

func (h *house) want(want map[string]int) {
	h.t.Helper()
	if got := h.states(); fmt.Sprint(got) != fmt.Sprint(want) {
		h.t.Errorf("rows %v, want %v", got, want)
	}
}

// once wants every one of n chats written to exactly once.
func (h *house) once(n int) {
	h.t.Helper()
	seen := map[string]int{}
	for _, sent := range h.web.sent {
		seen[sent]++
	}
	if len(seen) != n || len(h.web.sent) != n {
		h.t.Errorf("%d messages to %d chats, want %d", len(h.web.sent), len(seen), n)
	}
}

func TestABulkReachesEverybodyThroughFaults(t *testing.T) {
	for name, fault := range map[string]error{
		"429":       &bot.SendError{Fate: bot.Retry, RetryAt: time.Date(2026, 4, 6, 2, 0, 3, 0, time.UTC), Cause: errors.New("429")},
		"5xx":       &bot.SendError{Fate: bot.Retry, Cause: errors.New("502")},
		"unlimited": nil,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			job := h.crowd(120, "web")
			for range 10 {
				h.web.fails(nil, nil, nil, nil, nil, nil, nil, nil, nil, fault)
			}
			h.works(h.Sender, job)
			h.want(map[string]int{"sent": 120})
			h.once(120)
		})
	}
}

func TestABlockedPersonOfABulkIsMarkedAndTriedElsewhere(t *testing.T) {
	h := newHouse(t)
	job := h.crowd(1, "web")
	var person models.Person
	if err := h.store.Order("id DESC").Take(&person).Error; err != nil {
		t.Fatal(err)
	}
	h.person = person.ID
	h.links("zalo", time.Hour)
	h.web.fails(ended(bot.Unreachable, bot.WhyBlocked), ended(bot.Unreachable, bot.WhyBlocked))
	h.works(h.Sender, job)
	h.want(map[string]int{"sent": 1})
	var account models.Account
	if err := h.store.Where("channel = 'web'").Take(&account).Error; err != nil || account.UnreachableWhy != bot.WhyBlocked {
		t.Errorf("the blocked account: %+v, %v", account, err)
	}
	if len(h.zalo.sent) != 1 {
		t.Errorf("zalo got %q", h.zalo.sent)
	}
}

// A process that died in the middle leaves claims; they become uncertain and are
// sent again, marked, or are left to people where the notice says so.
func TestClaimsOfTheDead(t *testing.T) {
	for noRepeat, want := range map[bool]map[string]int{
		false: {"sent": 20, "sent repeated": 100},
		true:  {"sent": 20, "uncertain uncertain": 100},
	} {
		t.Run(fmt.Sprint("no repeat ", noRepeat), func(t *testing.T) {
			h := newHouse(t)
			job := h.crowd(120, "web")
			job.NoRepeat = noRepeat
			if rows, err := h.Outbox.ClaimBulk(h.ctx, job, 0, 100, 6); err != nil || len(rows) != 100 {
				t.Fatalf("%d claimed, %v", len(rows), err)
			}
			h.works(h.Sender, job)
			h.want(want)
		})
	}
}

func TestAPausedBulkWaitsAndACancelledOneEnds(t *testing.T) {
	h := newHouse(t)
	job := h.crowd(30, "web")
	turn := func(state string) {
		if err := h.store.Model(&models.Notice{}).Where("id = 1").Update("state", state).Error; err != nil {
			t.Fatal(err)
		}
	}
	turn("paused")
	h.works(h.Sender, job)
	h.want(map[string]int{"queued": 30})
	turn("sent")
	job.To -= 10
	h.works(h.Sender, job)
	h.want(map[string]int{"queued": 10, "sent": 20})
	if n, err := h.Outbox.CancelAll(h.store.DB, toAll); err != nil || n != 10 {
		t.Errorf("%d cancelled, %v", n, err)
	}
	h.want(map[string]int{"failed cancelled": 10, "sent": 20})
}

// Two replicas at the same rows send each once.
func TestTwoReplicasShareABulk(t *testing.T) {
	h := newHouse(t)
	job := h.crowd(300, "web")
	var wait sync.WaitGroup
	failed := make(chan error, 2)
	for range 2 {
		wait.Go(func() {
			err := h.Bulk(h.ctx, job)
			if snooze := (*river.JobSnoozeError)(nil); err != nil && !errors.As(err, &snooze) {
				failed <- err
			}
		})
	}
	wait.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	h.works(h.Sender, job)
	h.want(map[string]int{"sent": 300})
	h.once(300)
}
