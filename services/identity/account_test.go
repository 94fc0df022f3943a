package identity_test

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vault"
)

func itoa(id int64) string { return strconv.FormatInt(id, 10) }

func TestFormerOfficersHoldNoPostToday(t *testing.T) {
	w := newTown(t)
	// It is 06/04 in the ward: the deputy's last day, the day after the member's.
	hoa := w.link(w.chat("telegram", "1"), w.invite(w.hoa), ownPhone("0987654321"))
	dung := w.link(w.chat("telegram", "2"), w.invite(w.dung), ownPhone("0905111222"))
	if hoa.Former || !dung.Former || dung.Actor.Role != services.Officer {
		t.Fatalf("hoa %+v, dung %+v", hoa, dung)
	}
	// 16:59:59 and 17:00 in UTC are either side of midnight in the ward.
	w.pass(time.Date(2026, 4, 6, 16, 59, 59, 0, time.UTC).Sub(w.now()))
	if w.identify("telegram", "1").Former {
		t.Error("former on the last day")
	}
	w.pass(time.Second)
	if !w.identify("telegram", "1").Former {
		t.Error("in post after the last day")
	}
	// A post that was never right, or has yet to come, is none.
	w.addTerm(w.dung, models.Head, 1, models.NewDate(2020, 1, 1), models.NewDate(2020, 12, 31))
	w.addTerm(w.dung, models.Member, 0, models.NewDate(2027, 1, 1), models.Date{})
	if !w.identify("telegram", "2").Former {
		t.Error("in post by a term that does not hold")
	}
}

