package sheet

import (
	"cmp"
	"slices"

	"canbobot/models"
)

// checkPhones holds the numbers as the sheet would leave them to the roster's
// rule: one that several people answer must be declared shared.
func (p *planning) checkPhones() {
	holders := map[string][]*human{}
	for _, who := range p.plan.people {
		if who.person.Phone != "" {
			holders[who.person.Phone] = append(holders[who.person.Phone], who)
		}
	}
	for _, who := range p.plan.people { // in the order of the rows
		number := who.person.Phone
		if number == "" || holders[number] == nil {
			continue
		}
		here := holders[number]
		delete(holders, number)
		var others []*models.Person // of the roster, whom the sheet leaves with it
		for _, person := range p.index.byPhone[number] {
			changed := p.known[person.ID]
			if changed == nil || changed.line == nil {
				others = append(others, person)
			}
		}
		if len(here)+len(others) < 2 {
			continue
		}
		alone := slices.ContainsFunc(others, func(o *models.Person) bool { return !o.PhoneShared })
		for i, one := range here {
			if one.person.PhoneShared && !alone || one.known && !one.phone {
				continue
			}
			switch declared := one.person.PhoneShared ||
				slices.ContainsFunc(here, func(h *human) bool { return h.person.PhoneShared }); {
			case len(others) > 0 && alone:
				p.wrong(one.line, fieldPhone, "phone_taken", "0"+number[3:], map[string]any{"holder": others[0].Name})
			case declared || len(here) == 1:
				one.person.PhoneShared = true // theirs is declared by whoever shares it
			case i > 0:
				p.wrong(one.line, fieldPhone, "phone_twice", "0"+number[3:], map[string]any{"row": here[0].line.row})
			}
		}
	}
}

// span is a term among those of one branch.
type span struct {
	*models.Term
	id      int64 // of the term; 0 for a new one
	person  *human
	holder  int64
	line    *line
	opening *tenure
}

// checkPosts holds the posts of every branch that gains one to the roster's
// rules: one head on any day, as many deputies as the organization has, and no
// person twice. It gives deputies their slots.
func (p *planning) checkPosts() {
	opened := map[int64][]*tenure{}
	var order []int64
	for _, tenure := range p.plan.terms {
		if tenure.line.wrong {
			continue
		}
		if opened[tenure.term.BranchID] == nil {
			order = append(order, tenure.term.BranchID)
		}
		opened[tenure.term.BranchID] = append(opened[tenure.term.BranchID], tenure)
	}
	ends := map[int64]*tenure{}
	for _, end := range p.plan.ends {
		if !end.line.wrong {
			ends[end.term.ID] = end
		}
	}
	for _, branch := range order {
		var spans []span
		for _, term := range p.index.ofBranch[branch] {
			one := span{Term: term, id: term.ID, holder: term.PersonID}
			if end := ends[term.ID]; end != nil {
				one.Term = &end.term
			}
			spans = append(spans, one)
		}
		news := opened[branch]
		slices.SortStableFunc(news, func(a, b *tenure) int {
			return cmp.Or(a.term.From.Compare(b.term.From), cmp.Compare(a.line.tab, b.line.tab),
				cmp.Compare(a.line.row, b.line.row))
		})
		for _, tenure := range news {
			if p.fits(spans, tenure) {
				spans = append(spans, span{Term: &tenure.term, person: tenure.who, holder: tenure.who.person.ID, line: tenure.line,
					opening: tenure})
			}
		}
	}
	// What is wrong is not written; nothing else is either, while anything is.
	p.plan.terms = slices.DeleteFunc(p.plan.terms, func(t *tenure) bool { return t.line.wrong })
}

// fits finds a slot for a new term among those that a branch has.
func (p *planning) fits(spans []span, tenure *tenure) bool {
	term, l := &tenure.term, tenure.line
	slots := 0
	switch organization := p.index.names.byCode[p.index.branches[term.BranchID].OrganizationCode]; term.Role {
	case models.Head:
		slots = 1
	case models.Deputy:
		slots = max(1, organization.DeputiesMax)
	}
	taken := map[int]span{}
	for _, other := range spans {
		if !overlap(other.From, other.To, term.From, term.To) {
			continue
		}
		if other.person == tenure.who || other.holder != 0 && other.holder == tenure.who.person.ID {
			if other.line != nil {
				p.wrong(l, fieldName, "row_twice", l.name, map[string]any{"row": other.line.row})
			} else {
				p.wrong(l, fieldName, "already_in_branch", l.name, map[string]any{"title": other.Title, "from": other.From})
			}
			return false
		}
		if slots > 0 && other.Role == term.Role {
			if _, known := taken[other.Slot]; !known {
				taken[other.Slot] = other
			}
		}
	}
	if slots == 0 {
		return true
	}
	for slot := 1; slot <= slots; slot++ {
		if _, held := taken[slot]; !held {
			term.Slot = slot
			return true
		}
	}
	holder := taken[1]
	code, fields := "post_taken", map[string]any{"title": term.Title, "from": holder.From}
	if holder.line != nil {
		code = "deputies_many"
		if term.Role == models.Head {
			code = "two_heads"
		}
		fields["row"], fields["holder"] = holder.line.row, holder.line.name
	} else if person := p.index.byID[holder.holder]; person != nil {
		fields["holder"] = person.Name
	}
	p.wrong(l, fieldTitle, code, l.name, fields)
	return false
}
