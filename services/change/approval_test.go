package change_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/change"
	"canbobot/services/outbox"

	"gorm.io/gorm"
)

// sit puts a ward user at a desk.
func (h *house) sit(actor services.Actor, desk string) {
	h.t.Helper()
	if err := h.rules().SetDesk(h.ctx, h.by(h.admin), actor.Staff, desk); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) rules() *approve.Service { return approve.New(h.store, h.audit, h.at) }

// delegations of who has a fresh code, unless the gate is shut.
func (h *house) delegations() *approve.Delegations {
	return &approve.Delegations{Service: h.rules(), Outbox: h.box, Gate: gate{&h.stale}}
}

type gate struct{ stale *bool }

func (g gate) RequireFresh(context.Context, *gorm.DB, services.Actor, services.Guarded) error {
	if *g.stale {
		return services.Denied("step_up")
	}
	return nil
}

func (h *house) setRules(rules ...approve.Rule) {
	h.t.Helper()
	if err := h.rules().SetRules(h.ctx, h.by(h.admin), rules); err != nil {
		h.t.Fatal(err)
	}
}

var everybody = []string{approve.ByHead, approve.BySelf, approve.ByStaff}

// frontFirst makes clerk2 the Front, who checks what a leader decides.
func (h *house) frontFirst() {
	h.t.Helper()
	h.sit(h.clerk2, "front")
	h.setRules(approve.Rule{Kind: approve.Every, Proposers: everybody,
		Steps: []approve.Step{{Desk: "front", People: 1}, {Role: approve.Leader, People: 1}}})
}

func (h *house) approve(actor services.Actor, id int64, version int) change.Card {
	h.t.Helper()
	card, err := h.Approve(h.ctx, h.by(h.fresh(actor)), id, version)
	if err != nil {
		h.t.Fatalf("approve: %v", err)
	}
	return card
}

func (h *house) journal(request int64) []string {
	h.t.Helper()
	var actions []string
	if err := h.store.Model(&models.AuditEntry{}).Where("subject = ?",
		fmt.Sprintf("change:%d", request)).Order("seq").Pluck("action", &actions).Error; err != nil {
		h.t.Fatal(err)
	}
	return actions
}

func TestFrontChecksLeaderDecides(t *testing.T) {
	h := newHouse(t)
	h.frontFirst()
	card := h.submit(officer(h.head), h.replaceDeputy())
	id := card.Request.ID
	if told := h.told(outbox.ChangeSubmitted, id); !slices.Equal(told, []string{s(h.clerk2)}) {
		t.Errorf("told %v, want the Front", told)
	}
	for _, actor := range []services.Actor{h.leader, h.clerk} {
		card, err := h.Card(h.ctx, actor, id)
		if err != nil || card.MayDecide || card.WhyNot != approve.WhyTurn {
			t.Errorf("%s: may %v, %q, %v", actor.Role, card.MayDecide, card.WhyNot, err)
		}
		_, err = h.Approve(h.ctx, h.by(actor), id, 1)
		wants(t, err, "denied: turn")
		_, err = h.Refuse(h.ctx, h.by(actor), id, 1, "Không được")
		wants(t, err, "denied: turn")
		_, err = h.Return(h.ctx, h.by(actor), id, 1, "Thiếu")
		wants(t, err, "denied: turn")
	}
	roll := h.roll()
	card = h.approve(h.clerk2, id, 1)
	if card.Request.State != models.ChangeSubmitted || card.Request.Version != 2 || card.Approval.Now != 1 ||
		!card.Approval.MayTakeBack || card.WhyNot != approve.WhySigned {
		t.Errorf("after the check: %+v, %+v, %q", card.Request, card.Approval, card.WhyNot)
	}
	if h.roll() != roll {
		t.Error("a check changed the roster")
	}
	if told := h.told(outbox.ChangeSubmitted, id); !slices.Equal(told, []string{s(h.clerk2), s(h.leader)}) {
		t.Errorf("told %v, want the leader as well", told)
	}
	// "requester applies own approved request", "one person signs two stages"
	_, err := h.Approve(h.ctx, h.by(h.clerk2), id, 2)
	wants(t, err, "denied: signed")
	_, err = h.Approve(h.ctx, h.by(h.leader), id, 1) // as it was before the check
	wants(t, err, "conflict: moved.change.signed")
	if by := fieldsOf(t, err)["by"]; by != "Cán bộ Hai" {
		t.Errorf("signed by %v", by)
	}
	card = h.approve(h.leader, id, 2)
	if card.Request.State != models.ChangeApproved || card.Request.Version != 3 || h.roll() == roll ||
		card.DeciderName != "Lãnh đạo Ba" {
		t.Errorf("after the decision: %+v", card.Request)
	}
	if got := card.Approval.Steps; len(got) != 2 || len(got[0].Signed) != 1 || got[0].Signed[0].Name != "Cán bộ Hai" ||
		len(got[1].Signed) != 1 || card.Approval.MayTakeBack {
		t.Errorf("steps %+v", got)
	}
	refused := func(action string) bool { return action == "decision.denied" }
	if got := h.journal(id); !slices.Contains(got, "decision.denied") || !slices.Equal(slices.DeleteFunc(got, refused),
		[]string{"change.submitted", "change.signed", "change.approved"}) {
		t.Errorf("journal %v", got)
	}
	_, err = h.TakeBack(h.ctx, h.by(h.leader), id, 3)
	wants(t, err, "conflict: moved.change.decided")
	// Who signed is told for ever, also of who has left.
	if err := h.store.Model(&models.Staff{}).Where("id = ?", h.clerk2.Staff).Update("active", false).Error; err != nil {
		t.Fatal(err)
	}
	if card, err = h.Card(h.ctx, h.viewer, id); err != nil || len(card.Approval.Steps[0].Signed) != 1 ||
		len(card.Approval.Steps[1].Signed) != 1 {
		t.Errorf("signatures of who has left: %+v, %v", card.Approval, err)
	}
}

