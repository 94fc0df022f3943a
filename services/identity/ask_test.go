package identity_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/identity"
	"canbobot/services/outbox"
)

// ask sends a request without a code and returns its id.
func (w *town) ask(channel, externalID, name, phone string) int64 {
	w.t.Helper()
	if err := w.Requests.Ask(w.ctx, w.chat(channel, externalID), w.ward, name, phone); err != nil {
		w.t.Fatal(err)
	}
	return w.pending(channel, externalID)
}

func (w *town) pending(channel, externalID string) int64 {
	w.t.Helper()
	var request models.LinkRequest
	if err := w.store.Where("channel = ? AND external_id = ? AND state = 'pending'", channel,
		externalID).Take(&request).Error; err != nil {
		w.t.Fatal(err)
	}
	return request.ID
}

func TestAskingWithoutACodeIsDecidedByTheClerk(t *testing.T) {
	w := newTown(t)
	id := w.ask("telegram", "100", "nguyen thi lan", "0912 345 678")
	card, err := w.Requests.Card(w.ctx, w.clerk, id)
	if err != nil {
		t.Fatal(err)
	}
	if card.Person == nil || card.Person.ID != w.lan || !card.SamePhone || !card.SameName || card.Request.ByCode ||
		card.WhyNot != "" || card.LinkedSince != nil || len(card.Candidates) != 0 {
		t.Fatalf("card: %+v", card)
	}
	if len(card.Titles) != 1 || card.Titles[0] != "Chi hội head, Chi hội Phụ nữ Tổ dân phố 5" {
		t.Errorf("titles: %q", card.Titles)
	}
	if w.count("deliveries", "kind = ? AND subject_id = ? AND staff_id = ?", outbox.LinkAsked, id, w.clerk.Staff) != 1 ||
		w.count("deliveries", "kind = ?", outbox.LinkAsked) != 1 {
		t.Error("the clerk, and only the clerk, was to be asked")
	}
	if viewer, err := w.Requests.Card(w.ctx, w.admin, id); err != nil || viewer.WhyNot != "role" {
		t.Errorf("the administrator's card: %+v, %v", viewer, err)
	}
	if err := w.Requests.Agree(w.ctx, w.by(w.clerk), id, 1, 0); err != nil {
		t.Fatal(err)
	}
	who := w.identify("telegram", "100")
	if who.Actor.Person != w.lan || who.Actor.Role != services.Officer || who.Consented {
		t.Fatalf("identity: %+v", who)
	}
	if w.count("deliveries", "kind = ? AND channel = 'telegram' AND chat_id = 'chat-100'", outbox.LinkDecided) != 1 {
		t.Error("who asked is not told")
	}
	if w.count("river_job", "kind = 'redraw'") != 1 {
		t.Error("the card is not redrawn")
	}
	card, err = w.Requests.Card(w.ctx, w.leader, id)
	if err != nil || card.Approval.Steps[0].Signed[0].Name != "Cán bộ Một" || card.Request.State != models.LinkAgreed {
		t.Errorf("card: %+v, %v", card, err)
	}
	w.journaled("link.asked", 1)
	w.journaled("link.agreed", 1)
	err = w.Requests.Refuse(w.ctx, w.by(w.leader), id, 1)
	w.refused(err, "conflict/moved.link.decided")
	var refusal *services.Error
	if errors.As(err, &refusal); refusal.Fields["by"] != "Cán bộ Một" {
		t.Errorf("fields: %v", refusal.Fields)
	}
}

func TestRefusingLinksNobody(t *testing.T) {
	w := newTown(t)
	id := w.ask("telegram", "100", "Lan", "0912345678")
	if err := w.Requests.Refuse(w.ctx, w.by(w.clerk), id, 1); err != nil {
		t.Fatal(err)
	}
	if who := w.identify("telegram", "100"); who.Actor.Role != services.Stranger {
		t.Errorf("linked as %+v", who)
	}
	if w.count("deliveries", "kind = ?", outbox.LinkDecided) != 1 {
		t.Error("who asked is not told")
	}
	w.journaled("link.refused", 1)
	if again := w.ask("telegram", "100", "Lan", "0912345678"); again == id {
		t.Error("who was refused cannot ask again")
	}
}

