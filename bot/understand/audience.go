package understand

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Audience is whom a notice is for, as somebody said it. Roles and Organizations
// are the roster's codes.
type Audience struct {
	Everyone      bool // said outright: "cả phường"
	Roles         []string
	Organizations []string
	Villages      []int // places in the list of names that was given
	Unconfirmed   int64 // those who have not confirmed this notice; 0 for none
	// Rest are the words that mean nobody here, as typed. While there are any, the
	// audience may be another one than was meant: "trừ tổ 5".
	Rest []string
}

// said is one word or figure.
type said struct {
	raw, folded string
	value       int  // of a figure, else -1
	used        bool // it has been given a meaning
	breaks      bool // a comma or the like stands before it
}

// postWords are how people name posts; the longer ones are tried first. A
// secretary is of the youth's where no organization is named.
var postWords = phraseTable(wordsOf("posts"))

var organizationWords = phraseTable(wordsOf("organizations"))

var everyoneWords = phraseTable(wordsOf("everyone"))

// whoFillers say nothing by themselves.
var whoFillers = setOf(wordsOf("audience fillers"))

// unitWords stand before a village's number or name.
var unitWords = phraseTable(wordsOf("units"))

var isUnit = setOf("to tdp thon xom khoi pho so")

// notPosts follow "trưởng" or "phó" and make another post of it, which nobody in
// the roster holds.
var notPosts = setOf("thon xom khoi to tdp phong khu cong tram")

type phraseWords struct {
	code  string
	words []string
}

// phraseTable reads "code: phrase|phrase" lines, the longest phrases first.
func phraseTable(table string) []phraseWords {
	var all []phraseWords
	for _, line := range strings.Split(strings.TrimSpace(table), "\n") {
		code, list, _ := strings.Cut(line, ": ")
		for _, phrase := range strings.Split(list, "|") {
			all = append(all, phraseWords{code, strings.Fields(phrase)})
		}
	}
	slices.SortStableFunc(all, func(a, b phraseWords) int { return len(b.words) - len(a.words) })
	return all
}

// ReadAudience understands "các chi hội trưởng phụ nữ tổ 1, 2 và Thuận Hoà":
// ward is what the ward is called, villages the names of its villages. What is
// not understood is never left out in silence; it is in Rest.
func ReadAudience(text, ward string, villages []string) Audience {
	words := wordsSaid(text)
	audience := Audience{}
	audience.Unconfirmed = unconfirmed(words)
	readName(words, strings.Fields(Fold(ward)))
	audience.Villages = readVillages(words, villages)
	audience.Everyone = len(readPhrases(words, everyoneWords)) > 0
	byBranch := slices.ContainsFunc(words, func(w said) bool { return w.folded == "bi" })
	audience.Roles = readPhrases(words, postWords)
	audience.Organizations = readPhrases(words, organizationWords)
	if byBranch && len(audience.Organizations) == 0 && len(audience.Roles) > 0 {
		audience.Organizations = []string{"youth"}
	}
	last := -2
	for i, w := range words {
		if w.used || w.value < 0 && whoFillers[w.folded] {
			continue
		}
		if w.value >= 0 && i > 0 && words[i-1].used && isUnit[words[i-1].folded] {
			w.raw = words[i-1].raw + " " + w.raw // "tổ 99", of which there is none
		}
		if i == last+1 && !w.breaks {
			audience.Rest[len(audience.Rest)-1] += " " + w.raw
		} else {
			audience.Rest = append(audience.Rest, w.raw)
		}
		last = i
	}
	return audience
}

func wordsSaid(text string) []said {
	var words []said
	breaks := false
	add := func(raw string) {
		if raw == "" {
			return
		}
		value, err := strconv.Atoi(raw)
		if err != nil || len(raw) > 9 {
			value = -1
		}
		words = append(words, said{raw: raw, folded: Fold(raw), value: value, breaks: breaks})
		breaks = false
	}
	for _, field := range strings.FieldsFunc(strings.ToValidUTF8(text, " "), unicode.IsSpace) {
		from := 0
		for i, r := range field {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
				// "tổ5" is two words.
				if i > from && unicode.IsDigit(r) != unicode.IsDigit(rune(field[i-1])) {
					add(field[from:i])
					from = i
				}
				continue
			}
			add(field[from:i])
			from = i + len(string(r))
			switch r {
			case ',', ';', '.':
				breaks = true
			case '-', '–':
				words = append(words, said{raw: string(r), folded: "-", value: -1, used: true})
			}
		}
		add(field[from:])
	}
	return words
}

