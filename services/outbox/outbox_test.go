package outbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/outbox"
)

var noon = services.Clock(func() time.Time { return time.Date(2026, 4, 6, 5, 0, 0, 0, time.UTC) })

func open(t *testing.T) (*models.Store, *outbox.Outbox) {
	t.Helper()
	store := storetest.New(t, noon)
	box, err := outbox.New(store, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Create(&models.Ward{ID: 1, Code: "a", Name: "A", Kind: "phường"}).Error; err != nil {
		t.Fatal(err)
	}
	return store, box
}

func counts(t *testing.T, store *models.Store) (deliveries, jobs int64) {
	t.Helper()
	if err := store.Model(&models.Delivery{}).Count(&deliveries).Error; err != nil {
		t.Fatal(err)
	}
	if err := store.Table("river_job").Count(&jobs).Error; err != nil {
		t.Fatal(err)
	}
	return deliveries, jobs
}

var toClerk = outbox.Message{Ward: 1, Kind: outbox.ChangeSubmitted, Subject: outbox.Change, SubjectID: 7, Version: 1,
	Staff: 3}

func TestAMessageLivesAndDiesWithItsTransaction(t *testing.T) {
	ctx := context.Background()
	store, box := open(t)
	err := store.Transaction(func(tx *gorm.DB) error {
		if err := box.Tell(ctx, tx, toClerk); err != nil {
			return err
		}
		return errors.New("something else failed")
	})
	if err == nil {
		t.Fatal("committed")
	}
	if deliveries, jobs := counts(t, store); deliveries != 0 || jobs != 0 {
		t.Errorf("rolled back, %d deliveries and %d jobs are left", deliveries, jobs)
	}
	err = store.Transaction(func(tx *gorm.DB) error { return box.Tell(ctx, tx, toClerk, toClerk) })
	if err != nil {
		t.Fatal(err)
	}
	if deliveries, jobs := counts(t, store); deliveries != 1 || jobs != 1 {
		t.Errorf("the same message twice: %d deliveries and %d jobs", deliveries, jobs)
	}
	if err := box.Enqueue(ctx, store.DB, outbox.Follow{}); err == nil {
		t.Error("a job was enqueued outside a transaction")
	}
}

func TestADeliveryIsClaimedByOne(t *testing.T) {
	ctx := context.Background()
	store, box := open(t)
	if err := store.Transaction(func(tx *gorm.DB) error { return box.Tell(ctx, tx, toClerk) }); err != nil {
		t.Fatal(err)
	}
	var row models.Delivery
	if err := store.Take(&row).Error; err != nil {
		t.Fatal(err)
	}
	open := func(box *outbox.Outbox) []models.Delivery {
		t.Helper()
		rows, err := box.Open(ctx, []int64{row.ID})
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	read := open(box)
	if len(read) != 1 || outbox.Interrupted(read[0]) || outbox.DueIn(read[0], noon()) != 0 {
		t.Fatalf("told: %+v", read)
	}
	first, err := box.Take(ctx, read)
	if err != nil || len(first) != 1 || first[0].Attempts != 1 {
		t.Fatalf("first take: %+v, %v", first, err)
	}
	if second, err := box.Take(ctx, read); err != nil || len(second) != 0 {
		t.Fatalf("and another one took it: %+v, %v", second, err)
	}
	if due := outbox.DueIn(open(box)[0], noon()); due != outbox.Lease {
		t.Errorf("what is being sent may be taken up after %s", due)
	}
	// A process that died in the middle of sending leaves it so: the next says
	// that the recipient may read it twice.
	left := open(box)
	if !outbox.Interrupted(left[0]) || outbox.DueIn(left[0], noon().Add(outbox.Lease)) != 0 {
		t.Errorf("left by the dead: %+v", left)
	}
	again, err := box.Take(ctx, left)
	if err != nil || len(again) != 1 || again[0].Attempts != 2 {
		t.Fatalf("take after a crash: %+v, %v", again, err)
	}
	// Who slept and wakes has nothing to say any more.
	if err := box.Settle(ctx, outbox.Outcome{Delivery: first[0], State: models.DeliveryFailed,
		Reason: "refused"}); err != nil {
		t.Fatal(err)
	}
	if rows := open(box); len(rows) != 1 || rows[0].State != models.DeliverySending {
		t.Errorf("settled by who had lost it: %+v", rows)
	}
	if err := box.Settle(ctx, outbox.Outcome{Delivery: again[0], State: models.DeliverySent, Reason: "repeated",
		Arrival: outbox.Arrival{Channel: "web", ChatID: "x", Ref: "ref"}}); err != nil {
		t.Fatal(err)
	}
	if rows := open(box); len(rows) != 0 {
		t.Error("a delivery that arrived is open again")
	}
	cards, err := box.Cards(ctx, 1, outbox.Change, 7)
	if err != nil || len(cards) != 1 || cards[0].Reason != "repeated" || cards[0].MessageRef != "ref" {
		t.Errorf("cards %+v, %v", cards, err)
	}
	if foreign, _ := box.Cards(ctx, 2, outbox.Change, 7); len(foreign) != 0 {
		t.Error("another ward's cards")
	}
}

func TestAnEventHasItsEffectOnce(t *testing.T) {
	store, _ := open(t)
	actor := services.Actor{Role: services.Clerk, Ward: 1, Event: "web:1"}
	once := func() error {
		return store.Transaction(func(tx *gorm.DB) error { return outbox.Once(tx, noon, actor) })
	}
	if err := once(); err != nil {
		t.Fatal(err)
	}
	if err := once(); !services.IsRepeated(err) {
		t.Errorf("again: %v", err)
	}
	if _, err := outbox.Purge.Run(store.DB, noon()); err != nil {
		t.Fatal(err)
	}
	if err := once(); !services.IsRepeated(err) {
		t.Errorf("forgotten too early: %v", err)
	}
	if _, err := outbox.Purge.Run(store.DB, noon().Add(31*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := once(); err != nil {
		t.Errorf("a month later: %v", err)
	}
}

func TestACardShownAgainIsOneRow(t *testing.T) {
	ctx := context.Background()
	store, box := open(t)
	actor := services.Actor{Role: services.Clerk, Ward: 1, Staff: 3, Account: 9}
	for version := 1; version <= 2; version++ {
		if err := box.Shown(ctx, actor, "web", "chat", "ref", outbox.Change, 7, version); err != nil {
			t.Fatal(err)
		}
	}
	if deliveries, jobs := counts(t, store); deliveries != 1 || jobs != 0 {
		t.Errorf("%d deliveries, %d jobs", deliveries, jobs)
	}
}
