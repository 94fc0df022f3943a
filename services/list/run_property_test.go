package list_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/services/money"
	"canbobot/services/money/moneytest"
)

// Whatever happens between the lists of a year - people come and go, are
// corrected back-dated, policies begin with retroactive force, transfers fail
// and come back - once a list pays everybody, each person has been paid in all
// what they are entitled to, and at most that when they are left with a debt.
func TestWhatIsPaidInAllIsTheEntitlement(t *testing.T) {
	h := moneytest.New(t)
	wards := 0
	rapid.Check(t, func(rt *rapid.T) {
		if wards++; wards > 25 { // each takes a hundred transactions or so
			return
		}
		h.SettleIn(fmt.Sprint("ward-", wards))
		h.Term(h.Person("Keeper"), h.Branch("women"), models.Head, "2020-01-01", "") // no list is empty
		people := []int64{h.Person("A"), h.Person("B"), h.Person("C")}
		branches := []int64{h.Branch("women"), h.Branch("youth")}
		first := moneytest.Month(t, "2026-01")
		h.Now = first.First().Time()
		paidBy := map[int64]int64{}
		steps := rapid.IntRange(2, 5).Draw(rt, "months")
		for i := range steps {
			m := first + models.Month(i)
			for range rapid.IntRange(0, 3).Draw(rt, "changes") {
				change(rt, h, people, branches, first, m)
			}
			h.Now = m.First().AddDays(19).Time()
			view := h.Export(m.String())
			last := i == steps-1
			for _, line := range view.Lines {
				if line.State != models.LinePending || last || rapid.IntRange(0, 3).Draw(rt, "fails") > 0 {
					continue
				}
				if err := h.List.SettleLine(ctx, h.Clerk, line.ID, models.LineFailed, "refused", models.Date{}); err != nil {
					rt.Fatal(err)
				}
			}
			h.SettleAll(view)
			h.Step(h.List.CloseRun, h.Clerk, view)
			var lines []models.PaymentLine
			h.Store.Where("run_id = ? AND state = ?", view.Run.ID, models.LinePaid).Find(&lines)
			for _, line := range lines {
				paidBy[line.PersonID] += line.Amount
			}
			if last {
				compareWithEntitlement(rt, h, people, paidBy, first, m)
			}
		}
	})
}

// change does one thing to the roster or the policies, back-dated or not.
func change(rt *rapid.T, h *moneytest.House, people, branches []int64, first, now models.Month) {
	on := first.First().AddDays(rapid.IntRange(-20, int(now-first)*30+25).Draw(rt, "day"))
	switch rapid.SampledFrom([]string{"appoint", "end", "withdraw", "policy"}).Draw(rt, "change") {
	case "appoint":
		term := models.Term{
			WardID: h.Ward.ID, Slot: 1, Title: "T", From: on,
			PersonID: rapid.SampledFrom(people).Draw(rt, "person"),
			BranchID: rapid.SampledFrom(branches).Draw(rt, "branch"),
			Role:     rapid.SampledFrom([]models.TermRole{models.Head, models.Deputy}).Draw(rt, "role"),
		}
		if err := h.Store.Create(&term).Error; err != nil && !models.IsTaken(err) {
			rt.Fatal(err)
		}
	case "end":
		h.Store.Model(&models.Term{}).Where("person_id = ? AND to_date IS NULL AND from_date <= ?",
			rapid.SampledFrom(people).Draw(rt, "who"), on).Update("to_date", on)
	case "withdraw":
		h.Store.Model(&models.Term{}).Where("person_id = ? AND superseded_at IS NULL",
			rapid.SampledFrom(people).Draw(rt, "who")).Update("superseded_at", h.Now)
	case "policy":
		var n int64
		h.Store.Model(&models.Policy{}).Where("ward_id = ?", h.Ward.ID).Count(&n)
		if n > 2 {
			return
		}
		h.NewPolicy(h.Ward, func(p *models.Policy) {
			p.Code, p.From = fmt.Sprint(on, n), on
			p.Accrual = rapid.SampledFrom([]models.Accrual{models.ByDay, models.NextMonth, models.FullFrom}).Draw(rt, "accrual")
			p.AccrualDays, p.AccrualPercent = 10, 50
			p.Stacking, p.StackingPercent = models.StackPercent, 30
		})
	}
}

func compareWithEntitlement(rt *rapid.T, h *moneytest.House, people []int64, paid map[int64]int64, first,
	last models.Month) {
	var calculus money.Calculus
	if err := h.Store.Preload("Rules").Where("ward_id = ?", h.Ward.ID).Find(&calculus.Policies).Error; err != nil {
		rt.Fatal(err)
	}
	posts := h.PostsOf(people...)
	for _, person := range people {
		var owed int64
		for m := first; m <= last; m++ {
			owed += money.Total(calculus.Entitlement(posts[person], m))
		}
		if paid[person] < owed {
			rt.Fatalf("person %d was paid %d of %d", person, paid[person], owed)
		}
		if paid[person] == owed {
			continue
		}
		// More was paid than is owed now: the last list must show the debt.
		var line models.PaymentLine
		h.Store.Where("person_id = ? AND month = ?", person, last).Take(&line)
		if line.State != models.LineCarried || line.Amount != owed-paid[person] {
			rt.Fatalf("person %d was paid %d of %d, and the last line says %d (%s)", person, paid[person], owed, line.Amount,
				line.State)
		}
	}
}
