package units

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"canbobot/models"
	"canbobot/services"
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

// Village finds one of the ward's villages by its name or a former one, letter
// case and accents aside. A name that several answer is conflict/village_many,
// one that none does not_found/village_named; both name the nearest.
func (s *Service) Village(ctx context.Context, actor services.Actor, name string) (models.Village, error) {
	villages, err := s.roster.Villages(ctx, actor)
	if err != nil {
		return models.Village{}, err
	}
	folded := models.Fold(strings.Join(strings.Fields(name), " "))
	links, err := s.Predecessors(ctx, actor)
	if err != nil {
		return models.Village{}, err
	}
	for _, link := range links {
		folded = strings.TrimSuffix(folded, " "+link.Folded)
	}
	var former []models.Village
	var all []string
	for _, village := range villages {
		if village.Folded == folded {
			return village, nil
		}
		for known := range strings.SplitSeq(village.KnownAs, " | ") {
			if known == folded && folded != "" {
				former = append(former, village)
				break
			}
		}
		all = append(all, village.Name)
	}
	if len(former) == 1 {
		return former[0], nil
	}
	if len(former) > 1 {
		names := make([]string, len(former))
		for i, village := range former {
			names[i] = village.Name
		}
		return models.Village{}, services.Conflict("village_many").With("names", strings.Join(names, ", "))
	}
	return models.Village{}, services.NotFound("village_named").With("name", strings.TrimSpace(name)).With("near",
		strings.Join(nearest(folded, all), ", "))
}
