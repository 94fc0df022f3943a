package list_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/money"
	"canbobot/services/money/moneytest"
)

// leaver was paid for March and April, and had left at the end of February.
func leaver(t *testing.T) (h *moneytest.House, person int64) {
	t.Helper()
	h = moneytest.New(t)
	person = h.Person("A")
	h.Term(h.Person("Keeper"), h.Branch("women"), models.Head, "2020-01-01", "")
	term := h.Term(person, h.Branch("youth"), models.Head, "2020-01-01", "")
	h.Pay("2026-03")
	h.Pay("2026-04")
	h.End(term, "2026-02-28")
	return h, person
}

func repayment(h *moneytest.House, person, amount int64, receipt string) models.Repayment {
	return models.Repayment{PersonID: person, Amount: amount, Receipt: receipt,
		PaidOn: models.DateOf(h.Now.In(services.Zone))}
}

func wantDebt(t *testing.T, h *moneytest.House, person, left, repaid int64, months ...string) list.Debt {
	t.Helper()
	debt, err := h.List.Debts.Debt(ctx, h.Clerk, person)
	if err != nil {
		t.Fatal(err)
	}
	var open []string
	for _, month := range debt.Months {
		open = append(open, month.String())
	}
	if debt.Left != left || debt.Repaid != repaid || !slices.Equal(open, months) {
		t.Errorf("owes %d of %v, gave back %d; want %d of %v, %d", debt.Left, open, debt.Repaid, left, months, repaid)
	}
	return debt
}

func TestADebtIsRepaidInParts(t *testing.T) {
	h, person := leaver(t)
	wantDebt(t, h, person, 400_000, 0, "2026-03", "2026-04")
	if _, err := h.List.Debts.Repay(ctx, h.Clerk, repayment(h, person, 250_000, "PT 12")); err != nil {
		t.Fatal(err)
	}
	wantDebt(t, h, person, 150_000, 250_000, "2026-04")
	if line := h.LineOf(h.Prepare("2026-05"), person); line.Amount != -150_000 || line.State != models.LineCarried {
		t.Errorf("the next list: %d %s", line.Amount, line.State)
	}
	own, err := h.List.Debts.Own(ctx, h.Officer(person))
	if err != nil || own.Left != 150_000 || own.Repaid != 250_000 || len(own.Repayments) != 1 {
		t.Errorf("told to who owes: %+v, %v", own, err)
	}
	if _, err := h.List.Debts.Repay(ctx, h.Clerk, repayment(h, person, 150_000, "PT 13")); err != nil {
		t.Fatal(err)
	}
	wantDebt(t, h, person, 0, 400_000)
	if line := h.LineOf(h.Prepare("2026-05"), person); line.ID != 0 {
		t.Errorf("nothing is left to carry: %+v", line)
	}
	all, err := h.List.Debts.Of(ctx, h.Clerk)
	if err != nil || len(all) != 1 || all[0].Person != person || all[0].Name != "A" || all[0].Left != 0 {
		t.Errorf("an ended debt stays in the list: %+v, %v", all, err)
	}
}

func TestARepaymentIsTakenBackForTenMinutes(t *testing.T) {
	h, person := leaver(t)
	debt, err := h.List.Debts.Repay(ctx, h.Clerk, repayment(h, person, 400_000, "PT 12"))
	if err != nil {
		t.Fatal(err)
	}
	id := debt.Repayments[0].ID
	if _, err := h.List.Debts.TakeBack(ctx, h.Clerk, id); err != nil {
		t.Fatal(err)
	}
	wantDebt(t, h, person, 400_000, 0, "2026-03", "2026-04")
	if _, err := h.List.Debts.Repay(ctx, h.Clerk, repayment(h, person, 100_000, "PT 12")); err != nil {
		t.Error("the receipt is free again:", err)
	}
	debt = wantDebt(t, h, person, 300_000, 100_000, "2026-03", "2026-04")
	h.Now = h.Now.Add(10 * time.Minute)
	_, err = h.List.Debts.TakeBack(ctx, h.Clerk, debt.Repayments[0].ID)
	moneytest.WantCode(t, err, services.KindConflict, "repaid_ended")
}

