package identity_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/outbox"
)

func TestAnOfficerLinksWithCodeAndOwnContact(t *testing.T) {
	w := newTown(t)
	stranger := w.identify("telegram", "100")
	if stranger.Actor.Role != services.Stranger || stranger.Actor.Ward != 0 || stranger.Actor.Channel != "telegram" {
		t.Fatalf("stranger: %+v", stranger)
	}
	code := w.invite(w.lan)
	if len(code) != 11 || code[5] != '-' {
		t.Fatalf("code %q", code)
	}
	if w.count("invites", "code_hash = ?", []byte(strings.ReplaceAll(code, "-", ""))) != 0 {
		t.Error("the code itself is in the database")
	}
	chat := w.chat("telegram", "100")
	invited, err := w.CheckCode(w.ctx, chat, strings.ToLower(code))
	if err != nil {
		t.Fatal(err)
	}
	if want := (identity.Invited{Invite: invited.Invite, Name: "Nguyễn Thị Lan", Ward: "phường Bắc Hồng Lĩnh",
		NeedsContact: true}); invited != want {
		t.Fatalf("invited: %+v", invited)
	}
	who, err := w.Link(w.ctx, chat, invited.Invite, ownPhone("84912345678"), "v1")
	if err != nil {
		t.Fatal(err)
	}
	actor := services.Actor{Role: services.Officer, Ward: w.ward, Person: w.lan, Account: who.Actor.Account,
		Channel: "telegram"}
	if who.Actor != actor || who.Name != "Nguyễn Thị Lan" || !who.Consented || who.ConsentVersion != "v1" || who.Former ||
		who.SteppedUp || who.ChatID != "chat-100" {
		t.Fatalf("identity: %+v", who)
	}
	if again := w.identify("telegram", "100"); again != who {
		t.Errorf("identified as %+v, linked as %+v", again, who)
	}
	if other := w.identify("zalo", "100"); other.Actor.Role != services.Stranger {
		t.Errorf("the same id on another channel is %+v", other)
	}
	var consent models.Consent
	if err := w.store.Where("account_id = ?", who.Actor.Account).Take(&consent).Error; err != nil {
		t.Fatal(err)
	}
	if consent.Version != "v1" || consent.Channel != "telegram" || consent.EventID != chat.Event ||
		!consent.GivenAt.Equal(w.now()) || *consent.PersonID != w.lan {
		t.Errorf("consent: %+v", consent)
	}
	if w.count("invites", "id = ? AND used_by_account = ?", invited.Invite, actor.Account) != 1 {
		t.Error("the invite does not say who used it")
	}
	// Four of the staff's own, and this one.
	w.journaled("account.linked", 5)
	w.journaled("consent.given", 5)
	if verdicts, err := w.journal.Verify(w.ctx); err != nil || len(verdicts) != 2 ||
		verdicts[0].Broken+verdicts[1].Broken != 0 {
		t.Errorf("journal: %+v, %v", verdicts, err)
	}
}

// Whatever is amiss with a code, the answer is the same.
func TestACodeThatIsNoneIsWrongAlike(t *testing.T) {
	for name, spoil := range map[string]func(w *town, code string) string{
		"unknown": func(w *town, code string) string { return "22222-22222" },
		"expired": func(w *town, code string) string { w.pass(14*24*time.Hour + time.Second); return code },
		"revoked": func(w *town, code string) string { w.invite(w.lan); return code },
		"used": func(w *town, code string) string {
			w.link(w.chat("telegram", "1"), code, ownPhone("0912345678"))
			return code
		},
		"dead": func(w *town, code string) string {
			w.store.Model(&models.Person{}).Where("id = ?", w.lan).Update("died_on", models.NewDate(2026, 4, 1))
			return code
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			chat := w.chat("telegram", "100")
			code := w.invite(w.lan)
			before, err := w.CheckCode(w.ctx, chat, code)
			if err != nil {
				t.Fatal(err)
			}
			code = spoil(w, code)
			w.clear()
			invited, err := w.CheckCode(w.ctx, chat, code)
			w.refused(err, "invalid/wrong_code")
			if invited != (identity.Invited{}) {
				t.Errorf("a wrong code tells %+v", invited)
			}
			if n := w.tries("account:telegram:100"); n != 1 {
				t.Errorf("%d guesses", n)
			}
			if name == "unknown" {
				return
			}
			// Nor does what was checked before it was spoilt lead anywhere.
			w.refused(w.Prove(w.ctx, chat, before.Invite, ownPhone("0912345678")), "invalid/wrong_code")
			_, err = w.Link(w.ctx, chat, before.Invite, ownPhone("0912345678"), "v1")
			w.refused(err, "invalid/wrong_code")
			if who := w.identify("telegram", "100"); who.Actor.Role != services.Stranger {
				t.Errorf("linked as %+v", who)
			}
		})
	}
}

