package ward_test

import (
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/identity"
	"canbobot/services/roster"
)

// What is asked over a young chat, or with a young number, takes two humans; or it
// waits until that is older, and then as many as the rule says, of whom who signed
// too early is one who may sign again.
func TestWhatIsAskedOverAYoungChatIsHeld(t *testing.T) {
	const day = 24 * time.Hour
	ask := func(a *attack, linked time.Duration) (id int64, held bool) {
		t.Helper()
		account := models.Account{WardID: a.officer.WardID, Channel: "zalo", ExternalID: "z", ChatID: "z",
			PersonID: &a.officer.ID, LinkedAt: a.Now().Add(-linked), LastSeenAt: a.Now()}
		a.Create(&account)
		actor := a.asOfficer()
		actor.Account = account.ID
		card, err := a.Changes.Submit(a.Ctx, actor, change.Proposal{Person: a.officer.ID, Kind: change.Destination{
			Account: roster.Destination{Bank: "agribank", Number: roster.Secret{Plain: "3712205123456"}}}})
		if err != nil {
			t.Fatal(err)
		}
		return card.Request.ID, card.Held != nil
	}
	sign := func(a *attack, actor services.Actor, id int64, version int) models.ChangeState {
		t.Helper()
		card, err := a.Changes.Approve(a.Ctx, a.by(actor), id, version)
		if err != nil {
			t.Fatal(err)
		}
		return card.Request.State
	}
	t.Run("two humans", func(t *testing.T) {
		a := newAttack(t)
		id, held := ask(a, day)
		if state := sign(a, a.other, id, 1); !held || state != models.ChangeSubmitted {
			t.Errorf("held %v, one signature made it %s", held, state)
		}
		_, err := a.Changes.Approve(a.Ctx, a.by(a.other), id, 2)
		a.Refused(err, "denied/signed")
		if state := sign(a, a.leader, id, 2); state != models.ChangeApproved {
			t.Errorf("two signatures made it %s", state)
		}
	})
	t.Run("a week", func(t *testing.T) {
		a := newAttack(t)
		id, _ := ask(a, day)
		sign(a, a.other, id, 1)
		a.Pass(6 * day)
		if state := sign(a, a.other, id, 2); state != models.ChangeApproved {
			t.Errorf("after a week it is %s", state)
		}
	})
	t.Run("a chat that is known", func(t *testing.T) {
		a := newAttack(t)
		if id, held := ask(a, 8*day); held || sign(a, a.other, id, 1) != models.ChangeApproved {
			t.Error("held for nothing")
		}
	})
	t.Run("a number that is young", func(t *testing.T) {
		a := newAttack(t)
		a.Create(&models.Hand{WardID: a.officer.WardID, PersonID: a.officer.ID, StaffID: a.clerk.Staff, How: "phone",
			At: a.Now().Add(-day)})
		if id, held := ask(a, 8*day); !held || sign(a, a.other, id, 1) != models.ChangeSubmitted {
			t.Error("not held")
		}
	})
	t.Run("what the ward proposes", func(t *testing.T) {
		a := newAttack(t)
		card, err := a.Changes.Submit(a.Ctx, a.by(a.leader), change.Proposal{Person: a.officer.ID, Kind: change.Destination{
			Account: roster.Destination{Bank: "agribank", Number: roster.Secret{Plain: "3712205123456"}}}})
		if err != nil || card.Held != nil {
			t.Errorf("held %v, %v", card.Held, err)
		}
	})
	t.Run("a ward that holds nothing", func(t *testing.T) {
		a := newAttack(t)
		if err := a.Approvals.SetHoldDays(a.Ctx, services.SystemActor(a.officer.WardID), 0); err != nil {
			t.Fatal(err)
		}
		if id, held := ask(a, day); held || sign(a, a.other, id, 1) != models.ChangeApproved {
			t.Error("held all the same")
		}
	})
}

// A new chat is told of in the owner's other ones, where it is cut off at once; the
// new one cuts nobody off, and neither does anybody else.
func TestANewLinkIsToldOfWhereItCanBeCutOff(t *testing.T) {
	a := newAttack(t)
	account := models.Account{WardID: a.officer.WardID, Channel: "telegram", ExternalID: "real", ChatID: "real",
		PersonID: &a.officer.ID, LinkedAt: a.Now().Add(-time.Hour), LastSeenAt: a.Now()}
	a.Create(&account)
	code, _, err := a.Identity.Invite(a.Ctx, a.by(a.clerk), a.officer.ID)
	if err != nil {
		t.Fatal(err)
	}
	chat := identity.Chat{Channel: "zalo", ExternalID: "evil", ChatID: "evil", Event: "link"}
	invited, err := a.Identity.CheckCode(a.Ctx, chat, code)
	if err != nil {
		t.Fatal(err)
	}
	fake, err := a.Identity.Link(a.Ctx, chat, invited.Invite, identity.Proof{Last4: "5678"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if n := a.Count("deliveries", "kind = 'account_linked' AND account_id = ?", account.ID); n != 1 {
		t.Errorf("told %d times", n)
	}
	a.Refused(a.Identity.DisownLink(a.Ctx, a.by(fake.Actor), account.ID), "not_found/account")
	other := services.Actor{Role: services.Officer, Ward: a.officer.WardID, Person: a.officer.ID + 1, Account: account.ID}
	a.Refused(a.Identity.DisownLink(a.Ctx, a.by(other), fake.Actor.Account), "not_found/account")
	a.Refused(a.Identity.DisownLink(a.Ctx, a.by(a.clerk), fake.Actor.Account), "not_found/account")
	real := services.Actor{Role: services.Officer, Ward: a.officer.WardID, Person: a.officer.ID, Account: account.ID}
	if err := a.Identity.DisownLink(a.Ctx, a.by(real), fake.Actor.Account); err != nil {
		t.Fatal(err)
	}
	if who, err := a.Identity.Identify(a.Ctx, "zalo", "evil"); err != nil || who.Actor.Account != 0 {
		t.Errorf("still linked as %+v, %v", who.Actor, err)
	}
	if n := a.Count("deliveries", "kind = 'account_disowned'"); n != 3 {
		t.Errorf("woke %d of those who decide", n)
	}
}
