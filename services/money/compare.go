package money

import (
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// MonthAmount is đồng of one month; below zero it is taken back.
type MonthAmount struct {
	Month  models.Month
	Amount int64
}

// Effect is what a proposed change does to one person's money.
type Effect struct {
	Person int64
	// From is the first month still to be listed that changes by Monthly, and
	// so does every month after it through Until; a zero Until is no known end.
	// From is zero when no two months in a row change alike.
	From, Until models.Month
	Monthly     int64
	// Partial are months still to be listed that change by something else
	// before From: where the accrual pays a part of a month.
	Partial []MonthAmount
	// Settled are months whose run is past: the next run adds or recovers
	// these.
	Settled []MonthAmount
}

// Compare tells the effect on money of changing people's posts from before to
// after, for everyone whose money changes, in order of person. Both maps hold
// all posts of every person concerned (PostsOf loads them); a newcomer who has
// no row yet is person 0. Who shares a slot with them is found by Compare, and
// SlotTerms need not be kept up: a term belongs to the slot that it names.
//
// A month is settled when the ward has frozen a run for it or for a later one,
// and the next run still looks back to it.
func (s *Service) Compare(tx *gorm.DB, ward int64, before, after map[int64][]Post) ([]Effect, error) {
	changed := changedTerms(before, after)
	if len(changed) == 0 {
		return nil, nil
	}
	runs, err := ScheduleOf(tx, ward)
	if err != nil {
		return nil, err
	}
	earliest, latest := changed[0].From.MonthOf(), changed[0].From.MonthOf()
	for _, term := range changed {
		earliest, latest = min(earliest, term.From.MonthOf()), max(latest, term.From.MonthOf())
		if !term.To.IsZero() {
			latest = max(latest, term.To.MonthOf())
		}
	}
	settledFrom, open := runs.settled()
	start := earliest
	if open == 0 { // no run is frozen: nothing is settled
		open = max(earliest, runs.firstOr(s.today().MonthOf()-LookBack))
		settledFrom = open
	}
	start = max(start, settledFrom)
	end := min(max(open, latest)+2, open+maxHorizon)

	before, after, err = s.withOthers(tx, ward, before, after)
	if err != nil {
		return nil, err
	}
	calculus, err := LoadCalculus(tx, ward, Months(start, end))
	if err != nil {
		return nil, err
	}
	var effects []Effect
	for _, person := range slices.Sorted(maps.Keys(union(before, after))) {
		effect := Effect{Person: person}
		for m := start; m < open; m++ {
			if delta := calculus.delta(before[person], after[person], m); delta != 0 {
				effect.Settled = append(effect.Settled, MonthAmount{m, delta})
			}
		}
		var deltas []int64
		for m := max(start, open); m <= end; m++ {
			deltas = append(deltas, calculus.delta(before[person], after[person], m))
		}
		effect.monthly(max(start, open), deltas)
		if effect.Monthly != 0 || len(effect.Partial) > 0 || len(effect.Settled) > 0 {
			effects = append(effects, effect)
		}
	}
	return effects, nil
}

// maxHorizon bounds how far ahead a change is looked at.
const maxHorizon = 120

func (c Calculus) delta(before, after []Post, month models.Month) int64 {
	return Total(c.Entitlement(after, month)) - Total(c.Entitlement(before, month))
}

// monthly finds the steady change in the deltas of the months from first on.
func (e *Effect) monthly(first models.Month, deltas []int64) {
	for i, delta := range deltas {
		if delta == 0 {
			continue
		}
		if i+1 == len(deltas) || deltas[i+1] != delta {
			e.Partial = append(e.Partial, MonthAmount{first + models.Month(i), delta})
			continue
		}
		e.From, e.Monthly = first+models.Month(i), delta
		for j := i + 1; j < len(deltas); j++ {
			if deltas[j] != delta {
				e.Until = first + models.Month(j-1)
				break
			}
		}
		return
	}
}

// changedTerms are those that only one side has.
func changedTerms(before, after map[int64][]Post) []models.Term {
	count := map[termKey]int{}
	terms := map[termKey]models.Term{}
	for sign, side := range map[int]map[int64][]Post{-1: before, 1: after} {
		for _, posts := range side {
			for _, post := range posts {
				if post.Term.SupersededAt == nil {
					key := termKeyOf(post.Term)
					count[key] += sign
					terms[key] = post.Term
				}
			}
		}
	}
	var changed []models.Term
	for key, n := range count {
		if n != 0 {
			changed = append(changed, terms[key])
		}
	}
	return changed
}

// termKey is what of a term money depends on.
type termKey struct {
	slot     slotKey
	person   int64
	from, to models.Date
}

func termKeyOf(t models.Term) termKey { return termKey{keyOf(t), t.PersonID, t.From, t.To} }

// withOthers adds to both sides the posts of whoever shares a slot with the
// people compared, and gives every post the slot as its side has it.
func (s *Service) withOthers(tx *gorm.DB, ward int64, before, after map[int64][]Post) (map[int64][]Post,
	map[int64][]Post, error) {
	known := union(before, after)
	slots := map[slotKey]bool{}
	var branches []int64
	for _, side := range []map[int64][]Post{before, after} {
		for _, posts := range side {
			for _, post := range posts {
				if key := keyOf(post.Term); key.person == 0 && !slots[key] {
					slots[key] = true
					branches = append(branches, key.branch)
				}
			}
		}
	}
	var terms []models.Term
	if len(branches) > 0 {
		err := services.InWard(tx, ward).Where("branch_id IN ? AND role IN ? AND superseded_at IS NULL",
			branches, []models.TermRole{models.Head, models.Deputy}).Find(&terms).Error
		if err != nil {
			return nil, nil, fmt.Errorf("compare: %w", err)
		}
	}
	var others []int64
	for _, term := range terms {
		if slots[keyOf(term)] && !known[term.PersonID] && !slices.Contains(others, term.PersonID) {
			others = append(others, term.PersonID)
		}
	}
	before, after = maps.Clone(before), maps.Clone(after)
	if len(others) > 0 {
		posts, err := s.PostsOf(tx, ward, others)
		if err != nil {
			return nil, nil, err
		}
		if before == nil {
			before = map[int64][]Post{}
		}
		if after == nil {
			after = map[int64][]Post{}
		}
		maps.Copy(before, posts)
		maps.Copy(after, posts)
	}
	return inSlots(before), inSlots(after), nil
}

// inSlots gives every post all terms that its side has in the slot.
func inSlots(side map[int64][]Post) map[int64][]Post {
	bySlot := map[slotKey][]models.Term{}
	for _, posts := range side {
		for _, post := range posts {
			bySlot[keyOf(post.Term)] = append(bySlot[keyOf(post.Term)], post.Term)
		}
	}
	result := make(map[int64][]Post, len(side))
	for person, posts := range side {
		posts = slices.Clone(posts)
		for i := range posts {
			posts[i].SlotTerms = bySlot[keyOf(posts[i].Term)]
		}
		result[person] = posts
	}
	return result
}

func union(before, after map[int64][]Post) map[int64]bool {
	all := map[int64]bool{}
	for person := range before {
		all[person] = true
	}
	for person := range after {
		all[person] = true
	}
	return all
}
