package money

import (
	"cmp"
	"slices"

	"canbobot/models"
)

// stack reduces what a person is owed for several posts, as the policy says.
// days is the month's length.
func stack(policy *models.Policy, shares []share, days int) {
	if len(shares) < 2 || policy.Stacking == models.StackAll {
		return
	}
	others := 0
	if policy.Stacking == models.StackPercent {
		others = max(0, min(policy.StackingPercent, 100))
	}
	if policy.Accrual == models.ByDay {
		stackByDay(shares, others, days)
		return
	}
	slices.SortFunc(shares, byAmount)
	for i := 1; i < len(shares); i++ {
		shares[i].reduce(percent(shares[i].amount, others), WhyStacked)
	}
}

// stackByDay finds the highest post of every single day. Each post collects
// 100 for a day on which it was the highest and the percentage for the others.
func stackByDay(shares []share, others, days int) {
	slices.SortFunc(shares, func(a, b share) int { return cmp.Or(cmp.Compare(b.rate, a.rate), byPlace(a, b)) })
	var taken daySet
	for i := range shares {
		highest := shares[i].days &^ taken
		below := shares[i].days & taken
		taken |= highest
		weight := int64(highest.count()*100 + below.count()*others)
		shares[i].reduce(shares[i].rate*weight/(100*int64(days)), WhyStacked)
	}
}

// limit holds what a person is owed under the policy to its cap, cutting the
// smallest amounts first.
func limit(policy *models.Policy, shares []share) {
	if policy.Cap <= 0 {
		return
	}
	slices.SortFunc(shares, byAmount)
	left := policy.Cap
	for i := range shares {
		shares[i].reduce(left, WhyCapped)
		left -= shares[i].amount
	}
}

// deduct holds back of what a person is owed under the policy, never more than that:
// a part of each amount, rounded down, or a sum of the largest first.
func deduct(policy *models.Policy, shares []share) {
	for i := range shares {
		shares[i].held = shares[i].amount * int64(max(0, min(policy.DeductPercent, 10_000))) / 10_000
	}
	if policy.DeductAmount <= 0 {
		return
	}
	slices.SortFunc(shares, byAmount)
	left := policy.DeductAmount
	for i := range shares {
		shares[i].held = min(left, shares[i].amount)
		left -= shares[i].held
	}
}

// reduce lowers the amount; it never raises it.
func (s *share) reduce(amount int64, why string) {
	if amount < s.amount {
		s.amount, s.why = amount, why
	}
}

func byAmount(a, b share) int { return cmp.Or(cmp.Compare(b.amount, a.amount), byPlace(a, b)) }

// byPlace orders equal amounts in a way that depends on nothing but the posts.
func byPlace(a, b share) int {
	return cmp.Or(
		cmp.Compare(a.slot.key.branch, b.slot.key.branch),
		cmp.Compare(Rank(a.slot.key.role), Rank(b.slot.key.role)),
		cmp.Compare(a.slot.key.number, b.slot.key.number),
	)
}
