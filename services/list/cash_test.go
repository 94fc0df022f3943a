package list_test

import (
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/money/moneytest"
)

func TestAVillageHandsItsCashOutAtOnce(t *testing.T) {
	h := moneytest.New(t)
	first, second := h.Branch("women"), h.Branch("women")
	head, deputy, other, banked := h.Person("A"), h.Person("B"), h.Person("C"), h.Person("D")
	h.Term(head, first, models.Head, "2025-01-01", "")
	h.Term(deputy, first, models.Deputy, "2025-01-01", "")
	h.Term(other, second, models.Head, "2025-01-01", "")
	h.Term(banked, second, models.Deputy, "2025-01-01", "")
	for _, person := range []int64{head, deputy, other} {
		h.Poor(person)
	}
	view := h.Export("2026-04")
	villages, err := h.List.Cash(ctx, h.Clerk, view.Run.ID)
	if err != nil || len(villages) != 2 || villages[0].People != 2 || villages[0].Total != 350_000 ||
		villages[1].People != 1 || villages[1].Total != 200_000 {
		t.Fatalf("villages: %+v, %v", villages, err)
	}
	on := moneytest.Day(t, "2026-04-20")
	for range 2 { // twice changes nothing
		if view, err = h.List.SettleCash(ctx, h.Clerk, view.Run.ID, view.Run.Version, villages[0].Village, on); err != nil {
			t.Fatal(err)
		}
	}
	for person, want := range map[int64]models.LineState{head: models.LinePaid, deputy: models.LinePaid,
		other: models.LinePending, banked: models.LinePending} {
		if got := h.LineOf(view, person); got.State != want {
			t.Errorf("person %d: %s, want %s", person, got.State, want)
		}
	}
	if villages, _ = h.List.Cash(ctx, h.Clerk, view.Run.ID); villages[0].Done != 2 || villages[0].People != 0 ||
		villages[0].Total != 0 {
		t.Errorf("villages: %+v", villages)
	}
	_, err = h.List.SettleCash(ctx, h.Clerk, view.Run.ID, view.Run.Version, 999, on)
	moneytest.WantCode(t, err, services.KindInvalid, "cash_none")
	_, err = h.List.SettleCash(ctx, h.Clerk, view.Run.ID, view.Run.Version-1, villages[1].Village, on)
	moneytest.WantCode(t, err, services.KindConflict, "moved.list.decided")
	_, err = h.List.SettleCash(ctx, h.Clerk, view.Run.ID, view.Run.Version, villages[1].Village,
		moneytest.Day(t, "2026-04-21"))
	moneytest.WantCode(t, err, services.KindInvalid, "paid_on")
}

func TestMarksAreSetAllOrNone(t *testing.T) {
	h := moneytest.New(t)
	branch := h.Branch("women")
	head, deputy := h.Person("A"), h.Person("B")
	h.Term(head, branch, models.Head, "2025-01-01", "")
	h.Term(deputy, branch, models.Deputy, "2025-01-01", "")
	view := h.Export("2026-04")
	on := moneytest.Day(t, "2026-04-20")
	good := list.Mark{Line: h.LineOf(view, head).ID, From: models.LinePending, State: models.LinePaid, On: on}
	bad := list.Mark{Line: h.LineOf(view, deputy).ID, From: models.LinePending, State: models.LinePaid, On: on}
	settle := func(actor services.Actor, marks ...list.Mark) error {
		return h.List.SettleMarks(ctx, actor, list.Marks{Run: view.Run.ID, What: "x",
			Of: func(*gorm.DB, models.PaymentRun) ([]list.Mark, error) { return marks, nil }})
	}
	change := func(f func(*list.Mark)) list.Mark { m := bad; f(&m); return m }
	for name, one := range map[string]struct {
		mark list.Mark
		kind services.Kind
		code string
	}{
		"tomorrow": {change(func(m *list.Mark) { m.On = moneytest.Day(t, "2026-04-21") }), services.KindInvalid,
			"paid_on"},
		"no reason":   {change(func(m *list.Mark) { m.State = models.LineFailed }), services.KindInvalid, "reason"},
		"no outcome":  {change(func(m *list.Mark) { m.State = models.LineCarried }), services.KindInvalid, "line_state"},
		"seen before": {change(func(m *list.Mark) { m.From = models.LineFailed }), services.KindConflict, "line_moved"},
		"elsewhere":   {change(func(m *list.Mark) { m.Line = 999 }), services.KindNotFound, "line"},
		"twice":       {good, services.KindNotFound, "line"},
	} {
		t.Run(name, func(t *testing.T) {
			moneytest.WantCode(t, settle(h.Clerk, good, one.mark), one.kind, one.code)
			if got := h.LineOf(view, head); got.State != models.LinePending {
				t.Errorf("half marked: %s", got.State)
			}
		})
	}
	stale := h.Clerk
	stale.Account = 0
	moneytest.WantCode(t, settle(stale, good), services.KindDenied, "step_up")
	bad.State, bad.Reason = models.LineFailed, "sai số tài khoản"
	if err := settle(h.Clerk, good, bad); err != nil {
		t.Fatal(err)
	}
	after, err := h.List.Run(ctx, h.Clerk, view.Run.ID)
	if err != nil || after.Answers.Paid != 1 || h.LineOf(after, deputy).Reason != "sai số tài khoản" ||
		h.LineOf(after, head).PaidOn != on {
		t.Errorf("after: %+v, %v", after, err)
	}
	silent, total, err := h.List.Unanswered(ctx, h.Clerk, view.Run.ID, 0, 10)
	if err != nil || total != 1 || silent[0].Name != "A" {
		t.Errorf("silent: %+v %d, %v", silent, total, err)
	}
	h.Create(&models.LineReceipt{WardID: h.Ward.ID, RunID: view.Run.ID, LineID: good.Line, PersonID: head,
		Answer: models.ReceiptFull, CreatedAt: h.Now, UpdatedAt: h.Now})
	if after, _ = h.List.Run(ctx, h.Clerk, view.Run.ID); after.Answers.Rate() != 100 || after.Answers.Given() != 1 {
		t.Errorf("answers: %+v", after.Answers)
	}
	if silent, total, _ = h.List.Unanswered(ctx, h.Clerk, view.Run.ID, 0, 10); len(silent) != 0 || total != 0 {
		t.Errorf("still silent: %+v", silent)
	}
	receipt, err := h.List.Receipt(ctx, h.Officer(head), good.Line)
	if err != nil || receipt.Answer != models.ReceiptFull {
		t.Errorf("receipt: %+v, %v", receipt, err)
	}
	_, err = h.List.Receipt(ctx, h.Officer(deputy), good.Line)
	moneytest.WantCode(t, err, services.KindNotFound, "line")
}
