package money_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/services/money"
)

var firstMonth = models.NewMonth(2026, time.January)

func drawDate(t *rapid.T, label string) models.Date {
	return firstMonth.First().AddDays(rapid.IntRange(-40, 130).Draw(t, label))
}

// drawPolicy makes any policy that the database would take.
func drawPolicy(t *rapid.T, id int64) models.Policy {
	p := models.Policy{
		ID: id, LegalBasis: fmt.Sprint("basis ", id),
		From: models.NewDate(2020, 1, 1),
		Accrual: rapid.SampledFrom([]models.Accrual{models.FullIfOnDay, models.NextMonth, models.ByDay,
			models.FullFrom}).Draw(t, "accrual"),
		AccrualDays:    rapid.IntRange(0, 31).Draw(t, "accrual days"),
		AccrualPercent: rapid.IntRange(0, 100).Draw(t, "accrual percent"),
		Stacking: rapid.SampledFrom([]models.Stacking{models.StackAll, models.StackHighest,
			models.StackPercent}).Draw(t, "stacking"),
		StackingPercent: rapid.IntRange(0, 100).Draw(t, "stacking percent"),
	}
	if rapid.Bool().Draw(t, "begins") {
		p.From = drawDate(t, "policy from")
	}
	if rapid.Bool().Draw(t, "ends") {
		p.To = p.From.AddDays(rapid.IntRange(0, 100).Draw(t, "policy length"))
	}
	if rapid.Bool().Draw(t, "has cap") {
		p.Cap = rapid.Int64Range(1, 1_000_000).Draw(t, "cap")
	}
	for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member} {
		for _, organization := range []string{"", "youth"} {
			switch rapid.IntRange(0, 2).Draw(t, "rule") {
			case 1:
				p.Rules = append(p.Rules, models.PolicyRule{Role: role, OrganizationCode: organization,
					Amount: rapid.Int64Range(1, 999_999).Draw(t, "amount")})
			case 2:
				p.Rules = append(p.Rules, models.PolicyRule{Role: role, OrganizationCode: organization,
					Coefficient: rapid.Int64Range(1, 999).Draw(t, "coefficient")})
			}
		}
	}
	return p
}

func drawCalculus(t *rapid.T) money.Calculus {
	var c money.Calculus
	for i := range rapid.IntRange(1, 3).Draw(t, "policies") {
		c.Policies = append(c.Policies, drawPolicy(t, int64(i+1)))
	}
	c.BaseSalaries = []models.BaseSalary{
		{From: models.NewDate(2024, 7, 1), Amount: 2_340_000},
		{From: models.NewDate(2026, 2, 10), Amount: 2_530_000},
	}
	return c
}

// slotName is a post of the small ward that properties are tried on.
type slotName struct {
	branch int64
	role   models.TermRole
	slot   int
}

var slotNames = []slotName{
	{1, models.Head, 1}, {1, models.Deputy, 1}, {1, models.Deputy, 2}, {1, models.Member, 0},
	{2, models.Head, 1}, {2, models.Deputy, 1}, {3, models.Head, 1},
}

// drawTerms fills the ward: within one slot the terms follow each other, as the
// database holds them to, with gaps, and the same person may come back.
func drawTerms(t *rapid.T) []models.Term {
	var terms []models.Term
	for _, name := range slotNames {
		next := drawDate(t, "first day")
		for range rapid.IntRange(0, 4).Draw(t, "terms of the slot") {
			term := models.Term{
				ID: int64(len(terms) + 1), BranchID: name.branch, Role: name.role, Slot: name.slot,
				PersonID: rapid.Int64Range(1, 4).Draw(t, "person"),
				From:     next, To: next.AddDays(rapid.IntRange(0, 60).Draw(t, "length")),
			}
			if rapid.IntRange(0, 9).Draw(t, "superseded") == 0 {
				at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
				term.SupersededAt = &at
			} else {
				next = term.To.AddDays(rapid.IntRange(1, 10).Draw(t, "gap"))
			}
			terms = append(terms, term)
		}
	}
	return terms
}

func organizationOf(branch int64) string {
	return map[int64]string{1: "youth", 2: "women", 3: "youth"}[branch]
}

func villageOf(branch int64) int64 { return 10 + branch%2 }

// postsOf gathers one person's posts out of all terms.
func postsOf(terms []models.Term, person int64) []money.Post {
	var posts []money.Post
	for _, term := range terms {
		if term.PersonID != person {
			continue
		}
		post := money.Post{Term: term, OrganizationCode: organizationOf(term.BranchID), VillageID: villageOf(term.BranchID)}
		for _, other := range terms {
			if other.BranchID == term.BranchID && other.Role == term.Role && other.Slot == term.Slot {
				post.SlotTerms = append(post.SlotTerms, other)
			}
		}
		posts = append(posts, post)
	}
	return posts
}

func drawMonth(t *rapid.T) models.Month {
	return firstMonth + models.Month(rapid.IntRange(-1, 4).Draw(t, "month"))
}

// rateOf is the rule's amount for the slot, told apart from the code under test.
func rateOf(c money.Calculus, policy models.Policy, name slotName, month models.Month) int64 {
	var general, special int64
	for _, rule := range policy.Rules {
		if rule.Role != name.role {
			continue
		}
		amount := rule.Amount
		if rule.Coefficient > 0 {
			base := int64(2_340_000)
			if month.First().After(models.NewDate(2026, 2, 10)) {
				base = 2_530_000
			}
			amount = base * rule.Coefficient / 1000
		}
		if rule.OrganizationCode == "" {
			general = amount
		} else if rule.OrganizationCode == organizationOf(name.branch) {
			special = amount
		}
	}
	if special > 0 {
		return special
	}
	return general
}

