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
	"canbobot/services/vault"
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
	a.officer = models.Person{WardID: ward.ID, Name: "Nguyễn Thị Lan", Folded: "nguyen thi lan", Phone: "+84912345678"}
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

// asOfficer is the officer on a phone that is in the attacker's other hand, by the
// chat that was linked last.
func (a *attack) asOfficer() services.Actor {
	a.T.Helper()
	var account models.Account
	if err := a.Store.Where("person_id = ?", a.officer.ID).Order("id DESC").Limit(1).Find(&account).Error; err != nil {
		a.T.Fatal(err)
	}
	return a.by(services.Actor{Role: services.Officer, Ward: a.officer.WardID, Person: a.officer.ID, Channel: "zalo",
		Account: account.ID})
}

// redirect asks, as the officer, for the money to go elsewhere.
func (a *attack) redirect(number string) int64 {
	a.T.Helper()
	card, err := a.Changes.Submit(a.Ctx, a.asOfficer(), change.Proposal{Person: a.officer.ID, Kind: change.Destination{
		Account: roster.Destination{Bank: "agribank", Number: roster.Secret{Plain: number}}}})
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
			signed, err := a.Changes.Approve(a.Ctx, a.by(a.other), id, 1)
			if err == nil && signed.Request.State == models.ChangeSubmitted { // the chat or the number is young
				a.Pass(8 * 24 * time.Hour)
				_, err = a.Changes.Approve(a.Ctx, a.by(a.other), id, signed.Request.Version)
			}
			if err != nil {
				t.Fatal(err)
			}
			a.Pass(31 * 24 * time.Hour)
			if _, err := a.Changes.Approve(a.Ctx, a.by(a.clerk), a.redirect("3712205999999"), 1); err != nil {
				t.Error(err)
			}
		})
	}
}

