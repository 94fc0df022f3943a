package list_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"
	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/money/moneytest"
)

// What was marked of many at once is told only when it can no longer be taken
// back, and what is taken back leaves every line as it was.
func TestManyOutcomesAreToldAfterSecondThoughts(t *testing.T) {
	h := moneytest.New(t)
	branch := h.Branch("women")
	head, deputy := h.Person("A"), h.Person("B")
	h.Term(head, branch, models.Head, "2025-01-01", "")
	h.Term(deputy, branch, models.Deputy, "2025-01-01", "")
	h.Poor(deputy)
	for _, person := range []int64{head, deputy} {
		h.Create(&models.Account{WardID: h.Ward.ID, PersonID: &person, Channel: "zalo", ExternalID: fmt.Sprint("z", person),
			LinkedAt: h.Now, LastSeenAt: h.Now})
	}
	view := h.Export("2026-04")
	on := moneytest.Day(t, "2026-04-20")
	told := func() (rows int64) {
		h.Store.Model(&models.Delivery{}).Where("kind = ?", "line_settled").Count(&rows)
		return rows
	}
	tell := func() {
		t.Helper()
		if _, err := h.List.TellSettled(ctx); err != nil {
			t.Fatal(err)
		}
	}
	only := list.RestOf(view.Lines, false)
	if only.Lines != 1 || only.Total != 200_000 || list.RestOf(view.Lines, true).Lines != 2 {
		t.Fatalf("rest %+v", only)
	}
	wrong := only
	wrong.Total++
	_, err := h.List.SettleRun(ctx, h.Clerk, view.Run.ID, view.Run.Version, wrong, on)
	moneytest.WantCode(t, err, services.KindConflict, "line_moved")

	if view, err = h.List.SettleRun(ctx, h.Clerk, view.Run.ID, view.Run.Version, only, on); err != nil {
		t.Fatal(err)
	}
	if h.LineOf(view, head).State != models.LinePaid || h.LineOf(view, deputy).State != models.LinePending {
		t.Errorf("who has no account is paid in cash, apart: %+v", view.Lines)
	}
	if tell(); told() != 0 {
		t.Error("told before it stands")
	}
	act := view.Undo.ID
	for range 2 { // twice changes nothing
		if view, err = h.List.TakeBack(ctx, h.Leader, act); err != nil || view.Undo != nil {
			t.Fatal(view.Undo, err)
		}
	}
	if line := h.LineOf(view, head); line.State != models.LinePending || !line.PaidOn.IsZero() {
		t.Errorf("taken back: %+v", line)
	}
	all := list.RestOf(view.Lines, true)
	if view, err = h.List.SettleRun(ctx, h.Clerk, view.Run.ID, view.Run.Version, all, on); err != nil {
		t.Fatal(err)
	}
	act = view.Undo.ID
	h.Now = h.Now.Add(10 * time.Minute)
	for range 2 { // of two replicas one tells
		if tell(); told() != 2 {
			t.Errorf("%d told, want 2 and not who was taken back", told())
		}
	}
	_, err = h.List.TakeBack(ctx, h.Clerk, act)
	moneytest.WantCode(t, err, services.KindConflict, "settlement_told")

	err = h.List.SettleLine(ctx, h.Clerk, h.LineOf(view, head).ID, models.LineReturned, "đóng", models.Date{})
	if err != nil {
		t.Fatal(err)
	}
	if told() != 3 {
		t.Error("one line alone is told at once")
	}
}

func TestAClosedListIsOpenedAgainForAWhile(t *testing.T) {
	h := moneytest.New(t)
	h.Term(h.Person("A"), h.Branch("women"), models.Head, "2025-01-01", "")
	view := h.Pay("2026-04")
	if view.MayReopen.IsZero() {
		t.Fatal("not offered")
	}
	_, err := h.List.TakeBack(ctx, h.Clerk, 1)
	moneytest.WantCode(t, err, services.KindConflict, "run_closed")
	view = h.Step(h.List.ReopenRun, h.Clerk, view)
	if view.Run.State != models.RunExported || view.Run.ClosedAt != nil || view.Undo == nil {
		t.Fatalf("reopened: %+v", view)
	}
	view = h.Step(h.List.CloseRun, h.Clerk, view)
	h.Now = h.Now.Add(10 * time.Minute)
	_, err = h.List.ReopenRun(ctx, h.Clerk, view.Run.ID, view.Run.Version)
	moneytest.WantCode(t, err, services.KindConflict, "run_ended")
}

