package year_test

import (
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money/moneytest"
	"canbobot/services/year"
)

// One head of two sources, one deputy of the town's: each month 200,000 and
// 100,000 to the head, 150,000 to the deputy.
func TestAYearAddsUp(t *testing.T) {
	h := moneytest.New(t)
	h.NewPolicy(h.Ward, func(p *models.Policy) {
		p.Code, p.Source, p.Rules = "province", "province", []models.PolicyRule{{Role: models.Head, Amount: 100_000}}
	})
	head, deputy := h.Person("A"), h.Person("B")
	women, youth := h.Branch("women"), h.Branch("youth")
	h.Term(head, women, models.Head, "2025-01-01", "")
	second := h.Term(deputy, youth, models.Deputy, "2025-01-01", "")
	january := h.Pay("2026-01")
	february := h.Export("2026-02")
	if err := h.List.SettleLine(ctx, h.Clerk, h.LineOf(february, deputy).ID, models.LineFailed, "closed",
		models.Date{}); err != nil {
		t.Fatal(err)
	}
	h.SettleAll(february)

	report := h.YearOf(2026)
	// January and February, less the deputy's February; ten months to come.
	if report.Paid != 450_000+300_000 || report.Failed != 150_000 || report.Sent != 0 || report.Waiting != 0 {
		t.Errorf("sums: %+v", report.Sum)
	}
	if want := int64(12 * 450_000); report.Forecast != want {
		t.Errorf("forecast %d, want %d", report.Forecast, want)
	}
	if len(report.Sources) != 2 || report.Sources[0].Source != "province" || report.Sources[0].Forecast != 12*100_000 ||
		report.Sources[1].Forecast != 12*350_000 || report.Sources[1].Failed != 150_000 {
		t.Errorf("sources: %+v", report.Sources)
	}
	if february := report.Months[1]; february.State != models.RunExported || february.Paid != 300_000 ||
		february.Failed != 150_000 || february.Forecast != 0 {
		t.Errorf("February: %+v", february)
	}
	if march := report.Months[2]; march.State != "" || march.Forecast != 450_000 {
		t.Errorf("March: %+v", march)
	}
	// The same money by months: a span adds up its own lists, and a quarter's parts are
	// the year's.
	first, err := h.Year.Span(ctx, h.Clerk, models.NewMonth(2026, time.January), models.NewMonth(2026, time.January))
	if err != nil || first.Sum != report.Months[0].Sum || len(first.Months) != 1 || len(first.Sources) != 2 ||
		first.Forecast != 0 || len(first.Organizations) == 0 {
		t.Errorf("January: %+v, %v", first, err)
	}
	quarter, err := h.Year.Span(ctx, h.Clerk, models.NewMonth(2025, time.December), models.NewMonth(2026, time.February))
	if err != nil || quarter.Paid != report.Paid || quarter.Failed != report.Failed {
		t.Errorf("three months: %+v, %v", quarter.Sum, err)
	}
	for _, wrong := range [][2]models.Month{{models.NewMonth(2026, time.March), models.NewMonth(2026, time.January)},
		{models.NewMonth(2025, time.January), models.NewMonth(2026, time.January)}} {
		_, err := h.Year.Span(ctx, h.Clerk, wrong[0], wrong[1])
		moneytest.WantCode(t, err, services.KindInvalid, "year")
	}
	// January's head says that it came in full, the deputy that something lacked.
	if report.Unconfirmed != report.Paid {
		t.Errorf("%d of %d is unconfirmed", report.Unconfirmed, report.Paid)
	}
	h.Receipt(january, head, "full", 0)
	h.Receipt(january, deputy, "less", 100_000)
	if report = h.YearOf(2026); report.Unconfirmed != report.Paid-300_000 || report.Months[0].Unconfirmed != 150_000 ||
		report.Sources[0].Unconfirmed != 100_000 {
		t.Errorf("unconfirmed: %+v, January %+v", report.Sum, report.Months[0])
	}
	villages, organizations := int64(0), int64(0)
	for _, place := range report.Villages {
		villages += place.Paid + place.Failed
	}
	for _, place := range report.Organizations {
		organizations += place.Paid + place.Failed
	}
	if villages != 900_000 || organizations != 900_000 {
		t.Errorf("places: %d by village, %d by organization", villages, organizations)
	}
	if report.Posts.Heads != 1 || report.Posts.Deputies != 1 {
		t.Errorf("posts: %+v", report.Posts)
	}

	// The failed transfer is made good by March's run and counts there alone.
	march := h.Export("2026-03")
	report = h.YearOf(2026)
	if report.Failed != 0 || report.Sent != 450_000+150_000 || report.Forecast != 12*450_000 {
		t.Errorf("made good: %+v, forecast %d", report.Sum, report.Forecast)
	}
	// What waits for the leader is settled too; a draft is not.
	h.SettleAll(march)
	h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04"))
	if report = h.YearOf(2026); report.Waiting != 450_000 || report.Months[3].State != models.RunSubmitted ||
		report.Forecast != 12*450_000 {
		t.Errorf("submitted: %+v", report.Sum)
	}
	// Who is known to leave is not forecast beyond that.
	h.End(second, "2026-06-30")
	if report = h.YearOf(2026); report.Forecast != 12*450_000-6*150_000 {
		t.Errorf("forecast %d after the deputy's end is known", report.Forecast)
	}
	if last := h.YearOf(2025); last.Forecast != 0 || last.Paid != 0 {
		t.Errorf("2025: %+v", last)
	}
}

