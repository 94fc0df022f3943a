package allowance_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
)

// Worked examples, as a clerk would reckon them by hand. The meeting's table is
// TestTheMeetingsTable, a retroactive policy TestARetroactivePolicyPaysArrears, a
// failed transfer TestAFailedTransferIsMadeGoodByTheNextRun, a debt carried three
// months TestADebtIsCarriedOverThreeMonths.

// The head changed on 10 March, and it is told after March was paid: on the 15th
// the new one was in post, so April takes 200.000 back and pays 200.000 more.
func TestAHeadReplacedOnTheTenthAfterPayment(t *testing.T) {
	h := newHouse(t)
	women := h.branch("women")
	old, fresh := h.person("Cũ"), h.person("Mới")
	term := h.term(old, women, models.Head, "2024-01-01", "")
	h.pay("2026-02")
	h.pay("2026-03")
	h.end(term, "2026-03-09")
	h.term(fresh, women, models.Head, "2026-03-10", "")
	april := h.prepare("2026-04")
	if diff := cmp.Diff(map[string]int64{"2026-03": 200_000, "2026-04": 200_000}, amounts(h.lineOf(april, fresh))); diff != "" {
		t.Error("the new head:", diff)
	}
	debt := h.lineOf(april, old)
	if diff := cmp.Diff(map[string]int64{"2026-03": -200_000}, amounts(debt)); diff != "" || debt.State != models.LineCarried {
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
	}{{models.StackAll, 0, 0, 350_000}, {models.StackHighest, 0, 0, 200_000}, {models.StackPercent, 50, 0, 275_000}, {models.StackAll, 0, 300_000, 300_000}} {
		h := newHouse(t)
		both := h.person("Hai chức")
		h.term(both, h.branch("women"), models.Deputy, "2024-01-01", "")
		h.term(both, h.branch("youth"), models.Head, "2024-01-01", "")
		err := h.store.Model(&models.Policy{}).Where("id = ?", h.policy.ID).
			Updates(map[string]any{"stacking": one.stacking, "stacking_percent": one.percent, "cap": one.cap}).Error
		if err != nil {
			t.Fatal(err)
		}
		if got := h.lineOf(h.prepare("2026-04"), both).Amount; got != one.want {
			t.Errorf("%s %d%% cap %d: %d, want %d", one.stacking, one.percent, one.cap, got, one.want)
		}
	}
}

// December is paid in January and counts for the old year; what is found out in
// January about December is paid by January's list, and closes nothing anew.
func TestDecemberAndTheCloseOfTheBudget(t *testing.T) {
	h := newHouse(t)
	a, late := h.person("A"), h.person("Muộn")
	h.term(a, h.branch("women"), models.Head, "2024-01-01", "")
	h.now = day(t, "2026-12-20").Time()
	h.pay("2026-11")
	h.now = day(t, "2027-01-05").Time()
	december := h.pay("2026-12")
	h.term(late, h.branch("youth"), models.Head, "2026-12-01", "")
	if again, err := h.service.Run(ctx, h.clerk, december.Run.ID); err != nil || again.Run.Total != 200_000 || again.Run.State != models.RunClosed {
		t.Fatalf("the closed list moved: %+v, %v", again.Run, err)
	}
	january := h.prepare("2027-01")
	if diff := cmp.Diff(map[string]int64{"2026-12": 200_000, "2027-01": 200_000}, amounts(h.lineOf(january, late))); diff != "" {
		t.Error(diff)
	}
	old, err := h.service.Year(ctx, h.clerk, 2026)
	if err != nil {
		t.Fatal(err)
	}
	if old.Paid != 400_000 {
		t.Errorf("2026 paid %d, want 400.000", old.Paid)
	}
}
