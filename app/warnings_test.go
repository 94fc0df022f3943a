package app

import (
	"strings"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services/outbox"
)

// On Monday morning the clerks of both wards find on their phones what to look
// at, once, with a button that opens it.
func TestClerksAreToldOfTheWeek(t *testing.T) {
	house := openHouse(t)
	stage := &webStage{house: house}
	stage.shown(t, "can-bo-1")
	stage.shown(t, "truong-phu-nu")
	for range 2 {
		if _, err := house.ward.Warnings.Tell(ctxFor(t)); err != nil {
			t.Fatal(err)
		}
		house.settle(t)
		house.Advance(time.Hour)
	}
	shown := stage.shown(t, "can-bo-1")
	if len(shown) != 1 || !strings.Contains(shown[0].Draw(""), "Chi hội chưa có cấp phó: 20") {
		t.Fatalf("the clerk is shown %+v", shown)
	}
	if officer := stage.shown(t, "truong-phu-nu"); len(officer) != 0 {
		t.Errorf("an officer is shown %+v", officer)
	}
	stage.act(t, "can-bo-1", '*', "Cần xem lại")
	if shown = stage.shown(t, "can-bo-1"); len(shown) != 1 || !strings.Contains(shown[0].Draw(""), "[Khuyết cấp phó]") {
		t.Errorf("the button opens %+v", shown)
	}
}

// What was mended before the message left is not told.
func TestAWeekThatWasMendedIsNotTold(t *testing.T) {
	house := openHouse(t)
	clerk, err := house.counter.Dispatcher.People.Identify(ctxFor(t), "web", "can-bo-1")
	if err != nil {
		t.Fatal(err)
	}
	store := house.ward.Store
	for _, mend := range []string{
		"UPDATE organizations SET term_years = 0, deputies_max = 0",
		"UPDATE wards SET remind_after_hours = 0",
		"UPDATE people SET died_on = '2026-04-01'",
		"UPDATE branches SET valid_to = '2026-04-01'",
	} {
		if err := store.Exec(mend).Error; err != nil {
			t.Fatal(err)
		}
	}
	reply, err := house.counter.Screens.Notification(ctxFor(t), clerk.Actor,
		models.Delivery{Kind: outbox.WeeklyReview, WardID: clerk.Actor.Ward})
	if err != nil || !reply.Empty() {
		t.Errorf("told %+v, %v", reply, err)
	}
}