// Matched or not, the answer is the same; only a number that is one person's
// alone points to somebody.
func TestWhomARequestPointsTo(t *testing.T) {
	w := newTown(t)
	if err := w.store.Model(&models.Person{ID: w.tam}).Updates(map[string]any{"phone": "+84944444444",
		"phone_shared": true}).Error; err != nil {
		t.Fatal(err)
	}
	for i, tt := range []struct {
		name, said, phone string
		person            string
		candidates        []string
	}{
		{"own number", "Lan", "0912345678", "Nguyễn Thị Lan", nil},
		{"own number, another's name", "Lê Bình", "0912345678", "Nguyễn Thị Lan", nil},
		{"shared number", "Trần Thị Hoà", "0987654321", "", []string{"Lê Bình", "Trần Thị Hoà"}},
		{"known name, another number", "tran thi hoa", "0933333333", "", []string{"Trần Thị Hoà"}},
		{"a number that somebody out of the roster answers too", "Tâm", "0944444444", "", []string{"Phan Tâm"}},
		{"nobody", "Người Lạ", "0933333333", "", nil},
		{"of the other ward", "Võ Xa", "0911222333", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			user := strconv.Itoa(100 + i)
			id := w.ask("zalo", user, tt.said, tt.phone)
			card, err := w.Requests.Card(w.ctx, w.clerk, id)
			if err != nil {
				t.Fatal(err)
			}
			name := ""
			if card.Person != nil {
				name = card.Person.Name
			}
			var candidates []string
			for _, candidate := range card.Candidates {
				candidates = append(candidates, candidate.Person.Name)
			}
			if name != tt.person || len(candidates) != len(tt.candidates) {
				t.Fatalf("points to %q, candidates %q", name, candidates)
			}
			for i := range candidates {
				if candidates[i] != tt.candidates[i] {
					t.Errorf("candidates %q, want %q", candidates, tt.candidates)
				}
			}
			if tt.person == "" {
				w.refused(w.Requests.Agree(w.ctx, w.by(w.clerk), id, 1, 0), "conflict/link_no_person")
				w.refused(w.Requests.Agree(w.ctx, w.by(w.clerk), id, 1, w.far), "not_found/person")
				w.refused(w.Requests.Agree(w.ctx, services.SystemActor(w.ward), id, 1, w.far), "denied/role")
				if w.count("link_requests", "id = ? AND state = 'pending'", id) != 1 {
					t.Fatal("a refused decision decided")
				}
				if err := w.Requests.Agree(w.ctx, w.by(w.clerk), id, 1, w.hoa); err != nil {
					t.Fatal(err)
				}
				if who := w.identify("zalo", user); who.Actor.Person != w.hoa {
					t.Errorf("linked as %+v", who)
				}
			}
		})
	}
}

func TestAskingIsRefused(t *testing.T) {
	w := newTown(t)
	w.refused(w.Requests.Ask(w.ctx, w.chat("zalo", "1"), 99, "Lan", "0912345678"), "not_found/ward")
	w.refused(w.Requests.Ask(w.ctx, w.chat("zalo", "1"), w.ward, "", "0912345678"), "invalid/name")
	w.refused(w.Requests.Ask(w.ctx, w.chat("zalo", "1"), w.ward, "Lan", "12"), "invalid/phone")
	w.refused(w.Requests.Ask(w.ctx, w.chat("zalo", "1"), w.ward, "Lan", "0239 3835 356"), "invalid/phone_landline")
	w.linkLan("100")
	w.refused(w.Requests.Ask(w.ctx, w.chat("telegram", "100"), w.ward, "Lan", "0912345678"), "conflict/chat_linked")
	chat := w.chat("zalo", "2")
	if err := w.Requests.Ask(w.ctx, chat, w.ward, "Lan", "0912345678"); err != nil {
		t.Fatal(err)
	}
	if err := w.Requests.Ask(w.ctx, chat, w.ward, "Lan", "0912345678"); !services.IsRepeated(err) {
		t.Errorf("redelivered: %v", err)
	}
	for range 3 {
		if err := w.Requests.Ask(w.ctx, w.chat("zalo", "2"), w.ward, "Lan", "0912345678"); err != nil {
			t.Fatal(err)
		}
	}
	w.refused(w.Requests.Ask(w.ctx, w.chat("zalo", "2"), w.ward, "Lan", "0912345678"), "too_many/guesses")
	if w.tries("account:zalo:2") != 0 {
		t.Error("asking counts as guessing codes")
	}
}

