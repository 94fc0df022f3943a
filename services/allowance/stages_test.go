package allowance_test

import (
	"slices"
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/allowance"
	"canbobot/services/outbox"
)

// Who asked for it hears of every stage of a list that pays them, once; others
// hear nothing of it.
func TestStagesAreToldToWhoAsked(t *testing.T) {
	h := newHouse(t)
	a, b := h.person("A"), h.person("B")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	h.term(b, h.branch("youth"), models.Head, "2025-01-01", "")
	idle := h.person("C") // is paid nothing
	for _, person := range []int64{a, idle} {
		if err := h.service.SetEveryStage(ctx, h.officer(person), true); err != nil {
			t.Fatal(err)
		}
	}
	if on, err := h.service.EveryStage(ctx, h.officer(a)); err != nil || !on {
		t.Errorf("setting: %v, %v", on, err)
	}
	told := func() []int {
		t.Helper()
		var deliveries []models.Delivery
		if err := h.store.Where("kind = ?", outbox.StageReached).Order("id").Find(&deliveries).Error; err != nil {
			t.Fatal(err)
		}
		var versions []int
		for _, delivery := range deliveries {
			if delivery.PersonID == nil || *delivery.PersonID != a || delivery.SubjectKind != outbox.Stage {
				t.Errorf("told %+v", delivery)
			}
			versions = append(versions, delivery.Version)
		}
		return versions
	}
	view := h.step(h.service.SubmitRun, h.clerk, h.prepare("2026-04"))
	view = h.step(h.service.ApproveRun, h.leader, view)
	if got := told(); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("submitted and approved: versions %v", got)
	}
	// Turned off, the next stage is silent.
	if err := h.service.SetEveryStage(ctx, h.officer(a), false); err != nil {
		t.Fatal(err)
	}
	view = h.step(h.service.ExportRun, h.clerk, view)
	h.settleAll(view)
	h.step(h.service.CloseRun, h.clerk, view)
	if got := told(); len(got) != 2 {
		t.Errorf("told %v after it was turned off", got)
	}
	month, err := h.service.MonthOfRun(ctx, h.officer(a), view.Run.ID)
	if err != nil || month.Month != view.Run.Month || month.Amount != 200_000 {
		t.Errorf("month of the run: %+v, %v", month, err)
	}
	wantCode(t, h.service.SetEveryStage(ctx, h.clerk, true), services.KindDenied, "role")
}

// A list that pays arrears says of each month what is owed and what was paid.
func TestArrearsAreDerivedMonthByMonth(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	deputy := h.term(a, h.branch("women"), models.Deputy, "2025-01-01", "")
	for _, m := range []string{"2026-01", "2026-02"} {
		h.pay(m)
	}
	// It becomes known in March that A has been head since February.
	h.end(deputy, "2026-01-31")
	h.term(a, deputy.BranchID, models.Head, "2026-02-01", "")
	h.export("2026-03")
	view, adjusted, err := h.service.Explain(ctx, h.officer(a), month(t, "2026-03"))
	if err != nil {
		t.Fatal(err)
	}
	if view.Amount != 250_000 || len(adjusted) != 1 {
		t.Fatalf("%d, adjusted %+v", view.Amount, adjusted)
	}
	if one := adjusted[0]; one.Month != month(t, "2026-02") || one.Owed != 200_000 || one.Settled != 150_000 || one.Amount != 50_000 {
		t.Errorf("February: %+v", one)
	}
	// A month without adjustments has none to derive.
	if _, adjusted, err := h.service.Explain(ctx, h.officer(a), month(t, "2026-01")); err != nil || len(adjusted) != 0 {
		t.Errorf("January: %+v, %v", adjusted, err)
	}
}

// Whoever uses the bot hears what became of their money, each outcome once;
// others are not queued for.
func TestOutcomesAreTold(t *testing.T) {
	h := newHouse(t)
	a, b := h.person("A"), h.person("B")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	h.term(b, h.branch("youth"), models.Head, "2025-01-01", "")
	h.create(&models.Account{WardID: h.ward.ID, Channel: "web", ExternalID: "a", ChatID: "a", PersonID: &a, LinkedAt: h.now, LastSeenAt: h.now})
	view := h.export("2026-04")
	told := func() []int {
		t.Helper()
		var deliveries []models.Delivery
		if err := h.store.Where("kind = ?", outbox.LineSettled).Order("id").Find(&deliveries).Error; err != nil {
			t.Fatal(err)
		}
		var versions []int
		for _, delivery := range deliveries {
			if delivery.PersonID == nil || *delivery.PersonID != a || delivery.SubjectID != h.lineOf(view, a).ID {
				t.Errorf("told %+v", delivery)
			}
			versions = append(versions, delivery.Version)
		}
		return versions
	}
	h.settleAll(view)
	if got := told(); !slices.Equal(got, []int{1}) {
		t.Errorf("paid: %v", got)
	}
	h.settleAll(view) // nothing is left to settle
	if err := h.service.SettleLine(ctx, h.clerk, h.lineOf(view, a).ID, models.LineReturned, "closed", models.Date{}); err != nil {
		t.Fatal(err)
	}
	if got := told(); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("came back: %v", got)
	}
	month, err := h.service.MonthOfLine(ctx, h.officer(a), h.lineOf(view, a).ID)
	if err != nil || month.Stage != allowance.StageReturned || month.Reason != "closed" {
		t.Errorf("month of the line: %+v, %v", month, err)
	}
	_, err = h.service.MonthOfLine(ctx, h.officer(b), h.lineOf(view, a).ID)
	wantCode(t, err, services.KindNotFound, "line")
}

// A quarter's list pays three months of its own: none is arrears, and its money
// is counted once.
func TestAQuarterIsNoArrears(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	if err := h.service.SetPayEvery(ctx, services.Actor{Role: services.Admin, Ward: h.ward.ID}, 3); err != nil {
		t.Fatal(err)
	}
	h.pay("2026-03")
	view, adjusted, err := h.service.Explain(ctx, h.officer(a), month(t, "2026-03"))
	if err != nil || view.Amount != 600_000 || len(view.Parts) != 3 || len(adjusted) != 0 {
		t.Errorf("March: %d in %d parts, adjusted %+v, %v", view.Amount, len(view.Parts), adjusted, err)
	}
	january, err := h.service.Month(ctx, h.officer(a), month(t, "2026-01"))
	if err != nil || !january.Elsewhere() || !january.Own(january.Month) || january.Amount != 200_000 {
		t.Errorf("January: %+v, %v", january, err)
	}
	if report := h.year(2026); report.Months[0].State != models.RunClosed || report.Paid != 600_000 || report.Forecast != 12*200_000 {
		t.Errorf("year: %+v, forecast %d", report.Months[:3], report.Forecast)
	}
}
