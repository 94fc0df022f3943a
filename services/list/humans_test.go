package list_test

import (
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
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

// Nobody says of their own money that it did not arrive, one line or a sheet: it
// would be paid again. That it arrived they may say, and another says either.
func TestNobodySaysThatTheirOwnMoneyDidNotArrive(t *testing.T) {
	h := moneytest.New(t)
	own, other := h.Person("A"), h.Person("B")
	branch := h.Branch("women")
	h.Term(own, branch, models.Head, "2025-01-01", "")
	h.Term(other, branch, models.Deputy, "2025-01-01", "")
	if err := h.Store.Table("staff").Where("id = ?", h.Clerk.Staff).Update("person_id", own).Error; err != nil {
		t.Fatal(err)
	}
	view, on := h.Export("2026-04"), moneytest.Day(t, "2026-04-20")
	line, second := h.LineOf(view, own).ID, h.LineOf(view, other).ID
	if err := h.List.SettleLine(ctx, h.Clerk, line, models.LinePaid, "", on); err != nil {
		t.Fatal(err)
	}
	err := h.List.SettleLine(ctx, h.Clerk, line, models.LineReturned, "đóng", models.Date{})
	moneytest.WantCode(t, err, services.KindDenied, "concerns_you")
	err = h.List.SettleMarks(ctx, h.Clerk, list.Marks{Run: view.Run.ID, What: "bank",
		Of: func(*gorm.DB, models.PaymentRun) ([]list.Mark, error) {
			return []list.Mark{{Line: second, From: models.LinePending, State: models.LineFailed, Reason: "đóng"},
				{Line: line, From: models.LinePaid, State: models.LineReturned, Reason: "đóng"}}, nil
		}})
	moneytest.WantCode(t, err, services.KindDenied, "concerns_you")
	if err := h.List.SettleLine(ctx, h.Leader, line, models.LineReturned, "đóng", models.Date{}); err != nil {
		t.Error(err)
	}
}