func TestAnInviteLastsFourteenDays(t *testing.T) {
	w := newTown(t)
	code := w.invite(w.lan)
	w.pass(14*24*time.Hour - time.Second)
	w.link(w.chat("telegram", "100"), code, ownPhone("0912345678"))
}

func TestWhatCannotBeACodeIsNoGuess(t *testing.T) {
	w := newTown(t)
	for range 20 {
		_, err := w.CheckCode(w.ctx, w.chat("telegram", "100"), "em không có mã")
		w.refused(err, "invalid/code_shape")
	}
	_, err := w.CheckCode(w.ctx, w.chat("telegram", "100"), strings.Repeat("x", 100_000))
	w.refused(err, "invalid/code_shape")
	if n := w.tries("account:telegram:100"); n != 0 {
		t.Errorf("%d guesses", n)
	}
}

func TestProofs(t *testing.T) {
	w := newTown(t)
	for i, tt := range []struct {
		name, channel string
		proof         identity.Proof
		want          string // refusal, empty for none
	}{
		{"own contact", "telegram", ownPhone("+84912345678"), ""},
		{"own contact, zero in front", "telegram", ownPhone("0912 345 678"), ""},
		{"own contact of another number", "telegram", ownPhone("84987654321"), "invalid/wrong_phone"},
		{"own contact, foreign number", "telegram", ownPhone("+16502530000"), "invalid/wrong_phone"},
		{"own contact, empty", "telegram", ownPhone(""), "invalid/wrong_phone"},
		{"somebody's contact", "telegram", identity.Proof{Phone: "0912345678"}, "invalid/contact_not_own"},
		{"digits where contacts are vouched for", "telegram", identity.Proof{Last4: "5678"}, "invalid/contact_not_own"},
		{"nothing", "telegram", identity.Proof{}, "invalid/contact_not_own"},
		{"digits", "zalo", identity.Proof{Last4: "5678"}, ""},
		{"digits with a space", "zalo", identity.Proof{Last4: " 5678\n"}, ""},
		{"the whole number for the digits", "zalo", identity.Proof{Last4: "0912.345.678"}, ""},
		{"another whole number", "zalo", identity.Proof{Last4: "0987654321"}, "invalid/wrong_last4"},
		{"other digits", "zalo", identity.Proof{Last4: "5679"}, "invalid/wrong_last4"},
		{"five digits", "zalo", identity.Proof{Last4: "45678"}, "invalid/last4_shape"},
		{"no digits", "zalo", identity.Proof{Last4: "abcd"}, "invalid/last4_shape"},
		{"a typed phone proves nothing", "zalo", identity.Proof{Phone: "0912345678"}, "invalid/last4_shape"},
		{"a shared phone and wrong digits", "zalo", identity.Proof{Phone: "0912345678", Last4: "1111"},
			"invalid/wrong_last4"},
		{"staff's code", "telegram", identity.Proof{TOTP: "123456"}, "invalid/contact_not_own"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.clear()
			user := strconv.Itoa(100 + i)
			chat := w.chat(tt.channel, user)
			invited, err := w.CheckCode(w.ctx, chat, w.invite(w.lan))
			if err != nil {
				t.Fatal(err)
			}
			if invited.NeedsContact != (tt.channel == "telegram") || invited.NeedsLast4 != (tt.channel == "zalo") {
				t.Errorf("invited: %+v", invited)
			}
			proved := w.Prove(w.ctx, chat, invited.Invite, tt.proof)
			_, linked := w.Link(w.ctx, chat, invited.Invite, tt.proof, "v1")
			if tt.want == "" {
				if proved != nil || linked != nil {
					t.Fatalf("proved %v, linked %v", proved, linked)
				}
				return
			}
			w.refused(proved, tt.want)
			w.refused(linked, tt.want)
			if w.count("accounts", "external_id = ?", user) != 0 ||
				w.count("invites", "id = ? AND used_at IS NULL", invited.Invite) != 1 {
				t.Error("a refused link left something behind")
			}
			counted := 0
			if strings.HasPrefix(tt.want, "invalid/wrong_") {
				counted = 2
			}
			if n := w.tries("account:" + tt.channel + ":" + user); n != counted {
				t.Errorf("%d guesses counted, want %d", n, counted)
			}
		})
	}
}

