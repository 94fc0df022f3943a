package allowance_test

import (
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/allowance"
)

// A signature is taken back while nobody has signed after it, by who gave it.
func TestARunIsWithdrawnUntilTheNextSigns(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	term := h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	view := h.step(h.service.SubmitRun, h.clerk, h.prepare("2026-04"))
	_, err := h.service.WithdrawRun(ctx, h.leader, view.Run.ID, view.Run.Version)
	wantCode(t, err, services.KindDenied, "own_signature")
	seen := view
	view = h.step(h.service.WithdrawRun, h.clerk, view)
	if view.Run.State != models.RunDraft || len(view.Run.ContentHash) != 0 || view.Run.SubmittedAt != nil {
		t.Fatalf("%+v", view.Run)
	}
	h.end(term, "2026-04-30")
	view = h.step(h.service.SubmitRun, h.clerk, h.prepare("2026-04"))
	// Approving what was seen before it was withdrawn is refused.
	_, err = h.service.ApproveRun(ctx, h.leader, seen.Run.ID, seen.Run.Version)
	wantCode(t, err, services.KindConflict, "run_moved")
	view = h.step(h.service.ApproveRun, h.leader, view)
	_, err = h.service.WithdrawRun(ctx, h.clerk, view.Run.ID, view.Run.Version)
	wantCode(t, err, services.KindDenied, "own_signature")
	view = h.step(h.service.WithdrawRun, h.leader, view)
	if view.Run.State != models.RunSubmitted || view.Run.ApprovedByStaffID != nil {
		t.Fatalf("%+v", view.Run)
	}
	view = h.step(h.service.ApproveRun, h.second, view)
	view = h.step(h.service.ExportRun, h.clerk, view)
	_, err = h.service.WithdrawRun(ctx, h.second, view.Run.ID, view.Run.Version)
	wantCode(t, err, services.KindConflict, "run_moved")
}

func TestALeaderSendsAListBack(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	view := h.step(h.service.SubmitRun, h.clerk, h.prepare("2026-04"))
	_, err := h.service.ReturnRun(ctx, h.leader, view.Run.ID, view.Run.Version, " ")
	wantCode(t, err, services.KindInvalid, "reason")
	_, err = h.service.ReturnRun(ctx, h.clerk, view.Run.ID, view.Run.Version, "x")
	wantCode(t, err, services.KindDenied, "role")
	view, err = h.service.ReturnRun(ctx, h.leader, view.Run.ID, view.Run.Version, "Thiếu  tổ 5")
	if err != nil || view.Run.State != models.RunDraft || view.Run.ReturnedReason != "Thiếu tổ 5" {
		t.Fatalf("%+v, %v", view.Run, err)
	}
	view = h.step(h.service.SubmitRun, h.clerk, view)
	if view.Run.ReturnedReason != "" {
		t.Error("the reason outlives the list that it was about")
	}
}

// A quarter's list covers three months; nothing of them is arrears, and what
// follows pays nothing twice.
func TestAQuarterIsOneList(t *testing.T) {
	h := newHouse(t)
	a, b := h.person("A"), h.person("B")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	late := h.term(b, h.branch("youth"), models.Head, "2026-03-01", "")
	if err := h.service.SetPayEvery(ctx, services.Actor{Role: services.Admin, Ward: h.ward.ID}, 3); err != nil {
		t.Fatal(err)
	}
	wantCode(t, h.service.SetPayEvery(ctx, services.Actor{Role: services.Admin, Ward: h.ward.ID}, 2), services.KindInvalid, "pay_every")
	_, err := h.service.Prepare(ctx, h.clerk, month(t, "2026-02"))
	wantCode(t, err, services.KindInvalid, "run_quarter")
	if next, err := h.service.NextRun(ctx, h.clerk); err != nil || next != month(t, "2026-06") {
		t.Errorf("next is %s, %v", next, err)
	}
	view := h.pay("2026-03")
	if view.Run.Covers != 3 || view.Run.Total != 800_000 {
		t.Fatalf("%+v", view.Run)
	}
	if got := amounts(h.lineOf(view, a)); len(got) != 3 || got["2026-01"] != 200_000 || got["2026-03"] != 200_000 {
		t.Errorf("A: %v", got)
	}
	h.end(late, "2026-03-10") // too short for March, which is taken back
	june := h.prepare("2026-06")
	if got := h.lineOf(june, a).Amount; got != 600_000 {
		t.Errorf("the second quarter: %d", got)
	}
	if got := h.lineOf(june, b); got.Amount != -200_000 || got.State != models.LineCarried {
		t.Errorf("B: %+v", got)
	}
	view, err = h.service.Prepare(ctx, h.clerk, month(t, "2026-06"))
	if err != nil || view.Run.Version != june.Run.Version {
		t.Errorf("prepared twice: version %d then %d, %v", june.Run.Version, view.Run.Version, err)
	}
}

