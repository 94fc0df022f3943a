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

var toClerk = outbox.Message{Ward: 1, Kind: outbox.ChangeSubmitted, Subject: outbox.Change, SubjectID: 7, Version: 1, Staff: 3}

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
	if err := box.Enqueue(ctx, store.DB, outbox.Remind{}); err == nil {
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
	first, claimed, interrupted, err := box.Claim(ctx, row.ID)
	if err != nil || !claimed || interrupted {
		t.Fatalf("first claim: %v, interrupted %v, %v", claimed, interrupted, err)
	}
	// A process that died in the middle of sending leaves it so: the next says
	// that the recipient may read it twice.
	again, claimed, interrupted, err := box.Claim(ctx, row.ID)
	if err != nil || !claimed || !interrupted || again.Attempts != 2 {
		t.Fatalf("claim after a crash: %+v %v %v %v", again, claimed, interrupted, err)
	}
	if err := box.Sent(ctx, first, outbox.Arrival{Channel: "web", ChatID: "x", Ref: "ref", Repeated: true}); err != nil {
		t.Fatal(err)
	}
	if _, claimed, _, _ := box.Claim(ctx, row.ID); claimed {
		t.Error("a delivery that arrived was claimed again")
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
	store, box := open(t)
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
	later := services.Clock(func() time.Time { return noon().Add(31 * 24 * time.Hour) })
	patient, err := outbox.New(store, later)
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Forget(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := once(); !services.IsRepeated(err) {
		t.Errorf("forgotten too early: %v", err)
	}
	if err := patient.Forget(context.Background()); err != nil {
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
