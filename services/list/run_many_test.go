package list_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money/moneytest"
)

func TestOfTwoApproversOneWins(t *testing.T) {
	h := moneytest.New(t)
	h.Term(h.Person("A"), h.Branch("women"), models.Head, "2025-01-01", "")
	view := h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04"))
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		actor := h.Leader
		if i%2 == 1 {
			actor = h.Second
		}
		group.Go(func() { _, errs[i] = h.List.ApproveRun(ctx, actor, view.Run.ID, view.Run.Version) })
	}
	group.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		moneytest.WantCode(t, err, services.KindConflict, "moved.list.decided")
		if refusal := (*services.Error)(nil); errors.As(err, &refusal) &&
			(refusal.Fields["state"] != "approved" || refusal.Fields["by"] != "Staff leader") {
			t.Errorf("fields: %v", refusal.Fields)
		}
	}
	if won != 1 {
		t.Errorf("%d approvals", won)
	}
	var journal int64
	h.Store.Model(&models.AuditEntry{}).Where("action = ?", "run.approved").Count(&journal)
	if journal != 1 {
		t.Errorf("%d journal entries", journal)
	}
}

func TestAMonthIsPreparedOnceByMany(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	var group sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		group.Go(func() { _, errs[i] = h.List.Prepare(ctx, h.Clerk, moneytest.Month(t, "2026-04")) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	var runs, lines int64
	h.Store.Model(&models.PaymentRun{}).Count(&runs)
	h.Store.Model(&models.PaymentLine{}).Count(&lines)
	if runs != 1 || lines != 1 {
		t.Errorf("%d runs, %d lines", runs, lines)
	}
}

// More people than a batch holds, and as many queries a batch however many.
func TestARunOfManyPeople(t *testing.T) {
	h := moneytest.New(t)
	const n = 1203
	people := make([]models.Person, n)
	branches := make([]models.Branch, n)
	villages := make([]models.Village, n)
	for i := range people {
		name := fmt.Sprintf("Person %d", i)
		people[i] = models.Person{WardID: h.Ward.ID, Name: name, Folded: name, Version: 1}
		villages[i] = models.Village{WardID: h.Ward.ID, Name: name, Folded: name}
	}
	for _, rows := range []any{&people, &villages} {
		if err := h.Store.CreateInBatches(rows, 300).Error; err != nil {
			t.Fatal(err)
		}
	}
	for i := range branches {
		branches[i] = models.Branch{WardID: h.Ward.ID, VillageID: villages[i].ID, OrganizationCode: "women", Name: "B"}
	}
	if err := h.Store.CreateInBatches(&branches, 300).Error; err != nil {
		t.Fatal(err)
	}
	terms := make([]models.Term, n)
	for i := range terms {
		terms[i] = models.Term{WardID: h.Ward.ID, BranchID: branches[i].ID, PersonID: people[i].ID, Role: models.Head,
			Slot: 1, Title: "T", From: moneytest.Day(t, "2025-01-01")}
	}
	if err := h.Store.CreateInBatches(&terms, 300).Error; err != nil {
		t.Fatal(err)
	}
	h.Pay("2026-03")
	h.Queries.Store(0)
	view := h.Prepare("2026-04")
	queries := h.Queries.Load()
	if view.Run.People != n || view.Run.Total != n*200_000 {
		t.Errorf("%d people, %d đồng", view.Run.People, view.Run.Total)
	}
	// Three batches and the empty one after, each people, open lines, settled, what
	// was given back, posts and the draft's own lines; about ten around them.
	if queries > 32 {
		t.Errorf("%d queries for %d people", queries, n)
	}
	h.Step(h.List.SubmitRun, h.Clerk, view)
}
