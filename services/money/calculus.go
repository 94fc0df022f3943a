package money

import (
	"cmp"
	"slices"

	"canbobot/models"
)

// Why a component is what it is.
const (
	WhyFull    = "full"    // the rule's whole amount
	WhyCutOff  = "cut_off" // not in post on the day that decides: nothing, and no component
	WhyByDay   = "by_day"  // days in post over days of the month
	WhyPart    = "part"    // too few days for the whole: the policy's percentage
	WhyShared  = "shared"  // reduced: another holder of the post that month had the rest
	WhyStacked = "stacked" // reduced: the person holds a higher post too
	WhyCapped  = "capped"  // reduced: the policy pays a person no more
	WhyPool    = "pool"    // reduced: all posts of the village share a sum
	WhyActing  = "acting"  // the policy's percentage for who stands in

	// WhyWithdrawn is an adjustment that takes back what an earlier run paid
	// and nothing is owed for any more.
	WhyWithdrawn = "withdrawn"
)

// defaultDays is N of the accrual rules where the policy names none: in post
// on the 15th, or for 15 days (the militia's allowance, Decree 03/2016, has the
// latter).
const defaultDays = 15

// Calculus owes people money: what policies pay for posts.
type Calculus struct {
	Policies     []models.Policy // with their rules
	BaseSalaries []models.BaseSalary
	// claimed is what rules with a pool give in all, in a village and month.
	claimed map[poolKey]int64
}

type poolKey struct {
	policy, village int64
	month           models.Month
}

// Post is a term and what the calculus must know around it.
type Post struct {
	Term             models.Term
	OrganizationCode string // of the branch
	VillageID        int64
	// SlotTerms are the terms of everybody who held the same slot (head, or
	// deputy number n, of the branch): on a hand-over they share one rule. The
	// person's own terms among them are not looked at: those are in the posts.
	SlotTerms []models.Term
}

// Component is what one policy owes for one post in one month, in đồng.
type Component struct {
	Month    models.Month
	PolicyID int64
	TermID   int64 // the term that decided; where several count, the latest
	BranchID int64
	Role     models.TermRole
	Amount   int64
	Rate     int64  // the rule's amount for a whole month
	Basis    string // legal basis as cited
	Why      string
	Days     int   // in post that month
	Deducted int64 // held back, and no part of Amount
}

// Entitlement is what the policies owe one person for the month. posts are all
// of that person's; superseded terms and those of other months owe nothing. The
// result does not depend on the order of anything and is sorted by policy,
// branch and role. Posts that owe nothing are left out, but for those that
// would have paid and were reduced to zero: they tell why.
//
// A policy pays a month when it is in force on the day that its accrual looks
// at: day N for full_if_on_day, each day for by_day, the first for the other
// two. So one policy that follows another within a month never doubles it. The
// base salary of a month is that of its first day.
//
// Several terms of one person in one slot (acting, then confirmed) count as one
// stay. What several holders of a slot are owed is never more than the rule:
// see share. Stacking and cap then apply to each policy by itself. Under by_day
// stacking is decided day by day, so that who moves from one post to another
// within a month holds one post on every day; under the other accruals all
// posts that are owed something in the month compete.
func (c Calculus) Entitlement(posts []Post, month models.Month) []Component {
	slots := slotsOf(posts, spanOf(month))
	if len(slots) == 0 {
		return nil
	}
	var components []Component
	for i := range c.Policies {
		policy := &c.Policies[i]
		var mine []share
		for j := range slots {
			for _, part := range c.shares(policy, slots[j]) {
				if part.holder.own {
					c.pool(policy, &part)
					mine = append(mine, part)
				}
			}
		}
		stack(policy, mine, slots[0].span.days)
		limit(policy, mine)
		deduct(policy, mine)
		for _, part := range mine {
			components = append(components, part.component(policy))
		}
	}
	sortComponents(components)
	return components
}

// shares is what a policy gives the holders of a slot before it is held to a pool.
func (c Calculus) shares(policy *models.Policy, slot *slot) []share {
	if len(policy.Villages) > 0 && !slices.Contains(policy.Villages, slot.village) {
		return nil
	}
	return slot.share(policy, c.rate(policy, slot.key.role, slot.organization, slot.span.month))
}

// pool holds what a village is paid to the policy's sum for it: each post gets its
// part of that, rounded down.
func (c Calculus) pool(policy *models.Policy, part *share) {
	all := c.claimed[poolKey{policy.ID, part.slot.village, part.slot.span.month}]
	if policy.Pool > 0 && all > policy.Pool {
		part.reduce(part.amount*policy.Pool/all, WhyPool)
	}
}

// Total adds up amounts.
func Total(components []Component) int64 {
	var total int64
	for _, component := range components {
		total += component.Amount
	}
	return total
}

// Rate is a rule's amount for a whole month, in đồng; zero when it is a
// coefficient and no base salary was in force on the month's first day.
func (c Calculus) Rate(rule models.PolicyRule, month models.Month) int64 {
	if rule.Amount > 0 {
		return rule.Amount
	}
	return rule.Coefficient * c.baseSalary(month) / 1000
}

// rate is what the policy pays a whole month of the role; the rule for the
// organization wins over the rule for all.
func (c Calculus) rate(policy *models.Policy, role models.TermRole, organization string, month models.Month) int64 {
	found := -1
	for i, rule := range policy.Rules {
		if rule.Role != role {
			continue
		}
		if rule.OrganizationCode == organization {
			found = i
			break
		}
		if rule.OrganizationCode == "" {
			found = i
		}
	}
	if found < 0 {
		return 0
	}
	return c.Rate(policy.Rules[found], month)
}

func (c Calculus) baseSalary(month models.Month) int64 {
	var base models.BaseSalary
	first := month.First()
	for _, era := range c.BaseSalaries {
		if !era.From.After(first) && (base.From.IsZero() || era.From.After(base.From)) {
			base = era
		}
	}
	return base.Amount
}

func sortComponents(components []Component) {
	slices.SortFunc(components, func(a, b Component) int {
		return cmp.Or(
			cmp.Compare(a.PolicyID, b.PolicyID),
			cmp.Compare(a.BranchID, b.BranchID),
			cmp.Compare(Rank(a.Role), Rank(b.Role)),
			cmp.Compare(a.TermID, b.TermID),
		)
	})
}

// Rank orders roles as people list them.
func Rank(role models.TermRole) int {
	return slices.Index([]models.TermRole{models.Head, models.Deputy, models.Member, models.CellMember}, role)
}
