package list_test

import (
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/money/moneytest"
)

// Whoever reads a draft reads what it would pay now, whatever was changed since
// it was prepared, and whoever submits it what they have read.
func TestADraftIsAsOfNow(t *testing.T) {
	h := moneytest.New(t)
	branch := h.Branch("women")
	head, deputy := h.Person("A"), h.Person("B")
	term := h.Term(head, branch, models.Head, "2025-01-01", "")
	h.Term(deputy, branch, models.Deputy, "2025-01-01", "")
	draft := h.Prepare("2026-04")

	h.End(term, "2026-03-31")
	newcomer := h.Person("C")
	h.Term(newcomer, branch, models.Head, "2026-04-01", "")
	if month := h.Month(head, "2026-04"); month.Amount != 0 || month.Stage != list.StageNone {
		t.Errorf("who left reads %d, %s", month.Amount, month.Stage)
	}
	if month := h.Month(deputy, "2026-04"); month.Amount != 150_000 || month.Stage != list.StageListed ||
		month.Parts[0].BranchName == "" || month.Parts[0].PolicyName == "" || month.Parts[0].Title == "" {
		t.Errorf("who stayed reads %+v", month)
	}
	if month := h.Month(newcomer, "2026-04"); month.Amount != 200_000 {
		t.Errorf("who came reads %d", month.Amount)
	}
	review, err := h.List.Review(ctx, h.Leader, draft.Run.ID)
	if err != nil || review.PeopleAfter != 2 {
		t.Errorf("review: %+v, %v", review, err)
	}
	runs, err := h.List.Runs(ctx, h.Leader)
	if err != nil || runs[0].Total != 350_000 {
		t.Errorf("runs: %+v, %v", runs, err)
	}
	view, err := h.List.Run(ctx, h.Leader, draft.Run.ID)
	if err != nil || view.Run.Version != draft.Run.Version+1 || h.LineOf(view, newcomer).Amount != 200_000 {
		t.Errorf("run: %+v, %v", view.Run, err)
	}
	if month := h.Month(newcomer, "2026-04"); month.Stage != list.StageListed {
		t.Errorf("who came is %s", month.Stage)
	}
	view = h.Step(h.List.SubmitRun, h.Clerk, view) // nothing to reckon again
	if view.Code == "" {
		t.Error("a frozen list has no code")
	}
}

// On the day a ward comes in, nothing of the past is called unpaid, unless it
// says that it owes it; then its first list pays it.
func TestAWardBegins(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2020-01-01", "")
	for month, before := range map[string]bool{"2026-03": true, "2026-04": false} {
		if view := h.Month(a, month); view.BeforeRuns != before {
			t.Errorf("%s: %+v", month, view)
		}
	}
	admin := h.Staff(h.Ward, services.Admin)
	if err := h.Money.SetPayFrom(ctx, admin, moneytest.Month(t, "2026-02")); err != nil {
		t.Fatal(err)
	}
	for month, before := range map[string]bool{"2026-01": true, "2026-02": false} {
		if view := h.Month(a, month); view.BeforeRuns != before {
			t.Errorf("%s: %+v", month, view)
		}
	}
	h.Prepare("2026-04")
	if view := h.Month(a, "2026-02"); view.BeforeRuns {
		t.Errorf("what a draft looks back to is before it: %+v", view)
	}
	view := h.Export("2026-04")
	if view.Run.Total != 600_000 {
		t.Errorf("the first list pays %d, want three months", view.Run.Total)
	}
	err := h.Money.SetPayFrom(ctx, admin, moneytest.Month(t, "2026-01"))
	moneytest.WantCode(t, err, services.KindConflict, "ward_began")
}
