package list_test

import (
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/money/moneytest"
)

// Each method asks for one of its roles, and no other role of the ward passes.
func TestRolesOfTheWard(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	view := h.Prepare("2026-04")
	actors := map[services.Role]services.Actor{
		services.Officer: h.Officer(a), services.Viewer: h.Staff(h.Ward, services.Viewer),
		services.Admin: h.Staff(h.Ward, services.Admin),
	}
	for role, actor := range actors {
		_, err := h.List.Prepare(ctx, actor, moneytest.Month(t, "2026-04"))
		moneytest.WantCode(t, err, services.KindDenied, "role")
		for _, move := range []moneytest.MoveRun{h.List.SubmitRun, h.List.ApproveRun, h.List.ExportRun, h.List.CloseRun} {
			_, err := move(ctx, actor, view.Run.ID, view.Run.Version)
			moneytest.WantCode(t, err, services.KindDenied, "role")
		}
		moneytest.WantCode(t, h.List.SettleLine(ctx, actor, view.Lines[0].ID, models.LinePaid, "",
			moneytest.Day(t, "2026-04-20")), services.KindDenied, "role")
		_, err = h.List.Runs(ctx, actor)
		if reads := err == nil; reads != (role != services.Officer) {
			t.Errorf("%s reads runs: %v", role, err)
		}
		moneytest.WantCode(t, h.Year.SetBudget(ctx, actor, "town", 2026, 1), services.KindDenied, "role")
		moneytest.WantCode(t, h.Money.SetPayDay(ctx, actor, 10), services.KindDenied, "role")
		_, err = h.Year.Year(ctx, actor, 2026)
		if reads := err == nil; reads != (role != services.Officer) {
			t.Errorf("%s reads the year: %v", role, err)
		}
		_, err = h.Year.Report(ctx, actor, moneytest.Day(t, "2026-04-20"))
		if reads := err == nil; reads != (role != services.Officer) {
			t.Errorf("%s reads the report: %v", role, err)
		}
	}
}
