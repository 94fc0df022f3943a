package identity_test

import (
	"fmt"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/ward/wardtest"
)

// What would let a ward user sign, or be somebody else, another human agrees to: not
// the officer whom it names, nor whoever is one human with the user.
func TestWhoAgreesToWhoAWardUserIs(t *testing.T) {
	w := wardtest.New(t, time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC))
	here := w.AddWard("bac", "Bắc Hồng Lĩnh").ID
	events := 0
	by := func(actor services.Actor) services.Actor {
		events++
		actor.Event = fmt.Sprint("test:", events)
		return actor
	}
	clerk, double := w.AddStaff(here, services.Clerk, true), w.AddStaff(here, services.Leader, true)
	named, leader := w.AddStaff(here, services.Leader, true), w.AddStaff(here, services.Admin, true)
	people := []models.Person{{WardID: here, Name: "Nguyễn Thị Lan", Phone: "+84912345678"},
		{WardID: here, Name: "Lê Bình"}}
	for i := range people {
		people[i].Folded, people[i].Version = models.Fold(people[i].Name), 1
		w.Create(&people[i])
	}
	lan := people[0].ID
	sealed, hash := conceal(t, w, people[1], "042171000123")
	if err := w.Store.Model(&people[1]).Updates(map[string]any{"citizen_id": sealed,
		"citizen_hash": hash}).Error; err != nil {
		t.Fatal(err)
	}
	set := func(actor services.Actor, columns map[string]any) {
		t.Helper()
		if err := w.Store.Model(&models.Staff{ID: actor.Staff, WardID: here}).Updates(columns).Error; err != nil {
			t.Fatal(err)
		}
	}
	// One with the clerk by a number, and one who is the officer by hers.
	set(clerk, map[string]any{"phone": "+84905000111"})
	set(double, map[string]any{"phone": "+84905000111"})
	set(named, map[string]any{"phone": "+84912345678"})

	asked, err := w.Identity.SayOfficer(w.Ctx, by(clerk), lan)
	if err != nil || !asked {
		t.Fatalf("asked %v, %v", asked, err)
	}
	for _, who := range []services.Actor{clerk, double, named} {
		err := w.Identity.AnswerOfficer(w.Ctx, by(who), clerk.Staff, lan, true)
		if services.KindOf(err) != services.KindDenied {
			t.Errorf("ward user %d answers: %v", who.Staff, err)
		}
	}
	if err := w.Identity.AnswerOfficer(w.Ctx, by(leader), clerk.Staff, lan, true); err != nil {
		t.Fatal(err)
	}
	w.Refused(w.Identity.AnswerOfficer(w.Ctx, by(leader), clerk.Staff, lan, true), "conflict/officer_answered")
	if w.Count("staff", "id = ? AND person_id = ?", clerk.Staff, lan) != 1 {
		t.Error("it was not written down")
	}
	// Whose citizen's number is an officer's is not none, though nothing else shows it.
	set(leader, map[string]any{"citizen_id": "042171000123"})
	_, err = w.Identity.SayOfficer(w.Ctx, by(leader), 0)
	w.Refused(err, "conflict/staff_is_officer")
	if asked, err := w.Identity.SayOfficer(w.Ctx, by(leader), people[1].ID); asked || err != nil {
		t.Errorf("what a number shows is asked: %v, %v", asked, err)
	}
}

// conceal seals a citizen's number for its row.
func conceal(t *testing.T, w *wardtest.Ward, person models.Person, number string) (models.Sealed, models.Hash) {
	t.Helper()
	sealed, err := w.Vault.SealRow(models.CitizenID, []any{person.WardID, person.ID}, number)
	if err != nil {
		t.Fatal(err)
	}
	return sealed, w.Vault.Hash(models.CitizenID.Kind, number)
}