// What a clerk agrees to is what their card showed: asking again, with another
// number, makes another request.
func TestAskingAgainReplacesTheRequest(t *testing.T) {
	w := newTown(t)
	first := w.ask("zalo", "100", "Lan", "0912345678")
	second := w.ask("zalo", "100", "Dũng", "0905111222")
	if first == second {
		t.Fatal("the request changed under the clerk's card")
	}
	w.refused(w.Requests.Agree(w.ctx, w.by(w.clerk), first, 1, 0), "conflict/moved.link.decided")
	if w.count("river_job", "kind = 'redraw'") != 1 {
		t.Error("the first card is not redrawn")
	}
	if err := w.Requests.Agree(w.ctx, w.by(w.clerk), second, 1, 0); err != nil {
		t.Fatal(err)
	}
	if who := w.identify("zalo", "100"); who.Actor.Person != w.dung {
		t.Errorf("linked as %+v", who)
	}
}

// By a ward's rule two agree: to the same person, and the one who signed may take
// it back; a rule is asked at once, and one that waits is reminded of.
func TestTwoAgreeWhereTheRuleSaysSo(t *testing.T) {
	w := newTown(t)
	rules := approve.New(w.store, w.journal, w.now)
	rule := approve.Rule{Kind: "link", Steps: []approve.Step{{Role: approve.Any, People: 2, RemindHours: 48}}}
	if err := rules.SetRules(w.ctx, w.by(w.admin), []approve.Rule{rule}); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Second)
	w.store.Model(&models.Person{ID: w.tam}).Updates(map[string]any{"phone": "+84912345678", "phone_shared": true})
	w.store.Model(&models.Person{}).Where("id = ?", w.lan).Update("phone_shared", true)
	id := w.ask("telegram", "100", "Lan", "0912345678")
	w.refused(w.Requests.Agree(w.ctx, w.by(w.clerk), id, 1, 0), "conflict/link_no_person")
	if err := w.Requests.Agree(w.ctx, w.by(w.clerk), id, 1, w.lan); err != nil {
		t.Fatal(err)
	}
	if who := w.identify("telegram", "100"); who.Actor.Role != services.Stranger {
		t.Fatalf("linked by one signature: %+v", who)
	}
	card, err := w.Requests.Card(w.ctx, w.leader, id)
	if err != nil || card.Person == nil || card.Person.ID != w.lan || card.WhyNot != "" || card.Request.Version != 2 {
		t.Fatalf("card: %+v, %v", card, err)
	}
	w.refused(w.Requests.Agree(w.ctx, w.by(w.leader), id, 1, 0), "conflict/moved.link.signed")
	w.refused(w.Requests.Agree(w.ctx, w.by(w.leader), id, 2, w.tam), "conflict/moved.link.signed")
	w.refused(w.Requests.Agree(w.ctx, w.by(w.clerk), id, 2, 0), "denied/signed")
	if err := w.Requests.TakeBack(w.ctx, w.by(w.clerk), id, 2); err != nil {
		t.Fatal(err)
	}
	if err := w.Requests.Agree(w.ctx, w.by(w.leader), id, 3, w.tam); err != nil {
		t.Fatal(err)
	}
	w.pass(49 * time.Hour)
	if did, err := w.Waiting.Due(w.ctx); err != nil || did != 1 {
		t.Fatalf("reminded of %d, %v", did, err)
	}
	if w.count("deliveries", "kind = ? AND staff_id = ?", outbox.LinkWaiting, w.clerk.Staff) != 1 {
		t.Error("the clerk was to be reminded")
	}
	if err := w.Requests.Agree(w.ctx, w.by(w.clerk), id, 4, 0); err != nil {
		t.Fatal(err)
	}
	if who := w.identify("telegram", "100"); who.Actor.Person != w.tam {
		t.Errorf("linked as %+v", who)
	}
	w.journaled("link.signed", 2)
	w.journaled("link.agreed", 1)
}

