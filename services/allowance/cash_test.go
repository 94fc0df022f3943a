package allowance_test

import (
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/allowance"
)

// poor takes a person's account away.
func (h *house) poor(person int64) {
	h.Helper()
	if err := h.store.Model(&models.Person{}).Where("id = ?", person).Updates(map[string]any{"bank_tail": "", "bank_name": ""}).Error; err != nil {
		h.Fatal(err)
	}
}

func TestAVillageHandsItsCashOutAtOnce(t *testing.T) {
	h := newHouse(t)
	first, second := h.branch("women"), h.branch("women")
	head, deputy, other, banked := h.person("A"), h.person("B"), h.person("C"), h.person("D")
	h.term(head, first, models.Head, "2025-01-01", "")
	h.term(deputy, first, models.Deputy, "2025-01-01", "")
	h.term(other, second, models.Head, "2025-01-01", "")
	h.term(banked, second, models.Deputy, "2025-01-01", "")
	for _, person := range []int64{head, deputy, other} {
		h.poor(person)
	}
	view := h.export("2026-04")
	villages, err := h.service.Cash(ctx, h.clerk, view.Run.ID)
	if err != nil || len(villages) != 2 || villages[0].People != 2 || villages[0].Total != 350_000 || villages[1].People != 1 || villages[1].Total != 200_000 {
		t.Fatalf("villages: %+v, %v", villages, err)
	}
	on := day(t, "2026-04-20")
	for range 2 { // twice changes nothing
		if view, err = h.service.SettleCash(ctx, h.clerk, view.Run.ID, view.Run.Version, villages[0].Village, on); err != nil {
			t.Fatal(err)
		}
	}
	for person, want := range map[int64]models.LineState{head: models.LinePaid, deputy: models.LinePaid, other: models.LinePending, banked: models.LinePending} {
		if got := h.lineOf(view, person); got.State != want {
			t.Errorf("person %d: %s, want %s", person, got.State, want)
		}
	}
	if villages, _ = h.service.Cash(ctx, h.clerk, view.Run.ID); villages[0].Done != 2 || villages[0].People != 0 || villages[0].Total != 0 {
		t.Errorf("villages: %+v", villages)
	}
	_, err = h.service.SettleCash(ctx, h.clerk, view.Run.ID, view.Run.Version, 999, on)
	wantCode(t, err, services.KindInvalid, "cash_none")
	_, err = h.service.SettleCash(ctx, h.clerk, view.Run.ID, view.Run.Version-1, villages[1].Village, on)
	wantCode(t, err, services.KindConflict, "run_moved")
	_, err = h.service.SettleCash(ctx, h.clerk, view.Run.ID, view.Run.Version, villages[1].Village, day(t, "2026-04-21"))
	wantCode(t, err, services.KindInvalid, "paid_on")
}

func TestMarksAreSetAllOrNone(t *testing.T) {
	h := newHouse(t)
	branch := h.branch("women")
	head, deputy := h.person("A"), h.person("B")
	h.term(head, branch, models.Head, "2025-01-01", "")
	h.term(deputy, branch, models.Deputy, "2025-01-01", "")
	view := h.export("2026-04")
	on := day(t, "2026-04-20")
	good := allowance.Mark{Line: h.lineOf(view, head).ID, From: models.LinePending, State: models.LinePaid, On: on}
	bad := allowance.Mark{Line: h.lineOf(view, deputy).ID, From: models.LinePending, State: models.LinePaid, On: on}
	settle := func(actor services.Actor, marks ...allowance.Mark) error {
		return h.service.SettleMarks(ctx, actor, allowance.Marks{Run: view.Run.ID, What: "x", Of: func(*gorm.DB, models.PaymentRun) ([]allowance.Mark, error) { return marks, nil }})
	}
	change := func(f func(*allowance.Mark)) allowance.Mark { m := bad; f(&m); return m }
	for name, one := range map[string]struct {
		mark allowance.Mark
		kind services.Kind
		code string
	}{
		"tomorrow":    {change(func(m *allowance.Mark) { m.On = day(t, "2026-04-21") }), services.KindInvalid, "paid_on"},
		"no reason":   {change(func(m *allowance.Mark) { m.State = models.LineFailed }), services.KindInvalid, "reason"},
		"no outcome":  {change(func(m *allowance.Mark) { m.State = models.LineCarried }), services.KindInvalid, "line_state"},
		"seen before": {change(func(m *allowance.Mark) { m.From = models.LineFailed }), services.KindConflict, "line_moved"},
		"elsewhere":   {change(func(m *allowance.Mark) { m.Line = 999 }), services.KindNotFound, "line"},
		"twice":       {good, services.KindNotFound, "line"},
	} {
		t.Run(name, func(t *testing.T) {
			wantCode(t, settle(h.clerk, good, one.mark), one.kind, one.code)
			if got := h.lineOf(view, head); got.State != models.LinePending {
				t.Errorf("half marked: %s", got.State)
			}
		})
	}
	stale := h.clerk
	stale.Account = 0
	wantCode(t, settle(stale, good), services.KindDenied, "step_up")
	bad.State, bad.Reason = models.LineFailed, "sai số tài khoản"
	if err := settle(h.clerk, good, bad); err != nil {
		t.Fatal(err)
	}
	after, err := h.service.Run(ctx, h.clerk, view.Run.ID)
	if err != nil || after.Answers.Paid != 1 || h.lineOf(after, deputy).Reason != "sai số tài khoản" || h.lineOf(after, head).PaidOn != on {
		t.Errorf("after: %+v, %v", after, err)
	}
	silent, total, err := h.service.Unanswered(ctx, h.clerk, view.Run.ID, 0, 10)
	if err != nil || total != 1 || silent[0].Name != "A" {
		t.Errorf("silent: %+v %d, %v", silent, total, err)
	}
	h.create(&models.LineReceipt{WardID: h.ward.ID, RunID: view.Run.ID, LineID: good.Line, PersonID: head, Answer: models.ReceiptFull, CreatedAt: h.now, UpdatedAt: h.now})
	if after, _ = h.service.Run(ctx, h.clerk, view.Run.ID); after.Answers.Rate() != 100 || after.Answers.Given() != 1 {
		t.Errorf("answers: %+v", after.Answers)
	}
	if silent, total, _ = h.service.Unanswered(ctx, h.clerk, view.Run.ID, 0, 10); len(silent) != 0 || total != 0 {
		t.Errorf("still silent: %+v", silent)
	}
	receipt, err := h.service.Receipt(ctx, h.officer(head), good.Line)
	if err != nil || receipt.Answer != models.ReceiptFull {
		t.Errorf("receipt: %+v, %v", receipt, err)
	}
	_, err = h.service.Receipt(ctx, h.officer(deputy), good.Line)
	wantCode(t, err, services.KindNotFound, "line")
}
