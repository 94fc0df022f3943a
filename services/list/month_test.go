package list_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/money"
	"canbobot/services/money/moneytest"
)

func TestAMonthThroughItsStages(t *testing.T) {
	h := moneytest.New(t)
	a, branch := h.Person("A"), h.Branch("women")
	term := h.Term(a, branch, models.Head, "2026-03-05", "")
	payDay := moneytest.Day(t, "2026-05-05")

	view := h.Month(a, "2026-04")
	want := list.MonthView{
		Month: moneytest.Month(t, "2026-04"), Stage: list.StageNotListed, Amount: 200_000, ExpectedBy: payDay,
		Parts: []list.PartView{{
			Component: money.Component{
				Month: moneytest.Month(t, "2026-04"), PolicyID: h.Policy.ID, TermID: term.ID, BranchID: branch, Role: models.Head,
				Amount: 200_000, Rate: 200_000, Basis: "Conclusion 1", Why: "full", Days: 30,
			},
			PolicyName: "Town policy", BranchName: "Branch women 1", Title: "Title head", From: moneytest.Day(t, "2026-03-05"),
		}},
	}
	if diff := cmp.Diff(want, view); diff != "" {
		t.Errorf("not listed: %s", diff)
	}

	run := h.Prepare("2026-04")
	want.Stage, want.StageAt, want.ListedIn, want.Covers = list.StageListed, h.Now, moneytest.Month(t, "2026-04"), 1
	want.Through = models.ByBank
	if diff := cmp.Diff(want, h.Month(a, "2026-04")); diff != "" {
		t.Errorf("listed: %s", diff)
	}
	h.Now = h.Now.Add(time.Hour)
	run = h.Step(h.List.SubmitRun, h.Clerk, run)
	want.Stage, want.StageAt, want.RunID, want.LineID = list.StageSubmitted, h.Now, run.Run.ID, run.Lines[0].ID
	if diff := cmp.Diff(want, h.Month(a, "2026-04")); diff != "" {
		t.Errorf("submitted: %s", diff)
	}
	h.Now = h.Now.Add(time.Hour)
	run = h.Step(h.List.ApproveRun, h.Leader, run)
	want.Stage, want.StageAt = list.StageApproved, h.Now
	if diff := cmp.Diff(want, h.Month(a, "2026-04")); diff != "" {
		t.Errorf("approved: %s", diff)
	}
	h.Now = h.Now.Add(time.Hour)
	run = h.Step(h.List.ExportRun, h.Clerk, run)
	want.Stage, want.StageAt = list.StageExported, h.Now
	if diff := cmp.Diff(want, h.Month(a, "2026-04")); diff != "" {
		t.Errorf("exported: %s", diff)
	}
	h.SettleAll(run)
	want.Stage, want.PaidOn, want.ExpectedBy = list.StagePaid, moneytest.Day(t, "2026-04-20"), models.Date{}
	if diff := cmp.Diff(want, h.Month(a, "2026-04")); diff != "" {
		t.Errorf("paid: %s", diff)
	}
	if got := h.Month(a, "2026-05").Stage; got != list.StageNotListed {
		t.Errorf("the next month: %s", got)
	}
	if got := h.Month(a, "2026-03"); got.Stage != list.StageNone || !got.BeforeRuns {
		t.Errorf("before the first run: %+v", got)
	}
	if got := h.Month(h.Person("nobody"), "2026-04"); got.Stage != list.StageNone || got.BeforeRuns {
		t.Errorf("without a post: %+v", got)
	}
}

func TestAFailedMonthIsFollowed(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	march := h.Export("2026-03")
	if err := h.List.SettleLine(ctx, h.Clerk, march.Lines[0].ID, models.LineFailed, "account closed",
		models.Date{}); err != nil {
		t.Fatal(err)
	}
	view := h.Month(a, "2026-03")
	if view.Stage != list.StageFailed || view.Reason != "account closed" || view.Amount != 200_000 ||
		view.ExpectedBy != moneytest.Day(t, "2026-05-05") {
		t.Errorf("failed: %+v", view)
	}

	april := h.Pay("2026-04")
	view = h.Month(a, "2026-03")
	if view.Stage != list.StagePaid || view.ListedIn != moneytest.Month(t, "2026-04") ||
		view.LineID != april.Lines[0].ID ||
		view.Amount != 200_000 || len(view.Parts) != 1 || view.PaidOn.IsZero() {
		t.Errorf("made good: %+v", view)
	}
	want := []list.Listing{{Month: moneytest.Month(t, "2026-03"), Stage: list.StageFailed, Reason: "account closed",
		Amount: 200_000, LineID: march.Lines[0].ID}}
	if diff := cmp.Diff(want, view.Earlier); diff != "" {
		t.Error(diff)
	}
	own := h.Month(a, "2026-04")
	if own.Stage != list.StagePaid || own.Amount != 400_000 || len(own.Parts) != 2 ||
		own.Parts[1].Month != moneytest.Month(t, "2026-03") {
		t.Errorf("with arrears: %+v", own)
	}
}