func TestOfTwoClerksAtOnceOneDecides(t *testing.T) {
	w := newTown(t)
	id := w.ask("zalo", "100", "Lan", "0912345678")
	errs := make([]error, 6)
	var all sync.WaitGroup
	for i := range errs {
		actor := w.by([]services.Actor{w.clerk, w.leader}[i%2])
		all.Go(func() {
			if i%2 == 0 {
				errs[i] = w.Requests.Agree(w.ctx, actor, id, 1, 0)
			} else {
				errs[i] = w.Requests.Refuse(w.ctx, actor, id, 1)
			}
		})
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		w.refused(err, "conflict/moved.link.decided")
	}
	if n := w.count("audit_entries", "action IN ('link.agreed', 'link.refused')"); won != 1 || n != 1 {
		t.Errorf("%d decided, %d entries", won, n)
	}
}

func TestDecidingIsRefused(t *testing.T) {
	w := newTown(t)
	id := w.ask("zalo", "100", "Lan", "0912345678")
	w.refused(w.Requests.Agree(w.ctx, w.by(w.outsider), id, 1, 0), "denied/role") // an administrator decides none
	foreignClerk := w.addStaff(w.foreign, "Cán bộ Nam", services.Clerk)
	w.refused(w.Requests.Agree(w.ctx, w.by(foreignClerk), id, 1, 0), "not_found/link")
	w.refused(w.Requests.Refuse(w.ctx, w.by(foreignClerk), id, 1), "not_found/link")
	w.refused(w.Requests.Agree(w.ctx, w.by(foreignClerk), id, 1, w.far), "not_found/link")
	_, err := w.Requests.Card(w.ctx, foreignClerk, id)
	w.refused(err, "not_found/link")
	w.refused(w.Requests.Agree(w.ctx, w.by(w.clerk), 404, 1, 0), "not_found/link")

	// Nobody links themselves.
	if err := w.StaffIs(w.ctx, w.by(w.admin), w.clerk.Staff, w.lan); err != nil {
		t.Fatal(err)
	}
	self := w.identify("web", "staff-"+itoa(w.clerk.Staff)).Actor
	w.refused(w.Requests.Agree(w.ctx, w.by(self), id, 1, 0), "denied/concerns_you")
	if card, err := w.Requests.Card(w.ctx, self, id); err != nil || card.WhyNot != "concerns_you" {
		t.Errorf("card: %+v, %v", card, err)
	}

	// The chat was linked in between.
	w.link(w.chat("zalo", "100"), w.invite(w.dung), identity.Proof{Last4: "1222"})
	w.refused(w.Requests.Agree(w.ctx, w.by(w.leader), id, 1, 0), "conflict/chat_linked")
	if err := w.Requests.Refuse(w.ctx, w.by(w.leader), id, 1); err != nil {
		t.Fatal(err)
	}

	// The person died.
	id = w.ask("zalo", "200", "Lan", "0912345678")
	w.store.Model(&models.Person{}).Where("id = ?", w.lan).Update("died_on", models.NewDate(2026, 4, 5))
	w.refused(w.Requests.Agree(w.ctx, w.by(w.leader), id, 1, 0), "conflict/person_died")
}

