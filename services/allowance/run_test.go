package allowance_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

var ctx = context.Background()

func TestARunFromDraftToClosed(t *testing.T) {
	h := newHouse(t)
	a, b := h.person("A"), h.person("B")
	branch := h.branch("women")
	h.term(a, branch, models.Head, "2025-01-01", "")
	h.term(b, branch, models.Deputy, "2025-01-01", "")
	h.term(h.person("C"), branch, models.Member, "2025-01-01", "")

	view := h.prepare("2026-04")
	if view.Run.State != models.RunDraft || view.Run.Total != 350_000 || view.Run.People != 2 || len(view.Lines) != 2 {
		t.Fatalf("draft: %+v", view)
	}
	line := h.lineOf(view, a)
	want := models.PaymentLine{
		ID: line.ID, WardID: h.ward.ID, RunID: view.Run.ID, PersonID: a, Month: month(t, "2026-04"), Amount: 200_000, State: models.LinePending,
		Name: "A", Title: "Title head", Unit: line.Unit, BankName: "Bank", BankTail: "6789", Components: line.Components,
	}
	if diff := cmp.Diff(want, line); diff != "" || line.Unit == "" || len(line.Components) != 1 {
		t.Errorf("line: %s", diff)
	}
	c := line.Components[0]
	if c.Amount != 200_000 || c.Rate != 200_000 || c.Basis != "Conclusion 1" || c.Why != "full" || c.Days != 30 || c.PolicyID != h.policy.ID {
		t.Errorf("component: %+v", c)
	}

	again := h.prepare("2026-04")
	if diff := cmp.Diff(view, again); diff != "" {
		t.Errorf("prepared twice: %s", diff)
	}
	view = h.step(h.service.SubmitRun, h.clerk, view)
	if view.Run.State != models.RunSubmitted || len(view.Run.ContentHash) != 32 || view.PreparedBy == "" {
		t.Errorf("submitted: %+v", view.Run)
	}
	_, err := h.service.Prepare(ctx, h.clerk, month(t, "2026-04"))
	wantCode(t, err, services.KindConflict, "run_frozen")
	var told int64
	h.store.Model(&models.Delivery{}).Where("kind = ? AND subject_kind = ? AND subject_id = ?", outbox.RunSubmitted, outbox.Run, view.Run.ID).Count(&told)
	if told != 2 {
		t.Errorf("%d leaders were told, want both", told)
	}
	view = h.step(h.service.ApproveRun, h.leader, view)
	view = h.step(h.service.ExportRun, h.clerk, view)
	_, err = h.service.CloseRun(ctx, h.clerk, view.Run.ID, view.Run.Version)
	wantCode(t, err, services.KindConflict, "run_pending")
	h.settleAll(view)
	view = h.step(h.service.CloseRun, h.clerk, view)
	if view.Run.State != models.RunClosed || view.Run.ClosedAt == nil || view.ApprovedBy == "" {
		t.Errorf("closed: %+v", view.Run)
	}
	if paid := h.lineOf(view, b); paid.State != models.LinePaid || paid.PaidOn != day(t, "2026-04-20") {
		t.Errorf("line: %+v", paid)
	}
	entries, err := h.audit.Of(ctx, h.clerk, fmt.Sprintf("run:%d", view.Run.ID))
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, entry := range entries {
		actions = append(actions, entry.Action)
	}
	if diff := cmp.Diff([]string{"run.prepared", "run.submitted", "run.approved", "run.exported", "run.settled", "run.closed"}, actions); diff != "" {
		t.Error(diff)
	}
}

func TestTheFirstRunOwesNoArrears(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2020-01-01", "")
	if got := h.pay("2026-02").Run.Total; got != 200_000 {
		t.Errorf("first run pays %d", got)
	}
	// March was never listed: April pays it too.
	if diff := cmp.Diff(map[string]int64{"2026-03": 200_000, "2026-04": 200_000}, amounts(h.lineOf(h.prepare("2026-04"), a))); diff != "" {
		t.Error(diff)
	}
}

