package approve

import (
	"slices"

	"canbobot/models"
)

// Kind is what the rules must know of a kind of request. The kinds live above
// this package and register themselves.
type Kind struct {
	Name  models.ChangeKind
	Place int // in lists
	// Proposers are those to whom alone a rule may open the kind; nil: to anyone.
	Proposers []string
	StepUp    bool // each signature asks for a fresh code
}

var kinds []Kind

// Register makes a kind known, in its place.
func Register(kind Kind) {
	kinds = append(kinds, kind)
	slices.SortFunc(kinds, func(a, b Kind) int { return a.Place - b.Place })
}

// Known finds a kind by its name; ok is false when there is none.
func Known(name models.ChangeKind) (kind Kind, ok bool) {
	i := slices.IndexFunc(kinds, func(kind Kind) bool { return kind.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}

// needsCode reports whether a kind asks for a fresh code whatever the rule says.
func needsCode(name models.ChangeKind) bool {
	kind, _ := Known(name)
	return kind.StepUp
}