func TestAgreeingMovesTheAccount(t *testing.T) {
	w := newTown(t)
	w.linkLan("100")
	id := w.ask("telegram", "200", "Lan", "0912345678")
	card, err := w.Requests.Card(w.ctx, w.clerk, id)
	if err != nil || card.LinkedSince == nil {
		t.Fatalf("the card does not warn of the linked account: %+v, %v", card, err)
	}
	if err := w.Requests.Agree(w.ctx, w.by(w.clerk), id, 1, 0); err != nil {
		t.Fatal(err)
	}
	if w.identify("telegram", "100").Actor.Role != services.Stranger ||
		w.identify("telegram", "200").Actor.Person != w.lan {
		t.Error("not moved")
	}
	if w.count("deliveries", "kind = ? AND chat_id = 'chat-100'", outbox.AccountMoved) != 1 {
		t.Error("the old account is not told")
	}
}

// Nobody is linked by a code alone: without a number in the roster, or with
// another telephone at hand, the clerk decides, knowing that a code was shown.
func TestACodeWithoutAProofGoesToTheClerk(t *testing.T) {
	for _, tt := range []struct {
		name   string
		person func(w *town) int64
		number string
	}{
		{"no number in the roster", func(w *town) int64 { return w.tam }, "0933333333"},
		{"no number at all", func(w *town) int64 { return w.tam }, ""},
		{"another telephone", func(w *town) int64 { return w.lan }, "0933333333"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newTown(t)
			person := tt.person(w)
			chat := w.chat("telegram", "100")
			invited, err := w.CheckCode(w.ctx, chat, w.invite(person))
			if err != nil || invited.NeedsClerk != (person == w.tam) {
				t.Fatalf("invited: %+v, %v", invited, err)
			}
			if person == w.tam {
				for _, proof := range []identity.Proof{{}, ownPhone(""), ownPhone("0933333333"), {Last4: ""}} {
					w.refused(w.Prove(w.ctx, chat, invited.Invite, proof), "conflict/needs_clerk")
					_, err := w.Link(w.ctx, chat, invited.Invite, proof, "v1")
					w.refused(err, "conflict/needs_clerk")
				}
			}
			if err := w.Requests.AskInvited(w.ctx, chat, invited.Invite, tt.number); err != nil {
				t.Fatal(err)
			}
			w.refused(w.Requests.AskInvited(w.ctx, w.chat("telegram", "200"), invited.Invite, tt.number), "invalid/wrong_code")
			id := w.pending("telegram", "100")
			card, err := w.Requests.Card(w.ctx, w.clerk, id)
			if err != nil || !card.Request.ByCode || card.Person == nil || card.Person.ID != person || card.SamePhone {
				t.Fatalf("card: %+v, %v", card, err)
			}
			if err := w.Requests.Agree(w.ctx, w.by(w.clerk), id, 1, 0); err != nil {
				t.Fatal(err)
			}
			if who := w.identify("telegram", "100"); who.Actor.Person != person {
				t.Errorf("linked as %+v", who)
			}
		})
	}
}

func TestTheQueueHoldsWhatWaitsOldestFirst(t *testing.T) {
	w := newTown(t)
	first := w.ask("zalo", "100", "Lan", "0912345678")
	gone := w.ask("zalo", "200", "Lan", "0912345678")
	last := w.ask("zalo", "300", "Người Lạ", "0933333333")
	if err := w.Requests.Refuse(w.ctx, w.by(w.clerk), gone, 1); err != nil {
		t.Fatal(err)
	}
	queue, total, err := w.Requests.Queue(w.ctx, w.leader, 0, 10)
	if err != nil || total != 2 || len(queue) != 2 || queue[0].ID != first || queue[1].ID != last {
		t.Errorf("queue: %+v, %v", queue, err)
	}
}

