package models_test

import (
	"testing"
	"time"

	"canbobot/models"
	"canbobot/models/storetest"
)

func init() {
	entities = append(entities, models.ApprovalRule{}, models.ApprovalStep{}, models.Signature{}, models.Delegation{})
}

// What no code may get past: the database itself refuses it, on both dialects.
func TestDatabaseRefusesApprovalsThatProveNothing(t *testing.T) {
	store := storetest.New(t, nil)
	store.SealedBy(storetest.Seals{})
	now := time.Now().UTC()
	must := func(row any) {
		t.Helper()
		if err := store.Create(row).Error; err != nil {
			t.Fatal(err)
		}
	}
	ward := models.Ward{Code: "bac", Name: "Bắc", Kind: "phường"}
	must(&ward)
	staff := []models.Staff{{WardID: ward.ID, Name: "Một", Role: "clerk", Active: true},
		{WardID: ward.ID, Name: "Hai", Role: "leader", Active: true},
		{WardID: ward.ID, Name: "Ba", Role: "clerk", Active: true}}
	must(&staff)
	rule := models.ApprovalRule{WardID: ward.ID, Kind: "*", Proposers: "staff", CreatedAt: now}
	must(&rule)
	change := models.ChangeRequest{WardID: ward.ID, Kind: "phone", State: models.ChangeSubmitted, Version: 1,
		Payload: "{}", Base: "{}", IdempotencyKey: "a", SubmittedAt: now}
	must(&change)
	step := func(edit func(*models.ApprovalStep)) *models.ApprovalStep {
		row := models.ApprovalStep{WardID: ward.ID, RuleID: rule.ID, Step: 1, Role: "leader", People: 1}
		edit(&row)
		return &row
	}
	must(step(func(*models.ApprovalStep) {}))
	signature := func(version int, by, on int64) *models.Signature {
		return &models.Signature{WardID: ward.ID, Item: "change", ItemID: change.ID, Version: version, Step: 1, StaffID: by,
			ForStaffID: on, At: now}
	}
	one, two, three := staff[0].ID, staff[1].ID, staff[2].ID
	must(signature(1, one, two))
	day := models.NewDate(2026, 4, 6)
	delegation := func(from, to int64, first, last models.Date) *models.Delegation {
		return &models.Delegation{WardID: ward.ID, FromStaffID: from, ToStaffID: to, From: first, To: last, CreatedAt: now}
	}
	must(delegation(one, two, day, day.AddDays(7)))
	for name, row := range map[string]any{
		"a quorum of zero":             step(func(s *models.ApprovalStep) { s.Step, s.People = 2, 0 }),
		"a quorum below zero":          step(func(s *models.ApprovalStep) { s.Step, s.People = 2, -1 }),
		"a step for nobody":            step(func(s *models.ApprovalStep) { s.Step, s.Role = 2, "" }),
		"a step for a role and a desk": step(func(s *models.ApprovalStep) { s.Step, s.Desk = 2, "front" }),
		"one step twice":               step(func(*models.ApprovalStep) {}),
		"two rules for one kind": &models.ApprovalRule{WardID: ward.ID, Kind: "*", Proposers: "staff",
			CreatedAt: now},
		"one person signing twice":         signature(2, one, three),
		"one right used twice":             signature(2, three, two),
		"two signatures under one version": signature(1, three, three),
		"delegating to oneself":            delegation(two, two, day, day),
		"a delegation that ends before":    delegation(two, one, day, day.AddDays(-1)),
		"a delegation over another":        delegation(one, three, day.AddDays(7), day.AddDays(9)),
	} {
		if err := store.Create(row).Error; err == nil {
			t.Errorf("the database takes %s", name)
		}
	}
	must(delegation(one, three, day.AddDays(8), day.AddDays(9)))
	if err := store.Model(&models.Delegation{}).Where("from_staff_id = ? AND to_staff_id = ?", one,
		three).Update("from_date", day).Error; err == nil {
		t.Error("the database lets a delegation grow over another")
	}
}