func TestTakeBackUntilTheNextSigns(t *testing.T) {
	h := newHouse(t)
	second := h.user(h.ward, "Lãnh đạo Bốn", services.Leader)
	h.sit(h.clerk2, "front")
	h.setRules(approve.Rule{Kind: approve.Every, Proposers: everybody,
		Steps: []approve.Step{{Desk: "front", People: 1}, {Role: approve.Leader, People: 2}}})
	id := h.submit(officer(h.head), h.replaceDeputy()).Request.ID
	_, err := h.TakeBack(h.ctx, h.by(h.clerk2), id, 1)
	wants(t, err, "denied: not_signed")
	h.approve(h.clerk2, id, 1)
	_, err = h.TakeBack(h.ctx, h.by(h.leader), id, 2) // another's
	wants(t, err, "denied: not_signed")
	_, err = h.TakeBack(h.ctx, h.by(h.clerk2), id, 1)
	wants(t, err, "conflict: moved.change.signed")
	card, err := h.TakeBack(h.ctx, h.by(h.clerk2), id, 2)
	if err != nil || card.Request.Version != 3 || card.Approval.Now != 0 || !card.MayDecide || card.Approval.MayTakeBack {
		t.Fatalf("taken back: %+v, %+v, %v", card.Request, card.Approval, err)
	}
	_, err = h.Approve(h.ctx, h.by(h.leader), id, 3)
	wants(t, err, "denied: turn")
	h.approve(h.clerk2, id, 3)
	h.approve(h.leader, id, 4)
	_, err = h.TakeBack(h.ctx, h.by(h.clerk2), id, 5)
	wants(t, err, "conflict: moved.change.signed_on")
	if card, err = h.TakeBack(h.ctx, h.by(h.leader), id, 5); err != nil || card.Approval.Now != 1 {
		t.Fatalf("the leader takes back: %+v, %v", card.Approval, err)
	}
	h.approve(second, id, 6)
	// A request that is returned is looked at again by all.
	if _, err := h.Return(h.ctx, h.by(h.leader), id, 7, "Thiếu giấy"); err != nil {
		t.Fatal(err)
	}
	if card, err = h.Resubmit(h.ctx, h.by(officer(h.head)), id, 8, h.replaceDeputy()); err != nil {
		t.Fatal(err)
	}
	if card.Approval.Now != 0 || len(card.Approval.Steps[0].Signed) != 0 {
		t.Errorf("old signatures count: %+v", card.Approval)
	}
	h.approve(h.clerk2, id, 9)
	h.approve(second, id, 10)
	if card = h.approve(h.leader, id, 11); card.Request.State != models.ChangeApproved {
		t.Errorf("state %s", card.Request.State)
	}
}

