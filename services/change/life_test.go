package change_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/change"
	"canbobot/services/money"
	"canbobot/services/outbox"
	"canbobot/services/roster"
)

func TestReplaceFromProposalToRoster(t *testing.T) {
	h := newHouse(t)
	roll := h.roll()
	proposal := h.replaceDeputy()
	preview, err := h.Preview(h.ctx, officer(h.head), proposal)
	if err != nil {
		t.Fatal(err)
	}
	diff := []change.Diff{
		{Field: "deputy", From: h.deputy.Name, To: "Võ Thị Thuý"}, {Field: "newcomer_phone", To: "+84987654321"},
		{Field: "birth_year", To: "1980"},
		{Field: "from", To: "2026-04-01"}, {Field: "to", To: "2026-03-31"},
	}
	effects := []change.EffectView{
		{Name: "Võ Thị Thuý", Effect: money.Effect{Person: 0, From: models.NewMonth(2026, 4), Monthly: 150_000}},
		{Name: h.deputy.Name, Effect: money.Effect{Person: h.deputy.ID, From: models.NewMonth(2026, 4), Monthly: -150_000}},
	}
	same := func(t *testing.T, card change.Card) {
		t.Helper()
		if d := cmp.Diff(diff, card.Diff); d != "" {
			t.Errorf("diff: %s", d)
		}
		if d := cmp.Diff(effects, card.Effects, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("effects: %s", d)
		}
	}
	same(t, preview)
	if preview.Request.ID != 0 || preview.MayDecide || preview.ProposerName != h.head.Name ||
		preview.ProposerTitle != "Chi hội trưởng" || preview.Proposal.Role != models.Deputy {
		t.Errorf("preview %+v", preview)
	}

	card := h.submit(officer(h.head), proposal)
	same(t, card)
	if card.Request.State != models.ChangeSubmitted || card.Request.Version != 1 || card.MayDecide ||
		card.WhyNot != approve.WhyRole || len(card.Events) != 1 {
		t.Errorf("submitted %+v", card)
	}
	if h.roll() != roll {
		t.Error("a proposal changed the roster")
	}
	if d := cmp.Diff([]string{s(h.clerk), s(h.clerk2)}, h.told(outbox.ChangeSubmitted, card.Request.ID)); d != "" {
		t.Errorf("deciders told: %s", d)
	}
	queue, total, err := h.Queue(h.ctx, h.clerk, 0, 10)
	if err != nil || total != 1 || len(queue) != 1 || queue[0].NewcomerName != "Võ Thị Thuý" ||
		queue[0].SubjectName != h.deputy.Name || queue[0].BranchName != h.women.Name {
		t.Errorf("queue %+v, %d, %v", queue, total, err)
	}
	seen, err := h.Card(h.ctx, h.clerk, card.Request.ID)
	if err != nil || !seen.MayDecide || seen.WhyNot != "" {
		t.Errorf("the clerk's card: %v, %q, %v", seen.MayDecide, seen.WhyNot, err)
	}

	card, err = h.Approve(h.ctx, h.by(h.clerk), card.Request.ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	if card.Request.State != models.ChangeApproved || card.Request.Version != 2 || card.DeciderName != "Cán bộ Một" ||
		card.MayDecide || card.WhyNot != change.WhyDecided || len(card.Events) != 2 {
		t.Errorf("approved %+v", card)
	}
	newcomer := models.Person{ID: *card.Request.NewcomerID}
	effects[0].Person = newcomer.ID // who has a row of their own now
	same(t, card)
	term := h.term(newcomer, h.women, april6)
	if term.Role != models.Deputy || term.Slot != 1 || term.From != models.NewDate(2026, 4, 1) ||
		*term.ChangeID != card.Request.ID {
		t.Errorf("opened %+v", term)
	}
	if old := h.term(h.deputy, h.women, models.NewDate(2026, 3, 31)); old.To != models.NewDate(2026, 3, 31) ||
		old.EndReason != "replaced" || *old.EndChangeID != card.Request.ID {
		t.Errorf("closed %+v", old)
	}
	if d := cmp.Diff([]string{p(h.head), p(h.deputy)}, h.told(outbox.ChangeDecided, card.Request.ID)); d != "" {
		t.Errorf("told of the decision: %s", d)
	}
	entries, err := h.audit.Of(h.ctx, h.viewer, "change:1")
	if err != nil || len(entries) != 2 || entries[0].Action != "change.submitted" ||
		entries[1].Action != "change.approved" || *entries[1].StaffID != h.clerk.Staff {
		t.Errorf("journal %+v, %v", entries, err)
	}
	var jobs int64
	if err := h.store.Table("river_job").Where("kind = 'redraw'").Count(&jobs).Error; err != nil || jobs != 1 {
		t.Errorf("%d redraws, %v", jobs, err)
	}
	// The deputy reads of it what is theirs.
	theirs, err := h.Card(h.ctx, officer(h.deputy), card.Request.ID)
	if err != nil || len(theirs.Effects) != 1 || theirs.Effects[0].Person != h.deputy.ID {
		t.Errorf("the deputy's card: %+v, %v", theirs.Effects, err)
	}
	for _, d := range theirs.Diff {
		if d.Field == "newcomer_phone" || d.Field == "birth_year" {
			t.Errorf("the deputy reads %s", d.Field)
		}
	}
}

func TestReturnedMendedAndApproved(t *testing.T) {
	h := newHouse(t)
	proposal := h.replaceDeputy()
	card := h.submit(officer(h.head), proposal)
	id := card.Request.ID
	_, err := h.Return(h.ctx, h.by(h.clerk), id, 1, " ")
	wants(t, err, "invalid: reason")
	card, err = h.Return(h.ctx, h.by(h.clerk), id, 1, "Thiếu số quyết định\x00")
	if err != nil || card.Request.State != models.ChangeReturned || card.Request.Reason != "Thiếu số quyết định" ||
		card.DeciderName != "Cán bộ Một" {
		t.Fatalf("returned %+v, %v", card.Request, err)
	}
	if d := cmp.Diff([]string{p(h.head)}, h.told(outbox.ChangeDecided, id)); d != "" {
		t.Errorf("told: %s", d)
	}
	_, err = h.Approve(h.ctx, h.by(h.clerk2), id, 2)
	wants(t, err, "conflict: moved.change.decided")
	_, err = h.Resubmit(h.ctx, h.by(officer(h.deputy)), id, 2, proposal)
	wants(t, err, "not_found: change")
	_, err = h.Resubmit(h.ctx, h.by(h.clerk), id, 2, proposal)
	wants(t, err, "denied: not_proposer")
	_, err = h.Resubmit(h.ctx, h.by(officer(h.head)), id, 1, proposal)
	wants(t, err, "conflict: moved.change.decided")
	_, err = h.Resubmit(h.ctx, h.by(officer(h.head)), id, 2, h.leave(h.head))
	wants(t, err, "invalid: kind")

	proposal.Decision = roster.Decision{Number: "12/QĐ-HPN", Date: models.NewDate(2026, 3, 30),
		Signer: "Nguyễn Thị Chủ Tịch"}
	h.now.Add(3600)
	card, err = h.Resubmit(h.ctx, h.by(officer(h.head)), id, 2, proposal)
	if err != nil || card.Request.State != models.ChangeSubmitted || card.Request.Version != 3 ||
		card.Request.Reason != "" || card.Request.DecidedByStaffID != nil {
		t.Fatalf("resubmitted %+v, %v", card.Request, err)
	}
	if got := h.told(outbox.ChangeSubmitted, id); len(got) != 4 {
		t.Errorf("deciders told: %v", got)
	}
	// A card drawn before the return decides nothing.
	_, err = h.Approve(h.ctx, h.by(h.clerk2), id, 1)
	wants(t, err, "conflict: moved.change.outdated")
	card, err = h.Approve(h.ctx, h.by(h.clerk2), id, 3)
	if err != nil || card.Request.State != models.ChangeApproved || len(card.Events) != 4 ||
		card.Events[1].Reason != "Thiếu số quyết định" {
		t.Fatalf("approved %+v, %v", card, err)
	}
	if term := h.term(models.Person{ID: *card.Request.NewcomerID}, h.women, april6); term.DecisionNumber != "12/QĐ-HPN" ||
		term.DecisionSigner != "Nguyễn Thị Chủ Tịch" {
		t.Errorf("term %+v", term)
	}
}

func TestLateDeciderHearsWhoAndWhen(t *testing.T) {
	h := newHouse(t)
	card := h.submit(officer(h.head), h.replaceDeputy())
	if _, err := h.Refuse(h.ctx, h.by(h.clerk), card.Request.ID, 1, "Không đúng người"); err != nil {
		t.Fatal(err)
	}
	roll := h.roll()
	_, err := h.Approve(h.ctx, h.by(h.clerk2), card.Request.ID, 1)
	wants(t, err, "conflict: moved.change.decided")
	fields := fieldsOf(t, err)
	if fields["by"] != "Cán bộ Một" || fields["state"] != "refused" ||
		!fields["at"].(time.Time).Equal(time.Unix(h.now.Load(), 0)) {
		t.Errorf("fields %v", fields)
	}
	_, err = h.Withdraw(h.ctx, h.by(officer(h.head)), card.Request.ID, 2)
	wants(t, err, "conflict: moved.change.decided")
	if h.roll() != roll {
		t.Error("a refused request changed the roster")
	}
	if d := cmp.Diff([]string{p(h.head)}, h.told(outbox.ChangeDecided, card.Request.ID)); d != "" {
		t.Errorf("told of a refusal: %s", d)
	}
	_, err = h.Card(h.ctx, officer(h.deputy), card.Request.ID)
	wants(t, err, "not_found: change")
}

func TestWithdraw(t *testing.T) {
	h := newHouse(t)
	card := h.submit(officer(h.head), h.replaceDeputy())
	_, err := h.Withdraw(h.ctx, h.by(officer(h.deputy)), card.Request.ID, 1)
	wants(t, err, "not_found: change")
	card, err = h.Withdraw(h.ctx, h.by(officer(h.head)), card.Request.ID, 1)
	if err != nil || card.Request.State != models.ChangeWithdrawn || len(card.Effects) != 2 {
		t.Fatalf("withdrawn %+v, %v", card, err)
	}
	_, err = h.Approve(h.ctx, h.by(h.clerk), card.Request.ID, 1)
	wants(t, err, "conflict: moved.change.decided")
	if fields := fieldsOf(t, err); fields["by"] != h.head.Name || fields["state"] != "withdrawn" {
		t.Errorf("fields %v", fields)
	}
	if queue, total, err := h.Queue(h.ctx, h.clerk, 0, 10); err != nil || total != 0 || len(queue) != 0 {
		t.Errorf("queue %v, %d, %v", queue, total, err)
	}
	mine, err := h.Mine(h.ctx, officer(h.head))
	if err != nil || len(mine) != 1 || mine[0].State != models.ChangeWithdrawn {
		t.Errorf("mine %+v, %v", mine, err)
	}
}

func TestPhoneAndLeave(t *testing.T) {
	h := newHouse(t)
	card := h.submit(officer(h.member), phoneOf(h.member, "0355 000 111"))
	if len(card.Diff) != 1 || card.Diff[0] != (change.Diff{Field: "phone", From: h.member.Phone, To: "+84355000111"}) ||
		card.Branch.ID != h.women.ID || len(card.Effects) != 0 {
		t.Errorf("card %+v", card)
	}
	h.approve(h.clerk, card.Request.ID, 1)
	if person, err := h.roster.Person(h.ctx, h.viewer, h.member.ID); err != nil || person.Phone != "+84355000111" ||
		person.Version != 2 {
		t.Errorf("person %+v, %v", person, err)
	}
	// The card goes on telling what the number was.
	card, err := h.Card(h.ctx, officer(h.member), card.Request.ID)
	if err != nil || card.Diff[0].From != h.member.Phone {
		t.Errorf("decided card %+v, %v", card.Diff, err)
	}

	card = h.submit(officer(h.deputy), h.leave(h.deputy))
	if _, err := h.Approve(h.ctx, h.by(h.leader), card.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	if term := h.term(h.deputy, h.women, models.NewDate(2026, 4, 5)); term.To != models.NewDate(2026, 4, 5) ||
		term.EndReason != "resigned" {
		t.Errorf("term %+v", term)
	}
	// The post is vacant from the next day on: an acting deputy takes it.
	card = h.submit(h.clerk, change.Proposal{
		Kind: change.Appoint{Newcomer: change.Newcomer{Person: h.elder.ID}, Acting: true}, Branch: h.women.ID,
		Role: models.Deputy, From: april6,
	})
	if card.NewcomerName != h.elder.Name || card.ProposerName != "Cán bộ Một" || card.WhyNot != approve.WhyOwn {
		t.Errorf("card %+v", card)
	}
	if _, err := h.Approve(h.ctx, h.by(h.clerk2), card.Request.ID, 1); err != nil {
		t.Fatal(err)
	}
	if term := h.term(h.elder, h.women, april6); !term.Acting || term.Role != models.Deputy {
		t.Errorf("term %+v", term)
	}
	if d := cmp.Diff([]string{s(h.clerk), p(h.elder)}, h.told(outbox.ChangeDecided, card.Request.ID)); d != "" {
		t.Errorf("told: %s", d)
	}
}

// Whoever died is written to no more.
func TestDeathTellsOnlyTheProposer(t *testing.T) {
	h := newHouse(t)
	proposal := h.leave(h.member)
	proposal.Kind = change.Leave{Reason: "died"}
	card := h.submit(officer(h.head), proposal)
	h.approve(h.clerk, card.Request.ID, 1)
	if d := cmp.Diff([]string{p(h.head)}, h.told(outbox.ChangeDecided, card.Request.ID)); d != "" {
		t.Errorf("told: %s", d)
	}
}

// A replacement dated back over months that are paid already recovers from who
// left and adds for who came.
func TestBackDatedReplaceShowsRecoveries(t *testing.T) {
	h := newHouse(t)
	for month := models.NewMonth(2026, 1); month <= models.NewMonth(2026, 3); month++ {
		h.create(&models.PaymentRun{WardID: h.ward.ID, Month: month, State: models.RunClosed, Version: 1,
			ContentHash: models.Hash{1}})
	}
	proposal := h.replaceDeputy()
	proposal.From = models.NewDate(2026, 2, 1)
	card, err := h.Preview(h.ctx, officer(h.head), proposal)
	if err != nil {
		t.Fatal(err)
	}
	settled := func(amount int64) []money.MonthAmount {
		return []money.MonthAmount{{Month: models.NewMonth(2026, 2), Amount: amount},
			{Month: models.NewMonth(2026, 3), Amount: amount}}
	}
	want := []change.EffectView{
		{Name: "Võ Thị Thuý", Effect: money.Effect{From: models.NewMonth(2026, 4), Monthly: 150_000,
			Settled: settled(150_000)}},
		{Name: h.deputy.Name, Effect: money.Effect{Person: h.deputy.ID, From: models.NewMonth(2026, 4), Monthly: -150_000,
			Settled: settled(-150_000)}},
	}
	if d := cmp.Diff(want, card.Effects, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
}

func fieldsOf(t *testing.T, err error) map[string]any {
	t.Helper()
	refusal, ok := err.(*services.Error)
	if !ok {
		t.Fatalf("%v is no refusal", err)
	}
	return refusal.Fields
}
