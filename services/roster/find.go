package roster

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"canbobot/models"
	"canbobot/services"
)

// Found is a person with the posts that they hold today.
type Found struct {
	Person models.Person
	Posts  []Post
}

const (
	maxQuery  = 100 // runes looked at; who types more pastes something else
	maxWords  = 6
	maxFound  = 50
	maxRanked = 200 // candidates that are put in order
)

// Find looks a person up by any part of the name, without case or accents, by
// digits of the phone number, by village or by organization, or by several of
// these at once ("hoa phu nu 5"); the likeliest come first. An empty query is
// invalid/query. At most limit are returned, 10 when it is 0, never above 50.
func (s *Service) Find(ctx context.Context, actor services.Actor, query string, limit int) ([]Found, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = 10
	}
	limit = min(limit, maxFound)
	words := wordsOf(query)
	if len(words) == 0 {
		return nil, services.Invalid("query")
	}
	tx := s.store.WithContext(ctx)
	people := tx.Where("people.ward_id = ?", actor.Ward)
	if digits := phoneDigits(query); digits != "" {
		people = people.Where("people.phone LIKE ?", "%"+digits+"%")
	} else {
		organizations, err := s.organizationsNamed(ctx, words)
		if err != nil {
			return nil, err
		}
		today := s.today()
		for _, word := range words {
			people = people.Where(`people.folded LIKE ? OR EXISTS (
				SELECT 1 FROM terms t JOIN branches b ON b.id = t.branch_id JOIN villages v ON v.id = b.village_id
				WHERE t.person_id = people.id AND t.superseded_at IS NULL
				  AND t.from_date <= ? AND (t.to_date IS NULL OR t.to_date >= ?)
				  AND (v.folded LIKE ? OR b.organization_code IN ?))`,
				"%"+word+"%", today, today, "%"+word+"%", organizations[word])
		}
	}
	var candidates []models.Person
	if err := people.Order("people.folded, people.id").Limit(maxRanked).Find(&candidates).Error; err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	found, err := s.withPosts(ctx, candidates)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b Found) int { return cmp.Compare(b.likeness(words), a.likeness(words)) })
	return found[:min(limit, len(found))], nil
}

// wordsOf folds a query into its words; what is neither letter nor digit
// parts them, so nothing in a word means anything to LIKE.
func wordsOf(query string) []string {
	runes := []rune(query)
	folded := models.Fold(string(runes[:min(len(runes), maxQuery)]))
	var words []string
	for _, word := range strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if short := unitWords[word]; short != nil {
			words = append(words, short...)
			continue
		}
		words = append(words, word)
	}
	return words[:min(len(words), maxWords)]
}

// unitWords are short forms that the names in the roster spell out.
var unitWords = map[string][]string{
	"tdp":  {"to", "dan", "pho"},
	"pn":   {"phu", "nu"},
	"ccb":  {"cuu", "chien", "binh"},
	"nct":  {"nguoi", "cao", "tuoi"},
	"mttq": {"mat", "tran"},
}

// phoneDigits returns what of a phone number a query gives, in the form in
// which numbers are stored; empty when the query is about something else.
func phoneDigits(query string) string {
	var digits strings.Builder
	for _, r := range query {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case unicode.IsSpace(r), strings.ContainsRune("+.-()", r):
		default:
			return ""
		}
	}
	text := digits.String()
	if len(text) < 4 || len(text) > 15 {
		return ""
	}
	return strings.TrimPrefix(text, "0")
}

// organizationsNamed maps each word to the organizations whose names hold it.
func (s *Service) organizationsNamed(ctx context.Context, words []string) (map[string][]string, error) {
	var organizations []models.Organization
	if err := s.store.WithContext(ctx).Find(&organizations).Error; err != nil {
		return nil, fmt.Errorf("read organizations: %w", err)
	}
	named := map[string][]string{}
	for _, word := range words {
		for _, organization := range organizations {
			if slices.Contains(strings.Fields(models.Fold(organization.Name+" "+organization.BranchName)), word) {
				named[word] = append(named[word], organization.Code)
			}
		}
	}
	return named, nil
}

func (s *Service) withPosts(ctx context.Context, people []models.Person) ([]Found, error) {
	ids := make([]int64, len(people))
	for i, person := range people {
		ids[i] = person.ID
	}
	posts, err := s.posts(s.store.WithContext(ctx), s.today(), "terms.person_id IN ?", ids)
	if err != nil {
		return nil, err
	}
	of := map[int64][]Post{}
	for _, post := range posts {
		of[post.Person.ID] = append(of[post.Person.ID], post)
	}
	found := make([]Found, len(people))
	for i, person := range people {
		found[i] = Found{Person: person, Posts: of[person.ID]}
	}
	return found, nil
}

// likeness counts how well a person answers the words: a whole word of the name
// above one of the unit, any whole word above a part; being in post breaks ties.
func (f Found) likeness(words []string) int {
	name, unit := strings.Fields(f.Person.Folded), []string(nil)
	for _, post := range f.Posts {
		unit = append(unit, strings.Fields(models.Fold(post.Branch.Name+" "+post.Village.Name))...)
	}
	points := 0
	for _, word := range words {
		switch {
		case slices.Contains(name, word):
			points += 8
		case slices.Contains(unit, word):
			points += 6
		default:
			points += 2
		}
	}
	if len(name) > 0 && slices.Contains(words, name[len(name)-1]) {
		points += 2 // people are called by the given name, which comes last
	}
	if len(f.Posts) > 0 {
		points++
	}
	return points
}