// Who alone had a chat taken for an officer's signs nothing about that officer's
// money or number for as long as it is linked, however patient they are, and no
// request that it was asked by once they have cut it off; until another human has
// decided where its officer is paid.
func TestPatienceTakesNoHandsOff(t *testing.T) {
	for name, link := range map[string]func(a *attack){
		"a code": func(a *attack) { a.linkByCode(a.clerk) },
		"agreed": func(a *attack) {
			chat := identity.Chat{Channel: "zalo", ExternalID: "second", ChatID: "second", Event: "ask"}
			if err := a.Identity.Requests.Ask(a.Ctx, chat, a.officer.WardID, "Lan", "0912345678"); err != nil {
				a.T.Fatal(err)
			}
			if err := a.Identity.Requests.Agree(a.Ctx, a.by(a.clerk), 1, 1, 0); err != nil {
				a.T.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAttack(t)
			link(a)
			a.Pass(100 * 24 * time.Hour)
			id := a.redirect("3712205123456")
			_, err := a.Changes.Approve(a.Ctx, a.by(a.clerk), id, 1)
			a.Refused(err, "denied/hands_on")
			phone, err := a.Changes.Submit(a.Ctx, a.asOfficer(), change.Proposal{Person: a.officer.ID,
				Kind: change.Phone{Number: "0355000111"}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = a.Changes.Approve(a.Ctx, a.by(a.clerk), phone.Request.ID, 1)
			a.Refused(err, "denied/hands_on")
			if err := a.Identity.UnlinkPerson(a.Ctx, a.by(a.clerk), a.officer.ID); err != nil {
				t.Fatal(err)
			}
			_, err = a.Changes.Approve(a.Ctx, a.by(a.clerk), id, 1)
			a.Refused(err, "denied/hands_on")
			if _, err := a.Changes.Approve(a.Ctx, a.by(a.other), id, 1); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Changes.Approve(a.Ctx, a.by(a.clerk), a.redirect("3712205999999"), 1); err != nil {
				t.Errorf("another has decided for this chat: %v", err)
			}
		})
	}
}

// linkByCode has a chat linked as the officer by a code that a ward user hands out.
func (a *attack) linkByCode(by services.Actor) identity.Identity {
	a.T.Helper()
	code, _, err := a.Identity.Invite(a.Ctx, a.by(by), a.officer.ID)
	if err != nil {
		a.T.Fatal(err)
	}
	chat := identity.Chat{Channel: "zalo", ExternalID: "second", ChatID: "second", Event: "link"}
	invited, err := a.Identity.CheckCode(a.Ctx, chat, code)
	if err != nil {
		a.T.Fatal(err)
	}
	who, err := a.Identity.Link(a.Ctx, chat, invited.Invite, identity.Proof{Last4: "5678"}, "")
	if err != nil {
		a.T.Fatal(err)
	}
	return who
}

// A number that a platform vouches for, and that another human brought about, is a
// second word for the chat; one that is of the same hands is none.
func TestAPlatformsWordIsASecondOne(t *testing.T) {
	for name, own := range map[string]bool{"another's number": false, "their own number": true} {
		t.Run(name, func(t *testing.T) {
			a := newAttack(t)
			a.Identity.VouchedBy("telegram")
			code, _, err := a.Identity.Invite(a.Ctx, a.by(a.clerk), a.officer.ID)
			if err != nil {
				t.Fatal(err)
			}
			by := a.other
			if own {
				by = a.clerk
			}
			a.Create(&models.Hand{WardID: a.officer.WardID, PersonID: a.officer.ID, StaffID: by.Staff, How: "import",
				At: a.Now().AddDate(-1, 0, 0)})
			chat := identity.Chat{Channel: "telegram", ExternalID: "second", ChatID: "second", Event: "link"}
			invited, err := a.Identity.CheckCode(a.Ctx, chat, code)
			if err != nil {
				t.Fatal(err)
			}
			proof := identity.Proof{Phone: "0912345678", PhoneOwn: true}
			if _, err := a.Identity.Link(a.Ctx, chat, invited.Invite, proof, ""); err != nil {
				t.Fatal(err)
			}
			a.Pass(100 * 24 * time.Hour)
			_, err = a.Changes.Approve(a.Ctx, a.by(a.clerk), a.redirect("3712205123456"), 1)
			if own {
				a.Refused(err, "denied/hands_on")
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// A clerk who is an officer as well approves nothing of their own by either row,
// also where nobody has written down that they are one human: the number tells.
func TestAClerkWhoIsAnOfficerApprovesNothingOfTheirOwn(t *testing.T) {
	for name, same := range map[string]map[string]any{
		"the number": {"phone": "+84912345678"},
		"the person": {"person_id": int64(1)},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAttack(t)
			if err := a.Store.Model(&models.Staff{ID: a.clerk.Staff}).Updates(same).Error; err != nil {
				t.Fatal(err)
			}
			id := a.redirect("3712205123456")
			_, err := a.Changes.Approve(a.Ctx, a.by(a.clerk), id, 1)
			a.Refused(err, "denied/own")
			card, err := a.Changes.Submit(a.Ctx, a.by(a.other), change.Proposal{Person: a.officer.ID,
				Kind: change.Phone{Number: "0355000111"}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = a.Changes.Approve(a.Ctx, a.by(a.clerk), card.Request.ID, 1)
			a.Refused(err, "denied/concerns_you")
		})
	}
}

// Who is one human with an officer by a number alone stays so when that number goes:
// by a request, by a sheet, or by a merger.
func TestAHumanStaysOneWhenTheTraceGoes(t *testing.T) {
	for name, proposal := range map[string]func(a *attack) change.Proposal{
		"another number": func(a *attack) change.Proposal {
			return change.Proposal{Person: a.officer.ID, Kind: change.Phone{Number: "0355000111"}}
		},
		"another citizen's number": func(a *attack) change.Proposal {
			return change.Proposal{Person: a.officer.ID, Kind: change.Profile{Details: change.Details{
				Citizen: roster.Secret{Plain: "042165000111"}}}}
		},
		"a merger": func(a *attack) change.Proposal {
			twin := models.Person{WardID: a.officer.WardID, Name: a.officer.Name, Folded: a.officer.Folded,
				Phone: "+84355000111", PhoneHash: a.Vault.Hash("phone", "+84355000111"), Version: 1}
			a.Create(&twin)
			officer := a.officer.ID
			a.officer = twin
			return change.Proposal{Person: twin.ID, Kind: change.Merge{Drop: officer}, Note: "một người"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAttack(t)
			a.AddStaff(a.officer.WardID, services.Clerk, true) // who has had no hand in it
			known := map[string]any{"phone": "+84912345678"}
			if name == "another citizen's number" {
				const number = "042165000999"
				hash := a.Vault.Hash("citizen", number)
				sealed, err := a.Vault.Seal(vault.In(models.CitizenID, a.officer.WardID, a.officer.ID), number)
				if err != nil {
					t.Fatal(err)
				}
				err = a.Store.Model(&a.officer).Updates(map[string]any{"citizen_id": sealed, "citizen_hash": hash}).Error
				if err != nil {
					t.Fatal(err)
				}
				known = map[string]any{"citizen_id": number, "citizen_hash": hash}
			}
			clerk := a.Store.Model(&models.Staff{ID: a.clerk.Staff, WardID: a.officer.WardID})
			if err := clerk.Updates(known).Error; err != nil {
				t.Fatal(err)
			}
			card, err := a.Changes.Submit(a.Ctx, a.by(a.leader), proposal(a))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.Changes.Approve(a.Ctx, a.by(a.other), card.Request.ID, 1); err != nil {
				t.Fatal(err)
			}
			_, err = a.Changes.Approve(a.Ctx, a.by(a.clerk), a.redirect("3712205123456"), 1)
			a.Refused(err, "denied/own")
		})
	}
}

// What is asked for in an officer's name is said in every chat of theirs but the
// one it was asked in, when it comes again too; "không phải tôi" ends it at once,
// and whoever decides is woken. Another officer ends nothing.
func TestAnOfficerDisownsWhatIsAskedInTheirName(t *testing.T) {
	a := newAttack(t)
	linked := func(channel string) services.Actor {
		account := models.Account{WardID: a.officer.WardID, Channel: channel, ExternalID: channel, ChatID: channel,
			PersonID: &a.officer.ID, LinkedAt: a.Now(), LastSeenAt: a.Now()}
		a.Create(&account)
		return services.Actor{Role: services.Officer, Ward: a.officer.WardID, Person: a.officer.ID, Account: account.ID,
			Channel: channel}
	}
	real, fake := linked("telegram"), linked("zalo")
	destination := change.Proposal{Person: a.officer.ID, Kind: change.Destination{
		Account: roster.Destination{Bank: "agribank", Number: roster.Secret{Plain: "3712205123456"}}}}
	card, err := a.Changes.Submit(a.Ctx, a.by(fake), destination)
	if err != nil {
		t.Fatal(err)
	}
	id := card.Request.ID
	told := func(kind string, account int64) int64 {
		return a.Count("deliveries", "kind = ? AND account_id = ? AND subject_id = ?", kind, account, id)
	}
	if told("change_concerns", real.Account) != 1 || told("change_concerns", fake.Account) != 0 {
		t.Error("the officer's own chat was to be told, and no other")
	}
	if _, err := a.Changes.Return(a.Ctx, a.by(a.other), id, 1, "thiếu"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Changes.Resubmit(a.Ctx, a.by(fake), id, 2, destination); err != nil {
		t.Fatal(err)
	}
	if told("change_concerns", real.Account) != 2 {
		t.Error("told once of what came twice")
	}
	stranger := real
	stranger.Person = a.officer.ID + 1
	_, err = a.Changes.Disown(a.Ctx, a.by(stranger), id, 3, "no")
	a.Refused(err, "not_found/change")
	_, err = a.Changes.Disown(a.Ctx, a.by(real), id, 2, "no")
	a.Refused(err, "conflict/moved.change.outdated")
	if _, err := a.Changes.Disown(a.Ctx, a.by(real), id, 3, "không phải tôi"); err != nil {
		t.Fatal(err)
	}
	_, err = a.Changes.Approve(a.Ctx, a.by(a.other), id, 4)
	a.Refused(err, "conflict/moved.change.decided")
	if n := a.Count("deliveries", "kind = 'change_disowned' AND subject_id = ?", id); n != 3 {
		t.Errorf("woke %d of those who decide", n)
	}
	phone, err := a.Changes.Submit(a.Ctx, a.by(a.clerk), change.Proposal{Person: a.officer.ID,
		Kind: change.Phone{Number: "0355000111"}})
	if err != nil {
		t.Fatal(err)
	}
	if id = phone.Request.ID; told("change_concerns", real.Account) != 1 || told("change_concerns", fake.Account) != 1 {
		t.Error("the number by which somebody is known was to be changed behind their back")
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