// A shared telephone is still something at hand beside the code.
func TestASharedPhoneServesBesideACode(t *testing.T) {
	w := newTown(t)
	who := w.link(w.chat("telegram", "100"), w.invite(w.hoa), ownPhone("0987654321"))
	if who.Actor.Person != w.hoa {
		t.Fatalf("linked as %+v", who)
	}
}

func TestOfTwoWhoRedeemACodeAtOnceOneWins(t *testing.T) {
	w := newTown(t)
	for range 3 {
		person := w.lan
		w.clear()
		if err := w.UnlinkPerson(w.ctx, w.by(w.clerk), person); err != nil {
			t.Fatal(err)
		}
		code := w.invite(person)
		chats := []identity.Chat{w.chat("telegram", "100"), w.chat("telegram", "200"), w.chat("zalo", "300"),
			w.chat("web", "400")}
		errs := make([]error, len(chats))
		var invites []int64
		for _, chat := range chats {
			invited, err := w.CheckCode(w.ctx, chat, code)
			if err != nil {
				t.Fatal(err)
			}
			invites = append(invites, invited.Invite)
		}
		var all sync.WaitGroup
		for i, chat := range chats {
			all.Go(func() {
				proof := ownPhone("0912345678")
				_, errs[i] = w.Link(w.ctx, chat, invites[i], proof, "v1")
			})
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			w.refused(err, "invalid/wrong_code")
		}
		if won != 1 || w.count("accounts", "person_id = ? AND unlinked_at IS NULL", person) != 1 {
			t.Fatalf("%d won, %d accounts", won, w.count("accounts", "person_id = ? AND unlinked_at IS NULL", person))
		}
	}
}

func TestARedeliveredLinkHasItsEffectOnce(t *testing.T) {
	w := newTown(t)
	chat := w.chat("telegram", "100")
	invited, err := w.CheckCode(w.ctx, chat, w.invite(w.lan))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Link(w.ctx, chat, invited.Invite, ownPhone("0912345678"), "v1"); err != nil {
		t.Fatal(err)
	}
	_, err = w.Link(w.ctx, chat, invited.Invite, ownPhone("0912345678"), "v1")
	if !services.IsRepeated(err) {
		t.Fatalf("repeated: %v", err)
	}
	if w.count("accounts", "person_id = ?", w.lan) != 1 {
		t.Error("linked twice")
	}
}

func TestLinkingAgainMovesAndTellsTheOld(t *testing.T) {
	w := newTown(t)
	old := w.linkLan("100")
	zalo := w.link(w.chat("zalo", "z"), w.invite(w.lan), identity.Proof{Last4: "5678"})
	moved := w.linkLan("200")
	if who := w.identify("telegram", "100"); who.Actor.Role != services.Stranger {
		t.Errorf("the old telephone is still %+v", who)
	}
	if moved.Actor.Person != w.lan || moved.Actor.Account == old.Actor.Account {
		t.Errorf("moved to %+v", moved)
	}
	if who := w.identify("zalo", "z"); who.Actor != zalo.Actor {
		t.Errorf("the other channel became %+v", who)
	}
	var told []models.Delivery
	if err := w.store.Where("kind = ?", outbox.AccountMoved).Find(&told).Error; err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || told[0].Channel != "telegram" || told[0].ChatID != "chat-100" ||
		*told[0].AccountID != old.Actor.Account || told[0].SubjectID != old.Actor.Account {
		t.Fatalf("told: %+v", told)
	}
	// The other channel's chat hears of each new one, and the first of the other's.
	if w.count("river_job", "kind = ?", "deliver") != 3 || w.count("deliveries", "kind = 'account_linked'") != 2 {
		t.Error("nobody sends it")
	}
	w.journaled("account.moved", 1)

	// Linking anew from the same chat keeps the account.
	again := w.linkLan("200")
	if again.Actor.Account != moved.Actor.Account || w.count("deliveries", "kind = ?", outbox.AccountMoved) != 1 {
		t.Errorf("linked again as %+v", again)
	}
}

