package outbox_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services/outbox"
)

// shelf is an outbox whose clock is moved by hand, with deliveries in it.
func shelf(t *testing.T, n int) (store *models.Store, box *outbox.Outbox, ids []int64, pass func(time.Duration)) {
	t.Helper()
	now := noon()
	clock := func() time.Time { return now }
	store = storetest.New(t, clock)
	box, err := outbox.New(store, clock)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		row := models.Delivery{WardID: 1, Kind: outbox.ChangeSubmitted, SubjectKind: outbox.Change, SubjectID: 7,
			State: models.DeliveryQueued,
			Key:   fmt.Sprint("shelf:", i), CreatedAt: now, UpdatedAt: now}
		if i == 0 {
			if err := store.Create(&models.Ward{ID: 1, Code: "a", Name: "A", Kind: "phường", CreatedAt: now}).Error; err != nil {
				t.Fatal(err)
			}
		}
		if err := store.Create(&row).Error; err != nil {
			t.Fatal(err)
		}
		ids = append(ids, row.ID)
	}
	return store, box, ids, func(d time.Duration) { now = now.Add(d) }
}

// take reads deliveries that are open, and takes them.
func take(t *testing.T, box *outbox.Outbox, ids []int64) []models.Delivery {
	t.Helper()
	open, err := box.Open(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	taken, err := box.Take(context.Background(), open)
	if err != nil || len(taken) != len(ids) {
		t.Fatalf("%d of %d taken: %v", len(taken), len(ids), err)
	}
	return taken
}

// The database took what became of a try and went away before it said so. Until
// it is told again, somebody else has taken the delivery up: it is theirs.
func TestSettledTwice(t *testing.T) {
	ctx := context.Background()
	store, box, ids, pass := shelf(t, 1)
	first := take(t, box, ids)[0]
	putOff := outbox.Outcome{Delivery: first, State: models.DeliveryQueued, Reason: "retry", Due: noon().Add(time.Second),
		Uncounted: true}
	settle := func(outcome outbox.Outcome) {
		t.Helper()
		if err := box.Settle(ctx, outcome); err != nil {
			t.Fatal(err)
		}
	}
	settle(putOff)
	pass(time.Second)
	second := take(t, box, ids)[0]
	settle(putOff)
	settle(outbox.Outcome{Delivery: second, State: models.DeliverySent,
		Arrival: outbox.Arrival{Channel: "web", ChatID: "x", Ref: "1"}})
	var row models.Delivery
	if err := store.Take(&row, ids[0]).Error; err != nil {
		t.Fatal(err)
	}
	if row.State != models.DeliverySent || row.MessageRef != "1" || row.Attempts != 1 {
		t.Errorf("what was sent is not known: %+v", row)
	}
}

// A mark is given in the middle of a try, which is settled all the same.
func TestMarkedAndSettled(t *testing.T) {
	ctx := context.Background()
	store, box, ids, pass := shelf(t, 1)
	taken := take(t, box, ids)[0]
	pass(time.Second)
	if _, err := box.Mark(ctx, taken, "zalo", "x", []string{"menu"}); err != nil {
		t.Fatal(err)
	}
	if err := box.Settle(ctx, outbox.Outcome{Delivery: taken, State: models.DeliveryUnreachable,
		Reason: "blocked"}); err != nil {
		t.Fatal(err)
	}
	var row models.Delivery
	if err := store.Take(&row, ids[0]).Error; err != nil || row.State != models.DeliveryUnreachable {
		t.Errorf("%+v, %v", row, err)
	}
}

// A platform that is away says to each of a flight when to come again, each time
// a little later: they are put off by a statement or two, and never too early.
func TestAFlightIsPutOffTogether(t *testing.T) {
	ctx := context.Background()
	store, box, ids, _ := shelf(t, 64)
	var outcomes []outbox.Outcome
	for i, delivery := range take(t, box, ids) {
		due := noon().Add(time.Second + time.Duration(i)*time.Millisecond)
		outcomes = append(outcomes, outbox.Outcome{Delivery: delivery, State: models.DeliveryQueued, Due: due})
	}
	n := storetest.Statements(t, store)
	if err := box.Settle(ctx, outcomes...); err != nil {
		t.Fatal(err)
	}
	if asked := n.Load(); asked > 2 {
		t.Errorf("%d statements", asked)
	}
	var rows []models.Delivery
	if err := store.Order("id").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if row.DueAt == nil || row.DueAt.Before(outcomes[i].Due) ||
			row.DueAt.After(outcomes[i].Due.Add(100*time.Millisecond)) {
			t.Errorf("%d is due at %v, want %v", i, row.DueAt, outcomes[i].Due)
		}
	}
}