// However many strangers ask, clerks get a few cards and one list, on which those
// come first who are likely officers; whoever holds a code has a card all the same.
func TestManyStrangersAreOneList(t *testing.T) {
	w := newTown(t)
	second := w.addStaff(w.ward, "Cán bộ Bốn", services.Clerk)
	const strangers = 200
	for i := range strangers {
		w.ask("zalo", fmt.Sprint("stranger", i), "Người Lạ", fmt.Sprintf("09333%05d", i))
	}
	hoa := w.ask("zalo", "hoa", "Người Nhà Hoà", "0987654321") // a number that two share
	lan := w.ask("zalo", "lan", "Lan", "0912345678")
	chat := w.chat("telegram", "tam")
	invited, err := w.CheckCode(w.ctx, chat, w.invite(w.tam))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Requests.AskInvited(w.ctx, chat, invited.Invite, ""); err != nil {
		t.Fatal(err)
	}
	tam := w.pending("telegram", "tam")
	told := func(staff int64, kind outbox.Kind) int64 {
		return w.count("deliveries", "kind = ? AND staff_id = ?", kind, staff)
	}
	for _, clerk := range []services.Actor{w.clerk, second} {
		if cards, lists := told(clerk.Staff, outbox.LinkAsked), told(clerk.Staff, outbox.LinksAsked); cards != 4 ||
			lists != 1 {
			t.Errorf("%d cards and %d lists, want those of the first three and of the code, and one", cards, lists)
		}
	}
	page, total, err := w.Requests.Queue(w.ctx, w.clerk, 0, 4)
	if err != nil || total != strangers+3 || page[0].ID != tam || page[1].ID != lan || page[2].ID != hoa ||
		page[3].Name != "Người Lạ" {
		t.Errorf("%d wait, first %+v, %v", total, page, err)
	}
	// Nor do reminders come one by one.
	w.store.Model(&models.Ward{}).Where("id = ?", w.ward).Update("remind_after_hours", 24)
	w.pass(25 * time.Hour)
	if _, err := w.Waiting.Due(w.ctx); err != nil {
		t.Fatal(err)
	}
	if cards, lists := told(w.clerk.Staff, outbox.LinkWaiting), told(w.clerk.Staff, outbox.LinksAsked); cards != 1 ||
		lists != 2 {
		t.Errorf("reminded by %d cards, %d lists in all", cards, lists)
	}
	// A clerk refuses the strangers in one go, and nobody else; the next have cards
	// again.
	count, last, err := w.Requests.Strangers(w.ctx, w.clerk)
	if err != nil || count != strangers {
		t.Fatalf("%d strangers, %v", count, err)
	}
	late := w.ask("zalo", "late", "Người Lạ", "0944444444")
	_, err = w.Requests.RefuseStrangers(w.ctx, w.by(w.admin), last)
	w.refused(err, "denied/role")
	if refused, err := w.Requests.RefuseStrangers(w.ctx, w.by(w.clerk), last); err != nil || refused != strangers {
		t.Fatalf("%d refused, %v", refused, err)
	}
	w.journaled("link.refused", strangers)
	left, _, err := w.Requests.Queue(w.ctx, w.clerk, 0, 10)
	if err != nil || len(left) != 4 || left[3].ID != late {
		t.Errorf("left: %+v, %v", left, err)
	}
	if err := w.Requests.Refuse(w.ctx, w.by(w.clerk), late, 1); err != nil {
		t.Fatal(err)
	}
	w.ask("zalo", "later", "Hoà", "0987654321")
	if cards := told(w.clerk.Staff, outbox.LinkAsked); cards != 5 {
		t.Errorf("%d cards once the list was worked off", cards)
	}
}

func TestWithoutClerkTheLeaderIsAsked(t *testing.T) {
	w := newTown(t)
	if err := w.RetireStaff(w.ctx, w.by(w.admin), w.clerk.Staff); err != nil {
		t.Fatal(err)
	}
	id := w.ask("zalo", "100", "Lan", "0912345678")
	if w.count("deliveries", "subject_id = ? AND staff_id = ?", id, w.leader.Staff) != 1 {
		t.Error("nobody was asked")
	}
}
