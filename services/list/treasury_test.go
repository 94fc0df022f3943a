package list_test

import (
	"strings"
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/money/moneytest"
)

// A list of a ward that pays through the treasury goes out only when it has
// passed, and comes back with its reason.
func TestAListGoesThroughTheTreasury(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	stage := func(want list.Stage) {
		t.Helper()
		if got := h.Month(a, "2026-04"); got.Stage != want {
			t.Errorf("the officer reads %s, not %s", got.Stage, want)
		}
	}
	// Another way is what the list was frozen with: this one is a bank's.
	early := h.Step(h.List.ApproveRun, h.Leader, h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-03")))
	if err := h.Money.Ways.Set(ctx, h.Clerk, models.ByTreasury); err != nil {
		t.Fatal(err)
	}
	_, err := h.List.Treasury.Send(ctx, h.Clerk, early.Run.ID, early.Run.Version)
	moneytest.WantCode(t, err, services.KindConflict, "run_not_treasury")
	h.Step(h.List.ExportRun, h.Clerk, early)

	view := h.Step(h.List.ApproveRun, h.Leader, h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04")))
	_, err = h.List.ExportRun(ctx, h.Clerk, view.Run.ID, view.Run.Version)
	moneytest.WantCode(t, err, services.KindConflict, "moved.list.decided")
	_, err = h.List.Treasury.Mend(ctx, h.Clerk, view.Run.ID, view.Run.Version)
	moneytest.WantCode(t, err, services.KindConflict, "run_not_returned")
	_, err = h.List.Treasury.Return(ctx, h.Clerk, view.Run.ID, view.Run.Version, "x")
	moneytest.WantCode(t, err, services.KindConflict, "moved.list.decided")
	view = h.Step(h.List.Treasury.Send, h.Clerk, view)
	stage(list.StageTreasury)
	// What lies at the treasury is nobody's to take back, and nothing of it is paid.
	_, err = h.List.WithdrawRun(ctx, h.Leader, view.Run.ID, view.Run.Version)
	if services.KindOf(err) != services.KindConflict {
		t.Errorf("withdrawn from the treasury: %v", err)
	}
	if h.List.SettleLine(ctx, h.Clerk, h.LineOf(view, a).ID, models.LinePaid, "", models.DateOf(h.Now)) == nil {
		t.Error("a line was paid that lies at the treasury")
	}
	for reason, code := range map[string]string{" ": "reason", strings.Repeat("ớ", 301): "reason"} {
		_, err = h.List.Treasury.Return(ctx, h.Clerk, view.Run.ID, view.Run.Version, reason)
		moneytest.WantCode(t, err, services.KindInvalid, code)
	}
	view, err = h.List.Treasury.Return(ctx, h.Clerk, view.Run.ID, view.Run.Version, "Sai  tài khoản")
	if err != nil || view.Run.TreasuryReason != "Sai tài khoản" || view.Run.State != models.RunApproved {
		t.Fatalf("%+v, %v", view.Run, err)
	}
	stage(list.StageReworked)

	// Mended, it is a draft that is signed anew, by two humans as any other.
	view = h.Step(h.List.Treasury.Mend, h.Clerk, view)
	if view.Run.State != models.RunDraft || view.Run.ApprovedByStaffID != nil || len(view.Run.ContentHash) != 0 {
		t.Fatalf("%+v", view.Run)
	}
	b := h.Person("B")
	h.Term(b, h.Branch("youth"), models.Head, "2026-04-01", "")
	view = h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04"))
	_, err = h.List.ApproveRun(ctx, h.Clerk, view.Run.ID, view.Run.Version)
	if services.KindOf(err) != services.KindDenied {
		t.Errorf("who froze it signed it: %v", err)
	}
	view = h.Step(h.List.ApproveRun, h.Leader, view)
	if view.Run.People != 2 || view.Run.TreasuryReason != "" {
		t.Errorf("%+v", view.Run)
	}
	stage(list.StageApproved)
	view = h.Step(h.List.Treasury.Send, h.Clerk, view)
	if days := list.DaysThere(view.Run, models.DateOf(h.Now)); days != 0 {
		t.Errorf("%d days there", days)
	}
	h.Now = h.Now.AddDate(0, 0, 9)
	if days := list.DaysThere(view.Run, models.DateOf(h.Now)); days != 9 {
		t.Errorf("%d days there", days)
	}
	view = h.Step(h.List.ExportRun, h.Clerk, view)
	stage(list.StageExported)
	h.SettleAll(view)
	stage(list.StagePaid)
}

// A ward that pays by hand hands out every đồng, whatever accounts it knows.
func TestAWardPaysByCash(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	if line := h.LineOf(h.Prepare("2026-04"), a); line.BankTail == "" {
		t.Fatal("the person has no account to begin with")
	}
	if err := h.Money.Ways.Set(ctx, h.Clerk, models.ByCash); err != nil {
		t.Fatal(err)
	}
	view := h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04"))
	if line := h.LineOf(view, a); !line.Handed() || view.Run.Through != models.ByCash {
		t.Errorf("%+v through %s", line.Destination, view.Run.Through)
	}
	view = h.Step(h.List.ExportRun, h.Clerk, h.Step(h.List.ApproveRun, h.Leader, view))
	villages, err := h.List.Cash(ctx, h.Clerk, view.Run.ID)
	if err != nil || len(villages) != 1 || villages[0].Total != view.Run.Total {
		t.Errorf("%+v, %v", villages, err)
	}
	if told := h.Month(a, "2026-04").Told(); told != "exported_cash" {
		t.Errorf("told as %s", told)
	}
	moneytest.WantCode(t, h.Money.Ways.Set(ctx, h.Clerk, "post"), services.KindInvalid, "pay_through")
	moneytest.WantCode(t, h.Money.Ways.SetTreasury(ctx, h.Clerk, models.Treasury{BudgetUnit: "107a"}),
		services.KindInvalid, "budget_code")
}
