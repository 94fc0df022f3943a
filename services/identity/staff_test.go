package identity_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
)

func TestStaffLinkWithCodeAndGenerator(t *testing.T) {
	w := newTown(t)
	staff, address, code, err := w.AddStaff(w.ctx, w.by(w.admin), w.ward,
		identity.NewStaff{Name: " Lê  Văn Tư ", Role: services.Clerk, Phone: "0977 000 111"})
	if err != nil {
		t.Fatal(err)
	}
	if staff.Name != "Lê Văn Tư" || staff.Phone != "+84977000111" || staff.TOTP != "" || staff.PersonID != nil ||
		!staff.Active {
		t.Fatalf("staff: %+v", staff)
	}
	w.secrets[staff.ID] = secretOf(t, address)
	var row models.Staff
	if err := w.store.Take(&row, staff.ID).Error; err != nil || row.TOTP == "" ||
		strings.Contains(string(row.TOTP), w.secrets[staff.ID]) {
		t.Fatalf("the secret is kept as %q, %v", row.TOTP, err)
	}
	chat := w.chat("telegram", "500")
	invited, err := w.CheckCode(w.ctx, chat, code)
	if err != nil || !invited.Staff || !invited.NeedsTOTP || invited.NeedsContact {
		t.Fatalf("invited: %+v, %v", invited, err)
	}
	w.refused(w.Prove(w.ctx, chat, invited.Invite, ownPhone("0977000111")), "invalid/totp_shape")
	w.refused(w.Prove(w.ctx, chat, invited.Invite, identity.Proof{TOTP: "12345a"}), "invalid/totp_shape")
	wrong := identity.Proof{TOTP: "000000"}
	if w.totp(staff.ID) == wrong.TOTP {
		wrong.TOTP = "000001"
	}
	w.refused(w.Prove(w.ctx, chat, invited.Invite, wrong), "invalid/wrong_totp")
	w.refused(w.Requests.AskInvited(w.ctx, w.chat("telegram", "501"), invited.Invite, ""), "denied/role")
	right := identity.Proof{TOTP: w.totp(staff.ID)[:3] + " " + w.totp(staff.ID)[3:]}
	if err := w.Prove(w.ctx, chat, invited.Invite, right); err != nil {
		t.Fatal(err)
	}
	who, err := w.Link(w.ctx, chat, invited.Invite, right, "v1")
	if err != nil {
		t.Fatal(err)
	}
	want := services.Actor{Role: services.Clerk, Ward: w.ward, Staff: staff.ID, Account: who.Actor.Account,
		Channel: "telegram"}
	if who.Actor != want || who.Name != "Lê Văn Tư" || who.SteppedUp || who.Former {
		t.Fatalf("identity: %+v", who)
	}
	// The code that linked is spent for stepping up as well.
	w.refused(w.StepUp(w.ctx, w.by(who.Actor), right.TOTP), "invalid/totp_used")
	code, _, _, err = w.InviteStaff(w.ctx, w.by(w.admin), staff.ID, false)
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.CheckCode(w.ctx, w.chat("zalo", "500"), code)
	if err != nil {
		t.Fatal(err)
	}
	w.refused(w.Prove(w.ctx, w.chat("zalo", "500"), again.Invite, right), "invalid/totp_used")
	if n := w.tries("invite:" + itoa(again.Invite)); n != 0 {
		t.Errorf("a used code counted as %d guesses", n)
	}
}

func TestAddStaffRefuses(t *testing.T) {
	w := newTown(t)
	for _, tt := range []struct {
		actor             services.Actor
		ward              int64
		name, role, phone string
		want              string
	}{
		{w.clerk, w.ward, "Lê Tư", "clerk", "", "denied/role"},
		{w.leader, w.ward, "Lê Tư", "clerk", "", "denied/role"},
		{w.admin, w.foreign, "Lê Tư", "clerk", "", "not_found/ward"},
		{services.SystemActor(0), 12345, "Lê Tư", "clerk", "", "not_found/ward"},
		{w.admin, w.ward, "", "clerk", "", "invalid/name"},
		{w.admin, w.ward, "Lê Tư", "officer", "", "invalid/staff_role"},
		{w.admin, w.ward, "Lê Tư", "system", "", "invalid/staff_role"},
		{w.admin, w.ward, "Lê Tư", "clerk", "123", "invalid/phone"},
		{w.admin, w.ward, "Lê Tư", "clerk", "0239 3835 356", "invalid/phone_landline"},
	} {
		staff, address, code, err := w.AddStaff(w.ctx, w.by(tt.actor), tt.ward,
			identity.NewStaff{Name: tt.name, Role: services.Role(tt.role), Phone: tt.phone})
		w.refused(err, tt.want)
		if staff.ID != 0 || address != "" || code != "" {
			t.Errorf("a refusal returns %+v %q %q", staff, address, code)
		}
	}
	w.journaled("staff.added", 4)
}

