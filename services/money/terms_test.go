package money_test

import (
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money"
	"canbobot/services/money/moneytest"
)

// Rates by class of village stand beside each other; a pool, a stand-in and a
// deduction are paid as the sheet says, list and line alike.
func TestTermsOfASheetArePaid(t *testing.T) {
	h := moneytest.New(t)
	read := func(rows ...[]any) []models.Policy {
		t.Helper()
		policies, faults, err := money.ReadPolicies(t.Context(), sheetOf(t, append([][]any{{"Tên khoản", "Nguồn tiền",
			"Căn cứ", "Từ ngày", "Chức vụ", "Mức hỗ trợ", "Thôn", "Mức khoán", "Phụ trách", "Khấu trừ",
			"Căn cứ khấu trừ"}}, rows...)...))
		if err != nil || len(faults) > 0 {
			t.Fatal(faults, err)
		}
		return policies
	}
	policies := read(
		[]any{"Khoán", "Tỉnh", "NQ 1", "01/01/2026", "Chi hội trưởng", "400.000", "", "500.000", "50%", "1,5%", "Điều lệ"},
		[]any{"", "", "", "", "Chi hội phó", "300.000", "", "", "", "", ""})
	if len(policies) != 1 {
		t.Fatalf("%+v", policies)
	}
	p := policies[0]
	if p.Pool != 500_000 || p.ActingPercent != 50 || p.DeductPercent != 150 || p.DeductBasis != "Điều lệ" {
		t.Errorf("%+v", p)
	}
	if err := h.Money.AddPolicies(ctx, services.SystemActor(h.Ward.ID), policies, false); err != nil {
		t.Fatal(err)
	}
	head, deputy := h.Person("Trưởng"), h.Person("Phó")
	branch := h.Branch("women")
	h.Term(head, branch, models.Head, "2026-01-01", "")
	h.Term(deputy, branch, models.Deputy, "2026-01-01", "")
	view := h.Prepare("2026-04")
	// The pool of 500,000 is shared 4 to 3, rounded down, and 1.5% of each is held back.
	for person, want := range map[int64][2]int64{head: {285_714, 4_285}, deputy: {214_285, 3_214}} {
		line := h.LineOf(view, person)
		var gross, held int64
		for _, c := range line.Components {
			if c.PolicyID != h.Policy.ID {
				gross, held = gross+c.Amount+c.Deducted, held+c.Deducted
			}
		}
		if gross != want[0] || held != want[1] {
			t.Errorf("person %d has %d and %d held back, not %v", person, gross, held, want)
		}
	}
	for cell, code := range map[string]string{"150%": "policy_deduction", "abc": "policy_deduction"} {
		_, faults, err := money.ReadPolicies(t.Context(), sheetOf(t, []any{"Tên khoản", "Nguồn tiền", "Căn cứ", "Từ ngày",
			"Chức vụ", "Mức hỗ trợ", "Khấu trừ"}, []any{"x", "y", "z", "01/01/2026", "Chi hội trưởng", "400.000", cell}))
		if err != nil || len(faults) != 1 || faults[0].Code != code {
			t.Errorf("%q: %+v, %v", cell, faults, err)
		}
	}
}

// Two policies of one source for one post stand beside each other only where no
// village has both.
func TestRatesByVillageDoNotOverlap(t *testing.T) {
	h := moneytest.New(t)
	actor := services.SystemActor(h.Ward.ID)
	var village models.Village
	if err := h.Store.Where("ward_id = ?", h.Ward.ID).Take(&village).Error; err != nil {
		t.Fatal(err)
	}
	other := models.Village{WardID: h.Ward.ID, Name: "Thôn Hai", Folded: "thon hai"}
	h.Create(&other)
	policy := func(names ...string) models.Policy {
		return models.Policy{Name: "Loại", Source: "province", LegalBasis: "NQ", From: moneytest.Day(t, "2026-01-01"),
			Accrual: models.NextMonth, Stacking: models.StackAll, VillageNames: names,
			Rules: []models.PolicyRule{{Role: models.Head, Amount: 350_000}}}
	}
	if _, err := h.Money.AddPolicy(ctx, actor, policy(village.Name), 0); err != nil {
		t.Fatal(err)
	}
	second, err := h.Money.AddPolicy(ctx, actor, policy("thôn hai"), 0)
	if err != nil || len(second.Villages) != 1 || second.Villages[0] != other.ID {
		t.Fatalf("%+v, %v", second, err)
	}
	_, err = h.Money.AddPolicy(ctx, actor, policy("Thôn Hai", village.Name), 0)
	moneytest.WantCode(t, err, services.KindConflict, "policy_overlap")
	_, err = h.Money.AddPolicy(ctx, actor, policy(), 0)
	moneytest.WantCode(t, err, services.KindConflict, "policy_overlap")
	_, err = h.Money.AddPolicy(ctx, actor, policy("Thôn Không Có"), 0)
	moneytest.WantCode(t, err, services.KindNotFound, "village_named")
}
