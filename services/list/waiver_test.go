package list_test

import (
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money/moneytest"
)

// A debt is given up by two humans, by a decision with a number: who asks does not
// sign, who owes does neither, and what is given up is no debt any more.
func TestADebtIsGivenUpByTwoHumans(t *testing.T) {
	h, person := leaver(t)
	card, err := h.List.Waivers.Ask(ctx, h.Clerk, person, 300_000, " 12/QĐ-UBND  ngày 05/05/2026 ")
	if err != nil || card.Decision != "12/QĐ-UBND ngày 05/05/2026" || card.Left != 400_000 {
		t.Fatalf("%+v, %v", card, err)
	}
	wantDebt(t, h, person, 400_000, 0, "2026-03", "2026-04")
	_, err = h.List.Waivers.Ask(ctx, h.Clerk, person, 100_000, "13/QĐ")
	moneytest.WantCode(t, err, services.KindConflict, "waiver_waits")
	_, err = h.List.Waivers.Approve(ctx, h.Clerk, card.ID, card.Version)
	moneytest.WantCode(t, err, services.KindDenied, "role")
	h.Store.Model(&models.Staff{}).Where("id = ?", h.Second.Staff).Update("person_id", person)
	_, err = h.List.Waivers.Approve(ctx, h.Second, card.ID, card.Version)
	moneytest.WantCode(t, err, services.KindDenied, "concerns_you")

	agreed, err := h.List.Waivers.Approve(ctx, h.Leader, card.ID, card.Version)
	if err != nil || agreed.State != models.WaiverAgreed || agreed.Left != 100_000 {
		t.Fatalf("%+v, %v", agreed, err)
	}
	debt := wantDebt(t, h, person, 100_000, 0, "2026-04")
	if debt.Waived != 300_000 || len(debt.Waivers) != 1 {
		t.Errorf("%+v", debt)
	}
	if line := h.LineOf(h.Prepare("2026-05"), person); line.Amount != -100_000 || line.State != models.LineCarried {
		t.Errorf("the next list: %d %s", line.Amount, line.State)
	}
	own, err := h.List.Debts.Own(ctx, h.Officer(person))
	if err != nil || own.Left != 100_000 || own.Waived != 300_000 {
		t.Errorf("told to who owes: %+v, %v", own, err)
	}
}

func TestARefusedWaiverChangesNothing(t *testing.T) {
	h, person := leaver(t)
	card, err := h.List.Waivers.Ask(ctx, h.Clerk, person, 400_000, "12/QĐ")
	if err != nil {
		t.Fatal(err)
	}
	if card, err = h.List.Waivers.Refuse(ctx, h.Leader, card.ID, card.Version); err != nil ||
		card.State != models.WaiverRefused {
		t.Fatalf("%+v, %v", card, err)
	}
	wantDebt(t, h, person, 400_000, 0, "2026-03", "2026-04")
	if _, err := h.List.Waivers.Ask(ctx, h.Clerk, person, 400_000, "13/QĐ"); err != nil {
		t.Error("asked again:", err)
	}
}

// What was given up and turns out to have been owed is not paid twice: the person
// kept it.
func TestWhatWasGivenUpIsNotPaidAgain(t *testing.T) {
	h, person := leaver(t)
	card, err := h.List.Waivers.Ask(ctx, h.Clerk, person, 400_000, "12/QĐ")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.List.Waivers.Approve(ctx, h.Leader, card.ID, card.Version); err != nil {
		t.Fatal(err)
	}
	wantDebt(t, h, person, 0, 0)
	for _, role := range []models.TermRole{models.Head, models.Deputy} { // as what they were, or as less
		h.Store.Model(&models.Term{}).Where("person_id = ?", person).Updates(map[string]any{"role": role,
			"to_date": moneytest.Day(t, "2026-04-30")})
		if line := h.LineOf(h.Prepare("2026-05"), person); line.Amount != 0 {
			t.Errorf("paid again as %s: %d %s", role, line.Amount, line.State)
		}
	}
}

func TestWhatMayNotBeGivenUp(t *testing.T) {
	h, person := leaver(t)
	for name, c := range map[string]struct {
		amount   int64
		decision string
		kind     services.Kind
		code     string
	}{
		"more than is owed": {400_001, "1/QĐ", services.KindInvalid, "waived_more"},
		"nothing":           {0, "1/QĐ", services.KindInvalid, "repaid_amount"},
		"no decision":       {1, "  ", services.KindInvalid, "waiver_decision"},
	} {
		t.Log(name)
		_, err := h.List.Waivers.Ask(ctx, h.Clerk, person, c.amount, c.decision)
		moneytest.WantCode(t, err, c.kind, c.code)
	}
	_, err := h.List.Waivers.Ask(ctx, h.Officer(person), person, 1, "1/QĐ")
	moneytest.WantCode(t, err, services.KindDenied, "role")
}
