package approve

import (
	"slices"
	"strings"

	"canbobot/models"
	"canbobot/services"
)

// Kind is what rules know of a kind of item. The kinds live above this package
// and register themselves.
type Kind struct {
	Name  string // in a rule: phone, list, notice
	Place int    // in lists
	// Steps are signed where the ward has set no rule. A kind of change request has
	// none: any clerk or leader decides, somebody proposes it, and the ward's rule
	// for every kind of request counts for it.
	Steps []Step
	// Proposers are those to whom alone a rule may open the kind; nil: to anyone.
	Proposers []string
	// HandsOff: who brought about what proves whom it is about does not sign it, for
	// the days that the ward says.
	HandsOff bool
	// ChatOff: who alone had a chat of theirs taken for theirs does not sign it either,
	// as none of HandsOff does.
	ChatOff bool
	// StepUp says why each signature asks for a fresh code, whatever a rule says; ""
	// where only a rule does.
	StepUp string

	signed services.Guarded
}

// ruled is signing where only the ward's rule asks for a code.
var ruled = services.Guard("signed", "the ward's own rule says so of the step")

var kinds []Kind

// Register makes a kind known, in its place.
func Register(kind Kind) {
	if kind.StepUp != "" {
		kind.signed = services.Guard(kind.Name+" signed", kind.StepUp)
	}
	kinds = append(kinds, kind)
	slices.SortFunc(kinds, func(a, b Kind) int { return a.Place - b.Place })
}

// Known finds a kind by its name; ok is false when there is none.
func Known(name string) (kind Kind, ok bool) {
	i := slices.IndexFunc(kinds, func(kind Kind) bool { return kind.Name == name })
	if i < 0 {
		return Kind{Name: name}, false
	}
	return kinds[i], true
}

// names are all kinds', parted by commas.
func names() string {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = kind.Name
	}
	return strings.Join(names, ", ")
}

// request reports whether it is a kind of change request.
func (k Kind) request() bool { return k.Steps == nil }

// byDefault is the rule of a ward that has none.
func (k Kind) byDefault(ward models.Ward) Rule {
	rule := Rule{Kind: k.Name, Steps: slices.Clone(k.Steps)}
	if k.request() {
		rule.Proposers, rule.Steps = []string{ByHead, BySelf, ByStaff}, []Step{{Role: Any, People: 1}}
		if ward.DeputyMayPropose {
			rule.Proposers = append(rule.Proposers, ByDeputy)
		}
	}
	return rule.withCodes(k)
}

// withCodes asks for a code wherever the kind does.
func (r Rule) withCodes(kind Kind) Rule {
	for i := range r.Steps {
		r.Steps[i].StepUp = r.Steps[i].StepUp || kind.StepUp != ""
	}
	return r
}