func TestWhatMayNotBeEnteredAsRepaid(t *testing.T) {
	h, person := leaver(t)
	if _, err := h.List.Debts.Repay(ctx, h.Clerk, repayment(h, person, 100_000, "PT 1")); err != nil {
		t.Fatal(err)
	}
	h.Store.Model(&models.Staff{}).Where("id = ?", h.Second.Staff).Update("person_id", person)
	ahead := repayment(h, person, 1, "PT 2")
	ahead.PaidOn = ahead.PaidOn.AddDays(1)
	for name, c := range map[string]struct {
		by   services.Actor
		what models.Repayment
		kind services.Kind
		code string
	}{
		"more than is owed": {h.Clerk, repayment(h, person, 300_001, "PT 2"), services.KindInvalid, "repaid_more"},
		"a receipt again":   {h.Clerk, repayment(h, person, 1, " PT  1 "), services.KindConflict, "receipt_taken"},
		"nothing":           {h.Clerk, repayment(h, person, 0, "PT 2"), services.KindInvalid, "repaid_amount"},
		"no receipt":        {h.Clerk, repayment(h, person, 1, " "), services.KindInvalid, "receipt_number"},
		"a day to come":     {h.Clerk, ahead, services.KindInvalid, "repaid_day"},
		"their own":         {h.Second, repayment(h, person, 1, "PT 2"), services.KindDenied, "concerns_you"},
		"nobody":            {h.Clerk, repayment(h, 1<<40, 1, "PT 2"), services.KindNotFound, "person"},
	} {
		_, err := h.List.Debts.Repay(ctx, c.by, c.what)
		t.Log(name)
		moneytest.WantCode(t, err, c.kind, c.code)
	}
	wantDebt(t, h, person, 300_000, 100_000, "2026-03", "2026-04")
}

// Somebody gave back what they turn out to have been owed: the next list pays it.
func TestARepaymentOfWhatWasOwedIsPaidAgain(t *testing.T) {
	h, person := leaver(t)
	if _, err := h.List.Debts.Repay(ctx, h.Clerk, repayment(h, person, 400_000, "PT 12")); err != nil {
		t.Fatal(err)
	}
	h.Store.Model(&models.Term{}).Where("person_id = ?", person).Update("to_date", moneytest.Day(t, "2026-04-30"))
	line := h.LineOf(h.Prepare("2026-05"), person)
	if line.Amount != 400_000 || line.State != models.LinePending {
		t.Errorf("paid again: %d %s", line.Amount, line.State)
	}
}

// Whatever lies between - people come and go back-dated, transfers fail, parts of
// debts are repaid in any order, taken back and given up - what was paid less what
// was given back or up is what is owed, or the rest is told as a debt; and no list pays less than
// nothing.
func TestPaidLessRepaidIsOwedOrADebt(t *testing.T) {
	h := moneytest.New(t)
	wards := 0
	rapid.Check(t, func(rt *rapid.T) {
		if wards++; wards > 15 { // each takes a hundred transactions or so
			return
		}
		h.SettleIn(fmt.Sprint("debts-", wards))
		h.Term(h.Person("Keeper"), h.Branch("women"), models.Head, "2020-01-01", "")
		people := []int64{h.Person("A"), h.Person("B")}
		branches := []int64{h.Branch("women"), h.Branch("youth")}
		first := moneytest.Month(t, "2026-01")
		h.Now = first.First().Time()
		steps := rapid.IntRange(2, 5).Draw(rt, "months")
		for i := range steps {
			month := first + models.Month(i)
			for range rapid.IntRange(0, 2).Draw(rt, "changes") {
				change(rt, h, people, branches, first, month)
			}
			h.Now = month.First().AddDays(19).Time()
			caps := capSome(rt, h, people)
			view := h.Export(month.String())
			for _, line := range view.Lines {
				if line.State != models.LinePending {
					continue
				}
				if line.Amount <= 0 {
					rt.Fatalf("a list pays %d", line.Amount)
				}
				underCap(rt, h, line, caps[line.PersonID])
				if rapid.IntRange(0, 3).Draw(rt, "fails") == 0 {
					err := h.List.SettleLine(ctx, h.Clerk, line.ID, models.LineFailed, "refused", models.Date{})
					if err != nil {
						rt.Fatal(err)
					}
				}
			}
			h.SettleAll(view)
			h.Step(h.List.CloseRun, h.Clerk, view)
			for range rapid.IntRange(0, 2).Draw(rt, "changes after") {
				change(rt, h, people, branches, first, month)
			}
			for n := range rapid.IntRange(0, 3).Draw(rt, "repayments") {
				repaySome(rt, h, rapid.SampledFrom(people).Draw(rt, "who"), fmt.Sprint(i, "/", n))
			}
			if rapid.IntRange(0, 2).Draw(rt, "waives") == 0 {
				waiveSome(rt, h, rapid.SampledFrom(people).Draw(rt, "whose"))
			}
			for _, person := range people {
				adds(rt, h, person, first, month)
			}
		}
	})
}