// Whoever is both officer and staff is one human: they see their own, and
// decide nothing about themselves.
func TestStaffWhoAreOfficers(t *testing.T) {
	w := newTown(t)
	officer := w.linkLan("100")
	staff, address, code, err := w.AddStaff(w.ctx, w.by(w.admin), w.ward,
		identity.NewStaff{Name: "nguyễn thị lan", Role: services.Clerk, Phone: "0912345678"})
	if err != nil || staff.PersonID == nil || *staff.PersonID != w.lan {
		t.Fatalf("staff: %+v, %v", staff, err)
	}
	w.secrets[staff.ID] = secretOf(t, address)
	who := w.link(w.chat("telegram", "100"), code, identity.Proof{TOTP: w.totp(staff.ID)})
	if who.Actor.Staff != staff.ID || who.Actor.Person != w.lan || who.Actor.Role != services.Clerk || who.Former {
		t.Fatalf("identity: %+v", who)
	}
	if w.count("accounts", "id = ? AND unlinked_at IS NOT NULL", officer.Actor.Account) != 1 ||
		w.count("deliveries", "kind = 'account_moved'") != 0 {
		t.Error("the officer's account was to end, and nobody to be told in the same chat")
	}
	// The other way round the code of an officer takes nothing from staff.
	_, err = w.CheckCode(w.ctx, w.chat("telegram", "100"), w.invite(w.lan))
	w.refused(err, "conflict/chat_linked")

	// A shared telephone, or another's name, makes nobody the same.
	for name, number := range map[string]string{"Trần Thị Hoà": "0987654321", "Người Lạ": "0905111222"} {
		staff, _, _, err := w.AddStaff(w.ctx, w.by(w.admin), w.ward,
			identity.NewStaff{Name: name, Role: services.Viewer, Phone: number})
		if err != nil || staff.PersonID != nil {
			t.Errorf("%s: %+v, %v", number, staff, err)
		}
	}
	if err := w.StaffIs(w.ctx, w.by(w.admin), w.clerk.Staff, w.dung); err != nil {
		t.Fatal(err)
	}
	if who := w.identify("web", "staff-"+itoa(w.clerk.Staff)); who.Actor.Person != w.dung {
		t.Errorf("identity: %+v", who)
	}
	w.refused(w.StaffIs(w.ctx, w.by(w.admin), w.clerk.Staff, w.far), "not_found/person")
	if err := w.StaffIs(w.ctx, w.by(w.admin), w.clerk.Staff, 0); err != nil {
		t.Fatal(err)
	}
	if who := w.identify("web", "staff-"+itoa(w.clerk.Staff)); who.Actor.Person != 0 {
		t.Errorf("identity: %+v", who)
	}
}

func TestStepUpLastsFifteenMinutes(t *testing.T) {
	w := newTown(t)
	fresh := func(actor services.Actor) error { return w.RequireFresh(w.ctx, nil, actor, services.Guarded{}) }
	leader := func() services.Actor {
		return services.Actor{Role: services.Leader, Ward: w.ward, Staff: w.leader.Staff,
			Account: w.leader.Account, Channel: "web", Event: w.event()}
	}
	w.refused(fresh(w.leader), "denied/step_up")
	code := w.totp(w.leader.Staff)
	if err := w.StepUp(w.ctx, leader(), code); err != nil {
		t.Fatal(err)
	}
	if err := fresh(w.leader); err != nil {
		t.Fatal(err)
	}
	err := w.store.Transaction(func(tx *gorm.DB) error { return w.RequireFresh(w.ctx, tx, w.leader, services.Guarded{}) })
	if err != nil {
		t.Fatalf("within a transaction: %v", err)
	}
	if who := w.identify("web", "staff-"+itoa(w.leader.Staff)); !who.SteppedUp {
		t.Errorf("identity: %+v", who)
	}
	w.refused(fresh(w.clerk), "denied/step_up")
	claimed := w.leader
	claimed.Account = w.clerk.Account
	w.refused(fresh(claimed), "denied/step_up")
	claimed = w.leader
	claimed.Ward = w.foreign
	w.refused(fresh(claimed), "denied/step_up")
	w.refused(fresh(services.Actor{Role: services.Officer, Ward: w.ward, Person: w.lan, Account: w.leader.Account}),
		"denied/role")
	if err := fresh(services.SystemActor(w.ward)); err != nil {
		t.Errorf("the program itself: %v", err)
	}

	// A code works once, on whatever account and however late.
	w.refused(w.StepUp(w.ctx, leader(), code), "invalid/totp_used")
	w.pass(30 * time.Second)
	w.refused(w.StepUp(w.ctx, leader(), code), "invalid/totp_used")
	w.pass(30 * time.Second)
	w.refused(w.StepUp(w.ctx, leader(), code), "invalid/wrong_totp")

	w.pass(14*time.Minute - time.Second)
	if err := fresh(w.leader); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Second)
	w.refused(fresh(w.leader), "denied/step_up")
	w.journaled("staff.stepped_up", 1)
}