func TestARecoveredMonthTellsWhere(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	head := h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	h.Term(a, h.Branch("youth"), models.Head, "2025-01-01", "")
	h.Pay("2026-03")
	h.End(head, "2026-03-10")
	april := h.Prepare("2026-04")
	if april.Run.Total != 0 { // 200,000 for youth less 200,000 of March
		t.Fatalf("April: %d", april.Run.Total)
	}
	march := h.Month(a, "2026-03")
	if march.Stage != list.StagePaid || march.Amount != 400_000 {
		t.Errorf("March: %+v", march)
	}
	want := []list.Listing{{Month: moneytest.Month(t, "2026-04"), Stage: list.StageCarried, Amount: -200_000}}
	if diff := cmp.Diff(want, march.Later); diff != "" {
		t.Error(diff)
	}
	if view := h.Month(a, "2026-04"); view.Stage != list.StageCarried || view.Amount != 0 || view.LineID != 0 {
		t.Errorf("April: %+v", view)
	}
}

// A month whose list is closed comes as arrears with the next one.
func TestArrearsAreExpectedWithTheNextRun(t *testing.T) {
	h := moneytest.New(t)
	h.Term(h.Person("B"), h.Branch("youth"), models.Head, "2025-01-01", "")
	h.Pay("2026-03")
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2026-03-01", "")
	view := h.Month(a, "2026-03")
	if view.Stage != list.StageNotListed || view.Amount != 200_000 || view.ExpectedBy != moneytest.Day(t, "2026-05-05") {
		t.Errorf("unknown to the list of March: %+v", view)
	}
	h.Pay("2026-04")
	view = h.Month(a, "2026-03")
	if view.Stage != list.StagePaid || view.ListedIn != moneytest.Month(t, "2026-04") || view.Amount != 200_000 {
		t.Errorf("paid with April: %+v", view)
	}
}

func TestHistory(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "2026-03-31")
	h.Pay("2026-02")
	h.Pay("2026-03")
	views, err := h.List.History(ctx, h.Officer(a), moneytest.Month(t, "2026-04"), 12)
	if err != nil {
		t.Fatal(err)
	}
	if len(views) != 12 || views[0].Month != moneytest.Month(t, "2026-04") ||
		views[11].Month != moneytest.Month(t, "2025-05") {
		t.Fatalf("%d months", len(views))
	}
	for i, want := range []list.Stage{list.StageNone, list.StagePaid, list.StagePaid, list.StageNone} {
		if views[i].Stage != want {
			t.Errorf("%s: %s, want %s", views[i].Month, views[i].Stage, want)
		}
	}
	for i := range views {
		one, err := h.List.MonthOf(ctx, h.Clerk, a, views[i].Month)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(one, views[i]); diff != "" {
			t.Errorf("%s alone and in the history: %s", one.Month, diff)
		}
	}
}

func TestMonthsAreCheap(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	for _, m := range []string{"2025-12", "2026-01", "2026-02", "2026-03"} {
		h.Pay(m)
	}
	for _, c := range []struct {
		name    string
		queries int64
		ask     func() error
	}{
		{"a listed month", 1, func() error {
			_,
				err := h.List.Month(ctx, h.Officer(a), moneytest.Month(t, "2026-03"))
			return err
		}},
		{"a month not listed", 4, func() error {
			_,
				err := h.List.Month(ctx, h.Officer(a), moneytest.Month(t, "2026-04"))
			return err
		}},
		{"a year", 4, func() error {
			_, err := h.List.History(ctx, h.Officer(a), moneytest.Month(t, "2026-04"), 12)
			return err
		}},
		{"five years", 4, func() error {
			_, err := h.List.History(ctx, h.Officer(a), moneytest.Month(t, "2026-04"), 60)
			return err
		}},
	} {
		h.Queries.Store(0)
		if err := c.ask(); err != nil {
			t.Fatal(err)
		}
		if got := h.Queries.Load(); got != c.queries {
			t.Errorf("%s took %d queries, want %d", c.name, got, c.queries)
		}
	}
}

func TestMonthsNobodyMayAsk(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	_, err := h.List.Month(ctx, h.Officer(a), 0)
	moneytest.WantCode(t, err, services.KindInvalid, "month")
	_, err = h.List.Month(ctx, h.Clerk, moneytest.Month(t, "2026-04")) // holds no post
	moneytest.WantCode(t, err, services.KindDenied, "role")
	_, err = h.List.Month(ctx, services.Actor{}, moneytest.Month(t, "2026-04"))
	moneytest.WantCode(t, err, services.KindDenied, "role")
	_, err = h.List.MonthOf(ctx, h.Officer(a), a, moneytest.Month(t, "2026-04"))
	moneytest.WantCode(t, err, services.KindDenied, "role")
}

func TestPoliciesInForce(t *testing.T) {
	h := moneytest.New(t)
	h.NewPolicy(h.Ward, func(p *models.Policy) { p.Code, p.To = "old", models.NewDate(2026, 4, 19) })
	h.NewPolicy(h.Ward, func(p *models.Policy) { p.Code, p.From = "coming", models.NewDate(2026, 7, 1) })
	policies, err := h.Money.Policies(ctx, h.Officer(h.Person("A")))
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, policy := range policies {
		codes = append(codes, policy.Code)
		if len(policy.Rules) != 2 {
			t.Errorf("%s has %d rules", policy.Code, len(policy.Rules))
		}
	}
	if diff := cmp.Diff([]string{"town", "coming"}, codes); diff != "" {
		t.Error(diff)
	}
}
