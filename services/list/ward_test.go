package list_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/money/moneytest"
)

// Every exported method that takes an actor is called with one of another ward,
// in each role: nothing of this ward is seen or changed.
func TestAForeignActorGetsNothing(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	view := h.Export("2026-04")
	line := view.Lines[0].ID
	south, _ := h.NewWard("south")
	april := moneytest.Month(t, "2026-04")
	if err := h.Money.SetPayDay(ctx, h.Clerk, 25); err != nil {
		t.Fatal(err)
	}
	on := moneytest.Day(t, "2026-04-20")
	run, version := view.Run.ID, view.Run.Version

	refused := func(code string) func(*testing.T, any, error) {
		return func(t *testing.T, _ any, err error) {
			if services.KindOf(err) == services.KindDenied && services.CodeOf(err) == "role" {
				return
			}
			moneytest.WantCode(t, err, services.KindNotFound, code)
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
	move := func(f func(context.Context, services.Actor, int64, int) (list.RunView, error)) call {
		return call{func(actor services.Actor) (any, error) { return f(ctx, actor, run, version) }, refused("run")}
	}
	policy := models.Policy{
		Name: "x", Source: "other", LegalBasis: "x", From: on, Accrual: models.ByDay, Stacking: models.StackAll,
		Rules: []models.PolicyRule{{Role: models.Head, Amount: 100_000}},
	}
	calls := map[string]call{
		"WithdrawRun": move(h.List.WithdrawRun),
		"ReturnRun": {func(a services.Actor) (any, error) { return h.List.ReturnRun(ctx, a, run, version, "r") },
			refused("run")},
		"Review": {func(a services.Actor) (any, error) { return h.List.Review(ctx, a, run) }, refused("run")},
		"PreviewPolicy": {func(a services.Actor) (any, error) {
			return h.Money.PreviewPolicy(ctx, a, policy, h.Policy.ID)
		}, refused("policy")},
		"AddPolicy": {func(a services.Actor) (any, error) { return h.Money.AddPolicy(ctx, a, policy, h.Policy.ID) },
			refused("policy")},
		"AddPolicies": {func(a services.Actor) (any, error) {
			return []int{}, h.Money.AddPolicies(ctx, a, []models.Policy{policy}, true)
		}, empty},
		"PreviewClose": {func(a services.Actor) (any, error) { return h.Money.PreviewClose(ctx, a, h.Policy.ID, on) },
			refused("policy")},
		"ClosePolicy": {func(a services.Actor) (any, error) { return nil, h.Money.ClosePolicy(ctx, a, h.Policy.ID, on) },
			refused("policy")},
		"PolicyCard": {func(a services.Actor) (any, error) { return h.Money.PolicyCard(ctx, a, h.Policy.ID) },
			refused("policy")},
		"ApprovePolicy": {func(a services.Actor) (any, error) {
			return nil, h.Money.ApprovePolicy(ctx, a, h.Policy.ID, 1)
		}, refused("policy")},
		"RefusePolicy": {func(a services.Actor) (any, error) {
			return nil, h.Money.RefusePolicy(ctx, a, h.Policy.ID, 1)
		}, refused("policy")},
		"TakeBackPolicy": {func(a services.Actor) (any, error) {
			return nil, h.Money.TakeBackPolicy(ctx, a, h.Policy.ID, 1)
		}, refused("policy")},
		"AllPolicies": {func(a services.Actor) (any, error) { return h.Money.AllPolicies(ctx, a) }, empty},
		"AddBaseSalary": {func(a services.Actor) (any, error) {
			return nil, h.Money.AddBaseSalary(ctx, a, models.BaseSalary{From: on, Amount: 3_000_000, LegalBasis: "x"})
		}, refused("policy")},
		// The state's, and the actor's own ward's.
		"BaseSalaries": {func(a services.Actor) (any, error) { _, err := h.Money.BaseSalaries(ctx, a); return []int{}, err },
			empty},
		"NextRun": {func(a services.Actor) (any, error) { _, err := h.List.NextRun(ctx, a); return []int{}, err },
			empty},
		"SetPayFrom":  {func(a services.Actor) (any, error) { return []int{}, h.Money.SetPayFrom(ctx, a, april) }, empty},
		"SetPayEvery": {func(a services.Actor) (any, error) { return []int{}, h.Money.SetPayEvery(ctx, a, 3) }, empty},
		"ApproveRun":  move(h.List.ApproveRun),
		"Current":     {func(a services.Actor) (any, error) { return h.List.Current(ctx, a, run) }, refused("run")},
		"CloseRun":    move(h.List.CloseRun),
		"ReopenRun":   move(h.List.ReopenRun),
		"TakeBack":    {func(a services.Actor) (any, error) { return h.List.TakeBack(ctx, a, 1) }, refused("settlement")},
		"ExportRun":   move(h.List.ExportRun),
		"SubmitRun":   move(h.List.SubmitRun),
		"SettleRun": {func(a services.Actor) (any, error) { return h.List.SettleRun(ctx, a, run, version, list.Rest{}, on) },
			refused("run")},
		"SettleLine": {func(a services.Actor) (any, error) {
			return nil, h.List.SettleLine(ctx, a, line, models.LineFailed, "r", on)
		}, refused("line")},
		"SettleCash": {func(a services.Actor) (any, error) { return h.List.SettleCash(ctx, a, run, version, 1, on) },
			refused("run")},
		"SettleMarks": {func(a services.Actor) (any, error) {
			return nil, h.List.SettleMarks(ctx, a,
				list.Marks{Run: run, Of: func(*gorm.DB, models.PaymentRun) ([]list.Mark, error) {
					return []list.Mark{{Line: line, From: models.LinePending, State: models.LinePaid, On: on}}, nil
				}})
		}, refused("run")},
		"OwnLine": {func(a services.Actor) (any, error) { return h.List.OwnLine(h.Store.WithContext(ctx), a, line) },
			refused("line")},
		"Cash":    {func(a services.Actor) (any, error) { return h.List.Cash(ctx, a, run) }, refused("run")},
		"Receipt": {func(a services.Actor) (any, error) { return h.List.Receipt(ctx, a, line) }, refused("line")},
		"Unanswered": {func(a services.Actor) (any, error) {
			silent, _, err := h.List.Unanswered(ctx, a, run, 0, 10)
			return silent, err
		}, refused("run")},
		"Run":  {func(a services.Actor) (any, error) { return h.List.Run(ctx, a, run) }, refused("run")},
		"Line": {func(a services.Actor) (any, error) { return h.List.Line(ctx, a, line) }, refused("line")},
		"MonthOf": {func(actor services.Actor) (any, error) { return h.List.MonthOf(ctx, actor, a, april) },
			refused("person")},
		"HistoryOf": {func(actor services.Actor) (any, error) { return h.List.HistoryOf(ctx, actor, a, april, 3) },
			refused("person")},
		"Runs": {func(a services.Actor) (any, error) {
			runs, err := h.List.Runs(ctx, a) // the foreign ward may have one of its own by then
			return slices.DeleteFunc(runs, func(r models.PaymentRun) bool { return r.WardID == south.ID }), err
		}, empty},
		"Policies": {func(a services.Actor) (any, error) { return h.Money.Policies(ctx, a) }, empty},
		// An officer's own: the person id is this ward's, the ward is not.
		"Month": {func(actor services.Actor) (any, error) {
			view, err := h.List.Month(ctx, actor, april)
			return view.Parts, err
		}, empty},
		"History": {func(actor services.Actor) (any, error) {
			views, err := h.List.History(ctx, actor, april, 1)
			if err != nil {
				return nil, err
			}
			return views[0].Parts, nil
		}, empty},
		"Explain": {func(actor services.Actor) (any, error) {
			view, _, err := h.List.Explain(ctx, actor, april)
			return view.Parts, err
		}, empty},
		"MonthOfRun": {func(actor services.Actor) (any, error) { return h.List.MonthOfRun(ctx, actor, run) },
			refused("run")},
		"MonthOfLine": {func(actor services.Actor) (any, error) { return h.List.MonthOfLine(ctx, actor, line) },
			refused("line")},
		"Verify": {func(actor services.Actor) (any, error) {
			return nil, list.Proof{Service: h.List}.Verify(ctx, actor,
				run)
		}, refused("run")},
		"EveryStage": {func(actor services.Actor) (any, error) { return h.List.EveryStage(ctx, actor) },
			refused("person")},
		"SetEveryStage": {func(actor services.Actor) (any, error) { return nil, h.List.SetEveryStage(ctx, actor, true) },
			refused("person")},
		// These make or show the actor's own ward's.
		"Year": {func(a services.Actor) (any, error) {
			report, err := h.Year.Year(ctx, a, 2026)
			return make([]int, report.Sent+report.Waiting), err
		}, empty},
		"Sources": {func(a services.Actor) (any, error) { return h.Year.Sources(ctx, a) }, empty},
		"SetBudget": {func(a services.Actor) (any, error) { return nil, h.Year.SetBudget(ctx, a, "town", 2026, 1) },
			refused("source")},
		"PayDay": {func(a services.Actor) (any, error) {
			day, err := h.Money.PayDay(ctx, a)
			return make([]int, max(0, day-5)), err
		}, empty},
		"SetPayDay": {func(a services.Actor) (any, error) { return []int{}, h.Money.SetPayDay(ctx, a, 5) }, empty},
		"Prepare": {func(a services.Actor) (any, error) {
			view, err := h.List.Prepare(ctx, a, april)
			return view.Lines, err
		}, empty},
		"Report": {func(a services.Actor) (any, error) {
			report, err := h.Year.Report(ctx, a, on)
			return make([]int, report.Heads), err
		}, empty},
	}
	var methods []reflect.Method
	for _, service := range []reflect.Type{reflect.TypeOf(h.Money), reflect.TypeOf(h.List), reflect.TypeOf(h.Year)} {
		for i := range service.NumMethod() {
			methods = append(methods, service.Method(i))
		}
	}
	for _, method := range methods {
		takesActor := method.Type.NumIn() > 2 && method.Type.In(2) == reflect.TypeFor[services.Actor]()
		inTransaction := method.Type.NumIn() > 1 && method.Type.In(1) == reflect.TypeFor[*gorm.DB]()
		clock := method.Name == "Round" || method.Name == "TellSettled" // for every ward, and nobody's to call
		if !takesActor && !inTransaction && !clock {
			t.Errorf("%s takes neither an actor nor the transaction of a call that has one", method.Name)
		}
		if _, ok := calls[method.Name]; takesActor && !ok {
			t.Errorf("%s is not tried with a foreign actor", method.Name)
		}
	}
	h.Staff(south, services.Leader) // who signs what a foreign leader proposes at home
	h.Staff(south, services.Leader)
	for _, role := range []services.Role{services.Stranger, services.Officer, services.Viewer, services.Clerk,
		services.Leader, services.Admin} {
		actor := services.Actor{Role: role, Ward: south.ID, Person: a}
		if actor.IsStaff() {
			actor = h.Staff(south, role)
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
	h.Store.Take(&after, run)
	if after.Version != version || after.State != models.RunExported {
		t.Errorf("the run moved: %+v", after)
	}
	var pending int64
	h.Store.Model(&models.PaymentLine{}).Where("id = ? AND state = ?", line, models.LinePending).Count(&pending)
	if pending != 1 {
		t.Error("the line moved")
	}
}

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
