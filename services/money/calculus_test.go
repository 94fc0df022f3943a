package money_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canbobot/models"
	"canbobot/services/money"
	"canbobot/services/money/moneytest"
)

// term of person 1, head of branch 1, unless told otherwise.
type stay struct {
	id, person, branch int64
	role               models.TermRole
	slot               int
	from, to           string
	organization       string
	superseded         bool
	others             []stay
}

func (s stay) term(t testing.TB) models.Term {
	t.Helper()
	term := models.Term{
		ID: s.id, PersonID: s.person, BranchID: s.branch, Role: s.role, Slot: s.slot, From: moneytest.Day(t, s.from),
		To: moneytest.Day(t, s.to),
	}
	if term.ID == 0 {
		term.ID = 1
	}
	if term.PersonID == 0 {
		term.PersonID = 1
	}
	if term.BranchID == 0 {
		term.BranchID = 1
	}
	if term.Role == "" {
		term.Role = models.Head
	}
	if term.Slot == 0 && (term.Role == models.Head || term.Role == models.Deputy) {
		term.Slot = 1
	}
	if s.superseded {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		term.SupersededAt = &at
	}
	return term
}

func posts(t testing.TB, stays []stay) []money.Post {
	t.Helper()
	var list []money.Post
	for _, s := range stays {
		post := money.Post{Term: s.term(t), OrganizationCode: s.organization}
		if post.OrganizationCode == "" {
			post.OrganizationCode = "women"
		}
		for _, other := range s.others {
			post.SlotTerms = append(post.SlotTerms, other.term(t))
		}
		list = append(list, post)
	}
	return list
}

// town is the sample's policy: 200,000 a head and 150,000 a deputy.
func town(change func(*models.Policy)) models.Policy {
	policy := models.Policy{
		ID: 1, Code: "town", Name: "Town", Source: "town", LegalBasis: "Basis 1",
		From: models.NewDate(2021, 1, 1), Accrual: models.FullIfOnDay, AccrualDays: 15, Stacking: models.StackAll,
		Rules: []models.PolicyRule{{Role: models.Head, Amount: 200_000}, {Role: models.Deputy, Amount: 150_000}},
	}
	if change != nil {
		change(&policy)
	}
	return policy
}

type paid struct {
	Amount int64
	Why    string
	Days   int
	Term   int64
}

func paidOf(components []money.Component) []paid {
	var list []paid
	for _, c := range components {
		list = append(list, paid{c.Amount, c.Why, c.Days, c.TermID})
	}
	return list
}