// "N-of-M hard-coded to ANY", "double tap".
func TestTwoDifferentStaffWhereTheWardSaysSo(t *testing.T) {
	h := newHouse(t)
	h.setRules(approve.Rule{Kind: "destination", Proposers: []string{approve.BySelf, approve.ByStaff},
		Steps: []approve.Step{{Role: approve.Any, People: 2, StepUp: true}}})
	id := h.submit(officer(h.member), bankOf(h.member, "agribank", account)).Request.ID
	_, err := h.Approve(h.ctx, h.by(h.clerk), id, 1)
	wants(t, err, "denied: step_up")
	clerk := h.fresh(h.clerk)
	h.approve(clerk, id, 1)
	_, err = h.Approve(h.ctx, h.by(clerk), id, 1)
	wants(t, err, "conflict: moved.change.signed")
	_, err = h.Approve(h.ctx, h.by(clerk), id, 2)
	wants(t, err, "denied: signed")
	_, err = h.Approve(h.ctx, h.by(h.leader), id, 2)
	wants(t, err, "denied: step_up")
	if card := h.approve(h.fresh(h.leader), id, 2); card.Request.State != models.ChangeApproved ||
		h.personNow(h.member.ID).BankTail != "3456" {
		t.Errorf("state %s", card.Request.State)
	}
}

// A rule for every kind asks no code; an account is never decided without one.
func TestBankAlwaysNeedsACode(t *testing.T) {
	h := newHouse(t)
	h.frontFirst()
	id := h.submit(officer(h.member), bankOf(h.member, "agribank", account)).Request.ID
	_, err := h.Approve(h.ctx, h.by(h.clerk2), id, 1)
	wants(t, err, "denied: step_up")
	h.approve(h.fresh(h.clerk2), id, 1)
	_, err = h.Approve(h.ctx, h.by(h.leader), id, 2)
	wants(t, err, "denied: step_up")
	h.approve(h.fresh(h.leader), id, 2)
}

// "ALL with an empty approver group completes at once": nobody is an error.
func TestNoRuleIsSatisfiedByNobody(t *testing.T) {
	h := newHouse(t)
	refuse := func(want string, rules ...approve.Rule) {
		t.Helper()
		wants(t, h.rules().SetRules(h.ctx, h.by(h.admin), rules), want)
	}
	rule := func(kind string, steps ...approve.Step) approve.Rule {
		return approve.Rule{Kind: kind, Proposers: everybody, Steps: steps}
	}
	refuse("invalid: rule_steps", rule("phone"))
	refuse("invalid: rule_people", rule("phone", approve.Step{Role: approve.Any}))
	refuse("invalid: rule_few", rule("phone", approve.Step{Desk: "front", People: 1}))
	refuse("invalid: rule_few", rule("phone", approve.Step{Role: approve.Leader, People: 2}))
	refuse("invalid: rule_same", rule("phone", approve.Step{Role: approve.Leader, People: 1},
		approve.Step{Role: approve.Any, People: 3}))
	refuse("invalid: rule_twice", rule("phone", approve.Step{Role: approve.Any, People: 1}),
		rule("phone", approve.Step{Role: approve.Any, People: 1}))
	for _, actor := range []services.Actor{h.clerk, h.leader, h.viewer, officer(h.head)} {
		wants(t, h.rules().SetRules(h.ctx, h.by(actor), nil), "denied: role")
		wants(t, h.rules().SetDesk(h.ctx, h.by(actor), h.clerk.Staff, "front"), "denied: role")
	}
	wants(t, h.rules().SetDesk(h.ctx, h.by(h.admin), h.clerkAway.Staff, "front"), "not_found: staff")
	wants(t, h.rules().SetDesk(h.ctx, h.by(h.admin), h.clerk.Staff, "kitchen"), "invalid: rule_desk")
	h.frontFirst()
	wants(t, h.rules().SetDesk(h.ctx, h.by(h.admin), h.clerk2.Staff, ""), "conflict: desk_needed")
	// The only checker proposes: the request would wait for ever, and is refused.
	_, err := h.Submit(h.ctx, h.by(h.clerk2), phoneOf(h.elder, "0355000111"))
	wants(t, err, "unavailable: no_decider")
	h.is(h.clerk2, h.elder)
	_, err = h.Submit(h.ctx, h.by(officer(h.elder)), phoneOf(h.elder, "0355000111"))
	wants(t, err, "unavailable: no_decider")
	// The people leave: what waits stays waiting, and is taken to who minds the rules.
	id := h.submit(officer(h.head), h.replaceDeputy()).Request.ID
	if err := h.store.Model(&models.Staff{}).Where("role IN ('clerk', 'leader')").Update("active",
		false).Error; err != nil {
		t.Fatal(err)
	}
	for _, actor := range []services.Actor{h.clerk, h.clerk2, h.leader} {
		_, err := h.Approve(h.ctx, h.by(actor), id, 1)
		wants(t, err, "denied: role")
	}
	if n, err := h.Due(h.ctx); n != 0 || err != nil {
		t.Errorf("due at once: %d, %v", n, err)
	}
	h.now.Add(int64(48 * time.Hour / time.Second))
	if n, err := h.Due(h.ctx); n != 1 || err != nil ||
		!slices.Equal(h.told(outbox.ChangeWaiting, id), []string{s(h.admin)}) {
		t.Errorf("reminded %d, %v, told %v", n, err, h.told(outbox.ChangeWaiting, id))
	}
}

