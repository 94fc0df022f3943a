package approve

import (
	"slices"

	"canbobot/models"
	"canbobot/services"
)

// Why a party may not sign.
const (
	WhyOwn      = "own"          // they proposed it
	WhyConcerns = "concerns_you" // it is about them
	WhyHands    = "hands_on"     // they brought about what proves whom it is about
)

// Parties are those whom an item touches: none of them signs it.
type Parties struct {
	Staff   int64   // who proposed it, as a ward user
	By      int64   // who proposed it, among the people
	ByPhone string  // of the ward user who proposed it
	People  []int64 // who leaves, who comes, whose data
	Phones  []string
	Chat    int64 // the account that it was asked by; 0 for none

	own, concerned []int64        // the humans who proposed it, and whom it is about
	hands          []models.Staff // who brought about what proves these people
}

// know fills in who the ward user is that proposed it.
func (p *Parties) know(staff []models.Staff) {
	for _, one := range staff {
		if p.Staff != 0 && one.ID == p.Staff {
			p.By, p.ByPhone = services.ID(one.PersonID), one.Phone
		}
	}
}

// WhyNot is why a ward user may not sign what touches these parties; "" when
// they may.
func (p Parties) WhyNot(member models.Staff) string {
	person := services.ID(member.PersonID)
	switch {
	case p.Staff != 0 && member.ID == p.Staff, person != 0 && person == p.By, p.ByPhone != "" && member.Phone == p.ByPhone,
		isOne(member, p.own):
		return WhyOwn
	case person != 0 && slices.Contains(p.People, person), member.Phone != "" && slices.Contains(p.Phones, member.Phone),
		isOne(member, p.concerned):
		return WhyConcerns
	case slices.ContainsFunc(p.hands, func(one models.Staff) bool { return same(one, member) }):
		return WhyHands
	}
	return ""
}

// humans are those who may sign a step, each human once.
func humans(staff []models.Staff, step Step) []models.Staff {
	var list []models.Staff
	for _, member := range staff {
		if step.signs(member) && !slices.ContainsFunc(list, func(other models.Staff) bool { return same(other, member) }) {
			list = append(list, member)
		}
	}
	return list
}

// Unsatisfied is the index of the first step that cannot find its people among
// the staff who are no party, when nobody signs twice; -1 when all steps can.
func Unsatisfied(steps []Step, parties Parties, staff []models.Staff) int {
	return unsatisfied(steps, nil, parties, staff, nil)
}

// unsatisfied does the same for steps of which some signatures are given: given
// counts them by step, and used has given them.
func unsatisfied(steps []Step, given []int, parties Parties, staff []models.Staff, used []models.Staff) int {
	free := make([]models.Staff, 0, len(staff))
	for _, member := range staff {
		taken := func(other models.Staff) bool { return same(other, member) }
		if mayDecide(member) && parties.WhyNot(member) == "" && !slices.ContainsFunc(used, taken) {
			free = append(free, member)
		}
	}
	// A human with two accounts is one: group them, so that a seat takes both.
	group := make([]int, len(free))
	for i := range free {
		group[i] = i
		for j := range i {
			if same(free[i], free[j]) {
				group[i] = group[j]
				break
			}
		}
	}
	type seat struct{ step int }
	holder := map[int]seat{} // group to its seat
	var place func(step int, tried map[int]bool) bool
	place = func(step int, tried map[int]bool) bool {
		for i, member := range free {
			if tried[group[i]] || !steps[step].signs(member) {
				continue
			}
			tried[group[i]] = true
			held, is := holder[group[i]]
			if !is || place(held.step, tried) {
				holder[group[i]] = seat{step}
				return true
			}
		}
		return false
	}
	for i, step := range steps {
		need := step.people()
		if i < len(given) {
			need -= given[i]
		}
		for range need {
			if !place(i, map[int]bool{}) {
				return i
			}
		}
	}
	return -1
}
