package approve

import (
	"slices"
	"time"

	"canbobot/models"
)

// Further reasons why a ward user may not sign.
const (
	WhyRole   = "role"   // not theirs to decide
	WhyTurn   = "turn"   // another's step
	WhySigned = "signed" // they have signed, or another for them
	WhyLater  = "later"  // a later step has nobody but them
)

// Signer may sign the step that waits: in their own right, or for who is absent.
type Signer struct {
	Staff models.Staff
	For   models.Staff // Staff itself where it is their own right
}

// Standing is how far a request is.
type Standing struct {
	Done    bool
	Step    int       // index of the step that waits; the number of steps when done
	Missing int       // signatures that it lacks
	Since   time.Time // when the step before it was complete; zero for the first
	// Signers may sign now, in the order of the staff, each once.
	Signers []Signer
	// Counted are the signatures that count, in their order.
	Counted []models.Signature

	used    []models.Staff
	later   []int64
	parties Parties
}

// Signer finds the actor among the signers.
func (s Standing) Signer(staff int64) (Signer, bool) {
	i := slices.IndexFunc(s.Signers, func(one Signer) bool { return one.Staff.ID == staff })
	if i < 0 {
		return Signer{}, false
	}
	return s.Signers[i], true
}

// WhyNot is why a ward user may not sign now; "" when they may.
func (s Standing) WhyNot(member models.Staff) string {
	if _, may := s.Signer(member.ID); may {
		return ""
	}
	if !mayDecide(member) {
		return WhyRole
	}
	if why := s.parties.WhyNot(member); why != "" {
		return why
	}
	switch {
	case slices.ContainsFunc(s.used, func(other models.Staff) bool { return same(other, member) }):
		return WhySigned
	case slices.Contains(s.later, member.ID):
		return WhyLater
	}
	return WhyTurn
}

// Signed is who signed a step so far.
func (s Standing) Signed(step int) []models.Signature {
	var list []models.Signature
	for _, signature := range s.Counted {
		if signature.Step == step+1 {
			list = append(list, signature)
		}
	}
	return list
}

// Progress is how far the signatures, in the order in which they were given,
// take a request through the steps on a day. A signature counts when its step
// was the one that waited, whoever signed and whose right it was may sign that
// step and are no party, and neither has signed before. Nothing is done without
// steps. It reads nothing but its arguments.
func Progress(steps []Step, parties Parties, signatures []models.Signature, staff []models.Staff,
	delegations []models.Delegation, day models.Date) Standing {
	at := Standing{parties: parties}
	if len(steps) == 0 {
		return at
	}
	given := make([]int, len(steps))
	byID := make(map[int64]models.Staff, len(staff))
	for _, member := range staff {
		byID[member.ID] = member
	}
	for _, signature := range signatures {
		if signature.EndedAt != nil || at.Step >= len(steps) || signature.Step != at.Step+1 {
			continue
		}
		hand, right := byID[signature.StaffID], byID[signature.ForStaffID]
		if !at.maySign(steps[at.Step], hand, right) ||
			(hand.ID != right.ID && !delegated(delegations, right.ID, hand.ID, signature.At)) {
			continue
		}
		at.Counted = append(at.Counted, signature)
		at.used = append(at.used, hand, right)
		if given[at.Step]++; given[at.Step] >= steps[at.Step].people() {
			at.Step, at.Since = at.Step+1, signature.At
		}
	}
	if at.Step == len(steps) {
		at.Done = true
		return at
	}
	at.Missing = steps[at.Step].people() - given[at.Step]
	at.findSigners(steps, given, staff, byID, delegations, day)
	return at
}

// maySign asks everything of a signature but whether the right was delegated.
func (s *Standing) maySign(step Step, hand, right models.Staff) bool {
	if hand.ID == 0 || right.ID == 0 || !mayDecide(hand) || !step.signs(right) || s.parties.WhyNot(hand) != "" ||
		s.parties.WhyNot(right) != "" {
		return false
	}
	return !slices.ContainsFunc(s.used, func(other models.Staff) bool { return same(other, hand) || same(other, right) })
}

func (s *Standing) findSigners(steps []Step, given []int, staff []models.Staff, byID map[int64]models.Staff,
	delegations []models.Delegation, day models.Date) {
	step := steps[s.Step]
	satisfiable := unsatisfied(steps, given, s.parties, staff, s.used) < 0
	// Whoever signs must leave enough for the steps to come, where there are.
	leaves := func(one Signer) bool {
		if !satisfiable {
			return true
		}
		after := slices.Clone(given)
		after[s.Step]++
		return unsatisfied(steps, after, s.parties, staff, append(slices.Clone(s.used), one.Staff, one.For)) < 0
	}
	for _, member := range staff {
		choices := []Signer{{member, member}}
		for _, delegation := range delegations {
			if delegation.ToStaffID == member.ID && delegation.RevokedAt == nil && covers(delegation, day) {
				choices = append(choices, Signer{member, byID[delegation.FromStaffID]})
			}
		}
		for _, choice := range choices {
			if choice.Staff.ID != choice.For.ID && same(choice.Staff, choice.For) {
				continue
			}
			if !s.maySign(step, choice.Staff, choice.For) {
				continue
			}
			if leaves(choice) {
				s.Signers = append(s.Signers, choice)
				break
			}
			s.later = append(s.later, member.ID)
		}
	}
}
