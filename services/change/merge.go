package change

import (
	"slices"

	"gorm.io/gorm"

	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/money"
)

// Merge makes one of two rows that are one human: Proposal.Person stays, and
// takes over what Drop has.
type Merge struct {
	plain
	Drop int64 `json:"drop"`
}

func init() { register[Merge]() }

func (Merge) Traits() Traits {
	return Traits{Kind: approve.Kind{Name: "merge", Place: 7, Proposers: []string{approve.ByStaff},
		StepUp:   "one row takes the other's number, account and lines",
		HandsOff: true}, Alone: true, Proves: true}
}

func (k Merge) tidy(_ *Service, _ services.Actor, raw Proposal, clean *Proposal) error {
	clean.Person, clean.Kind = raw.Person, k
	if k.Drop == raw.Person {
		return services.Invalid("merge_same")
	}
	return explained(*clean)
}

func (k Merge) target(s *Service, tx *gorm.DB, actor services.Actor, p *plan) (err error) {
	if p.person, err = s.person(tx, actor, p.proposal.Person); err != nil {
		return err
	}
	p.newcomer, err = s.person(tx, actor, k.Drop)
	return err
}

// fill refuses two rows that cannot be one human.
func (Merge) fill(s *Service, tx *gorm.DB, _ services.Actor, p *plan) error {
	_, err := s.roster.MergePreview(tx, services.SystemActor(p.ward.ID), p.person.ID, p.newcomer.ID)
	return err
}

func (Merge) apply(s *Service, tx *gorm.DB, p *plan, _ int64) (map[string]any, error) {
	merged, err := s.roster.Merge(tx, p.decider, p.person.ID, p.newcomer.ID)
	if err != nil {
		return nil, err
	}
	return map[string]any{"merge": merged.ID}, nil
}

func (Merge) rests(p plan, was *base) { was.Name, was.Merged = p.person.Name, p.newcomer.Name }

func (Merge) diff(c *Card, was base) diffs { return diffs{}.add("merge", was.Merged, c.SubjectName) }

func (k Merge) touches() ([]int64, []string) { return []int64{k.Drop}, nil }

// pay makes two people's posts one's.
func (Merge) pay(p plan, posts map[int64][]money.Post) {
	kept := slices.Clone(posts[p.person.ID])
	for _, post := range posts[p.newcomer.ID] {
		post.Term.PersonID = p.person.ID
		kept = append(kept, post)
	}
	posts[p.person.ID], posts[p.newcomer.ID] = kept, nil
}

// settle leaves out what one of two rows gains and the other loses: it is one
// human's money.
func (Merge) settle(p plan, effects []money.Effect) []money.Effect {
	find := func(person int64) int {
		return slices.IndexFunc(effects, func(e money.Effect) bool { return e.Person == person })
	}
	kept, dropped := find(p.person.ID), find(p.newcomer.ID)
	if kept < 0 || dropped < 0 {
		return effects
	}
	gain, loss := effects[kept], effects[dropped]
	opposite := func(a, b money.MonthAmount) bool { return a.Month == b.Month && a.Amount == -b.Amount }
	if gain.From != loss.From || gain.Until != loss.Until || gain.Monthly != -loss.Monthly ||
		!slices.EqualFunc(gain.Settled, loss.Settled, opposite) || !slices.EqualFunc(gain.Partial, loss.Partial, opposite) {
		return effects
	}
	return slices.DeleteFunc(effects, func(e money.Effect) bool {
		return e.Person == p.person.ID ||
			e.Person == p.newcomer.ID
	})
}