func TestBeingSeenIsKeptEveryTenMinutes(t *testing.T) {
	w := newTown(t)
	linked := w.linkLan("100")
	lastSeen := func() time.Time {
		var account models.Account
		if err := w.store.Take(&account, linked.Actor.Account).Error; err != nil {
			t.Fatal(err)
		}
		return account.LastSeenAt.UTC()
	}
	start := w.now()
	w.pass(9 * time.Minute)
	w.identify("telegram", "100")
	if !lastSeen().Equal(start) {
		t.Error("written within ten minutes")
	}
	w.pass(time.Minute)
	if who := w.identify("telegram", "100"); !who.LastSeen.Equal(start) {
		t.Errorf("last seen %v, want %v", who.LastSeen, start)
	}
	if !lastSeen().Equal(w.now()) {
		t.Error("not written after ten minutes")
	}
	// An officer's return is no entry; that of staff is one, however many
	// events come at once.
	w.pass(24 * time.Hour)
	w.identify("telegram", "100")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := w.Identify(context.Background(), "web", "staff-"+itoa(w.clerk.Staff)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	w.journaled("staff.signed_in", 1)
}

func TestReachability(t *testing.T) {
	w := newTown(t)
	who := w.linkLan("100")
	unreachable := func() *time.Time {
		accounts, err := w.AccountsOf(w.ctx, w.lan, 0)
		if err != nil || len(accounts) != 1 {
			t.Fatalf("accounts: %v, %v", accounts, err)
		}
		return accounts[0].UnreachableAt
	}
	mark := func(unreachable bool) {
		err := w.MarkUnreachable(w.ctx, "telegram", "100", "blocked")
		if !unreachable {
			err = w.MarkReachable(w.ctx, "telegram", "100")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	mark(true)
	first := unreachable()
	if first == nil {
		t.Fatal("not marked")
	}
	w.pass(time.Minute)
	mark(true)
	if since := unreachable(); since == nil || !since.Equal(*first) {
		t.Errorf("unreachable since %v, first noticed %v", since, first)
	}
	mark(false)
	if unreachable() != nil {
		t.Error("still marked")
	}
	mark(true)
	if again := w.identify("telegram", "100"); again.Actor != who.Actor || unreachable() != nil {
		t.Error("whoever writes can be reached")
	}
	if err := w.MarkUnreachable(w.ctx, "telegram", "nobody", "left"); err != nil {
		t.Errorf("a stranger who leaves: %v", err)
	}
}

func TestAccountsForDelivery(t *testing.T) {
	w := newTown(t)
	w.linkLan("100")
	w.pass(time.Minute)
	w.link(w.chat("zalo", "z"), w.invite(w.lan), identity.Proof{Last4: "5678"})
	channels := func(person, staff int64) string {
		accounts, err := w.AccountsOf(w.ctx, person, staff)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, account := range accounts {
			names = append(names, account.Channel)
		}
		return strings.Join(names, " ")
	}
	if got := channels(w.lan, 0); got != "zalo telegram" {
		t.Errorf("accounts %q", got)
	}
	w.pass(15 * time.Minute)
	w.identify("telegram", "100")
	if got := channels(w.lan, 0); got != "telegram zalo" {
		t.Errorf("accounts %q", got)
	}
	if got := channels(0, w.clerk.Staff); got != "web" {
		t.Errorf("staff's accounts %q", got)
	}
	if got := channels(0, 0) + channels(w.dung, 0) + channels(0, 404); got != "" {
		t.Errorf("accounts of nobody: %q", got)
	}
}

func TestUnlink(t *testing.T) {
	w := newTown(t)
	telegram := w.linkLan("100")
	zalo := w.link(w.chat("zalo", "z"), w.invite(w.lan), identity.Proof{Last4: "5678"})
	actor := w.by(telegram.Actor)
	if err := w.Unlink(w.ctx, actor); err != nil {
		t.Fatal(err)
	}
	if err := w.Unlink(w.ctx, actor); !services.IsRepeated(err) {
		t.Errorf("redelivered: %v", err)
	}
	w.refused(w.Unlink(w.ctx, w.by(telegram.Actor)), "not_found/account")
	if w.identify("telegram", "100").Actor.Role != services.Stranger || w.identify("zalo", "z").Actor != zalo.Actor {
		t.Error("the wrong account ended")
	}
	w.linkLan("200")
	if err := w.UnlinkPerson(w.ctx, w.by(w.clerk), w.lan); err != nil {
		t.Fatal(err)
	}
	if w.identify("zalo", "z").Actor.Role != services.Stranger ||
		w.identify("telegram", "200").Actor.Role != services.Stranger {
		t.Error("a lost telephone stays linked")
	}
	w.journaled("account.unlinked", 3)
	if n := w.count("deliveries", "kind = 'account_ended' AND chat_id IN ('chat-200', 'chat-z')"); n != 2 {
		t.Errorf("%d chats are told that they were cut off", n)
	}
	if err := w.UnlinkPerson(w.ctx, w.by(w.clerk), w.lan); err != nil {
		t.Errorf("nothing to end: %v", err)
	}
	if err := w.UnlinkStaff(w.ctx, w.by(w.admin), w.clerk.Staff); err != nil {
		t.Fatal(err)
	}
	if w.identify("web", "staff-"+itoa(w.clerk.Staff)).Actor.Role != services.Stranger {
		t.Error("staff stay linked")
	}
}

func TestPrivacyShowsEverythingMasked(t *testing.T) {
	w := newTown(t)
	citizen, err := w.vault.Seal(vault.In(models.CitizenID, w.ward, w.lan), "042165001234")
	if err != nil {
		t.Fatal(err)
	}
	w.store.Model(&models.Person{}).Where("id = ?",
		w.lan).Updates(map[string]any{"citizen_id": citizen, "bank_tail": "4321", "bank_name": "Agribank",
		"bank_account": models.Sealed("k:secret")})
	who := w.linkLan("100")
	data, err := w.Privacy.Mine(w.ctx, who.Actor)
	if err != nil {
		t.Fatal(err)
	}
	if data.Name != "Nguyễn Thị Lan" || data.Phone != "****5678" || data.CitizenID != "****1234" ||
		data.BankAccount != "****4321" || data.BankName != "Agribank" || data.BirthYear != 1965 {
		t.Errorf("data: %+v", data)
	}
	if len(data.Posts) != 1 || data.Posts[0].From != models.NewDate(2025, 7, 1) || !data.Posts[0].To.IsZero() {
		t.Errorf("posts: %+v", data.Posts)
	}
	if len(data.Accounts) != 1 || !data.Accounts[0].Here || data.Accounts[0].Channel != "telegram" ||
		len(data.Consents) != 1 {
		t.Errorf("accounts %+v, consents %+v", data.Accounts, data.Consents)
	}
	// The clerk's invite was a look; what she did herself was none.
	if data.AllLooks != 1 || len(data.Looks) != 1 || data.Looks[0].Name != "Cán bộ Một" ||
		data.Looks[0].Action != "invite.issued" || data.Looks[0].Role != services.Clerk {
		t.Errorf("looks: %+v", data.Looks)
	}
	staff, err := w.Privacy.Mine(w.ctx, w.clerk)
	if err != nil || staff.Name != "Cán bộ Một" || staff.StaffRole != services.Clerk || len(staff.Accounts) != 1 ||
		staff.Phone != "" {
		t.Errorf("staff: %+v, %v", staff, err)
	}
}

func TestWithdrawingErasesTheChannelsIdentity(t *testing.T) {
	w := newTown(t)
	first := w.ask("telegram", "100", "Lan", "0912345678")
	if err := w.Requests.Agree(w.ctx, w.by(w.clerk), first, 1, 0); err != nil {
		t.Fatal(err)
	}
	w.linkLan("200") // the first is moved, its message still waits
	zalo := w.link(w.chat("zalo", "300"), w.invite(w.lan), identity.Proof{Last4: "5678"})
	neighbour := w.link(w.chat("telegram", "400"), w.invite(w.dung), ownPhone("0905111222"))
	w.create(&models.Draft{WardID: w.ward, Owner: "person:" + itoa(w.lan), Form: "change_phone", Step: "phone",
		Answers: "{}"})
	w.create(&models.Draft{WardID: w.ward, Owner: "person:" + itoa(w.dung), Form: "change_phone", Step: "phone",
		Answers: "{}"})
	w.create(&models.Draft{Owner: "telegram:100", Form: "link", Step: "code", Answers: "{}"})
	w.create(&models.Delivery{WardID: w.ward, Kind: "shown", SubjectKind: "change", PersonID: &w.lan, Channel: "telegram",
		ChatID: "chat-200", MessageRef: "77", State: models.DeliverySent, Key: "k1"})
	w.create(&models.Delivery{WardID: w.ward, Kind: "shown", SubjectKind: "change", PersonID: &w.dung,
		Channel: "telegram", ChatID: "chat-400", MessageRef: "78", State: models.DeliverySent, Key: "k2"})

	if err := w.Privacy.Withdraw(w.ctx, w.by(zalo.Actor)); err != nil {
		t.Fatal(err)
	}
	for _, chat := range [][2]string{{"telegram", "100"}, {"telegram", "200"}, {"zalo", "300"}} {
		if who := w.identify(chat[0], chat[1]); who.Actor.Role != services.Stranger {
			t.Errorf("%v is still %+v", chat, who)
		}
	}
	for _, trace := range []struct{ table, where string }{
		{"accounts", "external_id IN ('100', '200', '300') OR chat_id IN ('chat-100', 'chat-200', 'chat-300')"},
		{"link_requests", "external_id = '100' OR chat_id = 'chat-100' OR name <> '' OR phone <> ''"},
		{"deliveries", "chat_id IN ('chat-100', 'chat-200', 'chat-300') OR message_ref = '77'"},
		{"deliveries", "state = 'queued' AND kind IN ('account_moved', 'link_decided')"},
		{"drafts", "owner IN ('telegram:100', 'person:" + itoa(w.lan) + "')"},
		{"consents", "person_id = " + itoa(w.lan) + " AND withdrawn_at IS NULL"},
	} {
		if n := w.count(trace.table, trace.where); n != 0 {
			t.Errorf("%d traces in %s where %s", n, trace.table, trace.where)
		}
	}
	// The proof and the roster stay, and so does the neighbour.
	if w.count("consents", "person_id = ? AND withdrawn_at IS NOT NULL", w.lan) != 2 ||
		w.count("people", "id = ? AND phone <> ''", w.lan) != 1 {
		t.Error("what must be kept is gone")
	}
	if w.identify("telegram", "400").Actor != neighbour.Actor || w.count("drafts", "1 = 1") != 1 ||
		w.count("deliveries", "message_ref = '78'") != 1 {
		t.Error("the neighbour's is gone")
	}
	w.journaled("consent.withdrawn", 1)
	if w.count("audit_entries", "detail LIKE '%chat-%' OR detail LIKE '%300%' OR detail LIKE '%Lan%' OR detail LIKE "+
		"'%+84%'") != 0 {
		t.Error("the journal, which nobody can erase, names a chat or a person")
	}
	w.refused(w.Privacy.Withdraw(w.ctx, w.by(zalo.Actor)), "not_found/account")

	// They may come back, and go again.
	back := w.linkLan("200")
	if err := w.Privacy.Withdraw(w.ctx, w.by(back.Actor)); err != nil {
		t.Fatal(err)
	}
	if err := w.Privacy.Withdraw(w.ctx, w.by(w.clerk)); err != nil ||
		w.count("accounts", "staff_id = ? AND external_id <> ''", w.clerk.Staff) != 0 {
		t.Errorf("staff: %v", err)
	}
}

func TestWithdrawingEndsAWaitingRequest(t *testing.T) {
	w := newTown(t)
	who := w.linkLan("100")
	if err := w.Unlink(w.ctx, w.by(who.Actor)); err != nil {
		t.Fatal(err)
	}
	id := w.ask("telegram", "100", "Lan", "0912345678")
	zalo := w.link(w.chat("zalo", "300"), w.invite(w.lan), identity.Proof{Last4: "5678"})
	if err := w.Privacy.Withdraw(w.ctx, w.by(zalo.Actor)); err != nil {
		t.Fatal(err)
	}
	w.refused(w.Requests.Agree(w.ctx, w.by(w.clerk), id, 1, 0), "conflict/moved.link.decided")
}

func TestWards(t *testing.T) {
	w := newTown(t)
	gone := models.Ward{Code: "tx", Name: "Thị xã Hồng Lĩnh", Kind: "thị xã", ValidTo: models.NewDate(2025, 6, 30)}
	w.create(&gone)
	wards, err := w.Wards(w.ctx)
	if err != nil || len(wards) != 2 || wards[0].Name != "Bắc Hồng Lĩnh" || wards[1].Name != "Nam Hồng Lĩnh" {
		t.Fatalf("wards: %+v, %v", wards, err)
	}
	w.refused(w.Requests.Ask(w.ctx, w.chat("zalo", "1"), gone.ID, "Lan", "0912345678"), "not_found/ward")
}

func TestInviteRefuses(t *testing.T) {
	w := newTown(t)
	actor := w.by(w.clerk)
	if _, _, err := w.Invite(w.ctx, actor, w.lan); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Invite(w.ctx, actor, w.lan); !services.IsRepeated(err) {
		t.Errorf("redelivered: %v", err)
	}
	_, _, err := w.Invite(w.ctx, w.by(w.clerk), 404)
	w.refused(err, "not_found/person")
	w.store.Model(&models.Person{}).Where("id = ?", w.lan).Update("died_on", models.NewDate(2026, 4, 1))
	_, _, err = w.Invite(w.ctx, w.by(w.clerk), w.lan)
	w.refused(err, "conflict/person_died")
	if code, invite, err := w.Invite(w.ctx, services.SystemActor(0), w.dung); err != nil || code == "" ||
		invite.WardID != w.ward {
		t.Errorf("the program itself: %+v, %v", invite, err)
	}
}

// Two clerks who invite the same person at once leave one code that works.
func TestOnlyTheLastInviteWorks(t *testing.T) {
	w := newTown(t)
	var all sync.WaitGroup
	for i := range 6 {
		actor := w.by([]services.Actor{w.clerk, w.leader}[i%2])
		all.Go(func() {
			if _, _, err := w.Invite(w.ctx, actor, w.lan); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := w.count("invites", "person_id = ? AND revoked_at IS NULL AND used_at IS NULL", w.lan); n != 1 {
		t.Errorf("%d open invites", n)
	}
}

func TestWithoutACountOfGuessesEveryCodeIsRefused(t *testing.T) {
	w := newTown(t)
	box, err := outbox.New(w.store, w.now)
	if err != nil {
		t.Fatal(err)
	}
	bare := identity.New(w.store, w.vault, journal.New(w.store, w.now), box, w.now, nil)
	_, err = bare.CheckCode(w.ctx, w.chat("zalo", "1"), w.invite(w.lan))
	w.refused(err, "unavailable/guesses")
	w.refused(bare.StepUp(w.ctx, w.by(w.leader), w.totp(w.leader.Staff)), "unavailable/guesses")
}

func BenchmarkIdentify(b *testing.B) {
	w := newTown(b)
	w.linkLan("100")
	b.ReportAllocs()
	for b.Loop() {
		if who, err := w.Identify(w.ctx, "telegram", "100"); err != nil || who.Actor.Person != w.lan {
			b.Fatal(who, err)
		}
	}
}