func TestClocksMayDifferByOneStep(t *testing.T) {
	w := newTown(t)
	for _, tt := range []struct {
		off  time.Duration
		want string
	}{
		{-2 * time.Minute, "invalid/wrong_totp"}, {-30 * time.Second, ""}, {30 * time.Second, ""},
		{2 * time.Minute, "invalid/wrong_totp"},
	} {
		w.pass(10*time.Minute + tt.off)
		code := w.totp(w.leader.Staff)
		w.pass(-tt.off)
		err := w.StepUp(w.ctx, w.by(w.leader), code)
		if tt.want == "" {
			if err != nil {
				t.Errorf("off by %v: %v", tt.off, err)
			}
			continue
		}
		w.refused(err, tt.want)
	}
}

func TestOfTwoWhoGiveACodeAtOnceOneWins(t *testing.T) {
	w := newTown(t)
	code := w.totp(w.leader.Staff)
	errs := make([]error, 5) // as many as are judged at once
	var all sync.WaitGroup
	for i := range errs {
		actor := w.by(w.leader)
		all.Go(func() { errs[i] = w.StepUp(w.ctx, actor, code) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		w.refused(err, "invalid/totp_used")
	}
	if won != 1 {
		t.Errorf("%d took the code", won)
	}
	w.journaled("staff.stepped_up", 1)
}

func TestStepUpIsLimitedByStaff(t *testing.T) {
	w := newTown(t)
	right := w.totp(w.leader.Staff)
	wrong := "000000"
	if wrong == right {
		wrong = "000001"
	}
	for range 5 {
		w.refused(w.StepUp(w.ctx, w.by(w.leader), wrong), "invalid/wrong_totp")
	}
	w.refused(w.StepUp(w.ctx, w.by(w.leader), right), "too_many/guesses")
	if err := w.StepUp(w.ctx, w.by(w.clerk), w.totp(w.clerk.Staff)); err != nil {
		t.Errorf("a colleague is kept waiting: %v", err)
	}
}

func TestRetiredStaffAreStrangers(t *testing.T) {
	w := newTown(t)
	if err := w.StepUp(w.ctx, w.by(w.clerk), w.totp(w.clerk.Staff)); err != nil {
		t.Fatal(err)
	}
	// Even where an account is still open.
	w.store.Model(&models.Staff{}).Where("id = ?", w.clerk.Staff).Update("active", false)
	if who := w.identify("web", "staff-"+itoa(w.clerk.Staff)); who.Actor != (services.Actor{Channel: "web"}) ||
		who.Name != "" {
		t.Errorf("retired: %+v", who)
	}
	w.refused(w.RequireFresh(w.ctx, nil, w.clerk, services.Guarded{}), "denied/step_up")
	if accounts, err := w.AccountsOf(w.ctx, 0, w.clerk.Staff); err != nil || len(accounts) != 0 {
		t.Errorf("written to: %v, %v", accounts, err)
	}
	w.store.Model(&models.Staff{}).Where("id = ?", w.clerk.Staff).Update("active", true)

	code, address, _, err := w.InviteStaff(w.ctx, w.by(w.admin), w.clerk.Staff, false)
	if err != nil || address != "" {
		t.Fatal(address, err)
	}
	w.refused(w.RetireStaff(w.ctx, w.by(w.admin), w.admin.Staff), "denied/concerns_you")
	if err := w.RetireStaff(w.ctx, w.by(w.admin), w.clerk.Staff); err != nil {
		t.Fatal(err)
	}
	w.refused(w.RetireStaff(w.ctx, w.by(w.admin), w.clerk.Staff), "conflict/staff_retired")
	_, _, _, err = w.InviteStaff(w.ctx, w.by(w.admin), w.clerk.Staff, false)
	w.refused(err, "conflict/staff_retired")
	_, err = w.CheckCode(w.ctx, w.chat("web", "x"), code)
	w.refused(err, "invalid/wrong_code")
	if who := w.identify("web", "staff-"+itoa(w.clerk.Staff)); who.Actor.Role != services.Stranger {
		t.Errorf("retired: %+v", who)
	}
	staff, err := w.Staff(w.ctx, w.leader)
	if err != nil || len(staff) != 3 || staff[2].ID != w.clerk.Staff || staff[0].TOTP != "" {
		t.Errorf("staff: %+v, %v", staff, err)
	}
	left, err := w.StaffOf(w.store.DB, w.ward, services.Clerk, services.Leader)
	if err != nil || len(left) != 1 || left[0].ID != w.leader.Staff || left[0].TOTP != "" {
		t.Errorf("staff of the ward: %+v, %v", left, err)
	}
	if all, err := w.StaffOf(w.store.DB, w.ward); err != nil || len(all) != 2 {
		t.Errorf("staff of the ward: %+v, %v", all, err)
	}
}

// A lost generator: the secret and everything linked with it end.
func TestARenewedGeneratorEndsTheOldOne(t *testing.T) {
	w := newTown(t)
	old := w.totp(w.clerk.Staff)
	code, address, _, err := w.InviteStaff(w.ctx, w.by(w.admin), w.clerk.Staff, true)
	if err != nil {
		t.Fatal(err)
	}
	if who := w.identify("web", "staff-"+itoa(w.clerk.Staff)); who.Actor.Role != services.Stranger {
		t.Errorf("still linked: %+v", who)
	}
	chat := w.chat("web", "other")
	invited, err := w.CheckCode(w.ctx, chat, code)
	if err != nil {
		t.Fatal(err)
	}
	w.refused(w.Prove(w.ctx, chat, invited.Invite, identity.Proof{TOTP: old}), "invalid/wrong_totp")
	w.secrets[w.clerk.Staff] = secretOf(t, address)
	if who := w.link(chat, code, identity.Proof{TOTP: w.totp(w.clerk.Staff)}); who.Actor.Staff != w.clerk.Staff {
		t.Errorf("linked as %+v", who)
	}
}

// Who becomes a ward user says which officer they are, or that they are none; what
// the roster knows better is refused with whom it knows.
func TestWhichOfficerAWardUserIs(t *testing.T) {
	w := newTown(t)
	citizen := "042168001234"
	w.store.Model(&models.Person{}).Where("id = ?", w.dung).Update("citizen_hash", w.vault.Hash("citizen", citizen))
	add := func(who identity.NewStaff) (models.Staff, error) {
		who.Role = services.Clerk
		staff, _, _, err := w.AddStaff(w.ctx, w.by(w.admin), w.ward, who)
		return staff, err
	}
	for _, who := range []identity.NewStaff{
		{Name: "Lê Tư", Citizen: citizen, None: true},
		{Name: "Lê Tư", Citizen: citizen, Officer: w.lan},
		{Name: "Nguyễn Thị Lan", Phone: "0912345678", None: true},
	} {
		_, err := add(who)
		w.refused(err, "conflict/staff_is_officer")
	}
	_, err := add(identity.NewStaff{Name: "Lê Tư", Officer: w.far})
	w.refused(err, "not_found/person")
	_, err = add(identity.NewStaff{Name: "Lê Tư", Citizen: "123"})
	w.refused(err, "invalid/citizen")
	for name, tt := range map[string]struct {
		who  identity.NewStaff
		is   int64
		said bool
	}{
		"found by the citizen's number": {identity.NewStaff{Name: "Lê Tư", Citizen: citizen}, w.dung, false},
		"said":                          {identity.NewStaff{Name: "Lê Năm", Officer: w.hoa}, w.hoa, true},
		"said to be none":               {identity.NewStaff{Name: "Lê Sáu", None: true}, 0, true},
		"nothing said":                  {identity.NewStaff{Name: "Lê Bảy"}, 0, false},
	} {
		staff, err := add(tt.who)
		if err != nil || services.ID(staff.PersonID) != tt.is || staff.OfficerSaid != tt.said || staff.CitizenID != "" {
			t.Errorf("%s: %+v, %v", name, staff, err)
		}
	}
}
