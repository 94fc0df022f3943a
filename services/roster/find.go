package roster

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vn"
)

// Found is a person with the posts that they hold today.
type Found struct {
	Person models.Person
	Posts  []Post
	// Formerly is another name of the village of the first post, where only that
	// name answers the search: "Thôn 3 xã Thuận Lộc".
	Formerly string
}

const (
	maxQuery  = 100 // runes looked at; who types more pastes something else
	maxWords  = 6
	maxFound  = 50
	maxRanked = 200 // candidates that are put in order
	// maxNumbered are those whose number begins or ends alike, before it is read.
	maxNumbered = 1000
)

// Find looks a person up by any part of the name, without case or accents, by
// the first or last digits of the phone number, four at least, by village or by organization, or by several of
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
	var err error
	var candidates []models.Person
	var searches []*gorm.DB
	people := services.InWard(tx, actor.Ward).Where("people.merged_into IS NULL").Session(&gorm.Session{})
	digits, most := phoneDigits(query), maxRanked
	if digits != "" {
		searches, most = s.numbered(people, digits), maxNumbered
	} else {
		if words, err = inWhichWard(tx, actor.Ward, words); err != nil {
			return nil, err
		}
		words = words[:min(len(words), maxWords)]
		branches, err := s.branchesNamed(tx, actor.Ward, words)
		if err != nil {
			return nil, err
		}
		searches = s.searches(people, words, branches)
	}
	seen := map[int64]bool{}
	for _, search := range searches { // two at most
		var some []models.Person
		if err := search.Limit(most).Find(&some).Error; err != nil {
			return nil, fmt.Errorf("find people: %w", err)
		}
		for _, person := range some {
			if !seen[person.ID] && (digits == "" || isOf(person.Phone, digits)) {
				seen[person.ID] = true
				candidates = append(candidates, person)
			}
		}
	}
	slices.SortFunc(candidates, func(a, b models.Person) int {
		return cmp.Or(cmp.Compare(a.Folded, b.Folded),
			cmp.Compare(a.ID, b.ID))
	})
	found, err := s.withPosts(ctx, candidates)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b Found) int { return cmp.Compare(b.likeness(words), a.likeness(words)) })
	found = found[:min(limit, len(found))]
	return found, formerly(tx, found, words)
}

// inWhichWard leaves out of a query the name of a unit that the ward was made of
// ("hoa thôn chùa xã thuận lộc"): all of it is this ward now. A query of nothing
// else stays as it is.
func inWhichWard(tx *gorm.DB, ward int64, words []string) ([]string, error) {
	spoken := " " + strings.Join(words, " ") + " "
	if !strings.Contains(spoken, " xa ") && !strings.Contains(spoken, " phuong ") &&
		!strings.Contains(spoken, " thi tran ") {
		return words, nil
	}
	var names []string
	if err := services.InWard(tx.Model(&models.WardLink{}), ward).Pluck("folded", &names).Error; err != nil {
		return nil, fmt.Errorf("read former wards: %w", err)
	}
	for _, name := range names {
		spoken = strings.ReplaceAll(spoken, " "+name+" ", " ")
	}
	if rest := strings.Fields(spoken); len(rest) > 0 {
		return rest, nil
	}
	return words, nil
}

// formerly notes the other names of villages by which people were found.
func formerly(tx *gorm.DB, found []Found, words []string) error {
	var villages []int64
	for _, one := range found {
		if len(one.Posts) > 0 && one.Posts[0].Village.KnownAs != "" {
			villages = append(villages, one.Posts[0].Village.ID)
		}
	}
	if len(villages) == 0 {
		return nil
	}
	var names []models.VillageName
	if err := tx.Where("village_id IN ?", villages).Order("id").Find(&names).Error; err != nil {
		return fmt.Errorf("read village names: %w", err)
	}
	for i, one := range found {
		if len(one.Posts) == 0 {
			continue
		}
		today := one.Person.Folded + " " + models.Fold(one.Posts[0].Branch.Name) + " " + one.Posts[0].Village.Folded
		most := 0
		for _, name := range names {
			if name.VillageID != one.Posts[0].Village.ID {
				continue
			}
			told := 0
			for _, word := range words {
				if answers(name.Folded, word) && !answers(today, word) {
					told++
				}
			}
			if told > most {
				most, found[i].Formerly = told, name.Name
			}
		}
	}
	return nil
}

// wordsOf folds a query into its words; what is neither letter nor digit
// parts them, so nothing in a word means anything to LIKE.
func wordsOf(query string) []string {
	runes := []rune(query)
	folded := models.Fold(string(runes[:min(len(runes), maxQuery)]))
	var words []string
	for _, word := range strings.FieldsFunc(folded,
		func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if short := unitWords[word]; short != nil {
			words = append(words, short...)
			continue
		}
		words = append(words, word)
	}
	return words
}

// unitWords are short forms that the names in the roster spell out.
var unitWords = map[string][]string{
	"tdp":  {"to", "dan", "pho"},
	"pn":   {"phu", "nu"},
	"ccb":  {"cuu", "chien", "binh"},
	"nct":  {"nguoi", "cao", "tuoi"},
	"mttq": {"mat", "tran"},
}

// phoneDigits returns the digits of a query that is of a phone number; empty when it
// is about something else.
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
	if text := digits.String(); len(text) >= models.PhoneTail && len(text) <= 15 {
		return text
	}
	return ""
}

