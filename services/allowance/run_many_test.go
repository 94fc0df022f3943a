package allowance_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"canbobot/models"
	"canbobot/services"
)

func TestOfTwoApproversOneWins(t *testing.T) {
	h := newHouse(t)
	h.term(h.person("A"), h.branch("women"), models.Head, "2025-01-01", "")
	view := h.step(h.service.SubmitRun, h.clerk, h.prepare("2026-04"))
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		actor := h.leader
		if i%2 == 1 {
			actor = h.second
		}
		group.Go(func() { _, errs[i] = h.service.ApproveRun(ctx, actor, view.Run.ID, view.Run.Version) })
	}
	group.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		wantCode(t, err, services.KindConflict, "run_moved")
		if refusal := (*services.Error)(nil); errors.As(err, &refusal) && (refusal.Fields["state"] != "approved" || refusal.Fields["by"] != "Staff leader") {
			t.Errorf("fields: %v", refusal.Fields)
		}
	}
	if won != 1 {
		t.Errorf("%d approvals", won)
	}
	var journal int64
	h.store.Model(&models.AuditEntry{}).Where("action = ?", "run.approved").Count(&journal)
	if journal != 1 {
		t.Errorf("%d journal entries", journal)
	}
}

func TestAMonthIsPreparedOnceByMany(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	var group sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		group.Go(func() { _, errs[i] = h.service.Prepare(ctx, h.clerk, month(t, "2026-04")) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	var runs, lines int64
	h.store.Model(&models.PaymentRun{}).Count(&runs)
	h.store.Model(&models.PaymentLine{}).Count(&lines)
	if runs != 1 || lines != 1 {
		t.Errorf("%d runs, %d lines", runs, lines)
	}
}

// More people than a batch holds, and as many queries a batch however many.
func TestARunOfManyPeople(t *testing.T) {
	h := newHouse(t)
	const n = 1203
	people := make([]models.Person, n)
	branches := make([]models.Branch, n)
	villages := make([]models.Village, n)
	for i := range people {
		name := fmt.Sprintf("Person %d", i)
		people[i] = models.Person{WardID: h.ward.ID, Name: name, Folded: name, Version: 1}
		villages[i] = models.Village{WardID: h.ward.ID, Name: name, Folded: name}
	}
	for _, rows := range []any{&people, &villages} {
		if err := h.store.CreateInBatches(rows, 300).Error; err != nil {
			t.Fatal(err)
		}
	}
	for i := range branches {
		branches[i] = models.Branch{WardID: h.ward.ID, VillageID: villages[i].ID, OrganizationCode: "women", Name: "B"}
	}
	if err := h.store.CreateInBatches(&branches, 300).Error; err != nil {
		t.Fatal(err)
	}
	terms := make([]models.Term, n)
	for i := range terms {
		terms[i] = models.Term{WardID: h.ward.ID, BranchID: branches[i].ID, PersonID: people[i].ID, Role: models.Head, Slot: 1, Title: "T", From: day(t, "2025-01-01")}
	}
	if err := h.store.CreateInBatches(&terms, 300).Error; err != nil {
		t.Fatal(err)
	}
	h.pay("2026-03")
	h.queries.Store(0)
	view := h.prepare("2026-04")
	queries := h.queries.Load()
	if view.Run.People != n || view.Run.Total != n*200_000 {
		t.Errorf("%d people, %d đồng", view.Run.People, view.Run.Total)
	}
	// Three batches and the empty one after, each people, open lines, settled,
	// posts and the draft's own lines; about ten around them.
	if queries > 30 {
		t.Errorf("%d queries for %d people", queries, n)
	}
	h.step(h.service.SubmitRun, h.clerk, view)
}
