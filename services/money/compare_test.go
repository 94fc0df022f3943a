package money_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services/money"
	"canbobot/services/money/moneytest"
)

// with copies a side so that one post of it can be changed.
func with(side map[int64][]money.Post) map[int64][]money.Post {
	side = maps.Clone(side)
	for person := range side {
		side[person] = slices.Clone(side[person])
	}
	return side
}

func added(h *moneytest.House, person, branch int64, role models.TermRole, from string) money.Post {
	return money.Post{OrganizationCode: "women", Term: models.Term{
		WardID: h.Ward.ID, PersonID: person, BranchID: branch, Role: role, Slot: 1, From: moneytest.Day(h, from),
	}}
}

// Two months are paid; the head was replaced on the 10th of the first.
func TestCompareAReplacementAfterPayment(t *testing.T) {
	h := moneytest.New(t)
	a, b, branch := h.Person("A"), h.Person("B"), h.Branch("women")
	h.Term(a, branch, models.Head, "2025-01-01", "")
	h.Pay("2026-02")
	h.Pay("2026-03")

	before := h.PostsOf(a, b)
	after := with(before)
	after[a][0].Term.To = moneytest.Day(t, "2026-02-09")
	after[b] = append(after[b], added(h, b, branch, models.Head, "2026-02-10"))
	february, march, april := moneytest.Month(t, "2026-02"), moneytest.Month(t, "2026-03"), moneytest.Month(t, "2026-04")
	want := []money.Effect{
		{Person: a, From: april, Monthly: -200_000, Settled: []money.MonthAmount{{Month: february, Amount: -200_000},
			{Month: march, Amount: -200_000}}},
		{Person: b, From: april, Monthly: 200_000, Settled: []money.MonthAmount{{Month: february, Amount: 200_000},
			{Month: march, Amount: 200_000}}},
	}
	if diff := cmp.Diff(want, h.Compare(before, after)); diff != "" {
		t.Error(diff)
	}

	// What was said comes true.
	var head models.Term
	h.Store.Where("person_id = ?", a).Take(&head)
	h.End(head, "2026-02-09")
	h.Term(b, branch, models.Head, "2026-02-10", "")
	view := h.Prepare("2026-04")
	if got := h.LineOf(view, a).Amount; got != -400_000 {
		t.Errorf("A: %d", got)
	}
	if got := h.LineOf(view, b).Amount; got != 600_000 {
		t.Errorf("B: %d", got)
	}
}

// A newcomer has no row yet; the one who left this month shares the slot though
// nobody names them.
func TestCompareFindsWhoSharesTheSlot(t *testing.T) {
	h := moneytest.New(t)
	h.Store.Model(&h.Policy).Updates(map[string]any{"accrual": models.FullFrom, "accrual_days": 15, "accrual_percent": 50})
	gone, branch := h.Person("Gone"), h.Branch("women")
	h.Term(gone, branch, models.Head, "2025-01-01", "2026-04-10")
	before := map[int64][]money.Post{}
	after := map[int64][]money.Post{0: {added(h, 0, branch, models.Head, "2026-04-11")}}
	april := moneytest.Month(t, "2026-04")
	want := []money.Effect{
		{Person: 0, From: april, Monthly: 200_000},
		{Person: gone, Partial: []money.MonthAmount{{Month: april, Amount: -100_000}}},
	}
	if diff := cmp.Diff(want, h.Compare(before, after)); diff != "" {
		t.Error(diff)
	}
}

func TestCompareByDay(t *testing.T) {
	h := moneytest.New(t)
	h.Store.Model(&h.Policy).Update("accrual", models.ByDay)
	a, b, branch := h.Person("A"), h.Person("B"), h.Branch("women")
	h.Term(a, branch, models.Head, "2025-01-01", "")
	h.Pay("2026-03")
	before := h.PostsOf(a, b)
	after := with(before)
	after[a][0].Term.To = moneytest.Day(t, "2026-04-10")
	after[b] = append(after[b], added(h, b, branch, models.Head, "2026-04-11"))
	april, may := moneytest.Month(t, "2026-04"), moneytest.Month(t, "2026-05")
	want := []money.Effect{
		{Person: a, From: may, Monthly: -200_000, Partial: []money.MonthAmount{{Month: april, Amount: 66_666 - 200_000}}},
		{Person: b, From: may, Monthly: 200_000, Partial: []money.MonthAmount{{Month: april, Amount: 133_333}}},
	}
	if diff := cmp.Diff(want, h.Compare(before, after)); diff != "" {
		t.Error(diff)
	}
}