func TestReviewBesideTheListBefore(t *testing.T) {
	h := newHouse(t)
	women := h.branch("women")
	stays, goes := h.person("Ở lại"), h.person("Đi")
	h.term(stays, women, models.Head, "2025-01-01", "")
	left := h.term(goes, women, models.Deputy, "2025-01-01", "")
	many := h.person("Nhiều")
	h.pay("2026-03")
	h.end(left, "2026-03-31")
	comes := h.person("Mới")
	h.term(comes, women, models.Deputy, "2026-04-01", "")
	// In post since February: March is made good beside April.
	h.term(many, h.branch("youth"), models.Head, "2026-03-01", "")
	for _, kind := range []string{"youth", "women"} {
		h.term(many, h.branch(kind), models.Head, "2026-03-01", "")
	}
	review, err := h.service.Review(ctx, h.clerk, h.prepare("2026-04").Run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if review.Previous != month(t, "2026-03") || review.PeopleBefore != 2 || review.PeopleAfter != 3 || review.Before != 350_000 || review.After != 200_000+150_000+1_200_000 {
		t.Errorf("%+v", review)
	}
	for kind, want := range map[string]string{
		allowance.ReviewNew: "Mới, Nhiều", allowance.ReviewGone: "Đi", allowance.ReviewChanged: "", allowance.ReviewNegative: "", allowance.ReviewHigh: "Nhiều",
	} {
		if got := allowance.Names(review.Items[kind]); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	for _, item := range review.Items[allowance.ReviewHigh] {
		if len(item.Why) != 1 || item.Why[0] != allowance.BecauseArrears {
			t.Errorf("why: %v", item.Why)
		}
	}
}

// An officer of a ward that pays by the quarter reads when the quarter is paid,
// and of each month what the quarter's list pays for it.
func TestAMonthOfAQuarter(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	admin := services.Actor{Role: services.Admin, Ward: h.ward.ID}
	if err := h.service.SetPayEvery(ctx, admin, 3); err != nil {
		t.Fatal(err)
	}
	if err := h.service.SetPayDay(ctx, h.clerk, 10); err != nil {
		t.Fatal(err)
	}
	h.pay("2026-03")
	april := func() allowance.MonthView {
		view, err := h.service.Month(ctx, h.officer(a), month(t, "2026-04"))
		if err != nil {
			t.Fatal(err)
		}
		return view
	}
	if view := april(); view.Stage != allowance.StageNotListed || view.Amount != 200_000 || view.ExpectedBy != models.NewDate(2026, 7, 10) {
		t.Errorf("before the list: %+v", view)
	}
	february, err := h.service.Month(ctx, h.officer(a), month(t, "2026-02"))
	if err != nil || february.Stage != allowance.StagePaid || february.Amount != 200_000 || february.ListedIn != month(t, "2026-03") {
		t.Errorf("February: %+v, %v", february, err)
	}
	march, err := h.service.Month(ctx, h.officer(a), month(t, "2026-03"))
	if err != nil || len(march.Parts) != 3 || !march.Own(month(t, "2026-01")) || march.Own(month(t, "2025-12")) || march.Own(month(t, "2026-04")) {
		t.Errorf("March: %+v, %v", march, err)
	}
	h.prepare("2026-06")
	if view := april(); view.Stage != allowance.StageListed || view.Amount != 200_000 || view.ExpectedBy != models.NewDate(2026, 7, 10) {
		t.Errorf("in the list: %+v", view)
	}
}
