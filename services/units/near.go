package units

import (
	"cmp"
	"slices"
	"strings"

	"canbobot/models"
)

// nearest are at most three of the names, those that share most of their words
// with what was typed.
func nearest(folded string, names []string) []string {
	type near struct {
		name   string
		shared int
	}
	typed := strings.Fields(folded)
	var all []near
	for _, name := range names {
		shared := 0
		for _, word := range strings.Fields(models.Fold(name)) {
			if slices.Contains(typed, word) {
				shared++
			}
		}
		all = append(all, near{name, shared})
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(b.shared, a.shared) })
	var found []string
	for _, one := range all[:min(3, len(all))] {
		found = append(found, one.name)
	}
	return found
}