func TestEntitlement(t *testing.T) {
	accrual := func(kind models.Accrual, days, percent int) func(*models.Policy) {
		return func(p *models.Policy) { p.Accrual, p.AccrualDays, p.AccrualPercent = kind, days, percent }
	}
	onDay, nextMonth, byDay := accrual(models.FullIfOnDay, 15, 0), accrual(models.NextMonth, 0, 0),
		accrual(models.ByDay, 0, 0)
	militia := accrual(models.FullFrom, 15, 50)
	both := func(changes ...func(*models.Policy)) func(*models.Policy) {
		return func(p *models.Policy) {
			for _, change := range changes {
				change(p)
			}
		}
	}
	highest := func(p *models.Policy) { p.Stacking = models.StackHighest }
	highestPlus := func(p *models.Policy) { p.Stacking, p.StackingPercent = models.StackPercent, 50 }
	capped := func(p *models.Policy) { p.Cap = 300_000 }
	two := []stay{{id: 1, from: "2025-01-01"}, {id: 2, branch: 2, role: models.Deputy, from: "2025-01-01"}}

	for _, c := range []struct {
		name   string
		policy func(*models.Policy)
		month  string
		stays  []stay
		want   []paid
	}{
		{"the whole month", onDay, "2026-03", []stay{{from: "2025-01-01"}}, []paid{{200_000, "full", 31, 1}}},
		{"a deputy", onDay, "2026-03", []stay{{from: "2025-01-01", role: models.Deputy}}, []paid{{150_000, "full", 31, 1}}},
		{"a member is not in the policy", onDay, "2026-03", []stay{{from: "2025-01-01", role: models.Member}}, nil},
		{"begun on the 15th", onDay, "2026-03", []stay{{from: "2026-03-15"}}, []paid{{200_000, "full", 17, 1}}},
		{"begun on the 16th", onDay, "2026-03", []stay{{from: "2026-03-16"}}, nil},
		{"ended on the 15th", onDay, "2026-03", []stay{{from: "2025-01-01", to: "2026-03-15"}},
			[]paid{{200_000, "full", 15, 1}}},
		{"ended on the 14th", onDay, "2026-03", []stay{{from: "2025-01-01", to: "2026-03-14"}}, nil},
		{"day 31 in February is its last", accrual(models.FullIfOnDay, 31, 0), "2026-02", []stay{{from: "2026-02-28"}},
			[]paid{{200_000, "full", 1, 1}}},
		{"no day named is the 15th", accrual(models.FullIfOnDay, 0, 0), "2026-03", []stay{{from: "2026-03-16"}}, nil},
		{"another month", onDay, "2026-03", []stay{{from: "2026-04-01"}}, nil},
		{"superseded", onDay, "2026-03", []stay{{from: "2025-01-01", superseded: true}}, nil},
		{"away and back", onDay, "2026-03", []stay{{id: 1, from: "2025-01-01", to: "2026-03-10"},
			{id: 2, from: "2026-03-14"}}, []paid{{200_000, "full", 28, 2}}},
		{"acting, then confirmed", byDay, "2026-03",
			[]stay{{id: 1, from: "2026-03-01", to: "2026-03-09"}, {id: 2, from: "2026-03-10"}},
			[]paid{{200_000, "full", 31, 2}}},

		{"next month, begun on the 1st", nextMonth, "2026-03", []stay{{from: "2026-03-01"}},
			[]paid{{200_000, "full", 31, 1}}},
		{"next month, begun on the 2nd", nextMonth, "2026-03", []stay{{from: "2026-03-02"}}, nil},
		{"next month, ended on the 1st", nextMonth, "2026-03", []stay{{from: "2025-01-01", to: "2026-03-01"}},
			[]paid{{200_000, "full", 1, 1}}},

		{"by day, rounded down", byDay, "2026-03", []stay{{from: "2026-03-05"}}, []paid{{174_193, "by_day", 27, 1}}},
		{"by day in a leap February", byDay, "2028-02", []stay{{from: "2028-02-15"}}, []paid{{103_448, "by_day", 15, 1}}},

		{"15 days are whole", militia, "2026-03", []stay{{from: "2026-03-17"}}, []paid{{200_000, "full", 15, 1}}},
		{"14 days are half", militia, "2026-03", []stay{{from: "2026-03-18"}}, []paid{{100_000, "part", 14, 1}}},
		{"all of February where 30 days are asked", accrual(models.FullFrom, 30, 50), "2026-02",
			[]stay{{from: "2025-01-01"}}, []paid{{200_000, "full", 28, 1}}},
		{"days of one slot add up", militia, "2026-03",
			[]stay{{id: 1, from: "2026-03-01", to: "2026-03-08"}, {id: 2, from: "2026-03-20", to: "2026-03-26"}},
			[]paid{{200_000, "full", 15, 2}}},

		{"hand-over: the longer stay has the whole", militia, "2026-03",
			[]stay{{id: 2, person: 2, from: "2026-03-11",
				others: []stay{{id: 1, person: 1, from: "2025-01-01", to: "2026-03-10"}}}},
			[]paid{{200_000, "full", 21, 2}}},
		{"hand-over: the shorter has what is left", militia, "2026-03",
			[]stay{{id: 1, person: 1, from: "2025-01-01", to: "2026-03-10",
				others: []stay{{id: 2, person: 2, from: "2026-03-11"}}}},
			[]paid{{0, "shared", 10, 1}}},
		{"hand-over of two short stays: half and half", militia, "2026-03",
			[]stay{{id: 1, person: 1, from: "2025-01-01", to: "2026-03-12",
				others: []stay{{id: 2, person: 2, from: "2026-03-20"}}}},
			[]paid{{100_000, "part", 12, 1}}},
		{"hand-over of two long stays: the earlier", militia, "2026-04",
			[]stay{{id: 2, person: 2, from: "2026-04-16",
				others: []stay{{id: 1, person: 1, from: "2025-01-01", to: "2026-04-15"}}}},
			[]paid{{0, "shared", 15, 2}}},
		{"the other deputy is another slot", militia, "2026-03",
			[]stay{{id: 1, role: models.Deputy, slot: 1, from: "2025-01-01",
				others: []stay{{id: 2, person: 2, role: models.Deputy, slot: 2, from: "2025-01-01"}}}},
			[]paid{{150_000, "full", 31, 1}}},

		{"two posts, all", onDay, "2026-03", two, []paid{{200_000, "full", 31, 1}, {150_000, "full", 31, 2}}},
		{"two posts, highest", both(onDay, highest), "2026-03", two, []paid{{200_000, "full", 31, 1}, {0, "stacked", 31, 2}}},
		{"two posts, highest and half", both(onDay, highestPlus), "2026-03", two,
			[]paid{{200_000, "full", 31, 1}, {75_000, "stacked", 31, 2}}},
		{"two posts, capped", both(onDay, capped), "2026-03", two,
			[]paid{{200_000, "full", 31, 1}, {100_000, "capped", 31, 2}}},
		{"moved within the month, highest by day", both(byDay, highest), "2026-04",
			[]stay{{id: 1, from: "2025-01-01", to: "2026-04-10"}, {id: 2, branch: 2, from: "2026-04-11"}},
			[]paid{{66_666, "by_day", 10, 1}, {133_333, "by_day", 20, 2}}},
		{"both for ten days, highest by day", both(byDay, highest), "2026-04",
			[]stay{{id: 1, from: "2025-01-01", to: "2026-04-10"}, {id: 2, branch: 2, role: models.Deputy, from: "2026-04-01"}},
			[]paid{{66_666, "by_day", 10, 1}, {100_000, "stacked", 30, 2}}},

		{"the policy begins after the day", both(onDay, func(p *models.Policy) { p.From = models.NewDate(2026, 3, 16) }),
			"2026-03", []stay{{from: "2025-01-01"}}, nil},
		{"the policy begins on the day", both(onDay, func(p *models.Policy) { p.From = models.NewDate(2026, 3, 15) }),
			"2026-03", []stay{{from: "2025-01-01"}}, []paid{{200_000, "full", 31, 1}}},
		{"the policy ended before the day", both(onDay, func(p *models.Policy) { p.To = models.NewDate(2026, 3, 14) }),
			"2026-03", []stay{{from: "2025-01-01"}}, nil},
		{"the policy ends within a month by day", both(byDay, func(p *models.Policy) { p.To = models.NewDate(2026, 4, 12) }),
			"2026-04", []stay{{from: "2025-01-01"}}, []paid{{80_000, "by_day", 30, 1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			calculus := money.Calculus{Policies: []models.Policy{town(c.policy)}}
			got := paidOf(calculus.Entitlement(posts(t, c.stays), moneytest.Month(t, c.month)))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// The published eras of the base salary, with what coefficients come to.
func TestCoefficients(t *testing.T) {
	calculus := money.Calculus{BaseSalaries: []models.BaseSalary{ // in no order
		{ID: 3, From: models.NewDate(2024, 7, 1), Amount: 2_340_000},
		{ID: 1, From: models.NewDate(2019, 7, 1), Amount: 1_490_000},
		{ID: 4, From: models.NewDate(2026, 7, 1), Amount: 2_530_000},
		{ID: 2, From: models.NewDate(2023, 7, 1), Amount: 1_800_000},
	}}
	for _, c := range []struct {
		coefficient int64
		month       string
		want        int64
	}{
		{150, "2019-06", 0}, // before the first era that is known
		{150, "2019-07", 223_500}, {150, "2023-07", 270_000}, {150, "2024-07", 351_000}, {150, "2026-07", 379_500},
		{250, "2019-12", 372_500}, {300, "2023-06", 447_000}, {300, "2026-06", 702_000}, {500, "2026-12", 1_265_000},
	} {
		policy := town(func(p *models.Policy) {
			p.From = models.NewDate(2019, 1, 1)
			p.Rules = []models.PolicyRule{{Role: models.Head, Coefficient: c.coefficient}}
		})
		calculus.Policies = []models.Policy{policy}
		got := money.Total(calculus.Entitlement(posts(t, []stay{{from: "2018-01-01"}}), moneytest.Month(t, c.month)))
		if got != c.want {
			t.Errorf("%d thousandths in %s: %d, want %d", c.coefficient, c.month, got, c.want)
		}
	}
}

func TestRuleOfAnOrganizationWins(t *testing.T) {
	policy := town(func(p *models.Policy) {
		p.Rules = append(p.Rules, models.PolicyRule{Role: models.Head, OrganizationCode: "youth", Amount: 250_000})
	})
	for _, reversed := range []bool{false, true} {
		if reversed {
			slices.Reverse(policy.Rules)
		}
		calculus := money.Calculus{Policies: []models.Policy{policy}}
		for organization, want := range map[string]int64{"youth": 250_000, "women": 200_000} {
			got := money.Total(calculus.Entitlement(posts(t, []stay{{from: "2025-01-01", organization: organization}}),
				moneytest.Month(t, "2026-03")))
			if got != want {
				t.Errorf("%s: %d, want %d", organization, got, want)
			}
		}
	}
}

// A policy that follows another within a month neither doubles nor loses it.
func TestSucceedingPolicies(t *testing.T) {
	for _, c := range []struct {
		accrual models.Accrual
		want    int64
	}{{models.FullIfOnDay, 200_000}, {models.NextMonth, 200_000}, {models.FullFrom, 200_000},
		{models.ByDay, 200_000*20/30 + 300_000*10/30}} {
		calculus := money.Calculus{Policies: []models.Policy{
			town(func(p *models.Policy) { p.Accrual, p.To = c.accrual, models.NewDate(2026, 4, 20) }),
			town(func(p *models.Policy) {
				p.ID, p.Accrual, p.From = 2, c.accrual, models.NewDate(2026, 4, 21)
				p.Rules = []models.PolicyRule{{Role: models.Head, Amount: 300_000}}
			}),
		}}
		got := money.Total(calculus.Entitlement(posts(t, []stay{{from: "2025-01-01"}}), moneytest.Month(t, "2026-04")))
		if got != c.want {
			t.Errorf("%s: %d, want %d", c.accrual, got, c.want)
		}
	}
}

func TestComponentTellsWhereItComesFrom(t *testing.T) {
	calculus := money.Calculus{Policies: []models.Policy{town(nil)}}
	got := calculus.Entitlement(posts(t, []stay{{id: 7, branch: 3, from: "2026-03-05"}}), moneytest.Month(t, "2026-03"))
	want := []money.Component{{
		Month: moneytest.Month(t, "2026-03"), PolicyID: 1, TermID: 7, BranchID: 3, Role: models.Head,
		Amount: 200_000, Rate: 200_000, Basis: "Basis 1", Why: money.WhyFull, Days: 27,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