// Acts on the same lines are taken back from the last, and a line that somebody
// marked by itself is of no act any more.
func TestActsAreTakenBackFromTheLast(t *testing.T) {
	h := moneytest.New(t)
	a := h.Person("A")
	h.Term(a, h.Branch("women"), models.Head, "2025-01-01", "")
	view := h.Export("2026-04")
	line, on := h.LineOf(view, a).ID, moneytest.Day(t, "2026-04-20")
	act := func(from, to models.LineState) int64 {
		t.Helper()
		marks := []list.Mark{{Line: line, From: from, State: to, Reason: "x", On: on}}
		if err := h.List.SettleMarks(ctx, h.Clerk, list.Marks{Run: view.Run.ID, What: "x",
			Of: func(*gorm.DB, models.PaymentRun) ([]list.Mark, error) { return marks, nil }}); err != nil {
			t.Fatal(err)
		}
		now, err := h.List.Run(ctx, h.Clerk, view.Run.ID)
		if err != nil {
			t.Fatal(err)
		}
		return now.Undo.ID
	}
	is := func(want models.LineState) {
		t.Helper()
		now, err := h.List.Run(ctx, h.Clerk, view.Run.ID)
		if err != nil || h.LineOf(now, a).State != want {
			t.Errorf("line %+v, want %s; %v", h.LineOf(now, a), want, err)
		}
	}
	first, second := act(models.LinePending, models.LineFailed), act(models.LineFailed, models.LinePaid)
	_, err := h.List.TakeBack(ctx, h.Clerk, first)
	moneytest.WantCode(t, err, services.KindConflict, "settlement_later")
	for _, back := range []int64{second, first} {
		if _, err := h.List.TakeBack(ctx, h.Clerk, back); err != nil {
			t.Fatal(err)
		}
	}
	is(models.LinePending)

	paid := act(models.LinePending, models.LinePaid)
	for _, state := range []models.LineState{models.LineReturned, models.LinePaid} {
		if err := h.List.SettleLine(ctx, h.Clerk, line, state, "x", on); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.List.TakeBack(ctx, h.Clerk, paid); err != nil {
		t.Fatal(err)
	}
	is(models.LinePaid)
}

// Whatever was marked before and since, taking an act back leaves what others
// marked since, and the rest as it was.
func TestTakingBackIsTheOpposite(t *testing.T) {
	outcomes := []models.LineState{models.LinePaid, models.LineFailed, models.LineReturned}
	h := moneytest.New(t)
	wards := 0
	rapid.Check(t, func(r *rapid.T) {
		if wards++; wards > 25 {
			return
		}
		h.SettleIn(fmt.Sprint("ward-", wards))
		branches := []int64{h.Branch("women"), h.Branch("women"), h.Branch("women")}
		for i, branch := range branches {
			h.Term(h.Person(string(rune('A'+i))), branch, models.Head, "2025-01-01", "")
		}
		view := h.Export("2026-04")
		on := moneytest.Day(t, "2026-04-20")
		mark := func(lines []models.PaymentLine, label string) (marks []list.Mark) {
			for _, line := range lines {
				if line.State != models.LinePending || !rapid.Bool().Draw(r, label) {
					continue
				}
				state := rapid.SampledFrom(outcomes).Draw(r, "state")
				marks = append(marks, list.Mark{Line: line.ID, From: line.State, State: state, Reason: "x", On: on})
			}
			return marks
		}
		settle := func(marks []list.Mark) {
			if err := h.List.SettleMarks(ctx, h.Clerk, list.Marks{Run: view.Run.ID, What: "x",
				Of: func(*gorm.DB, models.PaymentRun) ([]list.Mark, error) { return marks, nil }}); err != nil {
				r.Fatal(err)
			}
		}
		read := func() list.RunView {
			now, err := h.List.Run(ctx, h.Clerk, view.Run.ID)
			if err != nil {
				r.Fatal(err)
			}
			return now
		}
		settle(mark(view.Lines, "first"))
		before := read()
		second := mark(before.Lines, "second")
		settle(second)
		after := read()
		if len(second) == 0 {
			return
		}
		var since []int64
		for _, one := range second {
			if one.State == models.LinePaid && rapid.Bool().Draw(r, "since") {
				since = append(since, one.Line)
				err := h.List.SettleLine(ctx, h.Clerk, one.Line, models.LineReturned, "y", models.Date{})
				if err != nil {
					r.Fatal(err)
				}
			}
		}
		back, err := h.List.TakeBack(ctx, h.Clerk, after.Undo.ID)
		if err != nil {
			r.Fatal(err)
		}
		for i, line := range back.Lines {
			want := before.Lines[i]
			if slices.Contains(since, line.ID) {
				want.State, want.Reason, want.PaidOn = models.LineReturned, "y", models.Date{}
			}
			if line.State != want.State || line.Reason != want.Reason || line.PaidOn != want.PaidOn {
				r.Errorf("line %d: %+v, want %+v", line.ID, line, want)
			}
		}
	})
}
