package understand

import "strings"

// honorifics stand before a person's name.
var honorifics = spellings("anh chị bà ông cô chú bác o mệ mự dì cậu em mợ thím dượng")

func spellings(words string) map[string]spelling {
	known := map[string]spelling{}
	for _, word := range strings.Fields(words) {
		sp := spell(word)
		known[sp.folded] = sp
	}
	return known
}

// isHonorific reports whether a word is one of the honorifics: "cô", not "có".
func isHonorific(s *scratch, w *word) bool {
	known, ok := honorifics[w.folded]
	if !ok {
		return false
	}
	f := fit(w.spelling, known, s.accented)
	return f >= fitNear || f == fitTone && !w.marked()
}

// announcers are words after which a name may stand without an honorific.
var announcers = setOf("tim thay bang ten moi la kiem tra cuu cho thanh gom cua nguoi cu bau voi dua sang qua va de")

// common are the family names that tell a name written without capitals.
var common = setOf("nguyen tran le pham phan hoang vo bui dinh duong truong trinh dang")

// shy are words of names that mean something else far more often when they
// are written small and alone.
var shy = setOf(wordsOf("shy names"))

// markNames finds people's names, so that "anh Tiến" is not money and "bà Hoa"
// not an unknown word.
func (m *Model) markNames(s *scratch) {
	shouting := true
	capitals, wide := 0, 0
	for i := range s.words {
		if w := &s.words[i]; w.kind == plainWord {
			wide++
			if w.capital || w.shout {
				capitals++
			}
			if !w.shout && len(w.folded) > 1 {
				shouting = false
			}
		}
	}
	headline := capitals*2 > wide
	for i := 0; i < len(s.words); i++ {
		n := 0
		if from, ok := m.nameBegins(s, i); ok {
			i = from
			n = m.nameLength(s, i, shouting)
		} else if n = m.fullName(s, i, shouting); n == 0 && !headline && m.bareName(s, i) {
			n = 1
		}
		if n == 0 {
			continue
		}
		for j := i; j < i+n; j++ {
			s.words[j].name = true
		}
		i += n - 1
	}
}

// acts are the words that tell a name at the beginning: "Hoa nghỉ".
var acts = setOf("nghi thay lam len xin khong da chuyen mat qua di thoi dang vua moi no thoi la co")

// bareName reports whether a capital alone makes the word at i a name: inside a
// sentence, or where somebody is said to do something.
func (m *Model) bareName(s *scratch, i int) bool {
	w := &s.words[i]
	if w.kind != plainWord || !w.capital || w.shout || len(w.folded) < 2 || !m.isGiven(s, w) || m.phraseFrom(s, i) {
		return false
	}
	if w.supplied || i > 0 && s.words[i-1].kind != plainWord {
		return false
	}
	for j := i - 1; j >= 0; j-- {
		if units[s.words[j].folded] {
			return false // the name of a village
		}
		if !s.words[j].capital {
			break
		}
	}
	next := ""
	if i+1 < len(s.words) {
		next = s.words[i+1].folded
	}
	if i == 0 || s.words[i].breaks {
		return acts[next] && (i > 0 || !shy[w.folded] || next == "nghi" || next == "thay")
	}
	return true
}

// nameBegins reports whether a name may follow the word at i, and where.
func (m *Model) nameBegins(s *scratch, i int) (int, bool) {
	w := &s.words[i]
	if w.kind != plainWord || i+1 >= len(s.words) {
		return 0, false
	}
	next := &s.words[i+1]
	if next.kind != plainWord || next.breaks {
		return 0, false
	}
	switch {
	case isHonorific(s, w):
		return i + 1, !m.phraseFrom(s, i)
	case w.folded == "chi" && next.folded == "chi":
		return i + 1, true
	case w.folded == "dong" && next.folded == "chi" && i+2 < len(s.words) && !s.words[i+2].breaks:
		return i + 2, true
	case (w.folded == "dc" || w.folded == "a") && next.capital && !next.shout:
		return i + 1, true
	case announcers[w.folded] && next.capital && !next.shout && m.isGiven(s, next):
		return i + 1, true
	}
	return 0, false
}

