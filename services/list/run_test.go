package list_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money/moneytest"
	"canbobot/services/outbox"
)

func TestARunFromDraftToClosed(t *testing.T) {
	h := moneytest.New(t)
	a, b := h.Person("A"), h.Person("B")
	branch := h.Branch("women")
	h.Term(a, branch, models.Head, "2025-01-01", "")
	h.Term(b, branch, models.Deputy, "2025-01-01", "")
	h.Term(h.Person("C"), branch, models.Member, "2025-01-01", "")

	view := h.Prepare("2026-04")
	if view.Run.State != models.RunDraft || view.Run.Total != 350_000 || view.Run.People != 2 || len(view.Lines) != 2 {
		t.Fatalf("draft: %+v", view)
	}
	line := h.LineOf(view, a)
	want := models.PaymentLine{
		ID: line.ID, WardID: h.Ward.ID, RunID: view.Run.ID, PersonID: a, Month: moneytest.Month(t, "2026-04"),
		Amount: 200_000, State: models.LinePending,
		Name: "A", Title: "Title head", Unit: line.Unit, Destination: models.Destination{BankName: "Bank", BankTail: "6789"},
		Components: line.Components,
	}
	if diff := cmp.Diff(want, line); diff != "" || line.Unit == "" || len(line.Components) != 1 {
		t.Errorf("line: %s", diff)
	}
	c := line.Components[0]
	if c.Amount != 200_000 || c.Rate != 200_000 || c.Basis != "Conclusion 1" || c.Why != "full" || c.Days != 30 ||
		c.PolicyID != h.Policy.ID {
		t.Errorf("component: %+v", c)
	}

	again := h.Prepare("2026-04")
	if diff := cmp.Diff(view, again); diff != "" {
		t.Errorf("prepared twice: %s", diff)
	}
	view = h.Step(h.List.SubmitRun, h.Clerk, view)
	if view.Run.State != models.RunSubmitted || len(view.Run.ContentHash) != 32 || view.PreparedBy == "" {
		t.Errorf("submitted: %+v", view.Run)
	}
	_, err := h.List.Prepare(ctx, h.Clerk, moneytest.Month(t, "2026-04"))
	moneytest.WantCode(t, err, services.KindConflict, "run_frozen")
	var told int64
	h.Store.Model(&models.Delivery{}).Where("kind = ? AND subject_kind = ? AND subject_id = ?", outbox.RunSubmitted,
		outbox.Run, view.Run.ID).Count(&told)
	if told != 2 {
		t.Errorf("%d leaders were told, want both", told)
	}
	view = h.Step(h.List.ApproveRun, h.Leader, view)
	view = h.Step(h.List.ExportRun, h.Clerk, view)
	_, err = h.List.CloseRun(ctx, h.Clerk, view.Run.ID, view.Run.Version)
	moneytest.WantCode(t, err, services.KindConflict, "run_pending")
	h.SettleAll(view)
	view = h.Step(h.List.CloseRun, h.Clerk, view)
	if view.Run.State != models.RunClosed || view.Run.ClosedAt == nil || view.ApprovedBy == "" {
		t.Errorf("closed: %+v", view.Run)
	}
	if paid := h.LineOf(view, b); paid.State != models.LinePaid || paid.PaidOn != moneytest.Day(t, "2026-04-20") {
		t.Errorf("line: %+v", paid)
	}
	entries, err := h.Audit.Of(ctx, h.Clerk, fmt.Sprintf("run:%d", view.Run.ID))
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, entry := range entries {
		actions = append(actions, entry.Action)
	}
	if diff := cmp.Diff([]string{"run.prepared", "run.submitted", "run.approved", "run.exported", "run.settled",
		"run.closed"}, actions); diff != "" {
		t.Error(diff)
	}
}

