package allowance_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/allowance"
)

// Every exported method that takes an actor is called with one of another ward,
// in each role: nothing of this ward is seen or changed.
func TestAForeignActorGetsNothing(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	view := h.export("2026-04")
	line := view.Lines[0].ID
	south, _ := h.newWard("south")
	april := month(t, "2026-04")
	if err := h.service.SetPayDay(ctx, h.clerk, 25); err != nil {
		t.Fatal(err)
	}
	on := day(t, "2026-04-20")
	run, version := view.Run.ID, view.Run.Version

	refused := func(code string) func(*testing.T, any, error) {
		return func(t *testing.T, _ any, err error) {
			if services.KindOf(err) == services.KindDenied && services.CodeOf(err) == "role" {
				return
			}
			wantCode(t, err, services.KindNotFound, code)
		}
	}
	empty := func(t *testing.T, got any, err error) {
		if err != nil {
			if services.KindOf(err) != services.KindDenied {
				t.Error(err)
			}
			return
		}
		if reflect.ValueOf(got).Len() != 0 {
			t.Errorf("saw %v", got)
		}
	}
	type call struct {
		do    func(services.Actor) (any, error)
		check func(*testing.T, any, error)
	}
	move := func(f func(context.Context, services.Actor, int64, int) (allowance.RunView, error)) call {
		return call{func(actor services.Actor) (any, error) { return f(ctx, actor, run, version) }, refused("run")}
	}
	policy := models.Policy{
		Name: "x", Source: "other", LegalBasis: "x", From: on, Accrual: models.ByDay, Stacking: models.StackAll,
		Rules: []models.PolicyRule{{Role: models.Head, Amount: 100_000}},
	}
	calls := map[string]call{
		"WithdrawRun": move(h.service.WithdrawRun),
		"ReturnRun":   {func(a services.Actor) (any, error) { return h.service.ReturnRun(ctx, a, run, version, "r") }, refused("run")},
		"Review":      {func(a services.Actor) (any, error) { return h.service.Review(ctx, a, run) }, refused("run")},
		"PreviewPolicy": {func(a services.Actor) (any, error) {
			return h.service.PreviewPolicy(ctx, a, policy, h.policy.ID)
		}, refused("policy")},
		"AddPolicy": {func(a services.Actor) (any, error) { return h.service.AddPolicy(ctx, a, policy, h.policy.ID) }, refused("policy")},
		"AddPolicies": {func(a services.Actor) (any, error) {
			return []int{}, h.service.AddPolicies(ctx, a, []models.Policy{policy}, true)
		}, empty},
		"PreviewClose": {func(a services.Actor) (any, error) { return h.service.PreviewClose(ctx, a, h.policy.ID, on) }, refused("policy")},
		"ClosePolicy":  {func(a services.Actor) (any, error) { return nil, h.service.ClosePolicy(ctx, a, h.policy.ID, on) }, refused("policy")},
		"AllPolicies":  {func(a services.Actor) (any, error) { return h.service.AllPolicies(ctx, a) }, empty},
		"AddBaseSalary": {func(a services.Actor) (any, error) {
			return nil, h.service.AddBaseSalary(ctx, a, models.BaseSalary{From: on, Amount: 3_000_000, LegalBasis: "x"})
		}, refused("policy")},
		// The state's, and the actor's own ward's.
		"BaseSalaries": {func(a services.Actor) (any, error) { _, err := h.service.BaseSalaries(ctx, a); return []int{}, err }, empty},
		"NextRun":      {func(a services.Actor) (any, error) { _, err := h.service.NextRun(ctx, a); return []int{}, err }, empty},
		"SetPayEvery":  {func(a services.Actor) (any, error) { return []int{}, h.service.SetPayEvery(ctx, a, 3) }, empty},
		"ApproveRun":   move(h.service.ApproveRun),
		"CloseRun":     move(h.service.CloseRun),
		"ExportRun":    move(h.service.ExportRun),
		"SubmitRun":    move(h.service.SubmitRun),
		"SettleRun":    {func(a services.Actor) (any, error) { return h.service.SettleRun(ctx, a, run, version, on) }, refused("run")},
		"SettleLine": {func(a services.Actor) (any, error) {
			return nil, h.service.SettleLine(ctx, a, line, models.LineFailed, "r", on)
		}, refused("line")},
		"SettleCash": {func(a services.Actor) (any, error) { return h.service.SettleCash(ctx, a, run, version, 1, on) }, refused("run")},
		"SettleMarks": {func(a services.Actor) (any, error) {
			return nil, h.service.SettleMarks(ctx, a, allowance.Marks{Run: run, Of: func(*gorm.DB, models.PaymentRun) ([]allowance.Mark, error) {
				return []allowance.Mark{{Line: line, From: models.LinePending, State: models.LinePaid, On: on}}, nil
			}})
		}, refused("run")},
		"OwnLine": {func(a services.Actor) (any, error) { return h.service.OwnLine(h.store.WithContext(ctx), a, line) }, refused("line")},
		"Cash":    {func(a services.Actor) (any, error) { return h.service.Cash(ctx, a, run) }, refused("run")},
		"Receipt": {func(a services.Actor) (any, error) { return h.service.Receipt(ctx, a, line) }, refused("line")},
		"Unanswered": {func(a services.Actor) (any, error) {
			silent, _, err := h.service.Unanswered(ctx, a, run, 0, 10)
			return silent, err
		}, refused("run")},
		"Run":       {func(a services.Actor) (any, error) { return h.service.Run(ctx, a, run) }, refused("run")},
		"Line":      {func(a services.Actor) (any, error) { return h.service.Line(ctx, a, line) }, refused("line")},
		"MonthOf":   {func(actor services.Actor) (any, error) { return h.service.MonthOf(ctx, actor, a, april) }, refused("person")},
		"HistoryOf": {func(actor services.Actor) (any, error) { return h.service.HistoryOf(ctx, actor, a, april, 3) }, refused("person")},
		"Runs": {func(a services.Actor) (any, error) {
			runs, err := h.service.Runs(ctx, a) // the foreign ward may have one of its own by then
			return slices.DeleteFunc(runs, func(r models.PaymentRun) bool { return r.WardID == south.ID }), err
		}, empty},
		"Policies": {func(a services.Actor) (any, error) { return h.service.Policies(ctx, a) }, empty},
		// An officer's own: the person id is this ward's, the ward is not.
		"Month": {func(actor services.Actor) (any, error) {
			view, err := h.service.Month(ctx, actor, april)
			return view.Parts, err
		}, empty},
		"History": {func(actor services.Actor) (any, error) {
			views, err := h.service.History(ctx, actor, april, 1)
			if err != nil {
				return nil, err
			}
			return views[0].Parts, nil
		}, empty},
		"Explain": {func(actor services.Actor) (any, error) {
			view, _, err := h.service.Explain(ctx, actor, april)
			return view.Parts, err
		}, empty},
		"MonthOfRun":    {func(actor services.Actor) (any, error) { return h.service.MonthOfRun(ctx, actor, run) }, refused("run")},
		"MonthOfLine":   {func(actor services.Actor) (any, error) { return h.service.MonthOfLine(ctx, actor, line) }, refused("line")},
		"EveryStage":    {func(actor services.Actor) (any, error) { return h.service.EveryStage(ctx, actor) }, refused("person")},
		"SetEveryStage": {func(actor services.Actor) (any, error) { return nil, h.service.SetEveryStage(ctx, actor, true) }, refused("person")},
		// These make or show the actor's own ward's.
		"Year": {func(a services.Actor) (any, error) {
			report, err := h.service.Year(ctx, a, 2026)
			return make([]int, report.Sent+report.Waiting), err
		}, empty},
		"Sources":   {func(a services.Actor) (any, error) { return h.service.Sources(ctx, a) }, empty},
		"SetBudget": {func(a services.Actor) (any, error) { return nil, h.service.SetBudget(ctx, a, "town", 2026, 1) }, refused("source")},
		"PayDay": {func(a services.Actor) (any, error) {
			day, err := h.service.PayDay(ctx, a)
			return make([]int, max(0, day-5)), err
		}, empty},
		"SetPayDay": {func(a services.Actor) (any, error) { return []int{}, h.service.SetPayDay(ctx, a, 5) }, empty},
		"Prepare": {func(a services.Actor) (any, error) {
			view, err := h.service.Prepare(ctx, a, april)
			return view.Lines, err
		}, empty},
		"Report": {func(a services.Actor) (any, error) {
			report, err := h.service.Report(ctx, a, on)
			return make([]int, report.Heads), err
		}, empty},
	}
	service := reflect.TypeOf(h.service)
	for i := range service.NumMethod() {
		method := service.Method(i)
		takesActor := method.Type.NumIn() > 2 && method.Type.In(2) == reflect.TypeFor[services.Actor]()
		inTransaction := method.Type.NumIn() > 1 && method.Type.In(1) == reflect.TypeFor[*gorm.DB]()
		if !takesActor && !inTransaction {
			t.Errorf("%s takes neither an actor nor the transaction of a call that has one", method.Name)
		}
		if _, ok := calls[method.Name]; takesActor && !ok {
			t.Errorf("%s is not tried with a foreign actor", method.Name)
		}
	}
	for _, role := range []services.Role{services.Stranger, services.Officer, services.Viewer, services.Clerk, services.Leader, services.Admin} {
		actor := services.Actor{Role: role, Ward: south.ID, Person: a}
		if actor.IsStaff() {
			actor = h.staff(south, role)
			actor.Person = a
		}
		for name, call := range calls {
			t.Run(string(role)+" "+name, func(t *testing.T) {
				got, err := call.do(actor)
				call.check(t, got, err)
			})
		}
	}
	var after models.PaymentRun
	h.store.Take(&after, run)
	if after.Version != version || after.State != models.RunExported {
		t.Errorf("the run moved: %+v", after)
	}
	var pending int64
	h.store.Model(&models.PaymentLine{}).Where("id = ? AND state = ?", line, models.LinePending).Count(&pending)
	if pending != 1 {
		t.Error("the line moved")
	}
}