func TestCompareWithStackingAndAnEnd(t *testing.T) {
	h := moneytest.New(t)
	h.Store.Model(&h.Policy).Updates(map[string]any{"stacking": models.StackPercent, "stacking_percent": 50})
	a, branch := h.Person("A"), h.Branch("women")
	h.Term(a, h.Branch("youth"), models.Head, "2025-01-01", "")
	h.Pay("2026-03")
	before := h.PostsOf(a)
	after := with(before)
	post := added(h, a, branch, models.Deputy, "2026-05-01")
	post.Term.To = moneytest.Day(t, "2026-07-31")
	after[a] = append(after[a], post)
	want := []money.Effect{{Person: a, From: moneytest.Month(t, "2026-05"), Until: moneytest.Month(t, "2026-07"),
		Monthly: 75_000}}
	if diff := cmp.Diff(want, h.Compare(before, after)); diff != "" {
		t.Error(diff)
	}
}

func TestCompareNothing(t *testing.T) {
	h := moneytest.New(t)
	a, branch := h.Person("A"), h.Branch("women")
	h.Term(a, branch, models.Head, "2025-01-01", "")
	posts := h.PostsOf(a)
	if effects := h.Compare(posts, posts); effects != nil {
		t.Errorf("the same: %v", effects)
	}
	after := with(posts)
	after[a] = append(after[a], added(h, a, h.Branch("youth"), models.Member, "2026-04-01"))
	if effects := h.Compare(posts, after); effects != nil {
		t.Errorf("a member is paid nothing: %v", effects)
	}
}

// Until a ward has a list, nothing is settled and all of it is to come.
func TestCompareBeforeTheFirstRun(t *testing.T) {
	h := moneytest.New(t)
	branch := h.Branch("women")
	after := map[int64][]money.Post{0: {added(h, 0, branch, models.Head, "2026-02-01")}}
	want := []money.Effect{{Person: 0, From: moneytest.Month(t, "2026-02"), Monthly: 200_000}}
	if diff := cmp.Diff(want, h.Compare(nil, after)); diff != "" {
		t.Error(diff)
	}
	h.Term(h.Person("B"), h.Branch("youth"), models.Head, "2025-01-01", "")
	h.Prepare("2026-04")
	want[0].From = moneytest.Month(t, "2026-04")
	if diff := cmp.Diff(want, h.Compare(nil, after)); diff != "" {
		t.Errorf("with a draft: %s", diff)
	}
}

func TestPostsOfLeavesOutOthersAndSuperseded(t *testing.T) {
	h := moneytest.New(t)
	a, b, branch := h.Person("A"), h.Person("B"), h.Branch("women")
	old := h.Term(b, branch, models.Head, "2024-01-01", "2024-12-31")
	head := h.Term(a, branch, models.Head, "2025-01-01", "")
	wrong := h.Term(a, h.Branch("youth"), models.Head, "2025-01-01", "")
	h.Store.Model(&wrong).Update("superseded_at", h.Now)
	posts := h.PostsOf(a)
	if len(posts) != 1 || len(posts[a]) != 1 {
		t.Fatalf("%v", posts)
	}
	post := posts[a][0]
	var shared []int64
	for _, term := range post.SlotTerms {
		shared = append(shared, term.ID)
	}
	slices.Sort(shared)
	if post.Term.ID != head.ID || post.OrganizationCode != "women" || !slices.Equal(shared, []int64{old.ID, head.ID}) {
		t.Errorf("%+v shares with %v", post.Term, shared)
	}
	foreign, _ := h.NewWard("south")
	if posts, err := h.Money.PostsOf(h.Store.DB, foreign.ID, []int64{a}); err != nil || len(posts) != 0 {
		t.Errorf("from another ward: %v, %v", posts, err)
	}
}