// at reports whether a phrase stands at i, none of it used.
func at(words []said, i int, phrase []string) bool {
	if i+len(phrase) > len(words) {
		return false
	}
	for k, word := range phrase {
		if w := words[i+k]; w.used || w.folded != word || k > 0 && w.breaks {
			return false
		}
	}
	return true
}

func spend(words []said, i, n int) {
	for k := range n {
		words[i+k].used = true
	}
}

func readPhrases(words []said, table []phraseWords) []string {
	var codes []string
	for _, phrase := range table {
		for i := range words {
			if !at(words, i, phrase.words) {
				continue
			}
			last := phrase.words[len(phrase.words)-1]
			if after := i + len(phrase.words); (last == "truong" || last == "pho") && after < len(words) &&
				!words[after].breaks && notPosts[words[after].folded] && len(phrase.words) == 1 {
				continue
			}
			spend(words, i, len(phrase.words))
			if !slices.Contains(codes, phrase.code) {
				codes = append(codes, phrase.code)
			}
		}
	}
	slices.Sort(codes)
	return codes
}

func readName(words []said, name []string) {
	for i := range words {
		if len(name) > 0 && at(words, i, name) {
			spend(words, i, len(name))
		}
	}
}

// unconfirmed reads "chưa xác nhận thông báo số 12".
func unconfirmed(words []said) int64 {
	for i := range words {
		if words[i].folded != "chua" {
			continue
		}
		for j := i + 1; j < len(words) && j < i+10; j++ {
			if words[j].value <= 0 || j < 2 {
				continue
			}
			from := j
			if words[from-1].folded == "so" {
				from--
			}
			if from < 2 || words[from-1].folded != "bao" || words[from-2].folded != "thong" {
				break
			}
			for k := i; k <= j; k++ {
				if words[k].value >= 0 || slices.Contains([]string{"chua", "xac", "nhan", "doc", "xem", "bam", "tra", "loi",
					"thong", "bao", "so", "duoc", "tin", "voi"}, words[k].folded) {
					words[k].used = true
				}
			}
			return int64(words[j].value)
		}
	}
	return 0
}

// readVillages finds villages by number or name: after a word such as "tổ" a
// list of them, and names of two words and more anywhere.
func readVillages(words []said, names []string) []int {
	var found []int
	keys := make([][]string, len(names))
	for n, name := range names {
		keys[n] = strings.Fields(Fold(name))
		for _, unit := range unitWords {
			if len(keys[n]) > len(unit.words) && slices.Equal(keys[n][:len(unit.words)], unit.words) {
				keys[n] = keys[n][len(unit.words):]
				break
			}
		}
	}
	byLength := make([]int, len(names))
	for n := range byLength {
		byLength[n] = n
	}
	slices.SortStableFunc(byLength, func(a, b int) int { return len(keys[b]) - len(keys[a]) })
	take := func(n, i int) {
		spend(words, i, len(keys[n]))
		if !slices.Contains(found, n) {
			found = append(found, n)
		}
	}
	for _, n := range byLength {
		for i := range words {
			if len(keys[n]) >= 2 && at(words, i, keys[n]) {
				take(n, i)
			}
		}
	}
	for _, unit := range unitWords {
		for i := range words {
			if at(words, i, unit.words) {
				spend(words, i, len(unit.words)) // "tổ dân phố" names no deputy
				readList(words, i+len(unit.words), keys, take)
			}
		}
	}
	slices.Sort(found)
	return found
}

// readList reads "1, 2 và 5", "1 đến 4", "Đông" after a unit's word.
func readList(words []said, i int, keys [][]string, take func(n, i int)) {
	number := func(value, place int) bool {
		for n, key := range keys {
			if len(key) == 1 && key[0] == strconv.Itoa(value) {
				take(n, place)
				return true
			}
		}
		return false
	}
	last := -1
	for ; i < len(words); i++ {
		w := words[i]
		switch {
		case w.value >= 0 && !w.used:
			if last >= 0 && i > 0 && (words[i-1].folded == "den" || words[i-1].folded == "-") && w.value > last &&
				w.value-last < 100 {
				for value := last + 1; value < w.value; value++ {
					number(value, i) // what lies between; the end is looked up below
					words[i].used = false
				}
			}
			if !number(w.value, i) {
				return
			}
			last = w.value
		case last >= 0 && (w.folded == "va" || w.folded == "den" || w.folded == "-"), w.folded == "to", w.folded == "so":
		case last < 0 && !w.used:
			for n, key := range keys {
				if len(key) == 1 && key[0] == w.folded {
					take(n, i)
				}
			}
			return
		default:
			return
		}
	}
}