func TestASlotIsNeverPaidMoreThanItsRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, terms, month := drawCalculus(t), drawTerms(t), drawMonth(t)
		type key struct {
			policy int64
			name   slotName
		}
		sums, alone := map[key]int64{}, map[key]int64{}
		byID := map[int64]models.Term{}
		for _, term := range terms {
			byID[term.ID] = term
		}
		for person := int64(1); person <= 4; person++ {
			for _, component := range c.Entitlement(postsOf(terms, person), month) {
				term := byID[component.TermID]
				if term.SupersededAt != nil {
					t.Fatalf("superseded term %d is paid", term.ID)
				}
				if term.Role == models.Member {
					continue // members share no slot
				}
				sums[key{component.PolicyID, slotName{term.BranchID, term.Role, term.Slot}}] += component.Amount
			}
		}
		for _, name := range slotNames {
			var held []models.Term
			for _, term := range terms {
				if (slotName{term.BranchID, term.Role, term.Slot}) == name && name.role != models.Member {
					held = append(held, term)
				}
			}
			for _, component := range c.Slot(held, organizationOf(name.branch), month) {
				alone[key{component.PolicyID, name}] += component.Amount
			}
		}
		for _, policy := range c.Policies {
			for _, name := range slotNames {
				k, rate := key{policy.ID, name}, rateOf(c, policy, name, month)
				if alone[k] > rate {
					t.Fatalf("slot %v of policy %d: %d, rule %d", name, policy.ID, alone[k], rate)
				}
				if sums[k] > alone[k] {
					t.Fatalf("slot %v of policy %d: people are owed %d, the slot %d", name, policy.ID, sums[k], alone[k])
				}
			}
		}
	})
}

func TestRemovingAPostNeverPaysMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, terms, month := drawCalculus(t), drawTerms(t), drawMonth(t)
		posts := postsOf(terms, 1)
		if len(posts) == 0 {
			return
		}
		before := c.Entitlement(posts, month)
		i := rapid.IntRange(0, len(posts)-1).Draw(t, "removed")
		after := c.Entitlement(slices.Delete(slices.Clone(posts), i, i+1), month)
		// By day with stacking, amounts are rounded down post by post: what one
		// post loses to rounding another may gain, less than a đồng for each.
		slack := int64(0)
		for _, policy := range c.Policies {
			if policy.Accrual == models.ByDay && policy.Stacking != models.StackAll {
				slack += int64(len(posts))
			}
		}
		if money.Total(after) > money.Total(before)+slack {
			t.Fatalf("with the post %v, without it %v", before, after)
		}
	})
}

func TestRemovingAHolderNeverPaysTheSlotMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, month := drawCalculus(t), drawMonth(t)
		var held []models.Term
		for _, term := range drawTerms(t) {
			if term.BranchID == 1 && term.Role == models.Head {
				held = append(held, term)
			}
		}
		if len(held) == 0 {
			return
		}
		before := money.Total(c.Slot(held, "youth", month))
		i := rapid.IntRange(0, len(held)-1).Draw(t, "removed")
		after := money.Total(c.Slot(slices.Delete(slices.Clone(held), i, i+1), "youth", month))
		if after > before {
			t.Fatalf("%d with everybody, %d without one", before, after)
		}
	})
}

func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, terms, month := drawCalculus(t), drawTerms(t), drawMonth(t)
		posts := postsOf(terms, 1)
		want := c.Entitlement(posts, month)
		shuffled := money.Calculus{
			Policies:     rapid.Permutation(c.Policies).Draw(t, "policies"),
			BaseSalaries: rapid.Permutation(c.BaseSalaries).Draw(t, "eras"),
		}
		other := rapid.Permutation(slices.Clone(posts)).Draw(t, "posts")
		for i := range other {
			other[i].SlotTerms = rapid.Permutation(other[i].SlotTerms).Draw(t, "slot")
		}
		if got := shuffled.Entitlement(other, month); !slices.Equal(got, want) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
		if again := c.Entitlement(posts, month); !slices.Equal(again, want) {
			t.Fatalf("asked twice: %v then %v", want, again)
		}
		// A row that is given twice is one row.
		if got := c.Entitlement(append(slices.Clone(posts), posts...), month); !slices.Equal(got, want) {
			t.Fatalf("doubled: %v\nwant %v", got, want)
		}
	})
}

func TestAmountsStayWithinTheirRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, terms, month := drawCalculus(t), drawTerms(t), drawMonth(t)
		sums := map[int64]int64{}
		for _, component := range c.Entitlement(postsOf(terms, 1), month) {
			if component.Amount < 0 || component.Amount > component.Rate || component.Days < 1 ||
				component.Days > month.Days() || component.Month != month {
				t.Fatalf("%+v", component)
			}
			reduced := slices.Contains([]string{money.WhyShared, money.WhyStacked, money.WhyCapped}, component.Why)
			if component.Amount == 0 && !reduced && component.Why != money.WhyByDay {
				t.Fatalf("zero without a reason: %+v", component)
			}
			if component.Why == money.WhyFull && component.Amount != component.Rate {
				t.Fatalf("full, and not the rate: %+v", component)
			}
			sums[component.PolicyID] += component.Amount
		}
		for _, policy := range c.Policies {
			if policy.Cap > 0 && sums[policy.ID] > policy.Cap {
				t.Fatalf("policy %d pays %d over its cap %d", policy.ID, sums[policy.ID], policy.Cap)
			}
		}
	})
}
