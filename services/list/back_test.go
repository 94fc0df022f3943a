package list_test

import (
	"strings"
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/money/moneytest"
)

// A signature is taken back while nobody has signed after it, by who gave it.
func TestARunIsWithdrawnUntilTheNextSigns(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	term := h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	view := h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04"))
	_, err := h.List.WithdrawRun(ctx, h.Leader, view.Run.ID, view.Run.Version)
	moneytest.WantCode(t, err, services.KindDenied, "own_signature")
	seen := view
	view = h.Step(h.List.WithdrawRun, h.Clerk, view)
	if view.Run.State != models.RunDraft || len(view.Run.ContentHash) != 0 || view.Run.SubmittedAt != nil {
		t.Fatalf("%+v", view.Run)
	}
	h.End(term, "2026-04-30")
	view = h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04"))
	// Approving what was seen before it was withdrawn is refused.
	_, err = h.List.ApproveRun(ctx, h.Leader, seen.Run.ID, seen.Run.Version)
	moneytest.WantCode(t, err, services.KindConflict, "moved.list.outdated")
	view = h.Step(h.List.ApproveRun, h.Leader, view)
	_, err = h.List.WithdrawRun(ctx, h.Clerk, view.Run.ID, view.Run.Version)
	moneytest.WantCode(t, err, services.KindDenied, "own_signature")
	view = h.Step(h.List.WithdrawRun, h.Leader, view)
	if view.Run.State != models.RunSubmitted || view.Run.ApprovedByStaffID != nil {
		t.Fatalf("%+v", view.Run)
	}
	view = h.Step(h.List.ApproveRun, h.Second, view)
	view = h.Step(h.List.ExportRun, h.Clerk, view)
	_, err = h.List.WithdrawRun(ctx, h.Second, view.Run.ID, view.Run.Version)
	moneytest.WantCode(t, err, services.KindConflict, "moved.list.decided")
}

func TestALeaderSendsAListBack(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	view := h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04"))
	_, err := h.List.ReturnRun(ctx, h.Leader, view.Run.ID, view.Run.Version, " ")
	moneytest.WantCode(t, err, services.KindInvalid, "reason")
	_, err = h.List.ReturnRun(ctx, h.Clerk, view.Run.ID, view.Run.Version, "x")
	moneytest.WantCode(t, err, services.KindDenied, "role")
	view, err = h.List.ReturnRun(ctx, h.Leader, view.Run.ID, view.Run.Version, "Thiếu  tổ 5")
	if err != nil || view.Run.State != models.RunDraft || view.Run.ReturnedReason != "Thiếu tổ 5" {
		t.Fatalf("%+v, %v", view.Run, err)
	}
	view = h.Step(h.List.SubmitRun, h.Clerk, view)
	if view.Run.ReturnedReason != "" {
		t.Error("the reason outlives the list that it was about")
	}
}

// A quarter's list covers three months; nothing of them is arrears, and what
// follows pays nothing twice.
func TestAQuarterIsOneList(t *testing.T) {
	h := moneytest.New(t)
	a, b := h.Person("A"), h.Person("B")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	late := h.Term(b, h.Branch("youth"), models.Head, "2026-03-01", "")
	if err := h.Money.SetPayEvery(ctx, services.Actor{Role: services.Admin, Ward: h.Ward.ID}, 3); err != nil {
		t.Fatal(err)
	}
	moneytest.WantCode(t, h.Money.SetPayEvery(ctx, services.Actor{Role: services.Admin, Ward: h.Ward.ID}, 2),
		services.KindInvalid, "pay_every")
	_, err := h.List.Prepare(ctx, h.Clerk, moneytest.Month(t, "2026-02"))
	moneytest.WantCode(t, err, services.KindInvalid, "run_quarter")
	if next, err := h.List.NextRun(ctx, h.Clerk); err != nil || next != moneytest.Month(t, "2026-06") {
		t.Errorf("next is %s, %v", next, err)
	}
	view := h.Pay("2026-03")
	if view.Run.Covers != 3 || view.Run.Total != 800_000 {
		t.Fatalf("%+v", view.Run)
	}
	if got := moneytest.Amounts(h.LineOf(view, a)); len(got) != 3 || got["2026-01"] != 200_000 ||
		got["2026-03"] != 200_000 {
		t.Errorf("A: %v", got)
	}
	h.End(late, "2026-03-10") // too short for March, which is taken back
	june := h.Prepare("2026-06")
	if got := h.LineOf(june, a).Amount; got != 600_000 {
		t.Errorf("the second quarter: %d", got)
	}
	if got := h.LineOf(june, b); got.Amount != -200_000 || got.State != models.LineCarried {
		t.Errorf("B: %+v", got)
	}
	view, err = h.List.Prepare(ctx, h.Clerk, moneytest.Month(t, "2026-06"))
	if err != nil || view.Run.Version != june.Run.Version {
		t.Errorf("prepared twice: version %d then %d, %v", june.Run.Version, view.Run.Version, err)
	}
}

