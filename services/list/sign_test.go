package list_test

import (
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money/moneytest"
)

// The stand-in of a leader signs a list, once, and never the one they submitted;
// a rule of the ward may ask for more than one signature.
func TestWhoSignsAList(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	clock := services.Clock(func() time.Time { return h.Now })
	today := models.DateOf(clock.Local())
	stand := h.Staff(h.Ward, services.Clerk)
	if _, err := h.Delegations.Delegate(ctx, h.Leader, stand.Staff, today, today.AddDays(3)); err != nil {
		t.Fatal(err)
	}
	own := h.Step(h.List.SubmitRun, stand, h.Prepare("2026-04"))
	_, err := h.List.ApproveRun(ctx, stand, own.Run.ID, own.Run.Version)
	moneytest.WantCode(t, err, services.KindDenied, "own_run")
	view := h.Step(h.List.SubmitRun, h.Clerk, h.Step(h.List.WithdrawRun, stand, own))
	_, err = h.List.ApproveRun(ctx, stand, view.Run.ID, own.Run.Version)
	moneytest.WantCode(t, err, services.KindConflict, "moved.list.outdated")
	errs := make([]error, 3)
	var wait sync.WaitGroup
	for i, actor := range []services.Actor{stand, h.Leader, h.Second} {
		wait.Go(func() { _, errs[i] = h.List.ApproveRun(ctx, actor, view.Run.ID, view.Run.Version) })
	}
	wait.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		moneytest.WantCode(t, err, services.KindConflict, "moved.list.decided")
	}
	var live int64
	if err := h.Store.Model(&models.Signature{}).Where(
		"ward_id = ? AND item = 'list' AND item_id = ? AND ended_at IS NULL", h.Ward.ID,
		view.Run.ID).Count(&live).Error; err != nil || won != 1 || live != 1 {
		t.Errorf("%d won, %d signatures, %v", won, live, err)
	}
}