// Whoever signs a list signs where the money goes: a holder or a way changed after
// it was frozen makes another list of it.
func TestTheHashHoldsWhoHoldsTheAccount(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	if err := h.Store.Model(&models.Person{}).Where("id = ?", a).Updates(map[string]any{"bank_holder": "B",
		"bank_relation": models.HeldBySpouse}).Error; err != nil {
		t.Fatal(err)
	}
	view := h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04"))
	if line := h.LineOf(view, a); line.BankHolder != "B" || line.BankRelation != models.HeldBySpouse {
		t.Fatalf("frozen: %+v", line.Destination)
	}
	for column, other := range map[string]string{"bank_holder": "C", "bank_relation": "child", "pay_way": "cash"} {
		line := h.LineOf(view, a)
		var was string
		h.Store.Model(&models.PaymentLine{}).Where("id = ?", line.ID).Pluck(column, &was)
		set := func(to string) {
			if err := h.Store.Model(&models.PaymentLine{}).Where("id = ?", line.ID).Update(column, to).Error; err != nil {
				t.Fatal(err)
			}
		}
		set(other)
		_, err := h.List.ApproveRun(context.Background(), h.Leader, view.Run.ID, view.Run.Version)
		if services.CodeOf(err) != "run_changed" {
			t.Errorf("%s changed: %v", column, err)
		}
		set(was)
	}
	h.Step(h.List.ApproveRun, h.Leader, view)
}

func TestTheFirstRunOwesNoArrears(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2020-01-01", "")
	if got := h.Pay("2026-02").Run.Total; got != 200_000 {
		t.Errorf("first run pays %d", got)
	}
	// March was never listed: April pays it too.
	if diff := cmp.Diff(map[string]int64{"2026-03": 200_000, "2026-04": 200_000},
		moneytest.Amounts(h.LineOf(h.Prepare("2026-04"), a))); diff != "" {
		t.Error(diff)
	}
}

// A head is replaced, and the ward hears of it when two months are paid.
func TestABackDatedChangeRecoversAndPaysArrears(t *testing.T) {
	h := moneytest.New(t)
	branch := h.Branch("women")
	a, b := h.Person("A"), h.Person("B")
	head := h.Term(a, branch, models.Head, "2025-01-01", "")
	h.Term(a, h.Branch("youth"), models.Head, "2025-01-01", "")
	h.Pay("2026-02")
	h.Pay("2026-03")
	h.End(head, "2026-02-10")
	h.Term(b, branch, models.Head, "2026-02-11", "")

	view := h.Prepare("2026-04")
	left := h.LineOf(view, a)
	if diff := cmp.Diff(map[string]int64{"2026-04": 200_000, "2026-03": -200_000, "2026-02": -200_000},
		moneytest.Amounts(left)); diff != "" {
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
	came := h.LineOf(view, b)
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
	h := moneytest.New(t)
	a := h.Person("A")
	head := h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	h.Pay("2025-10")
	h.Pay("2025-11")
	h.Pay("2025-12") // 600,000 paid for three months in which A held another post
	if err := h.Store.Model(&head).Updates(map[string]any{"superseded_at": h.Now}).Error; err != nil {
		t.Fatal(err)
	}
	h.Term(a, h.Branch("youth"), models.Deputy, "2026-01-01", "")
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
		h.Now = moneytest.Day(t, want.month+"-20").Time()
		line := h.LineOf(h.Pay(want.month), a)
		if line.Amount != want.amount || line.State != want.state {
			t.Errorf("%s: %d %s, want %d %s", want.month, line.Amount, line.State, want.amount, want.state)
		}
	}
}

func TestAFailedTransferIsMadeGoodByTheNextRun(t *testing.T) {
	h := moneytest.New(t)
	a, b := h.Person("A"), h.Person("B")
	branch := h.Branch("women")
	h.Term(a, branch, models.Head, "2025-01-01", "")
	h.Term(b, branch, models.Deputy, "2025-01-01", "")
	march := h.Export("2026-03")
	failed := h.LineOf(march, a)
	moneytest.WantCode(t, h.List.SettleLine(ctx, h.Clerk, failed.ID, models.LineFailed, "", models.Date{}),
		services.KindInvalid, "reason")
	if err := h.List.SettleLine(ctx, h.Clerk, failed.ID, models.LineFailed, "account closed", models.Date{}); err != nil {
		t.Fatal(err)
	}
	h.SettleAll(march)
	h.Step(h.List.CloseRun, h.Clerk, march)

	april := h.Export("2026-04")
	follow := h.LineOf(april, a)
	if follow.Amount != 400_000 || follow.FollowsID == nil || *follow.FollowsID != failed.ID {
		t.Fatalf("follow-up: %+v", follow)
	}
	if other := h.LineOf(april, b); other.Amount != 150_000 || other.FollowsID != nil {
		t.Errorf("the other: %+v", other)
	}
	// Once the next list is frozen the failed line cannot be called paid.
	moneytest.WantCode(t, h.List.SettleLine(ctx, h.Clerk, failed.ID, models.LinePaid, "", moneytest.Day(t, "2026-04-20")),
		services.KindConflict, "line_settled")
	// It fails again, and is followed again.
	if err := h.List.SettleLine(ctx, h.Clerk, follow.ID, models.LineReturned, "wrong name", models.Date{}); err != nil {
		t.Fatal(err)
	}
	h.SettleAll(april)
	third := h.LineOf(h.Export("2026-05"), a)
	if third.Amount != 600_000 || third.FollowsID == nil || *third.FollowsID != follow.ID {
		t.Errorf("second follow-up: %+v", third)
	}
}

