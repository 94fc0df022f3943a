package allowance_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services/allowance"
)

func (h *house) postsOf(people ...int64) map[int64][]allowance.Post {
	h.Helper()
	posts, err := h.service.PostsOf(h.store.DB, h.ward.ID, people)
	if err != nil {
		h.Fatal(err)
	}
	return posts
}

func (h *house) compare(before, after map[int64][]allowance.Post) []allowance.Effect {
	h.Helper()
	effects, err := h.service.Compare(h.store.DB, h.ward.ID, before, after)
	if err != nil {
		h.Fatal(err)
	}
	return effects
}

// with copies a side so that one post of it can be changed.
func with(side map[int64][]allowance.Post) map[int64][]allowance.Post {
	side = maps.Clone(side)
	for person := range side {
		side[person] = slices.Clone(side[person])
	}
	return side
}

func added(h *house, person, branch int64, role models.TermRole, from string) allowance.Post {
	return allowance.Post{OrganizationCode: "women", Term: models.Term{
		WardID: h.ward.ID, PersonID: person, BranchID: branch, Role: role, Slot: 1, From: day(h, from),
	}}
}

// Two months are paid; the head was replaced on the 10th of the first.
func TestCompareAReplacementAfterPayment(t *testing.T) {
	h := newHouse(t)
	a, b, branch := h.person("A"), h.person("B"), h.branch("women")
	h.term(a, branch, models.Head, "2025-01-01", "")
	h.pay("2026-02")
	h.pay("2026-03")

	before := h.postsOf(a, b)
	after := with(before)
	after[a][0].Term.To = day(t, "2026-02-09")
	after[b] = append(after[b], added(h, b, branch, models.Head, "2026-02-10"))
	february, march, april := month(t, "2026-02"), month(t, "2026-03"), month(t, "2026-04")
	want := []allowance.Effect{
		{Person: a, From: april, Monthly: -200_000, Settled: []allowance.MonthAmount{{Month: february, Amount: -200_000}, {Month: march, Amount: -200_000}}},
		{Person: b, From: april, Monthly: 200_000, Settled: []allowance.MonthAmount{{Month: february, Amount: 200_000}, {Month: march, Amount: 200_000}}},
	}
	if diff := cmp.Diff(want, h.compare(before, after)); diff != "" {
		t.Error(diff)
	}

	// What was said comes true.
	var head models.Term
	h.store.Where("person_id = ?", a).Take(&head)
	h.end(head, "2026-02-09")
	h.term(b, branch, models.Head, "2026-02-10", "")
	view := h.prepare("2026-04")
	if got := h.lineOf(view, a).Amount; got != -400_000 {
		t.Errorf("A: %d", got)
	}
	if got := h.lineOf(view, b).Amount; got != 600_000 {
		t.Errorf("B: %d", got)
	}
}

// A newcomer has no row yet; the one who left this month shares the slot though
// nobody names them.
func TestCompareFindsWhoSharesTheSlot(t *testing.T) {
	h := newHouse(t)
	h.store.Model(&h.policy).Updates(map[string]any{"accrual": models.FullFrom, "accrual_days": 15, "accrual_percent": 50})
	gone, branch := h.person("Gone"), h.branch("women")
	h.term(gone, branch, models.Head, "2025-01-01", "2026-04-10")
	before := map[int64][]allowance.Post{}
	after := map[int64][]allowance.Post{0: {added(h, 0, branch, models.Head, "2026-04-11")}}
	april := month(t, "2026-04")
	want := []allowance.Effect{
		{Person: 0, From: april, Monthly: 200_000},
		{Person: gone, Partial: []allowance.MonthAmount{{Month: april, Amount: -100_000}}},
	}
	if diff := cmp.Diff(want, h.compare(before, after)); diff != "" {
		t.Error(diff)
	}
}