// nameLength counts the words of the name that begins at i, after an honorific.
func (m *Model) nameLength(s *scratch, i int, shouting bool) int {
	n := 0
	for i+n < len(s.words) && n < 5 {
		w := &s.words[i+n]
		if w.kind != plainWord || w.supplied || n > 0 && (w.breaks || w.joined) || isHonorific(s, w) && !m.isGiven(s, w) {
			break
		}
		if w.capital && !w.shout && !shouting {
			if n == 0 && m.phraseFrom(s, i) && !m.isGiven(s, w) {
				break
			}
			n++
			continue
		}
		if n > 0 && s.words[i].capital && !shouting {
			break // a name begun with a capital goes on with capitals
		}
		if !m.isGiven(s, w) || m.phraseFrom(s, i+n) || w.folded == "thang" && i+n+1 < len(s.words) &&
			s.words[i+n+1].kind == figure {
			break
		}
		if !w.marked() && shy[w.folded] && !m.nameGoesOn(s, i+n) && n == 0 {
			break
		}
		if n == 0 && !w.marked() && !s.accented && m.meansAlone(s, i) {
			break
		}
		if n > 0 && !w.marked() && shy[w.folded] && !m.lexicon.family[s.words[i].folded] {
			break
		}
		n++
	}
	return n
}

// meansAlone reports whether a bare word has a meaning of its own.
func (m *Model) meansAlone(s *scratch, i int) bool {
	node, ok := m.lexicon.next[uint64(m.lexicon.ids[s.words[i].folded])]
	if !ok {
		return false
	}
	means, _, faint := m.senses(s, node, i)
	return !faint && !means.without(of(filler)).empty() && !means.meets(aside)
}

// nameGoesOn reports whether the word after i can only be part of a name.
func (m *Model) nameGoesOn(s *scratch, i int) bool {
	if i+1 >= len(s.words) || !m.lexicon.family[s.words[i].folded] {
		return false
	}
	next := &s.words[i+1]
	return !next.breaks && (next.folded == "thi" || next.folded == "van" || m.isGiven(s, next) && !shy[next.folded])
}

// fullName counts the words of a whole name beginning with a family name at i:
// at least three, or two with capitals.
func (m *Model) fullName(s *scratch, i int, shouting bool) int {
	first := &s.words[i]
	if first.kind != plainWord || i > 0 && units[s.words[i-1].folded] || !m.lexicon.family[first.folded] ||
		!m.isGiven(s, first) {
		return 0
	}
	n, capitals := 1, first.capital && !first.shout && !shouting
	if !capitals && (!common[first.folded] || m.phraseFrom(s, i)) {
		return 0
	}
	for i+n < len(s.words) && n < 5 {
		w := &s.words[i+n]
		if w.kind != plainWord || w.breaks || !m.isGiven(s, w) {
			break
		}
		if first.capital != w.capital || m.phraseFrom(s, i+n) && !(w.capital && capitals) {
			break
		}
		n++
	}
	if n >= 3 || n == 2 && capitals {
		return n
	}
	return 0
}

// isGiven reports whether a word is known from people's names.
func (m *Model) isGiven(s *scratch, w *word) bool {
	for _, known := range m.lexicon.given[w.folded] {
		if f := fit(w.spelling, known, s.accented); f >= fitNear || f == fitTone && !w.marked() {
			return true
		}
	}
	return false
}

// phraseFrom reports whether a phrase of two words or more begins at i, which
// makes its words no name: "chi hội", "tháng này".
func (m *Model) phraseFrom(s *scratch, i int) bool {
	node := int32(0)
	for n := 0; n < longest && i+n < len(s.words); n++ {
		w := &s.words[i+n]
		if n > 0 && w.breaks || w.kind != plainWord {
			return false
		}
		next, ok := m.lexicon.next[uint64(node)<<32|uint64(m.lexicon.ids[w.folded])]
		if !ok {
			return false
		}
		node = next
		if n == 0 {
			continue
		}
		for _, sense := range m.lexicon.ends[node] {
			total := 0
			for k, known := range sense.words {
				total += fit(s.words[i+k].spelling, known, s.accented)
			}
			if total >= fitBare*len(sense.words)-1 {
				return true
			}
		}
	}
	return false
}

var (
	// calledBy stand before a name, polite after it.
	calledBy = setOf("ông bà anh chị cô chú bác em ong chi bac")
	polite   = setOf("nhé nha ạ nhe đó đấy nghe đi")

	surnames = setOf(wordsOf("surnames"))
	noName   = setOf(wordsOf("no name"))
)

// WithoutCall is a name without the word by which its person is called, and
// without the politeness after it.
func WithoutCall(text string) string {
	words := strings.Fields(strings.TrimRight(text, " .,!"))
	for len(words) > 1 && polite[strings.ToLower(words[len(words)-1])] {
		words = words[:len(words)-1]
	}
	if len(words) > 1 && calledBy[strings.ToLower(words[0])] {
		words = words[1:]
	}
	return strings.Join(words, " ")
}

// MayBeName reports whether an answer can be somebody's name: it begins like no
// excuse and no question, and has capitals or a surname to say that it is one.
func MayBeName(text string) bool {
	first, _, _ := strings.Cut(Fold(text), " ")
	return !noName[first] && (text != strings.ToLower(text) || surnames[first])
}
