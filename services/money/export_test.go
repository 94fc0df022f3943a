package money

import (
	"slices"

	"canbobot/models"
)

// Slot is what the policies owe the holders of one slot for the month, before
// stacking and caps, which depend on what else they hold. terms are all of one
// branch, role and slot number; for members, who have no slot, each is alone.
// For every policy the amounts add up to no more than its rule.
func (c Calculus) Slot(terms []models.Term, organization string, month models.Month) []Component {
	if len(terms) == 0 {
		return nil
	}
	span := spanOf(month)
	var slots []*slot
	for _, term := range terms {
		days := span.of(term)
		if days == 0 {
			continue
		}
		key := keyOf(term)
		i := slices.IndexFunc(slots, func(s *slot) bool { return s.key == key })
		if i < 0 {
			slots = append(slots, &slot{key: key, organization: organization, span: span})
			i = len(slots) - 1
		}
		slots[i].add(term, days, true)
	}
	var components []Component
	for i := range c.Policies {
		policy := &c.Policies[i]
		for _, s := range slots {
			for _, part := range s.share(policy, c.rate(policy, s.key.role, organization, month)) {
				components = append(components, part.component(policy))
			}
		}
	}
	sortComponents(components)
	return components
}