func TestCompareByDay(t *testing.T) {
	h := newHouse(t)
	h.store.Model(&h.policy).Update("accrual", models.ByDay)
	a, b, branch := h.person("A"), h.person("B"), h.branch("women")
	h.term(a, branch, models.Head, "2025-01-01", "")
	h.pay("2026-03")
	before := h.postsOf(a, b)
	after := with(before)
	after[a][0].Term.To = day(t, "2026-04-10")
	after[b] = append(after[b], added(h, b, branch, models.Head, "2026-04-11"))
	april, may := month(t, "2026-04"), month(t, "2026-05")
	want := []allowance.Effect{
		{Person: a, From: may, Monthly: -200_000, Partial: []allowance.MonthAmount{{Month: april, Amount: 66_666 - 200_000}}},
		{Person: b, From: may, Monthly: 200_000, Partial: []allowance.MonthAmount{{Month: april, Amount: 133_333}}},
	}
	if diff := cmp.Diff(want, h.compare(before, after)); diff != "" {
		t.Error(diff)
	}
}

func TestCompareWithStackingAndAnEnd(t *testing.T) {
	h := newHouse(t)
	h.store.Model(&h.policy).Updates(map[string]any{"stacking": models.StackPercent, "stacking_percent": 50})
	a, branch := h.person("A"), h.branch("women")
	h.term(a, h.branch("youth"), models.Head, "2025-01-01", "")
	h.pay("2026-03")
	before := h.postsOf(a)
	after := with(before)
	post := added(h, a, branch, models.Deputy, "2026-05-01")
	post.Term.To = day(t, "2026-07-31")
	after[a] = append(after[a], post)
	want := []allowance.Effect{{Person: a, From: month(t, "2026-05"), Until: month(t, "2026-07"), Monthly: 75_000}}
	if diff := cmp.Diff(want, h.compare(before, after)); diff != "" {
		t.Error(diff)
	}
}

func TestCompareNothing(t *testing.T) {
	h := newHouse(t)
	a, branch := h.person("A"), h.branch("women")
	h.term(a, branch, models.Head, "2025-01-01", "")
	posts := h.postsOf(a)
	if effects := h.compare(posts, posts); effects != nil {
		t.Errorf("the same: %v", effects)
	}
	after := with(posts)
	after[a] = append(after[a], added(h, a, h.branch("youth"), models.Member, "2026-04-01"))
	if effects := h.compare(posts, after); effects != nil {
		t.Errorf("a member is paid nothing: %v", effects)
	}
}

// Until a ward has a list, nothing is settled and all of it is to come.
func TestCompareBeforeTheFirstRun(t *testing.T) {
	h := newHouse(t)
	branch := h.branch("women")
	after := map[int64][]allowance.Post{0: {added(h, 0, branch, models.Head, "2026-02-01")}}
	want := []allowance.Effect{{Person: 0, From: month(t, "2026-02"), Monthly: 200_000}}
	if diff := cmp.Diff(want, h.compare(nil, after)); diff != "" {
		t.Error(diff)
	}
	h.term(h.person("B"), h.branch("youth"), models.Head, "2025-01-01", "")
	h.prepare("2026-04")
	want[0].From = month(t, "2026-04")
	if diff := cmp.Diff(want, h.compare(nil, after)); diff != "" {
		t.Errorf("with a draft: %s", diff)
	}
}

func TestPostsOfLeavesOutOthersAndSuperseded(t *testing.T) {
	h := newHouse(t)
	a, b, branch := h.person("A"), h.person("B"), h.branch("women")
	old := h.term(b, branch, models.Head, "2024-01-01", "2024-12-31")
	head := h.term(a, branch, models.Head, "2025-01-01", "")
	wrong := h.term(a, h.branch("youth"), models.Head, "2025-01-01", "")
	h.store.Model(&wrong).Update("superseded_at", h.now)
	posts := h.postsOf(a)
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
	foreign, _ := h.newWard("south")
	if posts, err := h.service.PostsOf(h.store.DB, foreign.ID, []int64{a}); err != nil || len(posts) != 0 {
		t.Errorf("from another ward: %v, %v", posts, err)
	}
}
