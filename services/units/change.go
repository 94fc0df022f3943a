package units

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/money"
	"canbobot/services/roster"
)

// Merger joins villages into one.
type Merger struct {
	Villages []int64     // two or more
	Name     string      // of what comes out; where it is the name of one of them, that one lives on
	From     models.Date // first of a month
	Decision string      // number of the paper
	Ends     []int64     // terms that end with the merger; all others go on in their role
}

// Division parts a village.
type Division struct {
	Village  int64
	Parts    []string // names, two or more; where one is the village's own, it lives on as that part
	From     models.Date
	Decision string
	To       map[int64]int // term to part, from 0: everybody in post must be in it or in Ends
	Ends     []int64
}

// Outcome is what joining or parting villages does, or did.
type Outcome struct {
	Villages []models.Village // what comes out
	Ended    []models.Village // what is no more
	Moves    []Move           // who goes on elsewhere
	Ends     []roster.Post    // whose post ends the day before
	Effects  []money.Effect
	// What stands in the way of doing it.
	Clashes  []Clash
	Unplaced []roster.Post // of a division: who has no part yet
}

// Possible reports whether nothing stands in the way.
func (o Outcome) Possible() bool { return len(o.Clashes) == 0 && len(o.Unplaced) == 0 }

// Move is one post going on in another branch.
type Move struct {
	Post   roster.Post // as it was
	Branch models.Branch
}

// Clash is a post that more hold than may, or two posts of one person in one
// branch: some of them must end.
type Clash struct {
	Village      string
	Organization models.Organization
	Role         models.TermRole
	Posts        []roster.Post
}

// errPreview rolls back what was only tried.
var errPreview = errors.New("preview")

// Merge joins villages; dry only tells what would come of it. It refuses with
// conflict/posts_clash while more would hold a post than may, with
// conflict/requests_open while requests about their branches wait, and with
// invalid/units_from a day that does not begin a month.
func (s *Service) Merge(ctx context.Context, actor services.Actor, wanted Merger, dry bool) (Outcome, error) {
	sources := slices.Compact(slices.Sorted(slices.Values(wanted.Villages)))
	if len(sources) < 2 || len(sources) > 50 {
		return Outcome{}, services.Invalid("merge_villages")
	}
	return s.rebuild(ctx, actor, dry, "village.merged", plan{
		sources: sources, names: []string{wanted.Name}, from: wanted.From, decision: wanted.Decision, kind: models.LinkMerge,
		ends: wanted.Ends, part: func(int64) (int, bool) { return 0, true },
	})
}

// Split parts a village; dry only tells what would come of it. Beside what
// Merge refuses, conflict/posts_unplaced while somebody in post has no part.
func (s *Service) Split(ctx context.Context, actor services.Actor, wanted Division, dry bool) (Outcome, error) {
	if len(wanted.Parts) < 2 || len(wanted.Parts) > 20 {
		return Outcome{}, services.Invalid("split_parts")
	}
	return s.rebuild(ctx, actor, dry, "village.split", plan{
		sources: []int64{wanted.Village}, names: wanted.Parts, from: wanted.From, decision: wanted.Decision,
		kind: models.LinkSplit,
		ends: wanted.Ends, part: func(term int64) (int, bool) {
			at, given := wanted.To[term]
			return at, given && at >= 0 && at < len(wanted.Parts)
		},
	})
}

// plan is what joining and parting have in common: from villages to villages.
type plan struct {
	sources  []int64
	names    []string // of what comes out
	from     models.Date
	decision string
	kind     models.LinkKind
	ends     []int64
	part     func(term int64) (int, bool)
}

func (s *Service) rebuild(ctx context.Context, actor services.Actor, dry bool, action string, p plan) (Outcome, error) {
	if err := actor.Need(makers...); err != nil {
		return Outcome{}, err
	}
	if p.from.IsZero() || p.from.Day != 1 {
		return Outcome{}, services.Invalid("units_from")
	}
	var seen map[string]bool
	for i, name := range p.names {
		clean, err := cleanName(name, "village")
		if err != nil {
			return Outcome{}, err
		}
		if seen == nil {
			seen = map[string]bool{}
		}
		if seen[models.Fold(clean)] {
			return Outcome{}, services.Conflict("village_taken")
		}
		seen[models.Fold(clean)] = true
		p.names[i] = clean
	}
	var outcome Outcome
	err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		w := &work{Service: s, tx: tx, actor: actor, plan: p}
		if err := w.read(); err != nil {
			return err
		}
		if outcome, err = w.check(); err != nil {
			return err
		}
		switch {
		case !outcome.Possible() && dry:
			return errPreview
		case len(outcome.Clashes) > 0:
			return services.Conflict("posts_clash").With("count", len(outcome.Clashes))
		case len(outcome.Unplaced) > 0:
			return services.Conflict("posts_unplaced").With("count", len(outcome.Unplaced))
		}
		if err := w.do(&outcome); err != nil {
			return err
		}
		if dry {
			return errPreview
		}
		var from, into []string
		for _, village := range w.villages {
			from = append(from, village.Name)
		}
		for _, village := range outcome.Villages {
			into = append(into, village.Name)
		}
		return s.audit.Record(tx, actor, action, fmt.Sprintf("village:%d", outcome.Villages[0].ID), journal.Detail{
			"from": from, "to": into, "on": p.from, "decision": p.decision, "moved": len(outcome.Moves),
			"ended": len(outcome.Ends),
		})
	})
	if errors.Is(err, errPreview) {
		err = nil
	}
	return outcome, err
}
