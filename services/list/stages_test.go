package list_test

import (
	"slices"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/money/moneytest"
	"canbobot/services/outbox"
)

// Who asked for it hears of every stage of a list that pays them, once; others
// hear nothing of it.
func TestStagesAreToldToWhoAsked(t *testing.T) {
	h := moneytest.New(t)
	a, b := h.Person("A"), h.Person("B")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	h.Term(b, h.Branch("youth"), models.Head, "2025-01-01", "")
	idle := h.Person("C") // is paid nothing
	for _, person := range []int64{a, idle} {
		if err := h.List.SetEveryStage(ctx, h.Officer(person), true); err != nil {
			t.Fatal(err)
		}
	}
	if on, err := h.List.EveryStage(ctx, h.Officer(a)); err != nil || !on {
		t.Errorf("setting: %v, %v", on, err)
	}
	told := func() []int {
		t.Helper()
		var deliveries []models.Delivery
		if err := h.Store.Where("kind = ?", outbox.StageReached).Order("id").Find(&deliveries).Error; err != nil {
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
	view := h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04"))
	view = h.Step(h.List.ApproveRun, h.Leader, view)
	if got := told(); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("submitted and approved: versions %v", got)
	}
	// Turned off, the next stage is silent.
	if err := h.List.SetEveryStage(ctx, h.Officer(a), false); err != nil {
		t.Fatal(err)
	}
	view = h.Step(h.List.ExportRun, h.Clerk, view)
	h.SettleAll(view)
	h.Step(h.List.CloseRun, h.Clerk, view)
	if got := told(); len(got) != 2 {
		t.Errorf("told %v after it was turned off", got)
	}
	month, err := h.List.MonthOfRun(ctx, h.Officer(a), view.Run.ID)
	if err != nil || month.Month != view.Run.Month || month.Amount != 200_000 {
		t.Errorf("month of the run: %+v, %v", month, err)
	}
	moneytest.WantCode(t, h.List.SetEveryStage(ctx, h.Clerk, true), services.KindDenied, "role")
}

// A list that pays arrears says of each month what is owed and what was paid.
func TestArrearsAreDerivedMonthByMonth(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	deputy := h.Term(a, h.Branch("women"), models.Deputy, "2025-01-01", "")
	for _, m := range []string{"2026-01", "2026-02"} {
		h.Pay(m)
	}
	// It becomes known in March that A has been head since February.
	h.End(deputy, "2026-01-31")
	h.Term(a, deputy.BranchID, models.Head, "2026-02-01", "")
	h.Export("2026-03")
	view, adjusted, err := h.List.Explain(ctx, h.Officer(a), moneytest.Month(t, "2026-03"))
	if err != nil {
		t.Fatal(err)
	}
	if view.Amount != 250_000 || len(adjusted) != 1 {
		t.Fatalf("%d, adjusted %+v", view.Amount, adjusted)
	}
	if one := adjusted[0]; one.Month != moneytest.Month(t, "2026-02") || one.Owed != 200_000 || one.Settled != 150_000 ||
		one.Amount != 50_000 {
		t.Errorf("February: %+v", one)
	}
	// A month without adjustments has none to derive.
	if _, adjusted, err := h.List.Explain(ctx, h.Officer(a), moneytest.Month(t, "2026-01")); err != nil ||
		len(adjusted) != 0 {
		t.Errorf("January: %+v, %v", adjusted, err)
	}
}

// Whoever uses the bot hears what became of their money, each outcome once;
// others are not queued for.
func TestOutcomesAreTold(t *testing.T) {
	h := moneytest.New(t)
	a, b := h.Person("A"), h.Person("B")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	h.Term(b, h.Branch("youth"), models.Head, "2025-01-01", "")
	h.Create(&models.Account{WardID: h.Ward.ID, Channel: "web", ExternalID: "a", ChatID: "a", PersonID: &a,
		LinkedAt: h.Now, LastSeenAt: h.Now})
	view := h.Export("2026-04")
	told := func() []int {
		t.Helper()
		var deliveries []models.Delivery
		if err := h.Store.Where("kind = ?", outbox.LineSettled).Order("id").Find(&deliveries).Error; err != nil {
			t.Fatal(err)
		}
		var versions []int
		for _, delivery := range deliveries {
			if delivery.PersonID == nil || *delivery.PersonID != a || delivery.SubjectID != h.LineOf(view, a).ID {
				t.Errorf("told %+v", delivery)
			}
			versions = append(versions, delivery.Version)
		}
		return versions
	}
	h.SettleAll(view)
	h.Now = h.Now.Add(10 * time.Minute)
	if _, err := h.List.TellSettled(ctx); err != nil {
		t.Fatal(err)
	}
	if got := told(); !slices.Equal(got, []int{1}) {
		t.Errorf("paid: %v", got)
	}
	h.SettleAll(view) // nothing is left to settle
	if err := h.List.SettleLine(ctx, h.Clerk, h.LineOf(view, a).ID, models.LineReturned, "closed",
		models.Date{}); err != nil {
		t.Fatal(err)
	}
	if got := told(); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("came back: %v", got)
	}
	month, err := h.List.MonthOfLine(ctx, h.Officer(a), h.LineOf(view, a).ID)
	if err != nil || month.Stage != list.StageReturned || month.Reason != "closed" {
		t.Errorf("month of the line: %+v, %v", month, err)
	}
	_, err = h.List.MonthOfLine(ctx, h.Officer(b), h.LineOf(view, a).ID)
	moneytest.WantCode(t, err, services.KindNotFound, "line")
}

// A quarter's list pays three months of its own: none is arrears, and its money
// is counted once.
func TestAQuarterIsNoArrears(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	if err := h.Money.SetPayEvery(ctx, services.Actor{Role: services.Admin, Ward: h.Ward.ID}, 3); err != nil {
		t.Fatal(err)
	}
	h.Pay("2026-03")
	view, adjusted, err := h.List.Explain(ctx, h.Officer(a), moneytest.Month(t, "2026-03"))
	if err != nil || view.Amount != 600_000 || len(view.Parts) != 3 || len(adjusted) != 0 {
		t.Errorf("March: %d in %d parts, adjusted %+v, %v", view.Amount, len(view.Parts), adjusted, err)
	}
	january, err := h.List.Month(ctx, h.Officer(a), moneytest.Month(t, "2026-01"))
	if err != nil || !january.Elsewhere() || !january.Own(january.Month) || january.Amount != 200_000 {
		t.Errorf("January: %+v, %v", january, err)
	}
	if report := h.YearOf(2026); report.Months[0].State != models.RunClosed || report.Paid != 600_000 ||
		report.Forecast != 12*200_000 {
		t.Errorf("year: %+v, forecast %d", report.Months[:3], report.Forecast)
	}
}
