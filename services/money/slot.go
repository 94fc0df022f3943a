package money

import (
	"cmp"
	"math/bits"
	"slices"

	"canbobot/models"
)

// daySet holds days of one month; bit 0 is the first.
type daySet uint32

func (d daySet) count() int { return bits.OnesCount32(uint32(d)) }
func (d daySet) first() int { return bits.TrailingZeros32(uint32(d)) }

// span is a month with what is asked of it again and again.
type span struct {
	month       models.Month
	first, last models.Date
	days        int
}

func spanOf(month models.Month) span {
	last := month.Last()
	return span{month: month, first: models.Date{Year: last.Year, Month: last.Month, Day: 1}, last: last, days: last.Day}
}

// between is the days of the month from one day to another, both included; a
// zero end never comes.
func (s span) between(from, to models.Date) daySet {
	if from.After(s.last) || (!to.IsZero() && (to.Before(s.first) || to.Before(from))) {
		return 0
	}
	start, end := 1, s.days
	if from.After(s.first) {
		start = from.Day
	}
	if !to.IsZero() && to.Before(s.last) {
		end = to.Day
	}
	return daySet(1)<<end - daySet(1)<<(start-1)
}

// of is the days of the month on which the term holds; none when superseded.
func (s span) of(term models.Term) daySet {
	if term.SupersededAt != nil {
		return 0
	}
	return s.between(term.From, term.To)
}

// slotKey names what one rule pays once: a head, a deputy number n, or one
// member, for members have no slot that is handed over.
type slotKey struct {
	branch int64
	role   models.TermRole
	number int
	person int64 // of a member
}

func keyOf(term models.Term) slotKey {
	key := slotKey{branch: term.BranchID, role: term.Role, number: term.Slot}
	switch {
	case term.Role == models.Head:
		key.number = 1
	case term.Role != models.Deputy:
		key.number, key.person = 0, term.PersonID
	}
	return key
}

// slot is who held one slot in one month.
type slot struct {
	key          slotKey
	organization string
	village      int64
	span         span
	holders      []*holder
}

// holder is one person's stay in a slot in one month.
type holder struct {
	person int64
	own    bool // it is the person whom the calculus is asked about
	days   daySet
	spells []spell
}

type spell struct {
	days daySet
	term models.Term
}

func (s *slot) add(term models.Term, days daySet, own bool) {
	i := slices.IndexFunc(s.holders, func(h *holder) bool { return h.person == term.PersonID })
	if i < 0 {
		s.holders = append(s.holders, &holder{person: term.PersonID, own: own})
		i = len(s.holders) - 1
	}
	s.holders[i].days |= days
	s.holders[i].spells = append(s.holders[i].spells, spell{days, term})
}

// slotsOf sorts a person's posts of the month into slots, each with everybody
// who held it.
func slotsOf(posts []Post, span span) []*slot {
	var slots []*slot
	for _, post := range posts {
		days := span.of(post.Term)
		if days == 0 {
			continue
		}
		key := keyOf(post.Term)
		i := slices.IndexFunc(slots, func(s *slot) bool { return s.key == key })
		if i < 0 {
			slots = append(slots, &slot{key: key, organization: post.OrganizationCode, village: post.VillageID, span: span})
			i = len(slots) - 1
		}
		slots[i].add(post.Term, days, true)
		for _, other := range post.SlotTerms {
			if other.PersonID == post.Term.PersonID || keyOf(other) != key {
				continue
			}
			if days := span.of(other); days != 0 {
				slots[i].add(other, days, false)
			}
		}
	}
	return slots
}

// termOn is the term that held on one of the days; the latest where several did.
func (h *holder) termOn(days daySet) models.Term {
	var latest models.Term
	for _, spell := range h.spells {
		if spell.days&days == 0 {
			continue
		}
		if order := cmp.Or(spell.term.From.Compare(latest.From), cmp.Compare(spell.term.ID, latest.ID)); order > 0 {
			latest = spell.term
		}
	}
	return latest
}

