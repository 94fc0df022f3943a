package sheet

import (
	"canbobot/models"
)

// How much speaks for a row and a person being the same human. Under enough,
// they are not; a name alone says little, for many people share one.
const (
	samePhone   = 20
	sameDay     = 10
	sameYear    = 6
	sameBranch  = 8
	sameRole    = 4
	sameFrom    = 4
	sameVillage = 2
	otherYear   = -12
	enough      = 6
)

// match finds whom of the roster a row means; nil for somebody new. Several
// that are equally likely are told by ambiguous, and a namesake who is not
// likely enough by namesake.
func (p *planning) match(l *line) (found *models.Person, ambiguous bool, namesake *models.Person) {
	if l.citizen != "" {
		if owner := p.index.byCitizen[string(p.citizenHash(l.citizen))]; owner != nil {
			return owner, false, nil
		}
	}
	best, second := 0, 0
	for _, person := range p.index.byFolded[l.folded] {
		likely := p.likeness(l, person)
		switch {
		case likely > best:
			best, second, found = likely, best, person
		case likely > second:
			second = likely
		}
		namesake = person
	}
	switch {
	case best < enough:
		return nil, false, namesake
	case best == second:
		return nil, true, nil
	}
	return found, false, nil
}

func (p *planning) likeness(l *line, person *models.Person) int {
	if l.citizen != "" && len(person.CitizenHash) > 0 {
		return -1 // their numbers differ: byCitizen would have found them
	}
	points := 0
	if l.phone != "" && l.phone == person.Phone {
		points += samePhone
	}
	switch {
	case l.birthYear == 0 || person.BirthYear == 0:
	case !l.birth.IsZero() && l.birth == person.BirthDate:
		points += sameDay
	case l.birthYear == person.BirthYear && (l.birth.IsZero() || person.BirthDate.IsZero()):
		points += sameYear
	case l.birthYear != person.BirthYear:
		points += otherYear
	}
	best := 0
	village := p.index.branches[l.branch].VillageID
	for _, term := range p.index.ofPerson[person.ID] {
		here := 0
		if p.index.branches[term.BranchID].VillageID == village {
			here += sameVillage
		}
		if term.BranchID == l.branch {
			here += sameBranch
			if term.Role == l.role {
				here += sameRole
			}
			if term.From == l.from {
				here += sameFrom
			}
		}
		best = max(best, here)
	}
	return points + best
}
