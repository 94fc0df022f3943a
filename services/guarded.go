package services

import (
	"cmp"
	"slices"
)

// Guarded is an act for which a telephone that lies about, or was taken over, is
// not enough: who does it gives a fresh code as well. Who asks for the code names
// the act, so that an act which does is one of GuardedActs; the zero Guarded is an
// act that does not.
type Guarded struct {
	Name string // as the journal calls it, or "KIND signed"
	Why  string
}

var guarded []Guarded

// Guard makes an act known that asks for a fresh code, beside what does it.
func Guard(name, why string) Guarded {
	act := Guarded{Name: name, Why: why}
	guarded = append(guarded, act)
	return act
}

// GuardedActs are all there are, by name.
func GuardedActs() []Guarded {
	return slices.SortedFunc(slices.Values(guarded), func(a, b Guarded) int { return cmp.Compare(a.Name, b.Name) })
}