// repaySome enters a part of what a person owes, if anything, and may take it back.
func repaySome(rt *rapid.T, h *moneytest.House, person int64, receipt string) {
	debt, err := h.List.Debts.Debt(ctx, h.Clerk, person)
	if err != nil {
		rt.Fatal(err)
	}
	if debt.Left == 0 {
		return
	}
	amount := rapid.Int64Range(1, debt.Left).Draw(rt, "amount")
	after, err := h.List.Debts.Repay(ctx, h.Clerk, repayment(h, person, amount, receipt))
	if err != nil {
		rt.Fatal(err)
	}
	if after.Left != debt.Left-amount {
		rt.Fatalf("owed %d, gave back %d, owes %d", debt.Left, amount, after.Left)
	}
	if rapid.IntRange(0, 3).Draw(rt, "taken back") > 0 {
		return
	}
	again, err := h.List.Debts.TakeBack(ctx, h.Clerk, after.Repayments[len(after.Repayments)-1].ID)
	if err != nil || again.Left != debt.Left {
		rt.Fatalf("taken back, owes %d of %d: %v", again.Left, debt.Left, err)
	}
}

// waiveSome gives up a part of what a person owes, if anything.
func waiveSome(rt *rapid.T, h *moneytest.House, person int64) {
	debt, err := h.List.Debts.Debt(ctx, h.Clerk, person)
	if err != nil {
		rt.Fatal(err)
	}
	if debt.Left == 0 {
		return
	}
	amount := rapid.Int64Range(1, debt.Left).Draw(rt, "waived")
	card, err := h.List.Waivers.Ask(ctx, h.Clerk, person, amount, "1/QĐ")
	if err != nil {
		rt.Fatal(err)
	}
	if card, err = h.List.Waivers.Approve(ctx, h.Leader, card.ID, card.Version); err != nil {
		rt.Fatal(err)
	}
	if card.Left != debt.Left-amount {
		rt.Fatalf("owed %d, was let off %d, owes %d", debt.Left, amount, card.Left)
	}
}

// capSome sets and lifts caps of who owes, and returns those in force.
func capSome(rt *rapid.T, h *moneytest.House, people []int64) map[int64]int64 {
	caps := map[int64]int64{}
	for _, person := range people {
		debt, err := h.List.Debts.Debt(ctx, h.Clerk, person)
		if err == nil && debt.Left > 0 && rapid.Bool().Draw(rt, "caps") {
			most := rapid.SampledFrom([]int64{0, 1, 50_000, 120_000, 1_000_000}).Draw(rt, "most")
			_, err = h.List.Debts.SetCap(ctx, h.Clerk, person, most)
		}
		if err != nil {
			rt.Fatal(err)
		}
		var row models.DebtCap
		h.Store.Where("person_id = ?", person).Limit(1).Find(&row)
		caps[person] = row.Most
	}
	return caps
}

// underCap wants a line to take back no more than the cap of each month it pays.
func underCap(rt *rapid.T, h *moneytest.House, line models.PaymentLine, most int64) {
	if most == 0 {
		return
	}
	var takes, may int64
	for _, amount := range moneytest.Amounts(h.LineOf(list.RunView{Lines: []models.PaymentLine{line}}, line.PersonID)) {
		takes, may = takes-min(0, amount), may+min(most, max(0, amount))
	}
	if takes > may {
		rt.Fatalf("takes %d, and the cap of %d lets it take %d", takes, most, may)
	}
}

