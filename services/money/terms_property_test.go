package money_test

import (
	"testing"

	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/services/money"
)

// drawTermsOf gives policies what only some have.
func drawTermsOf(t *rapid.T, c money.Calculus) money.Calculus {
	for i := range c.Policies {
		p := &c.Policies[i]
		if rapid.Bool().Draw(t, "has a pool") {
			p.Pool = rapid.Int64Range(1, 1_500_000).Draw(t, "pool")
		}
		p.Villages = rapid.SampledFrom([]models.IDs{nil, {10}, {11}, {10, 11}}).Draw(t, "villages")
		p.ActingPercent = rapid.IntRange(0, 100).Draw(t, "acting")
		if rapid.Bool().Draw(t, "holds a part back") {
			p.DeductPercent = rapid.IntRange(0, 10_000).Draw(t, "percent held back")
		} else {
			p.DeductAmount = rapid.Int64Range(0, 300_000).Draw(t, "held back")
		}
	}
	return c
}

// A village is never paid more than its pool, nobody of another village is paid,
// and what is held back is of what was owed: with all of that taken away everybody
// is owed as much, or more.
func TestPoolsAndDeductionsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plain, terms, month := drawCalculus(t), drawTerms(t), drawMonth(t)
		for i := range terms {
			terms[i].Acting = rapid.Bool().Draw(t, "stands in")
		}
		c := plain
		c.Policies = append([]models.Policy(nil), plain.Policies...)
		c = drawTermsOf(t, c)
		var everybody []money.Post
		for person := int64(1); person <= 4; person++ {
			everybody = append(everybody, postsOf(terms, person)...)
		}
		c.Share(everybody, month, month)
		type key struct{ policy, village int64 }
		paid, held := map[key]int64{}, map[int64]map[int64]int64{}
		for person := int64(1); person <= 4; person++ {
			posts := postsOf(terms, person)
			with, without := map[int64]int64{}, map[int64]int64{}
			held[person] = map[int64]int64{}
			for _, one := range c.Entitlement(posts, month) {
				if one.Amount < 0 || one.Deducted < 0 {
					t.Fatalf("%+v", one)
				}
				paid[key{one.PolicyID, villageOf(one.BranchID)}] += one.Amount + one.Deducted
				with[one.PolicyID] += one.Amount + one.Deducted
				held[person][one.PolicyID] += one.Deducted
			}
			for _, one := range plain.Entitlement(posts, month) {
				without[one.PolicyID] += one.Amount
			}
			for policy, amount := range with {
				// A cap or the highest post alone may leave more of what was less: the
				// person's own posts compete by what they are owed.
				if amount > without[policy] && len(posts) == 1 {
					t.Fatalf("person %d has %d of policy %d, and %d without its terms", person, amount, policy, without[policy])
				}
			}
		}
		for _, policy := range c.Policies {
			for _, village := range []int64{10, 11} {
				sum := paid[key{policy.ID, village}]
				if policy.Pool > 0 && sum > policy.Pool {
					t.Fatalf("village %d is paid %d of %d", village, sum, policy.Pool)
				}
				if in := len(policy.Villages) == 0; !in && sum > 0 {
					for _, id := range policy.Villages {
						in = in || id == village
					}
					if !in {
						t.Fatalf("village %d is paid by policy %d, which is for %v", village, policy.ID, policy.Villages)
					}
				}
			}
			for person := range held {
				if policy.DeductPercent == 0 && held[person][policy.ID] > policy.DeductAmount {
					t.Fatalf("%d held back of %d", held[person][policy.ID], policy.DeductAmount)
				}
			}
		}
	})
}
