package understand

import "slices"

// shortestSlip is the length from which a word may hold a slip; shorter ones
// are a letter away from too many others.
const shortestSlip = 4

// indexSlips files every word of the lexicon under itself and each of its
// spellings with one letter left out: two words one slip apart meet there.
func (l *lexicon) indexSlips() map[string][]string {
	index := make(map[string][]string, 8*len(l.ids))
	for word := range l.ids {
		if len(word) < shortestSlip-1 || !ascii(word) || l.uses[word] == 0 {
			continue
		}
		index[word] = appendOnce(index[word], word)
		for i := range word {
			key := word[:i] + word[i+1:]
			index[key] = appendOnce(index[key], word)
		}
	}
	return index
}

func ascii(word string) bool {
	for i := 0; i < len(word); i++ {
		if word[i] >= 0x80 {
			return false
		}
	}
	return true
}

// near finds the word one slip away: a letter left out, added, replaced, or
// two exchanged. Of several, the one that goes with the words beside it, then
// with the same first letter, then in most phrases, then in the alphabet.
func (m *Model) near(folded, before string, after *word) string {
	if len(folded) < shortestSlip || len(folded) > 12 || !ascii(folded) {
		return ""
	}
	best, bestScore := "", -1
	consider := func(key string) {
		for _, word := range m.slips[key] {
			if !oneSlip(folded, word) {
				continue
			}
			score := min(m.lexicon.uses[word], 999)
			if word[0] == folded[0] {
				score += 1000
			}
			if exchanged(folded, word) {
				score += 1500
			}
			if before != "" && slices.Contains(m.lexicon.followers[before], word) {
				score += 1500
			}
			if after != nil && (after.kind == figure && counted[word] != "" ||
				slices.Contains(m.lexicon.preceders[after.folded], word)) {
				score += 1500
			}
			if score > bestScore || score == bestScore && word < best {
				best, bestScore = word, score
			}
		}
	}
	consider(folded)
	var key [12]byte
	for i := range folded {
		n := copy(key[:], folded[:i])
		n += copy(key[n:], folded[i+1:])
		consider(string(key[:n]))
	}
	return best
}

// oneSlip reports whether two words are at most one slip apart.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) || a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// exchanged reports whether two words have the same letters: exchanging two is
// the likeliest slip.
func exchanged(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	sum := 0
	for i := range len(a) {
		sum += int(a[i])*int(a[i]) - int(b[i])*int(b[i])
	}
	return sum == 0
}

// reordered finds the word that has two neighbouring letters exchanged.
func (m *Model) reordered(folded string) string {
	if len(folded) < 3 || len(folded) > 12 || !ascii(folded) {
		return ""
	}
	best := ""
	var key [12]byte
	n := copy(key[:], folded)
	for i := 0; i+1 < n; i++ {
		key[i], key[i+1] = key[i+1], key[i]
		if uses := m.lexicon.uses[string(key[:n])]; uses > m.lexicon.uses[best] {
			best = string(key[:n])
		}
		key[i], key[i+1] = key[i+1], key[i]
	}
	return best
}

// mendByNeighbours mends a word that is Vietnamese but means nothing here when
// the word beside it says which was meant: "tai khoang", "than truoc". It
// reports whether it changed any.
func (m *Model) mendByNeighbours(s *scratch) bool {
	changed := false
	for i := range s.items {
		it := &s.items[i]
		at := it.first
		w := &s.words[at]
		if !it.means.empty() || w.kind != plainWord || w.name || len(w.folded) < 3 || w.capital &&
			(at > 0 || m.isGiven(s, w)) {
			continue
		}
		if at > 0 && m.mendFrom(w, m.lexicon.followers[s.words[at-1].folded]) ||
			at+1 < len(s.words) && m.mendFrom(w, m.lexicon.preceders[s.words[at+1].folded]) {
			changed = true
		}
	}
	return changed
}

// mendFrom takes the likeliest of the candidates that is one slip away.
func (m *Model) mendFrom(w *word, candidates []string) bool {
	best := ""
	for _, candidate := range candidates {
		if len(candidate) < 3 || candidate == w.folded || candidate[0] != w.folded[0] && len(candidate) != len(w.folded) ||
			!oneSlip(candidate, w.folded) {
			continue
		}
		if best == "" || m.likelier(candidate, best, w.folded) {
			best = candidate
		}
	}
	if best == "" {
		return false
	}
	w.spelling, w.id = spelling{folded: best, shape: best}, m.lexicon.ids[best]
	return true
}

// likelier reports whether a is rather meant by what was typed than b.
func (m *Model) likelier(a, b, typed string) bool {
	if x, y := exchanged(a, typed), exchanged(b, typed); x != y {
		return x
	}
	return m.lexicon.uses[a] > m.lexicon.uses[b]
}

// mendPairs makes two-word phrases of neighbours that are a slip away from one
// though both are words by themselves: "tong bao", "tai khan". Only for texts
// that make little sense as they stand.
func (m *Model) mendPairs(s *scratch) bool {
	changed := false
	for i := 0; i+1 < len(s.items); i++ {
		a, b := &s.items[i], &s.items[i+1]
		if a.after-a.first != 1 || b.after-b.first != 1 || b.breaks {
			continue
		}
		left, right := &s.words[a.first], &s.words[b.first]
		if left.kind != plainWord || right.kind != plainWord || left.name || right.name {
			continue
		}
		if m.mendPair(left, m.lexicon.firsts[right.folded], a.loose()) ||
			m.mendPair(right, m.lexicon.seconds[left.folded], b.loose()) {
			changed = true
			i++
		}
	}
	return changed
}

// loose reports whether little is lost if an item is read as something else.
func (it *item) loose() bool { return it.faint || it.means.without(free).empty() }

func (m *Model) mendPair(w *word, candidates []string, loose bool) bool {
	if len(w.folded) < 3 || !loose && len(w.folded) > 4 || w.marked() {
		return false
	}
	return m.mendFrom(w, candidates)
}