// A debt of 400,000 is taken off another post's later lines, 25,000 a month, for as
// long as it takes, however far back its months are by then.
func TestADebtIsTakenOffLaterLinesUnderACap(t *testing.T) {
	h, person := leaver(t)
	h.Term(person, h.Branch("women"), models.Deputy, "2026-05-01", "")
	if _, err := h.List.Debts.SetCap(ctx, h.Clerk, person, 25_000); err != nil {
		t.Fatal(err)
	}
	h.Store.Model(&models.Account{}).Where("staff_id > 0").Update("stepped_up_until", h.Now.AddDate(3, 0, 0))
	month := moneytest.Month(t, "2026-05")
	for i := range int64(16) {
		h.Now = month.First().AddDays(19).Time()
		if line := h.LineOf(h.Pay(month.String()), person); line.Amount != 125_000 {
			t.Fatalf("%s pays %d", month, line.Amount)
		}
		if debt, err := h.List.Debts.Debt(ctx, h.Clerk, person); err != nil || debt.Left != 400_000-25_000*(i+1) {
			t.Fatalf("after %s: %d, %v", month, debt.Left, err)
		}
		month++
	}
	h.Now = month.First().AddDays(19).Time()
	if line := h.LineOf(h.Pay(month.String()), person); line.Amount != 150_000 {
		t.Errorf("once it has ended: %d", line.Amount)
	}
	_, err := h.List.Debts.SetCap(ctx, h.Clerk, person, 1)
	moneytest.WantCode(t, err, services.KindConflict, "debt_none")
}

// adds compares what is told of a person's debt with all that was paid, given back
// and owed, a month at a time: a month that is still to be paid ends no debt of
// another before a list has paid it.
func adds(rt *rapid.T, h *moneytest.House, person int64, first, last models.Month) {
	var calculus money.Calculus
	if err := h.Store.Preload("Rules").Where("ward_id = ?", h.Ward.ID).Find(&calculus.Policies).Error; err != nil {
		rt.Fatal(err)
	}
	posts := h.PostsOf(person)[person]
	type post struct {
		Branch int64
		Role   models.TermRole
	}
	var left int64
	for m := first; m <= last; m++ {
		sums := func(query string) map[post]int64 {
			var rows []struct {
				BranchID int64
				Role     models.TermRole
				Amount   int64
			}
			if err := h.Store.Raw(query+" GROUP BY c.branch_id, c.role", person, m).Scan(&rows).Error; err != nil {
				rt.Fatal(err)
			}
			all := map[post]int64{}
			for _, row := range rows {
				all[post{row.BranchID, row.Role}] = row.Amount
			}
			return all
		}
		const what = "SELECT c.branch_id, c.role, CAST(SUM(c.amount) AS bigint) AS amount FROM "
		owes := sums(what + `payment_components c JOIN payment_lines l ON l.id = c.line_id
			WHERE c.person_id = ? AND c.month = ? AND l.state = 'paid'`)
		for of, amount := range sums(what + `repayment_parts c JOIN repayments b ON b.id = c.repayment_id
			WHERE c.person_id = ? AND c.month = ? AND b.taken_back_at IS NULL`) {
			owes[of] -= amount
		}
		for _, c := range calculus.Entitlement(posts, m) {
			owes[post{c.BranchID, c.Role}] -= c.Amount
		}
		var over, waived int64
		for _, amount := range owes {
			over += amount
		}
		for _, amount := range sums(what + "waiver_parts c WHERE c.person_id = ? AND c.month = ?") {
			waived += amount
		}
		left += max(0, over-waived) // what was given up is never more than was paid too much
	}
	debt, err := h.List.Debts.Debt(ctx, h.Clerk, person)
	if err != nil {
		rt.Fatal(err)
	}
	if debt.Left != left {
		rt.Fatalf("person %d: told %d, is %d", person, debt.Left, left)
	}
}