// A transfer that fails for longer than the look-back is still owed.
func TestAnOldFailureIsNotForgotten(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	head := h.Term(a, h.Branch("women"), models.Head, "2024-01-01", "2024-01-31")
	view := h.Export("2024-01")
	if err := h.List.SettleLine(ctx, h.Clerk, h.LineOf(view, a).ID, models.LineFailed, "account closed",
		models.Date{}); err != nil {
		t.Fatal(err)
	}
	line := h.LineOf(h.Prepare("2026-04"), a)
	if diff := cmp.Diff(map[string]int64{"2024-01": 200_000}, moneytest.Amounts(line)); diff != "" {
		t.Error(diff)
	}
	if line.Title != head.Title {
		t.Errorf("title %q", line.Title)
	}
}

// Within the look-back a correction is adjusted; before it, it is not.
func TestTheLookBackEnds(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(h.Person("B"), h.Branch("youth"), models.Head, "2024-01-01", "")
	h.Pay("2024-12")
	h.Pay("2026-03")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "2025-05-31")
	if diff := cmp.Diff(map[string]int64{"2025-04": 200_000, "2025-05": 200_000},
		moneytest.Amounts(h.LineOf(h.Prepare("2026-04"), a))); diff != "" {
		t.Error(diff)
	}
}

// The same post under a corrected row owes the same money: nothing moves.
func TestASupersededRowWithItsCorrectionMovesNothing(t *testing.T) {
	h := moneytest.New(t)
	a, branch := h.Person("A"), h.Branch("women")
	wrong := h.Term(a, branch, models.Head, "2025-01-01", "")
	h.Pay("2026-03")
	if err := h.Store.Model(&wrong).Updates(map[string]any{"superseded_at": h.Now}).Error; err != nil {
		t.Fatal(err)
	}
	h.Term(a, branch, models.Head, "2025-01-02", "")
	line := h.LineOf(h.Prepare("2026-04"), a)
	if line.Amount != 200_000 || len(line.Components) != 1 {
		t.Errorf("line: %+v", line)
	}
}

func TestARetroactivePolicyPaysArrears(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	h.Pay("2026-02")
	h.Pay("2026-03")
	h.NewPolicy(h.Ward, func(p *models.Policy) {
		p.Code, p.From = "province", models.NewDate(2026, 3, 1)
		p.Rules = []models.PolicyRule{{Role: models.Head, Coefficient: 150}}
	})
	if diff := cmp.Diff(map[string]int64{"2026-03": 351_000, "2026-04": 551_000},
		moneytest.Amounts(h.LineOf(h.Prepare("2026-04"), a))); diff != "" {
		t.Error(diff)
	}
}

// A draft shows months that another draft shows too: only one may freeze them.
func TestAStaleDraftIsNotFrozen(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	h.Pay("2026-02")
	march, april := h.Prepare("2026-03"), h.Prepare("2026-04")
	if got := h.LineOf(april, a).Amount; got != 400_000 {
		t.Fatalf("April beside a draft of March: %d", got)
	}
	h.Step(h.List.SubmitRun, h.Clerk, march)
	_, err := h.List.SubmitRun(ctx, h.Clerk, april.Run.ID, april.Run.Version)
	moneytest.WantCode(t, err, services.KindConflict, "run_stale")
	april = h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04"))
	if april.Run.Total != 200_000 {
		t.Errorf("April after March: %d", april.Run.Total)
	}
}