// A head is replaced, and the ward hears of it when two months are paid.
func TestABackDatedChangeRecoversAndPaysArrears(t *testing.T) {
	h := newHouse(t)
	branch := h.branch("women")
	a, b := h.person("A"), h.person("B")
	head := h.term(a, branch, models.Head, "2025-01-01", "")
	h.term(a, h.branch("youth"), models.Head, "2025-01-01", "")
	h.pay("2026-02")
	h.pay("2026-03")
	h.end(head, "2026-02-10")
	h.term(b, branch, models.Head, "2026-02-11", "")

	view := h.prepare("2026-04")
	left := h.lineOf(view, a)
	if diff := cmp.Diff(map[string]int64{"2026-04": 200_000, "2026-03": -200_000, "2026-02": -200_000}, amounts(left)); diff != "" {
		t.Error(diff)
	}
	if left.Amount != -200_000 || left.State != models.LineCarried {
		t.Errorf("left: %+v", left)
	}
	for _, component := range left.Components {
		if component.Amount < 0 && component.Why != "withdrawn" {
			t.Errorf("recovery because of %q", component.Why)
		}
	}
	came := h.lineOf(view, b)
	if came.Amount != 600_000 || came.State != models.LinePending {
		t.Errorf("came: %+v", came)
	}
	if view.Run.Total != 600_000 || view.Run.People != 1 {
		t.Errorf("the debt is not to pay: %+v", view.Run)
	}
}

// A debt larger than a month's allowance waits, month after month, until what
// is owed outweighs it; then everything is settled at once.
func TestADebtIsCarriedOverThreeMonths(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	head := h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	h.pay("2025-10")
	h.pay("2025-11")
	h.pay("2025-12") // 600,000 paid for three months in which A held another post
	if err := h.store.Model(&head).Updates(map[string]any{"superseded_at": h.now}).Error; err != nil {
		t.Fatal(err)
	}
	h.term(a, h.branch("youth"), models.Deputy, "2026-01-01", "")
	for _, want := range []struct {
		month  string
		amount int64
		state  models.LineState
	}{
		{"2026-01", -450_000, models.LineCarried},
		{"2026-02", -300_000, models.LineCarried},
		{"2026-03", -150_000, models.LineCarried},
		{"2026-04", 0, models.LineCarried},
		{"2026-05", 150_000, models.LinePaid},
		{"2026-06", 150_000, models.LinePaid},
	} {
		h.now = day(t, want.month+"-20").Time()
		line := h.lineOf(h.pay(want.month), a)
		if line.Amount != want.amount || line.State != want.state {
			t.Errorf("%s: %d %s, want %d %s", want.month, line.Amount, line.State, want.amount, want.state)
		}
	}
}

func TestAFailedTransferIsMadeGoodByTheNextRun(t *testing.T) {
	h := newHouse(t)
	a, b := h.person("A"), h.person("B")
	branch := h.branch("women")
	h.term(a, branch, models.Head, "2025-01-01", "")
	h.term(b, branch, models.Deputy, "2025-01-01", "")
	march := h.export("2026-03")
	failed := h.lineOf(march, a)
	wantCode(t, h.service.SettleLine(ctx, h.clerk, failed.ID, models.LineFailed, "", models.Date{}), services.KindInvalid, "reason")
	if err := h.service.SettleLine(ctx, h.clerk, failed.ID, models.LineFailed, "account closed", models.Date{}); err != nil {
		t.Fatal(err)
	}
	h.settleAll(march)
	h.step(h.service.CloseRun, h.clerk, march)

	april := h.export("2026-04")
	follow := h.lineOf(april, a)
	if follow.Amount != 400_000 || follow.FollowsID == nil || *follow.FollowsID != failed.ID {
		t.Fatalf("follow-up: %+v", follow)
	}
	if other := h.lineOf(april, b); other.Amount != 150_000 || other.FollowsID != nil {
		t.Errorf("the other: %+v", other)
	}
	// Once the next list is frozen the failed line cannot be called paid.
	wantCode(t, h.service.SettleLine(ctx, h.clerk, failed.ID, models.LinePaid, "", day(t, "2026-04-20")), services.KindConflict, "line_settled")
	// It fails again, and is followed again.
	if err := h.service.SettleLine(ctx, h.clerk, follow.ID, models.LineReturned, "wrong name", models.Date{}); err != nil {
		t.Fatal(err)
	}
	h.settleAll(april)
	third := h.lineOf(h.export("2026-05"), a)
	if third.Amount != 600_000 || third.FollowsID == nil || *third.FollowsID != follow.ID {
		t.Errorf("second follow-up: %+v", third)
	}
}

