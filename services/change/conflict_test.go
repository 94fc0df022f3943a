package change_test

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/outbox"
	"canbobot/services/roster"
)

// What no longer applies is refused with why, and stays open.
func TestStaleRequests(t *testing.T) {
	h := newHouse(t)
	replace := h.submit(officer(h.head), h.replaceDeputy())
	leave := h.submit(h.clerk2, h.leave(h.deputy))
	newPhone := h.submit(officer(h.member), phoneOf(h.member, "0355000111"))
	samePhone := h.submit(officer(h.elder), phoneOf(h.elder, "0355000111"))
	appoint := h.submit(h.clerk2, change.Proposal{
		Kind: change.Appoint{Newcomer: change.Newcomer{Name: "Bùi Văn Một", Phone: "0355000333"}}, Branch: h.elderly.ID,
		Role: models.Deputy, From: april6,
	})
	// Both requests on the post know of each other.
	card, err := h.Card(h.ctx, h.clerk, leave.Request.ID)
	if err != nil || len(card.Others) != 1 || card.Others[0].ID != replace.Request.ID {
		t.Errorf("others %+v, %v", card.Others, err)
	}
	if _, err := h.Approve(h.ctx, h.by(h.clerk), replace.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Approve(h.ctx, h.by(h.fresh(h.clerk)), newPhone.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	h.tx(func(tx *gorm.DB) error { // somebody else takes the newcomer's number
		_, err := h.roster.AddPerson(tx, h.ward.ID, roster.NewPerson{Name: "Người Khác", Phone: "+84355000333"})
		return err
	})
	for _, row := range []struct {
		request   change.Card
		why, what string
	}{
		{leave, "term_ended", "deputy"}, {samePhone, "phone_taken", "phone"}, {appoint, "phone_taken", "phone"},
	} {
		roll := h.roll()
		id := row.request.Request.ID
		_, err := h.Approve(h.ctx, h.by(h.clerk), id, 1)
		wants(t, err, "conflict: stale")
		if fields := fieldsOf(t, err); fields["why"] != row.why || fields["what"] != row.what {
			t.Errorf("request %d: fields %v, want %s of %s", id, fields, row.why, row.what)
		}
		card, err := h.Card(h.ctx, h.clerk, id)
		if err != nil || card.Request.State != models.ChangeSubmitted || card.Request.Version != 1 ||
			card.Stale != row.why || !card.MayDecide {
			t.Errorf("request %d: %+v, stale %q, %v", id, card.Request, card.Stale, err)
		}
		if h.roll() != roll {
			t.Errorf("request %d changed the roster", id)
		}
		if _, err := h.Refuse(h.ctx, h.by(h.clerk), id, 1, "Không còn đúng"); err != nil {
			t.Errorf("request %d cannot be refused: %v", id, err)
		}
	}
}

// A number that changed since is somebody else's news; another version of the
// same row is not.
func TestBaseIsWhatTheProposerSaw(t *testing.T) {
	h := newHouse(t)
	first := h.submit(officer(h.member), phoneOf(h.member, "0355000111"))
	touched := h.member
	touched.Version++
	if err := h.store.Model(&models.Person{}).Where("id = ?", h.member.ID).Update("version",
		touched.Version).Error; err != nil {
		t.Fatal(err)
	}
	if card, err := h.Card(h.ctx, h.clerk, first.Request.ID); err != nil || card.Stale != "" {
		t.Errorf("stale %q, %v", card.Stale, err)
	}
	h.tx(func(tx *gorm.DB) error { _, err := h.roster.SetPhone(tx, touched, "+84355000999"); return err })
	_, err := h.Approve(h.ctx, h.by(h.clerk), first.Request.ID, 1)
	wants(t, err, "conflict: stale")
	if why := fieldsOf(t, err)["why"]; why != "person_changed" {
		t.Errorf("why %v", why)
	}
}

// A newcomer who entered the roster in the meantime is that person, not a
// second one; under another name the number is taken.
func TestNewcomerIsMatchedAtApproval(t *testing.T) {
	h := newHouse(t)
	appoint := change.Proposal{Kind: change.Appoint{Newcomer: change.Newcomer{Name: "Võ Thị Thuý", Phone: "0355000333"}},
		Branch: h.women.ID, Role: models.Member, From: april6}
	card := h.submit(officer(h.head), appoint)
	var known models.Person
	h.tx(func(tx *gorm.DB) (err error) {
		known, err = h.roster.AddPerson(tx, h.ward.ID, roster.NewPerson{Name: "VÕ THỊ THÚY", Phone: "+84355000333"})
		return err
	})
	// Meanwhile the clerk turned out to be that person.
	h.is(h.clerk, known)
	_, err := h.Approve(h.ctx, h.by(h.clerk), card.Request.ID, 1)
	wants(t, err, "denied: concerns_you")
	card, err = h.Approve(h.ctx, h.by(h.clerk2), card.Request.ID, 1)
	if err != nil || *card.Request.NewcomerID != known.ID {
		t.Errorf("newcomer %v, want %d (%v)", card.Request.NewcomerID, known.ID, err)
	}
}

// A holder who leaves by a known date makes a replacement an appointment.
func TestReplacingWhoLeavesAnyway(t *testing.T) {
	h := newHouse(t)
	term := h.term(h.deputy, h.women, april6)
	h.tx(func(tx *gorm.DB) error {
		_, err := h.roster.CloseTerm(tx, term, models.NewDate(2026, 4, 30), "moved", 0)
		return err
	})
	proposal := h.replaceDeputy()
	proposal.From = models.NewDate(2026, 5, 2)
	card, err := h.Preview(h.ctx, officer(h.head), proposal)
	if err != nil || card.Proposal.Name() != "appoint" || card.SubjectName != "" {
		t.Errorf("the day after next: %+v, %v", card.Proposal, err)
	}
	proposal.From = models.NewDate(2026, 4, 16) // earlier than was known
	card = h.submit(officer(h.head), proposal)
	if _, err := h.Approve(h.ctx, h.by(h.clerk), card.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	if closed := h.term(h.deputy, h.women, models.NewDate(2026, 4, 15)); closed.ID == term.ID ||
		closed.To != models.NewDate(2026, 4, 15) {
		t.Errorf("closed %+v", closed)
	}
}

func TestSameProposalTwiceIsOne(t *testing.T) {
	h := newHouse(t)
	proposal := h.replaceDeputy()
	first := h.submit(officer(h.head), proposal)
	for name, edit := range map[string]func(*change.Proposal){
		"as it was":       func(*change.Proposal) {},
		"spelt otherwise": of(func(k *change.Replace) { k.Newcomer.Name, k.Newcomer.Phone = "VO THI  THUY", "+84987654321" }),
		"a note":          func(p *change.Proposal) { p.Note = "gấp" },
		"a decision":      func(p *change.Proposal) { p.Decision.Number = "12/QĐ" },
		"acting":          of(func(k *change.Replace) { k.Acting = true }),
		"a year of birth": of(func(k *change.Replace) { k.Newcomer.BirthYear = 1981 }),
	} {
		copied := proposal
		edit(&copied)
		_, err := h.Submit(h.ctx, h.by(officer(h.head)), copied)
		t.Run(name, func(t *testing.T) {
			wants(t, err, "conflict: duplicate")
			if id := fieldsOf(t, err)["id"]; id != first.Request.ID {
				t.Errorf("of request %v", id)
			}
		})
	}
	for name, edit := range map[string]func(*change.Proposal){
		"another day":    func(p *change.Proposal) { p.From = april6 },
		"another number": of(func(k *change.Replace) { k.Newcomer.Phone = "0355000444" }),
		"another name":   of(func(k *change.Replace) { k.Newcomer.Name, k.Newcomer.Phone = "Võ Thị Thơm", "0355000555" }),
	} {
		changed := proposal
		edit(&changed)
		if _, err := h.Submit(h.ctx, h.by(officer(h.head)), changed); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.Submit(h.ctx, h.by(h.clerk), proposal); err != nil {
		t.Errorf("another proposer's: %v", err)
	}
	// A double tap with two events at once is one request.
	results := make(chan error, 8)
	for range 8 {
		actor := h.by(officer(h.member))
		go func() { _, err := h.Submit(h.ctx, actor, phoneOf(h.member, "0355000666")); results <- err }()
	}
	made := 0
	for range 8 {
		if err := <-results; err == nil {
			made++
		} else {
			wants(t, err, "conflict: duplicate")
		}
	}
	if made != 1 {
		t.Errorf("%d requests of one proposal", made)
	}
}

func TestReplayedEventsHaveOneEffect(t *testing.T) {
	h := newHouse(t)
	submitting, approving := h.by(officer(h.head)), h.by(h.clerk)
	proposal := h.replaceDeputy()
	replay := func(do func() error) {
		t.Helper()
		results := make(chan error, 4)
		for range 4 {
			go func() { results <- do() }()
		}
		done := 0
		for range 4 {
			if err := <-results; err == nil {
				done++
			} else if !services.IsRepeated(err) {
				t.Errorf("a replay: %v", err)
			}
		}
		if done != 1 {
			t.Errorf("%d effects of one event", done)
		}
	}
	replay(func() error { _, err := h.Submit(h.ctx, submitting, proposal); return err })
	mine, err := h.Mine(h.ctx, officer(h.head))
	if err != nil || len(mine) != 1 {
		t.Fatalf("mine %+v, %v", mine, err)
	}
	replay(func() error { _, err := h.Approve(h.ctx, approving, mine[0].ID, 1); return err })
	var terms, entries int64
	h.store.Model(&models.Term{}).Where("change_id = ?", mine[0].ID).Count(&terms)
	h.store.Model(&models.AuditEntry{}).Count(&entries)
	if terms != 1 || entries != 2 {
		t.Errorf("%d terms, %d entries", terms, entries)
	}
}

func TestTwoClerksAtOnce(t *testing.T) {
	h := newHouse(t)
	const requests = 50
	ids := make([]int64, requests)
	for i := range ids {
		switch i % 3 {
		case 0:
			ids[i] = h.submit(h.admin, phoneOf(h.someone(fmt.Sprintf("Người %c", 'A'+i%26)), h.number())).Request.ID
		default:
			ids[i] = h.submit(h.admin, change.Proposal{
				Kind:   change.Appoint{Newcomer: change.Newcomer{Name: fmt.Sprintf("Uỷ viên %c", 'A'+i%26), Phone: h.number()}},
				Branch: h.women.ID, Role: models.Member, From: april6,
			}).Request.ID
		}
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string]int{}
	for _, clerk := range []services.Actor{h.fresh(h.clerk), h.fresh(h.clerk2)} {
		for _, id := range ids {
			actor := h.by(clerk)
			wait.Go(func() {
				_, err := h.Approve(h.ctx, actor, id, 1)
				outcome := "approved"
				if err != nil {
					outcome = string(services.KindOf(err)) + ": " + services.CodeOf(err)
					if by := fieldsOf(t, err)["by"]; by != "Cán bộ Một" && by != "Cán bộ Hai" {
						t.Errorf("told that %v decided", by)
					}
				}
				mu.Lock()
				outcomes[outcome]++
				mu.Unlock()
			})
		}
	}
	wait.Wait()
	if outcomes["approved"] != requests || outcomes["conflict: moved.change.decided"] != requests || len(outcomes) != 2 {
		t.Errorf("outcomes %v", outcomes)
	}
	var approvals int64
	if err := h.store.Model(&models.AuditEntry{}).Where("action = 'change.approved'").Count(
		&approvals).Error; err != nil || approvals != requests {
		t.Errorf("%d journal rows, %v", approvals, err)
	}
	verdicts, err := h.audit.Verify(h.ctx)
	if err != nil || verdicts[0].Broken != 0 {
		t.Errorf("journal %+v, %v", verdicts, err)
	}
}

// Two requests for one vacant post, approved at once: one takes it, the other
// is told who holds it and stays open.
func TestOneVacantPostTwoRequestsAtOnce(t *testing.T) {
	h := newHouse(t)
	for round := range 5 {
		branch := h.branch("women", fmt.Sprintf("Chi hội vòng %d", round))
		var ids [2]int64
		for i := range ids {
			ids[i] = h.submit(h.admin, change.Proposal{
				Kind:   change.Appoint{Newcomer: change.Newcomer{Name: fmt.Sprintf("Ứng viên %c", 'A'+i), Phone: h.number()}},
				Branch: branch.ID, Role: models.Head, From: april6,
			}).Request.ID
		}
		results := make(chan error, 2)
		for i, clerk := range []services.Actor{h.by(h.clerk), h.by(h.clerk2)} {
			go func() { _, err := h.Approve(h.ctx, clerk, ids[i], 1); results <- err }()
		}
		first, second := <-results, <-results
		if first == nil {
			first, second = second, first
		}
		if second != nil {
			t.Fatalf("neither took the post: %v, %v", first, second)
		}
		wants(t, first, "conflict: stale")
		if why := fieldsOf(t, first)["why"]; why != "post_taken" {
			t.Errorf("why %v", why)
		}
	}
}

func TestDueRemindsClerksThenLeaders(t *testing.T) {
	h := newHouse(t)
	card := h.submit(officer(h.head), h.replaceDeputy())
	id := card.Request.ID
	due := func(reminded int, told ...string) {
		t.Helper()
		if n, err := h.Due(h.ctx); err != nil || n != reminded {
			t.Errorf("reminded of %d, %v, want %d", n, err, reminded)
		}
		if got := h.told(outbox.ChangeWaiting, id); fmt.Sprint(got) != fmt.Sprint(told) {
			t.Errorf("told %v, want %v", got, told)
		}
	}
	due(0)
	h.now.Add(int64(47 * time.Hour / time.Second))
	due(0)
	h.now.Add(int64(time.Hour / time.Second))
	due(1, s(h.clerk), s(h.clerk2))
	due(0, s(h.clerk), s(h.clerk2)) // the clock comes again
	h.now.Add(int64(48 * time.Hour / time.Second))
	due(1, s(h.clerk), s(h.clerk2), s(h.leader))
	if card, err := h.Card(h.ctx, h.clerk, id); err != nil || card.Request.Version != 1 {
		t.Errorf("a reminder moved the request: %+v, %v", card.Request, err)
	}
	if _, err := h.Return(h.ctx, h.by(h.clerk), id, 1, "Thiếu số quyết định"); err != nil {
		t.Fatal(err)
	}
	h.now.Add(int64(480 * time.Hour / time.Second))
	due(0, s(h.clerk), s(h.clerk2), s(h.leader))
}

// Every exported method with an actor refuses one of another ward, or shows
// that actor nothing of this ward, and changes nothing.
func TestForeignWardIsRefusedEverywhere(t *testing.T) {
	h := newHouse(t)
	request := h.submit(officer(h.head), h.replaceDeputy()).Request.ID
	roll := h.roll()
	proposals := []change.Proposal{h.replaceDeputy(), h.leave(h.head), phoneOf(h.head, "0355000111"),
		{Kind: change.Appoint{Newcomer: change.Newcomer{Name: "Ai Đó"}}, Branch: h.women.ID, Role: models.Member,
			From: april6}}
	actors := map[string]services.Actor{"stranger": {}, "stranger of the ward": {Ward: h.ward.ID},
		"officer": {Role: services.Officer, Ward: h.foreign.ID, Person: h.head.ID}}
	for _, role := range []services.Role{services.Viewer, services.Clerk, services.Leader, services.Admin} {
		actors[string(role)] = services.Actor{Role: role, Ward: h.foreign.ID, Staff: h.clerkAway.Staff}
		actors[string(role)+" with a foreign id"] = services.Actor{Role: role, Ward: h.foreign.ID, Staff: h.clerk.Staff,
			Person: h.head.ID}
	}
	service, walked := reflect.ValueOf(h.Service), 0
	for i := range service.NumMethod() {
		name, method := service.Type().Method(i).Name, service.Method(i)
		if method.Type().NumIn() < 2 || method.Type().In(1) != reflect.TypeFor[services.Actor]() {
			if name != "Due" { // the program's own, for every ward
				t.Errorf("%s takes no actor", name)
			}
			continue
		}
		walked++
		for who, actor := range actors {
			for _, proposal := range proposals {
				args := make([]reflect.Value, method.Type().NumIn())
				for j := range args {
					switch kind := method.Type().In(j); kind {
					case reflect.TypeFor[context.Context]():
						args[j] = reflect.ValueOf(h.ctx)
					case reflect.TypeFor[services.Actor]():
						args[j] = reflect.ValueOf(h.by(actor))
					case reflect.TypeFor[int64]():
						args[j] = reflect.ValueOf(request)
					case reflect.TypeFor[int]():
						args[j] = reflect.ValueOf(1)
					case reflect.TypeFor[string]():
						args[j] = reflect.ValueOf("vì sao")
					case reflect.TypeFor[[]change.Pick]():
						args[j] = reflect.ValueOf([]change.Pick{{ID: request, Version: 1}})
					case reflect.TypeFor[change.Proposal]():
						args[j] = reflect.ValueOf(proposal)
					default:
						args[j] = reflect.Zero(kind)
					}
				}
				call := method.Call
				if method.Type().IsVariadic() {
					call = method.CallSlice
				}
				results := call(args)
				err, _ := results[len(results)-1].Interface().(error)
				switch kind := services.KindOf(err); {
				case err == nil && results[0].Kind() == reflect.Slice && results[0].Len() == 0:
				case name == "DecisionRequired", name == "MayTypeAccount": // of the actor's own ward
				case err != nil && (kind == services.KindDenied || kind == services.KindNotFound):
				default:
					t.Errorf("%s by %s of another ward: %v, %v", name, who, results[0], err)
				}
			}
		}
	}
	if walked < 12 {
		t.Errorf("walked %d methods", walked)
	}
	if h.roll() != roll {
		t.Error("the roster changed")
	}
	if card, err := h.Card(h.ctx, h.viewer, request); err != nil || card.Request.Version != 1 {
		t.Errorf("the request moved: %+v, %v", card.Request, err)
	}
}