// share is what one policy owes one holder of a slot.
type share struct {
	slot   *slot
	holder *holder
	term   models.Term
	days   daySet // that count for the policy
	rate   int64
	amount int64
	why    string
	held   int64 // back, of the amount
}

func (s share) component(policy *models.Policy) Component {
	return Component{
		Month: s.slot.span.month, PolicyID: policy.ID, TermID: s.term.ID, BranchID: s.slot.key.branch, Role: s.slot.key.role,
		Amount: s.amount - s.held, Rate: s.rate, Deducted: s.held, Basis: policy.LegalBasis, Why: s.why,
		Days: s.holder.days.count(),
	}
}

// share divides a rule among the holders of a slot. Each claims what the
// accrual gives a stay as long as theirs; claims are met while the rule lasts,
// the longest stay first and of equal ones the earlier. So who reached the days
// for a whole month has it, and the shorter stay gives way: with "whole from 15
// days, else half", 10 days then 20 make nothing and the whole, 12 then 12 make
// half and half. The shares add up to the lesser of rule and claims.
func (s *slot) share(policy *models.Policy, rate int64) []share {
	if rate <= 0 {
		return nil
	}
	shares := make([]share, 0, len(s.holders))
	for _, holder := range s.holders {
		claim, days, why := s.claim(policy, rate, holder.days)
		if claim <= 0 {
			continue
		}
		one := share{slot: s, holder: holder, term: holder.termOn(days), days: days, rate: rate, amount: claim, why: why}
		if one.term.Acting && policy.ActingPercent > 0 {
			one.reduce(percent(claim, policy.ActingPercent), WhyActing)
		}
		shares = append(shares, one)
	}
	slices.SortFunc(shares, func(a, b share) int {
		return cmp.Or(
			cmp.Compare(b.days.count(), a.days.count()),
			cmp.Compare(b.holder.days.count(), a.holder.days.count()),
			cmp.Compare(a.holder.days.first(), b.holder.days.first()),
			cmp.Compare(a.holder.person, b.holder.person),
		)
	})
	left := rate
	for i := range shares {
		if shares[i].amount > left {
			shares[i].amount, shares[i].why = left, WhyShared
		}
		left -= shares[i].amount
	}
	return shares
}

// claim is what the accrual gives a stay of these days, and the days that
// counted; zero with cut_off where it gives nothing.
func (s *slot) claim(policy *models.Policy, rate int64, stay daySet) (amount int64, counted daySet, why string) {
	inForce := s.span.between(policy.From, policy.To)
	needed := policy.AccrualDays
	if needed <= 0 {
		needed = defaultDays
	}
	needed = min(needed, s.span.days)
	const firstDay = daySet(1)
	switch policy.Accrual {
	case models.FullIfOnDay:
		day := daySet(1) << (needed - 1)
		if stay&inForce&day != 0 {
			return rate, day, WhyFull
		}
	case models.NextMonth:
		if stay&inForce&firstDay != 0 {
			return rate, firstDay, WhyFull
		}
	case models.ByDay:
		counted = stay & inForce
		if n := counted.count(); n == s.span.days {
			return rate, counted, WhyFull
		} else if n > 0 {
			return rate * int64(n) / int64(s.span.days), counted, WhyByDay
		}
	case models.FullFrom:
		if inForce&firstDay == 0 {
			break
		}
		if stay.count() >= needed {
			return rate, stay, WhyFull
		}
		return percent(rate, policy.AccrualPercent), stay, WhyPart
	}
	return 0, 0, WhyCutOff
}

// percent is n hundredths of an amount, rounded down; n is held to 0..100, for
// no rule makes a part larger than the whole.
func percent(amount int64, n int) int64 {
	return amount * int64(max(0, min(n, 100))) / 100
}