func TestRefusals(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	_, err := h.List.Prepare(ctx, h.Clerk, moneytest.Month(t, "2026-06"))
	moneytest.WantCode(t, err, services.KindInvalid, "run_month")
	view := h.Prepare("2026-04")
	line := h.LineOf(view, a)
	moneytest.WantCode(t, h.List.SettleLine(ctx, h.Clerk, line.ID, models.LinePaid, "", moneytest.Day(t, "2026-04-20")),
		services.KindConflict, "run_not_exported")
	view = h.Step(h.List.SubmitRun, h.Leader, view)
	_, err = h.List.Prepare(ctx, h.Clerk, moneytest.Month(t, "2026-03"))
	moneytest.WantCode(t, err, services.KindConflict, "run_past")

	_, err = h.List.ApproveRun(ctx, h.Leader, view.Run.ID, view.Run.Version)
	moneytest.WantCode(t, err, services.KindDenied, "own_run")
	_, err = h.List.ApproveRun(ctx, h.Clerk, view.Run.ID, view.Run.Version)
	moneytest.WantCode(t, err, services.KindDenied, "role")
	_, err = h.List.ApproveRun(ctx, h.Second, view.Run.ID, view.Run.Version-1)
	moneytest.WantCode(t, err, services.KindConflict, "moved.list.outdated")
	stale := h.Staff(h.Ward, services.Leader)
	h.Store.Model(&models.Account{}).Where("id = ?", stale.Account).Update("stepped_up_until", h.Now.Add(-time.Minute))
	_, err = h.List.ApproveRun(ctx, stale, view.Run.ID, view.Run.Version)
	moneytest.WantCode(t, err, services.KindDenied, "step_up")

	own, _ := h.List.Run(ctx, h.Leader, view.Run.ID)
	other, _ := h.List.Run(ctx, h.Second, view.Run.ID)
	clerk, _ := h.List.Run(ctx, h.Clerk, view.Run.ID)
	if own.WhyNot != "own" || other.WhyNot != "" || !other.MayApprove || clerk.WhyNot != "role" {
		t.Errorf("why not: %q %q %q", own.WhyNot, other.WhyNot, clerk.WhyNot)
	}

	// Somebody changes a frozen row behind our back.
	if err := h.Store.Model(&models.PaymentLine{}).Where("id = ?", line.ID).Update("amount", 300_000).Error; err != nil {
		t.Fatal(err)
	}
	_, err = h.List.ApproveRun(ctx, h.Second, view.Run.ID, view.Run.Version)
	moneytest.WantCode(t, err, services.KindConflict, "run_changed")
	h.Store.Model(&models.PaymentLine{}).Where("id = ?", line.ID).Update("amount", 200_000)
	view = h.Step(h.List.ApproveRun, h.Second, view)
	view = h.Step(h.List.ExportRun, h.Clerk, view)

	moneytest.WantCode(t, h.List.SettleLine(ctx, h.Clerk, line.ID, models.LinePaid, "", moneytest.Day(t, "2026-04-21")),
		services.KindInvalid, "paid_on")
	moneytest.WantCode(t, h.List.SettleLine(ctx, h.Clerk, line.ID, models.LineCarried, "", models.Date{}),
		services.KindInvalid, "line_state")
	if err := h.List.SettleLine(ctx, h.Clerk, line.ID, models.LineFailed, "mistaken", models.Date{}); err != nil {
		t.Fatal(err)
	}
	if err := h.List.SettleLine(ctx, h.Clerk, line.ID, models.LinePaid, "", moneytest.Day(t, "2026-04-20")); err != nil {
		t.Errorf("correcting an outcome before the next list: %v", err)
	}
}

func TestAnEmptyRunIsNotFrozen(t *testing.T) {
	h := moneytest.New(t)
	view := h.Prepare("2026-04")
	_, err := h.List.SubmitRun(ctx, h.Clerk, view.Run.ID, view.Run.Version)
	moneytest.WantCode(t, err, services.KindInvalid, "run_empty")
}

func TestTheSameEventActsOnce(t *testing.T) {
	h := moneytest.New(t)
	h.Term(h.Person("A"), h.Branch("women"), models.Head, "2025-01-01", "")
	actor := h.Clerk
	actor.Event = "web:1"
	if _, err := h.List.Prepare(ctx, actor, moneytest.Month(t, "2026-04")); err != nil {
		t.Fatal(err)
	}
	_, err := h.List.Prepare(ctx, actor, moneytest.Month(t, "2026-04"))
	if !services.IsRepeated(err) {
		t.Errorf("got %v", err)
	}
}
