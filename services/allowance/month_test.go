package allowance_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/allowance"
)

func (h *house) month(person int64, text string) allowance.MonthView {
	h.Helper()
	view, err := h.service.Month(ctx, h.officer(person), month(h, text))
	if err != nil {
		h.Fatal(err)
	}
	return view
}

func TestAMonthThroughItsStages(t *testing.T) {
	h := newHouse(t)
	a, branch := h.person("A"), h.branch("women")
	term := h.term(a, branch, models.Head, "2026-03-05", "")
	payDay := day(t, "2026-05-05")

	view := h.month(a, "2026-04")
	want := allowance.MonthView{
		Month: month(t, "2026-04"), Stage: allowance.StageNotListed, Amount: 200_000, ExpectedBy: payDay,
		Parts: []allowance.PartView{{
			Component: allowance.Component{
				Month: month(t, "2026-04"), PolicyID: h.policy.ID, TermID: term.ID, BranchID: branch, Role: models.Head,
				Amount: 200_000, Rate: 200_000, Basis: "Conclusion 1", Why: "full", Days: 30,
			},
			PolicyName: "Town policy", BranchName: "Branch women 1", Title: "Title head", From: day(t, "2026-03-05"),
		}},
	}
	if diff := cmp.Diff(want, view); diff != "" {
		t.Errorf("not listed: %s", diff)
	}

	run := h.prepare("2026-04")
	want.Stage, want.StageAt, want.ListedIn, want.Covers = allowance.StageListed, h.now, month(t, "2026-04"), 1
	if diff := cmp.Diff(want, h.month(a, "2026-04")); diff != "" {
		t.Errorf("listed: %s", diff)
	}
	h.now = h.now.Add(time.Hour)
	run = h.step(h.service.SubmitRun, h.clerk, run)
	want.Stage, want.StageAt, want.RunID, want.LineID = allowance.StageSubmitted, h.now, run.Run.ID, run.Lines[0].ID
	if diff := cmp.Diff(want, h.month(a, "2026-04")); diff != "" {
		t.Errorf("submitted: %s", diff)
	}
	h.now = h.now.Add(time.Hour)
	run = h.step(h.service.ApproveRun, h.leader, run)
	want.Stage, want.StageAt = allowance.StageApproved, h.now
	if diff := cmp.Diff(want, h.month(a, "2026-04")); diff != "" {
		t.Errorf("approved: %s", diff)
	}
	h.now = h.now.Add(time.Hour)
	run = h.step(h.service.ExportRun, h.clerk, run)
	want.Stage, want.StageAt = allowance.StageExported, h.now
	if diff := cmp.Diff(want, h.month(a, "2026-04")); diff != "" {
		t.Errorf("exported: %s", diff)
	}
	h.settleAll(run)
	want.Stage, want.PaidOn, want.ExpectedBy = allowance.StagePaid, day(t, "2026-04-20"), models.Date{}
	if diff := cmp.Diff(want, h.month(a, "2026-04")); diff != "" {
		t.Errorf("paid: %s", diff)
	}
	if got := h.month(a, "2026-05").Stage; got != allowance.StageNotListed {
		t.Errorf("the next month: %s", got)
	}
	if got := h.month(a, "2026-03"); got.Stage != allowance.StageNone || !got.BeforeRuns {
		t.Errorf("before the first run: %+v", got)
	}
	if got := h.month(h.person("nobody"), "2026-04"); got.Stage != allowance.StageNone || got.BeforeRuns {
		t.Errorf("without a post: %+v", got)
	}
}

func TestAFailedMonthIsFollowed(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	march := h.export("2026-03")
	if err := h.service.SettleLine(ctx, h.clerk, march.Lines[0].ID, models.LineFailed, "account closed", models.Date{}); err != nil {
		t.Fatal(err)
	}
	view := h.month(a, "2026-03")
	if view.Stage != allowance.StageFailed || view.Reason != "account closed" || view.Amount != 200_000 || view.ExpectedBy != day(t, "2026-05-05") {
		t.Errorf("failed: %+v", view)
	}

	april := h.pay("2026-04")
	view = h.month(a, "2026-03")
	if view.Stage != allowance.StagePaid || view.ListedIn != month(t, "2026-04") || view.LineID != april.Lines[0].ID ||
		view.Amount != 200_000 || len(view.Parts) != 1 || view.PaidOn.IsZero() {
		t.Errorf("made good: %+v", view)
	}
	want := []allowance.Listing{{Month: month(t, "2026-03"), Stage: allowance.StageFailed, Reason: "account closed", Amount: 200_000, LineID: march.Lines[0].ID}}
	if diff := cmp.Diff(want, view.Earlier); diff != "" {
		t.Error(diff)
	}
	own := h.month(a, "2026-04")
	if own.Stage != allowance.StagePaid || own.Amount != 400_000 || len(own.Parts) != 2 || own.Parts[1].Month != month(t, "2026-03") {
		t.Errorf("with arrears: %+v", own)
	}
}