func TestReviewBesideTheListBefore(t *testing.T) {
	h := moneytest.New(t)
	women := h.Branch("women")
	stays, goes := h.Person("Ở lại"), h.Person("Đi")
	h.Term(stays, women, models.Head, "2025-01-01", "")
	left := h.Term(goes, women, models.Deputy, "2025-01-01", "")
	many := h.Person("Nhiều")
	h.Pay("2026-03")
	h.End(left, "2026-03-31")
	comes := h.Person("Mới")
	h.Term(comes, women, models.Deputy, "2026-04-01", "")
	// In post since February: March is made good beside April.
	h.Term(many, h.Branch("youth"), models.Head, "2026-03-01", "")
	for _, kind := range []string{"youth", "women"} {
		h.Term(many, h.Branch(kind), models.Head, "2026-03-01", "")
	}
	review, err := h.List.Review(ctx, h.Clerk, h.Prepare("2026-04").Run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if review.Previous != moneytest.Month(t, "2026-03") || review.PeopleBefore != 2 || review.PeopleAfter != 3 ||
		review.Before != 350_000 || review.After != 200_000+150_000+1_200_000 {
		t.Errorf("%+v", review)
	}
	for kind, want := range map[string]string{
		list.ReviewNew: "Mới, Nhiều", list.ReviewGone: "Đi", list.ReviewChanged: "", list.ReviewNegative: "",
		list.ReviewHigh: "Nhiều",
	} {
		var names []string
		for _, item := range review.Items[kind] {
			names = append(names, item.Name)
		}
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	for _, item := range review.Items[list.ReviewHigh] {
		if len(item.Why) != 1 || item.Why[0] != list.BecauseArrears {
			t.Errorf("why: %v", item.Why)
		}
	}
}

// An officer of a ward that pays by the quarter reads when the quarter is paid,
// and of each month what the quarter's list pays for it.
func TestAMonthOfAQuarter(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	admin := services.Actor{Role: services.Admin, Ward: h.Ward.ID}
	if err := h.Money.SetPayEvery(ctx, admin, 3); err != nil {
		t.Fatal(err)
	}
	if err := h.Money.SetPayDay(ctx, h.Clerk, 10); err != nil {
		t.Fatal(err)
	}
	h.Pay("2026-03")
	april := func() list.MonthView {
		view, err := h.List.Month(ctx, h.Officer(a), moneytest.Month(t, "2026-04"))
		if err != nil {
			t.Fatal(err)
		}
		return view
	}
	if view := april(); view.Stage != list.StageNotListed || view.Amount != 200_000 ||
		view.ExpectedBy != models.NewDate(2026, 7, 10) {
		t.Errorf("before the list: %+v", view)
	}
	february, err := h.List.Month(ctx, h.Officer(a), moneytest.Month(t, "2026-02"))
	if err != nil || february.Stage != list.StagePaid || february.Amount != 200_000 ||
		february.ListedIn != moneytest.Month(t, "2026-03") {
		t.Errorf("February: %+v, %v", february, err)
	}
	march, err := h.List.Month(ctx, h.Officer(a), moneytest.Month(t, "2026-03"))
	if err != nil || len(march.Parts) != 3 || !march.Own(moneytest.Month(t, "2026-01")) ||
		march.Own(moneytest.Month(t, "2025-12")) || march.Own(moneytest.Month(t, "2026-04")) {
		t.Errorf("March: %+v, %v", march, err)
	}
	h.Prepare("2026-06")
	if view := april(); view.Stage != list.StageListed || view.Amount != 200_000 ||
		view.ExpectedBy != models.NewDate(2026, 7, 10) {
		t.Errorf("in the list: %+v", view)
	}
}
