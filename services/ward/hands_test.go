package ward_test

import (
	"fmt"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/identity"
	"canbobot/services/roster"
	"canbobot/services/ward/wardtest"
)

// attack is one clerk with two phones, in a ward that has two more who sign.
type attack struct {
	*wardtest.Ward
	clerk, other, leader services.Actor
	officer              models.Person
	events               int
}

func newAttack(t *testing.T) *attack {
	t.Helper()
	a := &attack{Ward: wardtest.New(t, time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC))}
	ward := a.AddWard("bac", "Bắc Hồng Lĩnh")
	a.clerk, a.other = a.AddStaff(ward.ID, services.Clerk, true), a.AddStaff(ward.ID, services.Clerk, true)
	a.leader = a.AddStaff(ward.ID, services.Leader, true)
	a.Create(&models.Organization{Code: "women", Name: "Hội Phụ nữ", BranchName: "Chi hội Phụ nữ",
		HeadTitle: "Chi hội trưởng", DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 1})
	village := models.Village{WardID: ward.ID, Name: "Tổ dân phố 5", Folded: "to dan pho 5"}
	a.Create(&village)
	branch := models.Branch{WardID: ward.ID, VillageID: village.ID, OrganizationCode: "women", Name: "Chi hội Phụ nữ"}
	a.Create(&branch)
	a.officer = models.Person{WardID: ward.ID, Name: "Nguyễn Thị Lan", Folded: "nguyen thi lan", Phone: "+84912345678",
		PhoneHash: a.Vault.Hash("phone", "+84912345678")}
	a.Create(&a.officer)
	a.Create(&models.Term{WardID: ward.ID, PersonID: a.officer.ID, BranchID: branch.ID, Role: models.Head, Slot: 1,
		From: models.NewDate(2025, 1, 1)})
	return a
}

func (a *attack) by(actor services.Actor) services.Actor {
	a.events++
	actor.Event = fmt.Sprint("test:", a.events)
	return actor
}

// asOfficer is the officer on a phone that is in the attacker's other hand.
func (a *attack) asOfficer() services.Actor {
	return a.by(services.Actor{Role: services.Officer, Ward: a.officer.WardID, Person: a.officer.ID, Channel: "zalo"})
}

// redirect asks, as the officer, for the money to go elsewhere.
func (a *attack) redirect(number string) int64 {
	a.T.Helper()
	card, err := a.Changes.Submit(a.Ctx, a.asOfficer(), change.Proposal{Person: a.officer.ID, Kind: change.Destination{
		Account: change.Account{Bank: "agribank", Number: roster.Secret{Plain: number}}}})
	if err != nil {
		a.T.Fatal(err)
	}
	return card.Request.ID
}

// Whoever brought about what proves an officer signs nothing about their money,
// by whichever way: an invite, a link, a number that they proposed or approved.
// Another human may, and after the ward's days the first may again.
func TestTheSecondPairOfEyesIsNotMadeByTheFirst(t *testing.T) {
	for name, touch := range map[string]func(a *attack) error{
		"an invite": func(a *attack) error {
			_, _, err := a.Identity.Invite(a.Ctx, a.by(a.clerk), a.officer.ID)
			return err
		},
		"a link": func(a *attack) error {
			chat := identity.Chat{Channel: "zalo", ExternalID: "second", ChatID: "second", Event: "ask"}
			if err := a.Identity.Requests.Ask(a.Ctx, chat, a.officer.WardID, "Lan", "0912345678"); err != nil {
				return err
			}
			return a.Identity.Requests.Agree(a.Ctx, a.by(a.clerk), 1, 1, 0)
		},
		"a number that they approved": func(a *attack) error {
			card, err := a.Changes.Submit(a.Ctx, a.asOfficer(), change.Proposal{Person: a.officer.ID,
				Kind: change.Phone{Number: "0355000111"}})
			if err != nil {
				return err
			}
			_, err = a.Changes.Approve(a.Ctx, a.by(a.clerk), card.Request.ID, 1)
			return err
		},
		"a number that they proposed": func(a *attack) error {
			card, err := a.Changes.Submit(a.Ctx, a.by(a.clerk), change.Proposal{Person: a.officer.ID,
				Kind: change.Phone{Number: "0355000111"}})
			if err != nil {
				return err
			}
			_, err = a.Changes.Approve(a.Ctx, a.by(a.leader), card.Request.ID, 1)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAttack(t)
			if err := touch(a); err != nil {
				t.Fatal(err)
			}
			id := a.redirect("3712205123456")
			_, err := a.Changes.Approve(a.Ctx, a.by(a.clerk), id, 1)
			a.Refused(err, "denied/hands_on")
			if card, err := a.Changes.Card(a.Ctx, a.clerk, id); err != nil || card.WhyNot != "hands_on" {
				t.Errorf("card says %q, %v", card.WhyNot, err)
			}
			if _, err := a.Changes.Approve(a.Ctx, a.by(a.other), id, 1); err != nil {
				t.Fatal(err)
			}
			a.Pass(31 * 24 * time.Hour)
			if _, err := a.Changes.Approve(a.Ctx, a.by(a.clerk), a.redirect("3712205999999"), 1); err != nil {
				t.Error(err)
			}
		})
	}
}

// A ward of one may say that the rule is not for it, and the journal keeps that.
func TestTheDaysOfHandsAreTheWards(t *testing.T) {
	a := newAttack(t)
	if _, _, err := a.Identity.Invite(a.Ctx, a.by(a.clerk), a.officer.ID); err != nil {
		t.Fatal(err)
	}
	system := services.SystemActor(a.officer.WardID)
	a.Refused(a.Approvals.SetHandsDays(a.Ctx, system, 367), "invalid/hands_days")
	a.Refused(a.Approvals.SetHandsDays(a.Ctx, a.by(a.leader), 0), "denied/role")
	if err := a.Approvals.SetHandsDays(a.Ctx, system, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Changes.Approve(a.Ctx, a.by(a.clerk), a.redirect("3712205123456"), 1); err != nil {
		t.Error(err)
	}
	if n := a.Count("audit_entries", "action = 'approval.hands_days'"); n != 1 {
		t.Errorf("%d entries", n)
	}
}