// Arrears of an earlier year are money of the year that pays them.
func TestAYearPaysArrearsOfTheLast(t *testing.T) {
	h := moneytest.New(t)
	h.Now = time.Date(2026, 1, 20, 3, 0, 0, 0, time.UTC)
	a, b := h.Person("A"), h.Person("B")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	h.Pay("2025-12")
	h.Term(b, h.Branch("youth"), models.Head, "2025-12-01", "")
	h.Pay("2026-01")
	if report := h.YearOf(2026); report.Paid != 600_000 || report.Forecast != 600_000+11*400_000 {
		t.Errorf("2026: paid %d, forecast %d", report.Paid, report.Forecast)
	}
	if report := h.YearOf(2025); report.Paid != 200_000 || report.Forecast != 200_000 {
		t.Errorf("2025: paid %d, forecast %d", report.Paid, report.Forecast)
	}
}

func TestVacantPosts(t *testing.T) {
	h := moneytest.New(t)
	if err := h.Store.Model(&models.Organization{}).Where("code <> ''").Updates(map[string]any{"head_title": "H",
		"deputy_title": "D"}).Error; err != nil {
		t.Fatal(err)
	}
	women, youth := h.Branch("women"), h.Branch("youth")
	h.Term(h.Person("A"), women, models.Head, "2025-01-01", "")
	h.Term(h.Person("B"), youth, models.Deputy, "2025-01-01", "")
	h.Term(h.Person("C"), youth, models.Head, "2025-01-01", "2026-04-19")
	vacant := h.YearOf(2026).Vacancies
	if len(vacant) != 2 || vacant[0].Role != models.Head || vacant[1].Role != models.Deputy ||
		vacant[0].Branch == vacant[1].Branch {
		t.Errorf("vacancies: %+v", vacant)
	}
}

func TestBudget(t *testing.T) {
	h := moneytest.New(t)
	for _, amount := range []int64{0, -1, year.MaxBudget + 1} {
		moneytest.WantCode(t, h.Year.SetBudget(ctx, h.Clerk, "town", 2026, amount), services.KindInvalid, "budget")
	}
	moneytest.WantCode(t, h.Year.SetBudget(ctx, h.Clerk, "town", 1999, 1), services.KindInvalid, "year")
	moneytest.WantCode(t, h.Year.SetBudget(ctx, h.Clerk, "moon", 2026, 1), services.KindNotFound, "source")
	for _, amount := range []int64{5_000_000, 6_000_000} {
		if err := h.Year.SetBudget(ctx, h.Clerk, "town", 2026, amount); err != nil {
			t.Fatal(err)
		}
	}
	report := h.YearOf(2026)
	if report.Budget != 6_000_000 || len(report.Sources) != 1 || report.Sources[0].Budget != 6_000_000 {
		t.Errorf("budget %d, sources %+v", report.Budget, report.Sources)
	}
	if other := h.YearOf(2027); other.Budget != 0 {
		t.Errorf("2027 has %d", other.Budget)
	}
	var journal int64
	h.Store.Model(&models.AuditEntry{}).Where("action = ?", "budget.set").Count(&journal)
	if journal != 2 {
		t.Errorf("%d journal entries", journal)
	}
	_, err := h.Year.Year(ctx, h.Leader, 1)
	moneytest.WantCode(t, err, services.KindInvalid, "year")
}

func TestPayDayIsToldWithEveryMonth(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04"))
	expected := func() models.Date {
		view, err := h.List.Month(ctx, h.Officer(a), moneytest.Month(t, "2026-04"))
		if err != nil {
			t.Fatal(err)
		}
		return view.ExpectedBy
	}
	if on := expected(); on != moneytest.Day(t, "2026-05-05") {
		t.Errorf("expected %v", on)
	}
	for _, bad := range []int{-1, 32} {
		moneytest.WantCode(t, h.Money.SetPayDay(ctx, h.Clerk, bad), services.KindInvalid, "pay_day")
	}
	if err := h.Money.SetPayDay(ctx, h.Clerk, 31); err != nil {
		t.Fatal(err)
	}
	if on := expected(); on != moneytest.Day(t, "2026-05-31") {
		t.Errorf("expected %v", on)
	}
	if err := h.Money.SetPayDay(ctx, h.Clerk, 0); err != nil {
		t.Fatal(err)
	}
	if on := expected(); !on.IsZero() {
		t.Errorf("promised %v", on)
	}
	ward := models.Ward{Code: "new", Name: "New", Kind: "phường"}
	h.Create(&ward)
	h.Store.Take(&ward, ward.ID)
	if ward.PayDay != 5 {
		t.Errorf("a ward begins with day %d", ward.PayDay)
	}
}

// A budget that will not do is told of before it is spent.
func TestABudgetThatWillNotDoIsToldOf(t *testing.T) {
	h := moneytest.New(t)
	h.Term(h.Person("A"), h.Branch("women"), models.Head, "2025-01-01", "")
	h.Export("2026-01")
	over := func() []year.SourceSum {
		found, err := h.Year.Overruns(ctx, h.Clerk, 2026)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if found := over(); len(found) != 0 {
		t.Errorf("without a budget: %+v", found)
	}
	for budget, want := range map[int64]int{12 * 200_000: 0, 12*200_000 - 1: 1} {
		if err := h.Year.SetBudget(ctx, h.Leader, "town", 2026, budget); err != nil {
			t.Fatal(err)
		}
		if found := over(); len(found) != want {
			t.Errorf("budget %d: %+v", budget, found)
		}
	}
}