// heads are how a stored number may begin of which these are the first digits.
func heads(digits string) []string {
	return []string{"+" + digits, "+84" + strings.TrimPrefix(digits, "0")}
}

// numbered searches people by a phone number or by how it begins or ends: numbers
// are sealed, and found by their hashes.
func (s *Service) numbered(people *gorm.DB, digits string) []*gorm.DB {
	if whole, err := vn.ParsePhone(digits); err == nil {
		return []*gorm.DB{people.Where("people.phone_hash IN ?", s.vault.Hashes(models.PhoneKind, whole))}
	}
	var begins [][]byte
	for _, head := range heads(digits) {
		if len(head) >= models.PhoneHead {
			begins = append(begins, s.vault.Hashes(models.PhoneHeadKind, head[:models.PhoneHead])...)
		}
	}
	tail := s.vault.Hashes(models.PhoneTailKind, digits[len(digits)-models.PhoneTail:])
	searches := []*gorm.DB{people.Where("people.phone_tail IN ?", tail)}
	if len(begins) > 0 {
		searches = append(searches, people.Where("people.phone_head IN ?", begins))
	}
	return searches
}

// isOf reports whether a stored number is, begins or ends with these digits.
func isOf(e164, digits string) bool {
	if whole, err := vn.ParsePhone(digits); err == nil {
		return e164 == whole
	}
	return strings.HasSuffix(e164, digits) ||
		slices.ContainsFunc(heads(digits), func(head string) bool { return strings.HasPrefix(e164, head) })
}

// part matches a word in a folded name: of two letters the beginning of a
// word, which an index of three letters still finds.
func part(word string) (sql string, args []any) {
	if len(word) != 2 {
		return "people.folded LIKE ?", []any{"%" + word + "%"}
	}
	return "(people.folded LIKE ? OR people.folded LIKE ?)", []any{word + "%", "% " + word + "%"}
}

// searches are the queries for people of whom every word is in the name, or in
// the unit of a post that they hold today: one by name alone, which an index
// answers, and one through the units that answer some of the words.
func (s *Service) searches(people *gorm.DB, words []string, branches map[string][]int64) []*gorm.DB {
	people = people.Session(&gorm.Session{}) // each search begins with the same conditions
	byName := people
	matched := map[int64]int{} // branch: a bit for each word that it answers
	for i, word := range words {
		sql, args := part(word)
		byName = byName.Where(sql, args...)
		for _, branch := range branches[word] {
			matched[branch] |= 1 << i
		}
	}
	alike := map[int][]int64{}
	for branch, mask := range matched {
		alike[mask] = append(alike[mask], branch)
	}
	today := s.today()
	var either []string
	var all []any
	for _, mask := range slices.Sorted(maps.Keys(alike)) {
		ids := alike[mask]
		slices.Sort(ids)
		conditions := []string{`people.id IN (SELECT t.person_id FROM terms t WHERE t.branch_id IN ?
			AND t.superseded_at IS NULL
			AND t.from_date <= ? AND (t.to_date IS NULL OR t.to_date >= ?))`}
		args := []any{ids, today, today}
		possible := true
		for i, word := range words {
			if mask&(1<<i) != 0 {
				continue
			}
			possible = possible && !isNumber(word) // nobody is called 5
			sql, values := part(word)
			conditions, args = append(conditions, sql), append(args, values...)
		}
		if possible {
			either, all = append(either, "("+strings.Join(conditions, " AND ")+")"), append(all, args...)
		}
	}
	var searches []*gorm.DB
	if !slices.ContainsFunc(words, isNumber) {
		searches = append(searches, byName)
	}
	if len(either) > 0 {
		searches = append(searches, people.Where(strings.Join(either, " OR "), all...))
	}
	return searches
}

func isNumber(word string) bool { return word[0] >= '0' && word[0] <= '9' }

// answers reports whether a unit's name has the word: a number as a whole word,
// for 5 is not 15; two letters as the beginning of one, as in part.
func answers(name, word string) bool {
	switch {
	case isNumber(word):
		return slices.Contains(strings.Fields(name), word)
	case len(word) <= 2:
		return strings.HasPrefix(name, word) || strings.Contains(name, " "+word)
	}
	return strings.Contains(name, word)
}

// branchesNamed maps each word to the ward's living branches of whose
// organization it is a whole word, or of whose village a part of a name, former
// names and those of villages that went into it included.
func (s *Service) branchesNamed(tx *gorm.DB, ward int64, words []string) (map[string][]int64, error) {
	var rows []struct {
		ID               int64
		OrganizationCode string
		Folded, KnownAs  string
	}
	err := tx.Raw(`SELECT b.id, b.organization_code, v.folded, v.known_as FROM branches b
		JOIN villages v ON v.id = b.village_id
		WHERE b.ward_id = ? ORDER BY b.id`, ward).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read units: %w", err)
	}
	kinds, err := s.organizations(tx, false)
	if err != nil {
		return nil, err
	}
	called := map[string][]string{}
	for code, kind := range kinds {
		called[code] = strings.Fields(models.Fold(kind.Name + " " + kind.BranchName))
	}
	named := map[string][]int64{}
	for _, word := range words {
		if named[word] != nil {
			continue
		}
		for _, row := range rows {
			if slices.Contains(called[row.OrganizationCode], word) || answers(row.Folded, word) || answers(row.KnownAs, word) {
				named[word] = append(named[word], row.ID)
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