// A newcomer who turns out to be the checker undoes their check.
func TestCheckerWhoBecomesAParty(t *testing.T) {
	h := newHouse(t)
	h.frontFirst()
	third := h.user(h.ward, "Cán bộ Năm", services.Clerk)
	h.sit(third, "front")
	id := h.submit(officer(h.head), h.replaceDeputy()).Request.ID
	h.approve(h.clerk2, id, 1)
	h.is(h.clerk2, h.deputy) // who leaves
	_, err := h.Approve(h.ctx, h.by(h.leader), id, 2)
	wants(t, err, "denied: turn")
	h.approve(third, id, 2)
	if card := h.approve(h.leader, id, 3); card.Request.State != models.ChangeApproved {
		t.Errorf("state %s", card.Request.State)
	}
}

func TestRulesHoldFromTheDayOfSending(t *testing.T) {
	h := newHouse(t)
	before := h.submit(officer(h.head), h.replaceDeputy()).Request.ID
	h.now.Add(60)
	h.frontFirst()
	after := h.submit(officer(h.member), phoneOf(h.member, "0355000777")).Request.ID
	_, err := h.Approve(h.ctx, h.by(h.clerk), after, 1)
	wants(t, err, "denied: turn")
	if card := h.approve(h.clerk, before, 1); card.Request.State != models.ChangeApproved {
		t.Errorf("under the rule of its day: %s", card.Request.State)
	}
	h.now.Add(60)
	h.setRules()
	if _, err := h.Approve(h.ctx, h.by(h.clerk), after, 1); services.CodeOf(err) != "turn" {
		t.Errorf("a loosened rule reaches back: %v", err)
	}
}

func TestProposersAreTheRules(t *testing.T) {
	h := newHouse(t)
	h.setRules(
		approve.Rule{Kind: "replace", Proposers: []string{approve.ByDeputy},
			Steps: []approve.Step{{Role: approve.Any, People: 1}}},
		approve.Rule{Kind: "phone", Proposers: []string{approve.ByStaff},
			Steps: []approve.Step{{Role: approve.Any, People: 1}}},
	)
	for _, actor := range []services.Actor{officer(h.head), h.clerk, h.admin} {
		_, err := h.Submit(h.ctx, h.by(actor), h.replaceDeputy())
		wants(t, err, "denied: propose")
	}
	_, err := h.Submit(h.ctx, h.by(officer(h.member)), phoneOf(h.member, "0355000111"))
	wants(t, err, "denied: propose")
	h.submit(h.clerk, phoneOf(h.member, "0355000111"))
	replace := h.replaceDeputy()
	replace.Term = h.term(h.head, h.women, april6).ID
	h.submit(officer(h.deputy), replace)
	if list, err := h.Proposable(h.ctx, officer(h.head), change.Replace{}); err != nil || len(list) != 0 {
		t.Errorf("the head is offered %d branches, %v", len(list), err)
	}
	if list, err := h.Proposable(h.ctx, officer(h.deputy), change.Replace{}); err != nil || len(list) != 1 {
		t.Errorf("the deputy is offered %d branches, %v", len(list), err)
	}
}

// Who is the last that a rule could be kept by does not retire; who comes in
// their place frees them.
func TestTheLastWhoKeepsARuleStays(t *testing.T) {
	h := newHouse(t)
	h.setRules(approve.Rule{Kind: "leave", Proposers: everybody, Steps: []approve.Step{{Role: approve.Leader, People: 1}}})
	wants(t, h.people.RetireStaff(h.ctx, h.by(h.fresh(h.admin)), h.leader.Staff), "conflict: staff_needed")
	h.user(h.ward, "Lãnh đạo Tư", services.Leader)
	if err := h.people.RetireStaff(h.ctx, h.by(h.fresh(h.admin)), h.leader.Staff); err != nil {
		t.Error(err)
	}
	// Two clerks and a leader keep the default rules; one of them is enough.
	for _, one := range []services.Actor{h.clerk, h.clerk2} {
		if err := h.people.RetireStaff(h.ctx, h.by(h.fresh(h.admin)), one.Staff); err != nil {
			t.Error(err)
		}
	}
	wants(t, h.people.RetireStaff(h.ctx, h.by(services.Actor{Role: services.Admin, Ward: h.foreign.ID}), h.viewer.Staff),
		"not_found: staff")
}