// Each method asks for one of its roles, and no other role of the ward passes.
func TestRolesOfTheWard(t *testing.T) {
	h := newHouse(t)
	a := h.person("A")
	h.term(a, h.branch("women"), models.Head, "2025-01-01", "")
	view := h.prepare("2026-04")
	actors := map[services.Role]services.Actor{
		services.Officer: h.officer(a), services.Viewer: h.staff(h.ward, services.Viewer), services.Admin: h.staff(h.ward, services.Admin),
	}
	for role, actor := range actors {
		_, err := h.service.Prepare(ctx, actor, month(t, "2026-04"))
		wantCode(t, err, services.KindDenied, "role")
		for _, move := range []moveRun{h.service.SubmitRun, h.service.ApproveRun, h.service.ExportRun, h.service.CloseRun} {
			_, err := move(ctx, actor, view.Run.ID, view.Run.Version)
			wantCode(t, err, services.KindDenied, "role")
		}
		wantCode(t, h.service.SettleLine(ctx, actor, view.Lines[0].ID, models.LinePaid, "", day(t, "2026-04-20")), services.KindDenied, "role")
		_, err = h.service.Runs(ctx, actor)
		if reads := err == nil; reads != (role != services.Officer) {
			t.Errorf("%s reads runs: %v", role, err)
		}
		wantCode(t, h.service.SetBudget(ctx, actor, "town", 2026, 1), services.KindDenied, "role")
		wantCode(t, h.service.SetPayDay(ctx, actor, 10), services.KindDenied, "role")
		_, err = h.service.Year(ctx, actor, 2026)
		if reads := err == nil; reads != (role != services.Officer) {
			t.Errorf("%s reads the year: %v", role, err)
		}
		_, err = h.service.Report(ctx, actor, day(t, "2026-04-20"))
		if reads := err == nil; reads != (role != services.Officer) {
			t.Errorf("%s reads the report: %v", role, err)
		}
	}
}
