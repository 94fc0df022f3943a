package ward_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/models/storetest"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/roster"
	"canbobot/services/sheet"
)

// linked is the officer in a chat of their own.
func (a *attack) linked() services.Actor {
	a.T.Helper()
	now := a.Now()
	account := models.Account{WardID: a.officer.WardID, Channel: "zalo", ExternalID: "officer", ChatID: "officer",
		PersonID: &a.officer.ID, LinkedAt: now, LastSeenAt: now}
	a.Create(&account)
	actor := a.asOfficer()
	actor.Account = account.ID
	return actor
}

// seen are the actions that the officer is told of, the latest first.
func (a *attack) seen(officer services.Actor) string {
	a.T.Helper()
	looks, total, err := a.Identity.Privacy.Looks(a.Ctx, officer, 0, 50)
	if err != nil || int(total) != len(looks) {
		a.T.Fatal(total, err)
	}
	actions := make([]string, len(looks))
	for i, look := range looks {
		actions[i] = look.Action + " by " + string(look.Role)
	}
	return strings.Join(actions, ", ")
}

// A person is told of every look at what is theirs, of every decision that was
// tried about them, and of every code that was guessed at in their name.
func TestAPersonSeesWhoLooked(t *testing.T) {
	a := newAttack(t)
	officer := a.linked()
	if got := a.seen(officer); got != "" {
		t.Fatalf("before anybody looked: %s", got)
	}
	id := a.redirect("3706205123456")
	if _, err := a.Changes.Reveal(a.Ctx, a.clerk, id); err != nil {
		t.Fatal(err)
	}
	a.Pass(time.Minute)
	if err := a.Audit.Seen(a.Ctx, a.leader, []int64{a.officer.ID}); err != nil {
		t.Fatal(err)
	}
	a.Pass(time.Minute)
	if err := a.Audit.Seen(a.Ctx, a.leader, []int64{a.officer.ID}); err != nil { // the same card, drawn anew
		t.Fatal(err)
	}
	if err := a.Audit.Seen(a.Ctx, officer, []int64{a.officer.ID}); err != nil { // their own
		t.Fatal(err)
	}
	_, err := a.Changes.Approve(a.Ctx, a.by(services.Actor{Role: services.Clerk, Ward: a.officer.WardID,
		Staff: a.viewer()}), id, 1)
	if services.KindOf(err) != services.KindDenied {
		t.Fatalf("a viewer decides: %v", err)
	}
	a.Pass(time.Minute)
	code, invite, err := a.Identity.Invite(a.Ctx, a.by(a.other), a.officer.ID)
	if err != nil || code == "" {
		t.Fatal(err)
	}
	a.Pass(time.Minute)
	stranger := identity.Chat{Channel: "zalo", ExternalID: "stranger", ChatID: "stranger", Event: "zalo:1"}
	a.Refused(a.Identity.Prove(a.Ctx, stranger, invite.ID, identity.Proof{Last4: "0000"}), "invalid/wrong_last4")
	if _, err := a.Identity.CheckCode(a.Ctx, stranger, "22222-22222"); services.CodeOf(err) != "wrong_code" {
		t.Fatal(err)
	}
	a.Refused(a.Identity.StepUp(a.Ctx, a.by(a.clerk), "000000"), "invalid/wrong_totp")
	want := "link.failed by , invite.issued by clerk, decision.denied by clerk, phone.seen by leader, " +
		"change.revealed by clerk"
	if got := a.seen(officer); got != want {
		t.Errorf("the officer is told\n%s\nwant\n%s", got, want)
	}
	if a.Count("audit_entries", "action IN ('link.code_failed', 'staff.code_failed')") != 2 {
		t.Error("a wrong code is not in the journal")
	}
	// Merged into another row, the human goes on seeing what was looked at.
	other := models.Person{WardID: a.officer.WardID, Name: "Lan", Folded: "lan"}
	a.Create(&other)
	for _, err := range []error{
		a.Store.Model(&models.Person{}).Where("id = ?", a.officer.ID).Updates(map[string]any{"merged_into": other.ID,
			"merged_at": a.Now()}).Error,
		a.Store.Model(&models.Account{}).Where("id = ?", officer.Account).Update("person_id", other.ID).Error,
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	officer.Person = other.ID
	if got := a.seen(officer); !strings.Contains(got, "phone.seen by leader, change.revealed by clerk") {
		t.Errorf("after a merge the officer is told %q", got)
	}
}

// viewer is a ward user whose role decides nothing.
func (a *attack) viewer() int64 {
	return a.AddStaff(a.officer.WardID, services.Viewer, false).Staff
}

// A sheet of four hundred is one entry, in a handful of statements, and each of
// the four hundred finds it.
func TestALookAtManyIsOneLook(t *testing.T) {
	a := newAttack(t)
	officer := a.linked()
	var branch models.Branch
	if err := a.Store.Take(&branch).Error; err != nil {
		t.Fatal(err)
	}
	people := make([]models.Person, 400)
	for i := range people {
		number := fmt.Sprint(3706205100000 + i)
		sealed, err := a.Roster.Secrets.ConcealAccount(number)
		if err != nil {
			t.Fatal(err)
		}
		people[i] = models.Person{WardID: a.officer.WardID, Name: fmt.Sprint("Người ", i), Folded: fmt.Sprint("nguoi ", i)}
		a.Create(&people[i])
		if _, err := a.Roster.SetDestination(a.Store.DB, people[i], roster.Destination{Bank: "agribank",
			Number: sealed}); err != nil {
			t.Fatal(err)
		}
		a.Create(&models.Term{WardID: a.officer.WardID, PersonID: people[i].ID, BranchID: branch.ID, Role: models.Member,
			Slot: i + 1, From: models.NewDate(2025, 1, 1)})
	}
	asked := storetest.Statements(t, a.Store)
	say := func(key string, _ map[string]any) string { return key }
	if _, err := a.Sheets.Roster(a.Ctx, a.clerk, sheet.Filter{Full: true}, say); err != nil {
		t.Fatal(err)
	}
	if n := asked.Load(); n > 40 {
		t.Errorf("%d statements for one sheet", n)
	}
	if entries, looks := a.Count("audit_entries", "action = 'roster.exported'"), a.Count("looks", "1 = 1"); entries != 1 ||
		looks != 401 {
		t.Errorf("%d entries, %d looks", entries, looks)
	}
	if got := a.seen(officer); got != "roster.exported by clerk" {
		t.Errorf("the officer is told %q", got)
	}
	a.Pass(2 * time.Hour)
	if err := a.Audit.Seen(a.Ctx, a.clerk, []int64{a.officer.ID}); err != nil {
		t.Fatal(err)
	}
	if got := a.seen(officer); got != "phone.seen by clerk, roster.exported by clerk" {
		t.Errorf("the officer is told %q", got)
	}
}