// The chat that an owner's name was moved away from cuts off the one it went to, and
// whichever that was moved to since; no other chat does, and none that was cut off.
func TestAChatThatWasMovedAwayFromCutsOffTheNewOne(t *testing.T) {
	w := newTown(t)
	old := w.linkLan("100").Actor.Account
	w.linkLan("200")
	w.refused(w.DisownMove(w.ctx, w.chat("telegram", "200"), old), "not_found/account")
	w.refused(w.DisownMove(w.ctx, w.chat("zalo", "100"), old), "not_found/account")
	moved := w.linkLan("300")
	if err := w.DisownMove(w.ctx, w.chat("telegram", "100"), old); err != nil {
		t.Fatal(err)
	}
	if w.count("accounts", "person_id = ? AND unlinked_at IS NULL", w.lan) != 0 {
		t.Error("what it was moved to since is linked")
	}
	if w.count("deliveries", "kind = 'account_disowned'") != w.count("staff", "active AND role IN ('clerk', 'leader')") {
		t.Error("not everybody who decides was woken")
	}
	w.journaled("account.unlinked", 1)
	// Nobody was moved to what is linked after that.
	w.pass(time.Minute)
	w.linkLan("400")
	w.refused(w.DisownMove(w.ctx, w.chat("telegram", "300"), moved.Actor.Account), "not_found/account")
}

func TestAChatOfSomebodyElseIsNotTaken(t *testing.T) {
	w := newTown(t)
	hoa := w.link(w.chat("telegram", "100"), w.invite(w.hoa), ownPhone("0987654321"))
	code := w.invite(w.binh) // the husband, on the same telephone
	_, err := w.CheckCode(w.ctx, w.chat("telegram", "100"), code)
	w.refused(err, "conflict/chat_linked")
	invited, err := w.CheckCode(w.ctx, w.chat("telegram", "200"), code)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Link(w.ctx, w.chat("telegram", "100"), invited.Invite, ownPhone("0987654321"), "v1")
	w.refused(err, "conflict/chat_linked")
	if who := w.identify("telegram", "100"); who.Actor != hoa.Actor {
		t.Fatalf("the chat became %+v", who)
	}
	if err := w.Unlink(w.ctx, w.by(hoa.Actor)); err != nil {
		t.Fatal(err)
	}
	if who := w.link(w.chat("telegram", "100"), code, ownPhone("0987654321")); who.Actor.Person != w.binh {
		t.Fatalf("linked as %+v", who)
	}
}

func TestWithoutConsentOneIsLinkedAndStillAsked(t *testing.T) {
	w := newTown(t)
	chat := w.chat("telegram", "100")
	invited, err := w.CheckCode(w.ctx, chat, w.invite(w.lan))
	if err != nil {
		t.Fatal(err)
	}
	who, err := w.Link(w.ctx, chat, invited.Invite, ownPhone("0912345678"), "")
	if err != nil {
		t.Fatal(err)
	}
	if who.Consented || who.Actor.Person != w.lan {
		t.Fatalf("identity: %+v", who)
	}
	if accounts, err := w.AccountsOf(w.ctx, w.lan, 0); err != nil || len(accounts) != 0 {
		t.Errorf("written to without consent: %v, %v", accounts, err)
	}
	w.refused(w.Privacy.Consent(w.ctx, w.by(who.Actor), ""), "invalid/consent")
	if err := w.Privacy.Consent(w.ctx, w.by(who.Actor), "v2"); err != nil {
		t.Fatal(err)
	}
	if who := w.identify("telegram", "100"); !who.Consented || who.ConsentVersion != "v2" {
		t.Errorf("identity: %+v", who)
	}
	if accounts, err := w.AccountsOf(w.ctx, w.lan, 0); err != nil || len(accounts) != 1 {
		t.Errorf("accounts: %v, %v", accounts, err)
	}
}

func TestForgedInvitesLeadNowhere(t *testing.T) {
	w := newTown(t)
	for _, invite := range []int64{0, -1, 1 << 40} {
		w.refused(w.Prove(w.ctx, w.chat("zalo", "1"), invite, identity.Proof{Last4: "5678"}), "invalid/wrong_code")
		_, err := w.Link(w.ctx, w.chat("zalo", "2"), invite, identity.Proof{Last4: "5678"}, "v1")
		w.refused(err, "invalid/wrong_code")
		w.refused(w.Requests.AskInvited(w.ctx, w.chat("zalo", "3"), invite, ""), "invalid/wrong_code")
	}
}