func TestARecoveredMonthTellsWhere(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	head := h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	h.term(a, h.branch("youth"), models.Head, "2025-01-01", "")
	h.pay("2026-03")
	h.end(head, "2026-03-10")
	april := h.prepare("2026-04")
	if april.Run.Total != 0 { // 200,000 for youth less 200,000 of March
		t.Fatalf("April: %d", april.Run.Total)
	}
	march := h.month(a, "2026-03")
	if march.Stage != allowance.StagePaid || march.Amount != 400_000 {
		t.Errorf("March: %+v", march)
	}
	want := []allowance.Listing{{Month: month(t, "2026-04"), Stage: allowance.StageCarried, Amount: -200_000}}
	if diff := cmp.Diff(want, march.Later); diff != "" {
		t.Error(diff)
	}
	if view := h.month(a, "2026-04"); view.Stage != allowance.StageCarried || view.Amount != 0 || view.LineID != 0 {
		t.Errorf("April: %+v", view)
	}
}

// A month whose list is closed comes as arrears with the next one.
func TestArrearsAreExpectedWithTheNextRun(t *testing.T) {
	h := newHouse(t)
	h.term(h.person("B"), h.branch("youth"), models.Head, "2025-01-01", "")
	h.pay("2026-03")
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2026-03-01", "")
	view := h.month(a, "2026-03")
	if view.Stage != allowance.StageNotListed || view.Amount != 200_000 || view.ExpectedBy != day(t, "2026-05-05") {
		t.Errorf("unknown to the list of March: %+v", view)
	}
	h.pay("2026-04")
	view = h.month(a, "2026-03")
	if view.Stage != allowance.StagePaid || view.ListedIn != month(t, "2026-04") || view.Amount != 200_000 {
		t.Errorf("paid with April: %+v", view)
	}
}

func TestHistory(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "2026-03-31")
	h.pay("2026-02")
	h.pay("2026-03")
	views, err := h.service.History(ctx, h.officer(a), month(t, "2026-04"), 12)
	if err != nil {
		t.Fatal(err)
	}
	if len(views) != 12 || views[0].Month != month(t, "2026-04") || views[11].Month != month(t, "2025-05") {
		t.Fatalf("%d months", len(views))
	}
	for i, want := range []allowance.Stage{allowance.StageNone, allowance.StagePaid, allowance.StagePaid, allowance.StageNone} {
		if views[i].Stage != want {
			t.Errorf("%s: %s, want %s", views[i].Month, views[i].Stage, want)
		}
	}
	for i := range views {
		one, err := h.service.MonthOf(ctx, h.clerk, a, views[i].Month)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(one, views[i]); diff != "" {
			t.Errorf("%s alone and in the history: %s", one.Month, diff)
		}
	}
}

func TestMonthsAreCheap(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	for _, m := range []string{"2025-12", "2026-01", "2026-02", "2026-03"} {
		h.pay(m)
	}
	for _, c := range []struct {
		name    string
		queries int64
		ask     func() error
	}{
		{"a listed month", 1, func() error { _, err := h.service.Month(ctx, h.officer(a), month(t, "2026-03")); return err }},
		{"a month not listed", 4, func() error { _, err := h.service.Month(ctx, h.officer(a), month(t, "2026-04")); return err }},
		{"a year", 4, func() error { _, err := h.service.History(ctx, h.officer(a), month(t, "2026-04"), 12); return err }},
		{"five years", 4, func() error { _, err := h.service.History(ctx, h.officer(a), month(t, "2026-04"), 60); return err }},
	} {
		h.queries.Store(0)
		if err := c.ask(); err != nil {
			t.Fatal(err)
		}
		if got := h.queries.Load(); got != c.queries {
			t.Errorf("%s took %d queries, want %d", c.name, got, c.queries)
		}
	}
}

func TestMonthsNobodyMayAsk(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	_, err := h.service.Month(ctx, h.officer(a), 0)
	wantCode(t, err, services.KindInvalid, "month")
	_, err = h.service.Month(ctx, h.clerk, month(t, "2026-04")) // holds no post
	wantCode(t, err, services.KindDenied, "role")
	_, err = h.service.Month(ctx, services.Actor{}, month(t, "2026-04"))
	wantCode(t, err, services.KindDenied, "role")
	_, err = h.service.MonthOf(ctx, h.officer(a), a, month(t, "2026-04"))
	wantCode(t, err, services.KindDenied, "role")
}

func TestPoliciesInForce(t *testing.T) {
	h := newHouse(t)
	h.newPolicy(h.ward, func(p *models.Policy) { p.Code, p.To = "old", models.NewDate(2026, 4, 19) })
	h.newPolicy(h.ward, func(p *models.Policy) { p.Code, p.From = "coming", models.NewDate(2026, 7, 1) })
	policies, err := h.service.Policies(ctx, h.officer(h.person("A")))
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