// A transfer that fails for longer than the look-back is still owed.
func TestAnOldFailureIsNotForgotten(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	head := h.term(a, h.branch("women"), models.Head, "2024-01-01", "2024-01-31")
	view := h.export("2024-01")
	if err := h.service.SettleLine(ctx, h.clerk, h.lineOf(view, a).ID, models.LineFailed, "account closed", models.Date{}); err != nil {
		t.Fatal(err)
	}
	line := h.lineOf(h.prepare("2026-04"), a)
	if diff := cmp.Diff(map[string]int64{"2024-01": 200_000}, amounts(line)); diff != "" {
		t.Error(diff)
	}
	if line.Title != head.Title {
		t.Errorf("title %q", line.Title)
	}
}

// Within the look-back a correction is adjusted; before it, it is not.
func TestTheLookBackEnds(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(h.person("B"), h.branch("youth"), models.Head, "2024-01-01", "")
	h.pay("2024-12")
	h.pay("2026-03")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "2025-05-31")
	if diff := cmp.Diff(map[string]int64{"2025-04": 200_000, "2025-05": 200_000}, amounts(h.lineOf(h.prepare("2026-04"), a))); diff != "" {
		t.Error(diff)
	}
}

// The same post under a corrected row owes the same money: nothing moves.
func TestASupersededRowWithItsCorrectionMovesNothing(t *testing.T) {
	h := newHouse(t)
	a, branch := h.person("A"), h.branch("women")
	wrong := h.term(a, branch, models.Head, "2025-01-01", "")
	h.pay("2026-03")
	if err := h.store.Model(&wrong).Updates(map[string]any{"superseded_at": h.now}).Error; err != nil {
		t.Fatal(err)
	}
	h.term(a, branch, models.Head, "2025-01-02", "")
	line := h.lineOf(h.prepare("2026-04"), a)
	if line.Amount != 200_000 || len(line.Components) != 1 {
		t.Errorf("line: %+v", line)
	}
}

func TestARetroactivePolicyPaysArrears(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	h.pay("2026-02")
	h.pay("2026-03")
	h.newPolicy(h.ward, func(p *models.Policy) {
		p.Code, p.From = "province", models.NewDate(2026, 3, 1)
		p.Rules = []models.PolicyRule{{Role: models.Head, Coefficient: 150}}
	})
	if diff := cmp.Diff(map[string]int64{"2026-03": 351_000, "2026-04": 551_000}, amounts(h.lineOf(h.prepare("2026-04"), a))); diff != "" {
		t.Error(diff)
	}
}

// A draft shows months that another draft shows too: only one may freeze them.
func TestAStaleDraftIsNotFrozen(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	h.pay("2026-02")
	march, april := h.prepare("2026-03"), h.prepare("2026-04")
	if got := h.lineOf(april, a).Amount; got != 400_000 {
		t.Fatalf("April beside a draft of March: %d", got)
	}
	h.step(h.service.SubmitRun, h.clerk, march)
	_, err := h.service.SubmitRun(ctx, h.clerk, april.Run.ID, april.Run.Version)
	wantCode(t, err, services.KindConflict, "run_stale")
	april = h.step(h.service.SubmitRun, h.clerk, h.prepare("2026-04"))
	if april.Run.Total != 200_000 {
		t.Errorf("April after March: %d", april.Run.Total)
	}
}

