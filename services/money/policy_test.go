package money_test

import (
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money/moneytest"
)

func newRule(change func(*models.Policy)) models.Policy {
	policy := models.Policy{
		Name: " Hỗ trợ  thêm", Source: "province", LegalBasis: "Nghị quyết 12/2026/NQ-HĐND",
		LegalDate: models.NewDate(2026, 3, 10),
		From:      models.NewDate(2026, 4, 1), Accrual: models.FullIfOnDay, AccrualDays: 15, Stacking: models.StackAll,
		Rules: []models.PolicyRule{{Role: models.Head, Amount: 100_000}},
	}
	change(&policy)
	return policy
}

func TestAPolicyIsEnteredClosedAndFollowed(t *testing.T) {
	h := moneytest.New(t)
	a, b := h.Person("A"), h.Person("B")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	h.Term(b, h.Branch("women"), models.Deputy, "2025-01-01", "")
	h.Pay("2026-03")

	added := newRule(func(*models.Policy) {})
	effect, err := h.Money.PreviewPolicy(ctx, h.Clerk, added, 0)
	if err != nil || effect.People != 1 || effect.Before != 350_000 || effect.After != 450_000 ||
		effect.Month != moneytest.Month(t, "2026-04") {
		t.Fatalf("%+v, %v", effect, err)
	}
	policy, err := h.Money.AddPolicy(ctx, h.Clerk, added, 0)
	if err != nil || policy.Name != "Hỗ trợ thêm" {
		t.Fatalf("%+v, %v", policy, err)
	}
	if got := h.Prepare("2026-04").Run.Total; got != 350_000 {
		t.Errorf("April, before it is agreed to: %d", got)
	}
	agreed := func(id int64) {
		t.Helper()
		card, err := h.Money.PolicyCard(ctx, h.Leader, id)
		if err != nil || card.WhyNot != "" || card.Effect == nil {
			t.Fatalf("%+v, %v", card, err)
		}
		moneytest.WantCode(t, h.Money.ApprovePolicy(ctx, h.Clerk, id, card.Version), services.KindDenied, "role")
		if err := h.Money.ApprovePolicy(ctx, h.Leader, id, card.Version); err != nil {
			t.Fatal(err)
		}
	}
	agreed(policy.ID)
	if got := h.Prepare("2026-04").Run.Total; got != 450_000 {
		t.Errorf("April: %d", got)
	}
	// The town raises its own: the old policy ends the day before, and says so.
	raise := newRule(func(p *models.Policy) {
		p.Source, p.Rules = h.Policy.Source, []models.PolicyRule{{Role: models.Head, Amount: 300_000},
			{Role: models.Deputy, Coefficient: 100}}
	})
	_, err = h.Money.AddPolicy(ctx, h.Clerk, raise, 0)
	moneytest.WantCode(t, err, services.KindConflict, "policy_overlap")
	followed, err := h.Money.AddPolicy(ctx, h.Clerk, raise, h.Policy.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Money.AddPolicy(ctx, h.Clerk, raise, h.Policy.ID)
	moneytest.WantCode(t, err, services.KindConflict, "policy_overlap") // with the one that waits
	agreed(followed.ID)
	view := h.Prepare("2026-04")
	if got := view.Run.Total; got != 300_000+234_000+100_000 {
		t.Errorf("April after the raise: %d", got)
	}
	views, err := h.Money.AllPolicies(ctx, h.Clerk)
	if err != nil || len(views) != 3 {
		t.Fatalf("%+v, %v", views, err)
	}
	for _, one := range views {
		if one.ID == h.Policy.ID && (one.ReplacedByID == nil || *one.ReplacedByID != followed.ID ||
			one.To != models.NewDate(2026, 3, 31) || !one.Used) {
			t.Errorf("the one replaced: %+v", one)
		}
	}
	_, err = h.Money.AddPolicy(ctx, h.Clerk, raise, h.Policy.ID)
	moneytest.WantCode(t, err, services.KindConflict, "policy_replaced")

	last := models.NewDate(2026, 4, 30)
	gone, err := h.Money.PreviewClose(ctx, h.Clerk, policy.ID, last)
	if err != nil || gone.People != 1 || gone.After-gone.Before != -100_000 ||
		gone.Month != moneytest.Month(t, "2026-05") {
		t.Errorf("%+v, %v", gone, err)
	}
	if err := h.Money.ClosePolicy(ctx, h.Clerk, policy.ID, last); err != nil {
		t.Fatal(err)
	}
	moneytest.WantCode(t, h.Money.ClosePolicy(ctx, h.Clerk, policy.ID, last), services.KindConflict, "policy_waits")
	if views, err := h.Money.Policies(ctx, h.Clerk); err != nil || len(views) != 2 || !views[1].To.IsZero() {
		t.Errorf("what the ward pays while an end waits: %+v, %v", views, err)
	}
	agreed(policy.ID)
	moneytest.WantCode(t, h.Money.ClosePolicy(ctx, h.Clerk, policy.ID, last), services.KindConflict, "policy_ended")
	moneytest.WantCode(t, h.Money.ClosePolicy(ctx, h.Clerk, policy.ID, models.NewDate(2026, 3, 1)), services.KindInvalid,
		"policy_dates")
}

// What is refused pays nothing, what was to end goes on, and of a leader's own
// proposal another leader decides.
func TestAPolicyIsNobodysOwnAct(t *testing.T) {
	h := moneytest.New(t)
	h.Store.Model(&models.Staff{}).Where("role = 'leader' AND id <> ?", h.Leader.Staff).Update("active", false)
	_, err := h.Money.AddPolicy(ctx, h.Leader, newRule(func(*models.Policy) {}), 0)
	moneytest.WantCode(t, err, services.KindConflict, "policy_no_leader")
	second := h.Staff(h.Ward, services.Leader)
	policy, err := h.Money.AddPolicy(ctx, h.Leader, newRule(func(*models.Policy) {}), 0)
	if err != nil {
		t.Fatal(err)
	}
	moneytest.WantCode(t, h.Money.ApprovePolicy(ctx, h.Leader, policy.ID, policy.Version), services.KindDenied, "own")
	moneytest.WantCode(t, h.Money.ApprovePolicy(ctx, second, policy.ID, policy.Version-1), services.KindConflict,
		"moved.policy.outdated")
	h.Store.Model(&models.Account{}).Where("id = ?", second.Account).Update("stepped_up_until", h.Now.Add(-time.Minute))
	moneytest.WantCode(t, h.Money.ApprovePolicy(ctx, second, policy.ID, policy.Version), services.KindDenied, "step_up")
	if err := h.Money.RefusePolicy(ctx, second, policy.ID, policy.Version); err != nil {
		t.Fatal(err)
	}
	moneytest.WantCode(t, h.Money.RefusePolicy(ctx, second, policy.ID, policy.Version), services.KindConflict,
		"moved.policy.decided")
	if views, err := h.Money.AllPolicies(ctx, h.Clerk); err != nil || len(views) != 1 {
		t.Errorf("%+v, %v", views, err)
	}
	if err := h.Money.ClosePolicy(ctx, h.Clerk, h.Policy.ID, models.NewDate(2026, 4, 30)); err != nil {
		t.Fatal(err)
	}
	if err := h.Money.RefusePolicy(ctx, second, h.Policy.ID, 2); err != nil {
		t.Fatal(err)
	}
	card, err := h.Money.PolicyCard(ctx, h.Clerk, h.Policy.ID)
	if err != nil || card.State != models.PolicyInForce || !card.To.IsZero() || !card.Ending.IsZero() ||
		card.Effect != nil {
		t.Errorf("%+v, %v", card, err)
	}
	var told int64
	h.Store.Model(&models.Delivery{}).Where("kind = 'policy_asked' AND staff_id = ?", second.Staff).Count(&told)
	if told != 2 {
		t.Errorf("asked %d times", told)
	}
	h.Store.Model(&models.Delivery{}).Where("kind = 'policy_decided'").Count(&told)
	if told != 2 {
		t.Errorf("who proposed it was told %d times", told)
	}
}

func TestPoliciesThatCannotBeMeant(t *testing.T) {
	h := moneytest.New(t)
	for code, change := range map[string]func(*models.Policy){
		"policy_name":   func(p *models.Policy) { p.Name = " " },
		"policy_source": func(p *models.Policy) { p.Source = "" },
		"policy_basis":  func(p *models.Policy) { p.LegalBasis = "" },
		"policy_dates":  func(p *models.Policy) { p.To = models.NewDate(2026, 3, 31) },
		"policy_rules":  func(p *models.Policy) { p.Rules = nil },
		"policy_amount": func(p *models.Policy) { p.Rules[0].Amount = 1_000_000_000_000_000 },
		"policy_coefficient": func(p *models.Policy) {
			p.Rules[0] = models.PolicyRule{Role: models.Head,
				Coefficient: 20_001}
		},
		"policy_role":     func(p *models.Policy) { p.Rules = append(p.Rules, p.Rules[0]) },
		"policy_days":     func(p *models.Policy) { p.AccrualDays = 31 },
		"policy_percent":  func(p *models.Policy) { p.Accrual, p.AccrualPercent = models.FullFrom, 101 },
		"policy_cap":      func(p *models.Policy) { p.Cap = -1 },
		"policy_stacking": func(p *models.Policy) { p.Stacking = "most" },
		"policy_accrual":  func(p *models.Policy) { p.Accrual = "never" },
	} {
		_, err := h.Money.AddPolicy(ctx, h.Clerk, newRule(change), 0)
		moneytest.WantCode(t, err, services.KindInvalid, code)
		_, err = h.Money.PreviewPolicy(ctx, h.Clerk, newRule(change), 0)
		moneytest.WantCode(t, err, services.KindInvalid, code)
	}
	for _, amount := range []int64{0, 999, -5} {
		_, err := h.Money.AddPolicy(ctx, h.Clerk, newRule(func(p *models.Policy) { p.Rules[0].Amount = amount }), 0)
		moneytest.WantCode(t, err, services.KindInvalid, "policy_amount")
	}
	_, err := h.Money.AddPolicy(ctx, h.Clerk, newRule(func(p *models.Policy) { p.Rules[0].OrganizationCode = "chess" }), 0)
	moneytest.WantCode(t, err, services.KindNotFound, "organization")
	stale := h.Staff(h.Ward, services.Clerk)
	h.Store.Model(&models.Account{}).Where("id = ?", stale.Account).Update("stepped_up_until", h.Now.Add(-time.Minute))
	_, err = h.Money.AddPolicy(ctx, stale, newRule(func(*models.Policy) {}), 0)
	moneytest.WantCode(t, err, services.KindDenied, "step_up")
	_, err = h.Money.AddPolicy(ctx, h.Clerk, newRule(func(p *models.Policy) { p.From = models.NewDate(2020, 1, 1) }),
		h.Policy.ID)
	moneytest.WantCode(t, err, services.KindConflict, "policy_begun")
	views, err := h.Money.AllPolicies(ctx, h.Clerk)
	if err != nil || len(views) != 1 {
		t.Errorf("%d policies, %v: something refused was written", len(views), err)
	}
}

func TestBaseSalaries(t *testing.T) {
	h := moneytest.New(t)
	salaries, err := h.Money.BaseSalaries(ctx, h.Clerk)
	if err != nil || len(salaries) != 4 || salaries[3].Amount != 2_530_000 ||
		salaries[3].From != models.NewDate(2026, 7, 1) {
		t.Fatalf("%+v, %v", salaries, err)
	}
	next := models.BaseSalary{From: models.NewDate(2027, 7, 1), Amount: 2_700_000, LegalBasis: "Nghị định 1/2027/NĐ-CP"}
	if err := h.Money.AddBaseSalary(ctx, services.SystemActor(0), next); err != nil {
		t.Fatal(err)
	}
	moneytest.WantCode(t, h.Money.AddBaseSalary(ctx, services.SystemActor(0), next), services.KindConflict, "salary_known")
	moneytest.WantCode(t, h.Money.AddBaseSalary(ctx, h.Clerk, next), services.KindDenied, "role")
	next.Amount = 0
	moneytest.WantCode(t, h.Money.AddBaseSalary(ctx, services.SystemActor(0), next), services.KindInvalid, "salary")
}
