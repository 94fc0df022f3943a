package money_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services/money/moneytest"
)

// Worked examples, as a clerk would reckon them by hand. The meeting's table is
// TestTheMeetingsTable, a retroactive policy TestARetroactivePolicyPaysArrears, a
// failed transfer TestAFailedTransferIsMadeGoodByTheNextRun, a debt carried three
// months TestADebtIsCarriedOverThreeMonths.

// The head changed on 10 March, and it is told after March was paid: on the 15th
// the new one was in post, so April takes 200.000 back and pays 200.000 more.
func TestAHeadReplacedOnTheTenthAfterPayment(t *testing.T) {
	h := moneytest.New(t)
	women := h.Branch("women")
	old, fresh := h.Person("Cũ"), h.Person("Mới")
	term := h.Term(old, women, models.Head, "2024-01-01", "")
	h.Pay("2026-02")
	h.Pay("2026-03")
	h.End(term, "2026-03-09")
	h.Term(fresh, women, models.Head, "2026-03-10", "")
	april := h.Prepare("2026-04")
	if diff := cmp.Diff(map[string]int64{"2026-03": 200_000, "2026-04": 200_000},
		moneytest.Amounts(h.LineOf(april, fresh))); diff != "" {
		t.Error("the new head:", diff)
	}
	debt := h.LineOf(april, old)
	if diff := cmp.Diff(map[string]int64{"2026-03": -200_000}, moneytest.Amounts(debt)); diff != "" ||
		debt.State != models.LineCarried {
		t.Error("the old head:", diff, debt.State)
	}
	if april.Run.Total != 400_000 || april.Run.People != 1 {
		t.Errorf("the list: %d for %d; a debt is not paid out", april.Run.Total, april.Run.People)
	}
}

// A deputy of one branch is head of another: 350.000 when posts add up, 200.000
// when the highest counts, 200.000 and half of 150.000 when the rest is halved.
func TestADeputyWhoHoldsTwoPosts(t *testing.T) {
	for _, one := range []struct {
		stacking models.Stacking
		percent  int
		cap      int64
		want     int64
	}{{models.StackAll, 0, 0, 350_000}, {models.StackHighest, 0, 0, 200_000}, {models.StackPercent, 50, 0, 275_000},
		{models.StackAll, 0, 300_000, 300_000}} {
		h := moneytest.New(t)
		both := h.Person("Hai chức")
		h.Term(both, h.Branch("women"), models.Deputy, "2024-01-01", "")
		h.Term(both, h.Branch("youth"), models.Head, "2024-01-01", "")
		err := h.Store.Model(&models.Policy{}).Where("id = ?", h.Policy.ID).
			Updates(map[string]any{"stacking": one.stacking, "stacking_percent": one.percent, "cap": one.cap}).Error
		if err != nil {
			t.Fatal(err)
		}
		if got := h.LineOf(h.Prepare("2026-04"), both).Amount; got != one.want {
			t.Errorf("%s %d%% cap %d: %d, want %d", one.stacking, one.percent, one.cap, got, one.want)
		}
	}
}

// December is paid in January and counts for the old year; what is found out in
// January about December is paid by January's list, and closes nothing anew.
func TestDecemberAndTheCloseOfTheBudget(t *testing.T) {
	h := moneytest.New(t)
	a, late := h.Person("A"), h.Person("Muộn")
	h.Term(a, h.Branch("women"), models.Head, "2024-01-01", "")
	h.Now = moneytest.Day(t, "2026-12-20").Time()
	h.Pay("2026-11")
	h.Now = moneytest.Day(t, "2027-01-05").Time()
	december := h.Pay("2026-12")
	h.Term(late, h.Branch("youth"), models.Head, "2026-12-01", "")
	if again, err := h.List.Run(ctx, h.Clerk, december.Run.ID); err != nil || again.Run.Total != 200_000 ||
		again.Run.State != models.RunClosed {
		t.Fatalf("the closed list moved: %+v, %v", again.Run, err)
	}
	january := h.Prepare("2027-01")
	if diff := cmp.Diff(map[string]int64{"2026-12": 200_000, "2027-01": 200_000},
		moneytest.Amounts(h.LineOf(january, late))); diff != "" {
		t.Error(diff)
	}
	old, err := h.Year.Year(ctx, h.Clerk, 2026)
	if err != nil {
		t.Fatal(err)
	}
	if old.Paid != 400_000 {
		t.Errorf("2026 paid %d, want 400.000", old.Paid)
	}
}