func TestRefusals(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	_, err := h.service.Prepare(ctx, h.clerk, month(t, "2026-06"))
	wantCode(t, err, services.KindInvalid, "run_month")
	view := h.prepare("2026-04")
	line := h.lineOf(view, a)
	wantCode(t, h.service.SettleLine(ctx, h.clerk, line.ID, models.LinePaid, "", day(t, "2026-04-20")), services.KindConflict, "run_not_exported")
	view = h.step(h.service.SubmitRun, h.leader, view)
	_, err = h.service.Prepare(ctx, h.clerk, month(t, "2026-03"))
	wantCode(t, err, services.KindConflict, "run_past")

	_, err = h.service.ApproveRun(ctx, h.leader, view.Run.ID, view.Run.Version)
	wantCode(t, err, services.KindDenied, "own_run")
	_, err = h.service.ApproveRun(ctx, h.clerk, view.Run.ID, view.Run.Version)
	wantCode(t, err, services.KindDenied, "role")
	_, err = h.service.ApproveRun(ctx, h.second, view.Run.ID, view.Run.Version-1)
	wantCode(t, err, services.KindConflict, "run_moved")
	stale := h.staff(h.ward, services.Leader)
	h.store.Model(&models.Account{}).Where("id = ?", stale.Account).Update("stepped_up_until", h.now.Add(-time.Minute))
	_, err = h.service.ApproveRun(ctx, stale, view.Run.ID, view.Run.Version)
	wantCode(t, err, services.KindDenied, "step_up")

	own, _ := h.service.Run(ctx, h.leader, view.Run.ID)
	other, _ := h.service.Run(ctx, h.second, view.Run.ID)
	clerk, _ := h.service.Run(ctx, h.clerk, view.Run.ID)
	if own.WhyNot != "own" || other.WhyNot != "" || !other.MayApprove || clerk.WhyNot != "role" {
		t.Errorf("why not: %q %q %q", own.WhyNot, other.WhyNot, clerk.WhyNot)
	}

	// Somebody changes a frozen row behind our back.
	if err := h.store.Model(&models.PaymentLine{}).Where("id = ?", line.ID).Update("amount", 300_000).Error; err != nil {
		t.Fatal(err)
	}
	_, err = h.service.ApproveRun(ctx, h.second, view.Run.ID, view.Run.Version)
	wantCode(t, err, services.KindConflict, "run_changed")
	h.store.Model(&models.PaymentLine{}).Where("id = ?", line.ID).Update("amount", 200_000)
	view = h.step(h.service.ApproveRun, h.second, view)
	view = h.step(h.service.ExportRun, h.clerk, view)

	wantCode(t, h.service.SettleLine(ctx, h.clerk, line.ID, models.LinePaid, "", day(t, "2026-04-21")), services.KindInvalid, "paid_on")
	wantCode(t, h.service.SettleLine(ctx, h.clerk, line.ID, models.LineCarried, "", models.Date{}), services.KindInvalid, "line_state")
	if err := h.service.SettleLine(ctx, h.clerk, line.ID, models.LineFailed, "mistaken", models.Date{}); err != nil {
		t.Fatal(err)
	}
	if err := h.service.SettleLine(ctx, h.clerk, line.ID, models.LinePaid, "", day(t, "2026-04-20")); err != nil {
		t.Errorf("correcting an outcome before the next list: %v", err)
	}
}

func TestAnEmptyRunIsNotFrozen(t *testing.T) {
	h := newHouse(t)
	view := h.prepare("2026-04")
	_, err := h.service.SubmitRun(ctx, h.clerk, view.Run.ID, view.Run.Version)
	wantCode(t, err, services.KindInvalid, "run_empty")
}

func TestTheSameEventActsOnce(t *testing.T) {
	h := newHouse(t)
	h.term(h.person("A"), h.branch("women"), models.Head, "2025-01-01", "")
	actor := h.clerk
	actor.Event = "web:1"
	if _, err := h.service.Prepare(ctx, actor, month(t, "2026-04")); err != nil {
		t.Fatal(err)
	}
	_, err := h.service.Prepare(ctx, actor, month(t, "2026-04"))
	if !services.IsRepeated(err) {
		t.Errorf("got %v", err)
	}
}
