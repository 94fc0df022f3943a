package list_test

import (
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money/moneytest"
)

// A human with a clerk's row and a leader's prepares a list and does not approve it
// by the other, however the two are found to be one: nothing is then exported.
func TestOneHumanWithTwoRowsSignsNoListAlone(t *testing.T) {
	set := func(h *moneytest.House, table string, id int64, column string, value any) {
		t.Helper()
		if table == "people" && column == "citizen_id" {
			value = h.Citizen(id, value.(string))
		}
		row := map[string]any{"staff": &models.Staff{ID: id, WardID: h.Ward.ID}, "people": &models.Person{ID: id}}[table]
		if err := h.Store.Model(row).Update(column, value).Error; err != nil {
			t.Fatal(err)
		}
	}
	for name, alike := range map[string]func(h *moneytest.House, clerk, leader int64){
		"one number": func(h *moneytest.House, clerk, leader int64) {
			set(h, "staff", clerk, "phone", "+84912345678")
			set(h, "staff", leader, "phone", "+84912345678")
		},
		"one officer, two numbers": func(h *moneytest.House, clerk, leader int64) {
			officer := h.Person("B")
			set(h, "staff", clerk, "person_id", officer)
			set(h, "staff", leader, "person_id", officer)
			set(h, "staff", clerk, "phone", "+84912345678")
			set(h, "staff", leader, "phone", "+84912345679")
		},
		"one citizen's number": func(h *moneytest.House, clerk, leader int64) {
			set(h, "staff", clerk, "citizen_id", "042165001234")
			set(h, "staff", leader, "citizen_id", "042165001234")
		},
		"the citizen's number of the officer that the other is": func(h *moneytest.House, clerk, leader int64) {
			officer := h.Person("B")
			set(h, "people", officer, "citizen_id", "042165001234")
			set(h, "staff", clerk, "citizen_id", "042165001234")
			set(h, "staff", leader, "person_id", officer)
		},
		"the number of the officer that the other is": func(h *moneytest.House, clerk, leader int64) {
			officer := h.Person("B")
			set(h, "people", officer, "phone", "+84912345678")
			set(h, "staff", clerk, "phone", "+84912345678")
			set(h, "staff", leader, "person_id", officer)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := moneytest.New(t)
			h.Term(h.Person("A"), h.Branch("women"), models.Head, "2025-01-01", "")
			alike(h, h.Clerk.Staff, h.Leader.Staff)
			view := h.Step(h.List.SubmitRun, h.Clerk, h.Prepare("2026-04"))
			_, err := h.List.ApproveRun(ctx, h.Leader, view.Run.ID, view.Run.Version)
			moneytest.WantCode(t, err, services.KindDenied, "own_run")
			_, err = h.List.ExportRun(ctx, h.Leader, view.Run.ID, view.Run.Version)
			moneytest.WantCode(t, err, services.KindConflict, "moved.list.outdated")
			if _, err := h.List.ApproveRun(ctx, h.Second, view.Run.ID, view.Run.Version); err != nil {
				t.Errorf("another human: %v", err)
			}
		})
	}
}
