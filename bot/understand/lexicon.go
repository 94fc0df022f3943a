package understand

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed lexicon.txt
var lexiconText string

//go:embed spellings.txt
var spellingsText string

//go:embed names.txt
var namesText string

// longest is how many words a phrase of the lexicon may have.
const longest = 8

// sense is one meaning of a phrase, with the accents it is written with.
type sense struct {
	words []spelling
	means concept
}

// lexicon is a trie over words; a node where phrases end lists their senses.
type lexicon struct {
	ids       map[string]int32      // folded word to id, from 1
	next      map[uint64]int32      // node<<32 | word id to node
	ends      [][]sense             // by node
	uses      map[string]int        // in how many phrases a word stands
	expand    map[string][]string   // abbreviation, folded, to the words it stands for
	given     map[string][]spelling // words of people's names, by their folded form
	family    map[string]bool       // family names, folded
	followers map[string][]string   // word to words that follow it in a phrase
	preceders map[string][]string
	firsts    map[string][]string // of phrases of two words: by the second word
	seconds   map[string][]string // by the first
}

func readLexicon() *lexicon {
	l := &lexicon{
		ids: make(map[string]int32, 2048), next: make(map[uint64]int32, 16384), ends: make([][]sense, 1, 16384),
		expand: map[string][]string{}, uses: map[string]int{}, given: map[string][]spelling{}, family: map[string]bool{},
		followers: map[string][]string{}, preceders: map[string][]string{},
		firsts: map[string][]string{}, seconds: map[string][]string{},
	}
	groups := map[string][]string{}
	var means concept
	for n, line := range strings.Split(lexiconText, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			known := false
			if means, known = conceptNames[strings.Trim(line, "[]")]; !known {
				panic(fmt.Sprintf("understand: lexicon.txt:%d: no concept %s", n+1, line))
			}
		case means == none && strings.Contains(line, "="):
			group, words, _ := strings.Cut(line, "=")
			groups["$"+strings.TrimSpace(group)] = alternatives(words)
		default:
			for _, pattern := range strings.Split(line, "|") {
				counted := map[string]bool{}
				for _, phrase := range phrases(strings.Fields(spaceGroups(pattern)), groups) {
					l.add(phrase, means, counted)
				}
			}
		}
	}
	for _, line := range strings.Split(banksText, "\n") {
		if _, names, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			sure, _, _ := strings.Cut(names, "~")
			for _, name := range strings.Split(sure, "|") {
				l.add(strings.TrimSpace(name), bankname, map[string]bool{})
			}
		}
	}
	for _, line := range strings.Split(spellingsText, "\n") {
		if short, long, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			for _, abbreviation := range strings.Fields(short) {
				l.expand[spell(abbreviation).folded] = strings.Fields(long)
			}
		}
	}
	family := true
	for _, line := range strings.Split(namesText, "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
			family = strings.Contains(line, "Family")
		default:
			for _, word := range strings.Fields(line) {
				sp := spell(word)
				l.given[sp.folded] = append(l.given[sp.folded], sp)
				l.family[sp.folded] = l.family[sp.folded] || family
			}
		}
	}
	return l
}

func alternatives(text string) []string {
	words := strings.Split(strings.Trim(strings.TrimSpace(text), "{}"), ",")
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	return words
}

// spaceGroups lets a group with phrases inside pass strings.Fields as one word.
func spaceGroups(pattern string) string {
	inside := false
	return strings.Map(func(r rune) rune {
		switch {
		case r == '{' || r == '}':
			inside = r == '{'
		case r == ' ' && inside:
			return '_'
		}
		return r
	}, pattern)
}

// phrases writes out every phrase a pattern stands for.
func phrases(parts []string, groups map[string][]string) []string {
	if len(parts) == 0 {
		return []string{""}
	}
	choices := []string{parts[0]}
	if parts[0][0] == '{' {
		choices = alternatives(parts[0])
	}
	if group, ok := groups[parts[0]]; ok {
		choices = group
	}
	rest := phrases(parts[1:], groups)
	all := make([]string, 0, len(choices)*len(rest))
	for _, choice := range choices {
		for _, tail := range rest {
			all = append(all, strings.TrimSpace(strings.ReplaceAll(choice, "_", " ")+" "+tail))
		}
	}
	return all
}

// add files a phrase under a concept. A word counts once for all the phrases
// that one pattern stands for.
func (l *lexicon) add(phrase string, means concept, counted map[string]bool) {
	fields := strings.Fields(phrase)
	if len(fields) == 0 {
		return
	}
	if len(fields) > longest {
		panic("understand: phrase too long: " + phrase)
	}
	words := make([]spelling, len(fields))
	node := int32(0)
	for i, field := range fields {
		words[i] = spell(field)
		folded := words[i].folded
		id, ok := l.ids[folded]
		if !ok {
			id = int32(len(l.ids) + 1)
			l.ids[folded] = id
		}
		if !counted[folded] && !of(means).meets(aside) {
			counted[folded] = true
			l.uses[folded]++
		}
		if i > 0 {
			before := words[i-1].folded
			l.followers[before] = appendOnce(l.followers[before], folded)
			l.preceders[folded] = appendOnce(l.preceders[folded], before)
		}
		edge := uint64(node)<<32 | uint64(id)
		following, ok := l.next[edge]
		if !ok {
			following = int32(len(l.ends))
			l.ends = append(l.ends, nil)
			l.next[edge] = following
		}
		node = following
	}
	l.ends[node] = append(l.ends[node], sense{words: words, means: means})
	if len(words) == 2 && !of(means).meets(aside) && means != filler {
		first, second := words[0].folded, words[1].folded
		l.firsts[second] = appendOnce(l.firsts[second], first)
		l.seconds[first] = appendOnce(l.seconds[first], second)
	}
}

func appendOnce(list []string, word string) []string {
	for _, known := range list {
		if known == word {
			return list
		}
	}
	return append(list, word)
}

// knows reports whether a folded word is in the lexicon or stands for words that are.
func (l *lexicon) knows(folded string) bool {
	return l.ids[folded] != 0 || l.expand[folded] != nil
}
