package understand

import (
	"math/bits"
	"strconv"
	"strings"
)

// counted are words that a figure may be stuck to: "t3", "thang3", "to5".
var counted = map[string]string{
	"t": "tháng", "th": "tháng", "thg": "tháng", "thang": "tháng", "to": "tổ", "tdp": "tổ", "thon": "thôn",
	"khoi": "khối", "xom": "xóm", "quy": "quý", "q": "quý", "nam": "năm", "doi": "đội", "khu": "khu",
}

// unsure are words after which "bt" is no post: "ko bt", "chưa bt".
var unsure = setOf("khong chua no chang cha dau ai")

// repair finds every word in the lexicon, as it stands, spelt out, or mended.
func (m *Model) repair(s *scratch) {
	s.out = s.out[:0]
	for i := range s.words {
		w := s.words[i]
		s.after = nil
		if i+1 < len(s.words) && !s.words[i+1].breaks {
			s.after = &s.words[i+1]
		}
		switch {
		case w.kind != plainWord || w.name:
			s.out = append(s.out, w)
		case (w.folded == "t" || w.folded == "th" || w.folded == "thg") && i+1 < len(s.words) &&
			s.words[i+1].kind == figure && s.words[i+1].value <= 12:
			m.put(s, w, spell("tháng"))
		case w.folded == "t" && i > 0 && s.words[i-1].kind == figure && s.words[i-1].digits <= 2 &&
			s.words[i-1].end == w.start:
			m.put(s, w, spell("tháng"))
		case w.folded == "ii" || w.folded == "iii":
			s.out = append(s.out, w) // figures of Rome
		case w.folded == "k" && i > 0 && s.words[i-1].kind == figure:
			m.put(s, w, spell("nghìn"))
		case w.folded == "bt" && unsure[s.before()]:
			m.put(s, w, spell("biết"))
		case w.folded == "k":
			m.put(s, w, spell("không"))
		default:
			m.mend(s, w)
		}
		if len(s.out) >= 2*maxWords {
			break
		}
	}
	s.words, s.out = s.out, s.words
}

// before is the word that has just been mended.
func (s *scratch) before() string {
	if len(s.out) == 0 {
		return ""
	}
	return s.out[len(s.out)-1].folded
}

// put adds the words w stands for.
func (m *Model) put(s *scratch, w word, spellings ...spelling) {
	for i, sp := range spellings {
		w.spelling, w.id, w.supplied = sp, m.lexicon.ids[sp.folded], true
		if i > 0 {
			w.breaks = false
		}
		s.out = append(s.out, w)
	}
}

// typed notes that the accents of the word just added are the writer's own.
func (s *scratch) typed() { s.out[len(s.out)-1].supplied = false }

// mend adds a word as the lexicon spells it, if it can be told.
func (m *Model) mend(s *scratch, w word) {
	if words := m.lexicon.expand[w.folded]; words != nil && w.tone == level && plain(w.spelling) {
		for i, word := range words {
			w.breaks = w.breaks && i == 0
			m.put(s, w, spell(word))
		}
		return
	}
	if id := m.lexicon.ids[w.folded]; id != 0 {
		w.id = id
		s.out = append(s.out, w)
		return
	}
	if s.vni {
		if sp, ok := decode(w.folded); ok && len(w.folded) > 2 && m.lexicon.ids[sp.folded] != 0 {
			m.put(s, w, sp)
			s.typed()
			return
		}
	}
	if letters, n, ok := splitFigure(w.folded); ok {
		if unit, known := counted[letters]; known {
			m.put(s, w, spell(unit))
			w.spelling, w.kind, w.value, w.breaks = spelling{}, figure, n, false
			w.digits = 1 + n/10
			s.out = append(s.out, w)
			return
		}
	}
	if syllable(w.folded) || len(w.folded) > 40 {
		s.out = append(s.out, w)
		return
	}
	if sp, ok := decode(w.folded); ok && m.lexicon.ids[sp.folded] != 0 {
		if sp.tone == level {
			sp.tone = w.tone
		}
		m.put(s, w, sp)
		s.typed()
		return
	}
	if single := undouble(w.folded); single != w.folded && m.lexicon.knows(single) {
		w.spelling = spelling{folded: single, shape: undouble(w.shape), tone: w.tone}
		if w.spelling.shape == "" || bare(w.shape) != w.folded {
			w.shape = single
		}
		m.mend(s, w)
		return
	}
	if single := undouble(w.folded); single != w.folded {
		if sp, ok := decode(single); ok && m.lexicon.ids[sp.folded] != 0 {
			m.put(s, w, sp)
			s.typed()
			return
		}
	}
	if parts := m.split(w.folded); parts != nil {
		m.putParts(s, w, parts)
		return
	}
	if sp, ok := decode(w.folded); ok {
		if word := m.reordered(sp.folded); word != "" {
			m.put(s, w, spelling{folded: word, shape: word})
			return
		}
		if parts := m.split(sp.folded); parts != nil {
			m.putParts(s, w, parts)
			return
		}
	}
	if m.mendRuns(s, w) {
		return
	}
	if near := m.near(w.folded, s.before(), s.after); near != "" {
		m.put(s, w, spelling{folded: near, shape: near})
		return
	}
	s.out = append(s.out, w)
}

// mendRuns parts letters from the figures stuck to them: "t3co", "duoc150".
func (m *Model) mendRuns(s *scratch, w word) bool {
	at := 0
	for at < len(w.folded) && isDigit(w.folded[at]) == isDigit(w.folded[0]) {
		at++
	}
	if at == len(w.folded) || !ascii(w.folded) {
		return false
	}
	if n := at; n < len(w.folded)-1 && !isDigit(w.folded[0]) { // "t3" of "t3co"
		for n < len(w.folded) && isDigit(w.folded[n]) {
			n++
		}
		if _, _, unit := splitFigure(w.folded[:n]); unit && n < len(w.folded) && counted[w.folded[:at]] != "" {
			at = n
		}
	}
	for _, part := range []string{w.folded[:at], w.folded[at:]} {
		piece := w
		piece.spelling = spelling{folded: part, shape: part}
		if isDigit(part[0]) && len(part) <= 11 {
			if len(part) >= 9 {
				piece.kind = telephone
				s.out = append(s.out, piece)
				continue
			}
			if n, err := strconv.Atoi(part); err == nil {
				piece.kind, piece.value, piece.digits = figure, n, len(part)
				s.out = append(s.out, piece)
				w.breaks = false
				continue
			}
		}
		m.mend(s, piece)
		w.breaks = false
	}
	return true
}

func (m *Model) putParts(s *scratch, w word, parts []string) {
	for i, part := range parts {
		w.breaks = w.breaks && i == 0
		w.spelling = spelling{folded: part, shape: part}
		if words := m.lexicon.expand[part]; words != nil {
			for _, word := range words {
				m.put(s, w, spell(word))
			}
			continue
		}
		m.put(s, w, w.spelling)
	}
}

// plain reports whether the only mark of a word is đ.
func plain(s spelling) bool {
	return s.shape == s.folded || strings.ReplaceAll(s.shape, "đ", "d") == s.folded
}

// splitFigure parts "t3" into "t" and 3.
func splitFigure(folded string) (letters string, n int, ok bool) {
	at := strings.IndexAny(folded, "0123456789")
	if at <= 0 || len(folded)-at > 2 {
		return "", 0, false
	}
	for i := at; i < len(folded); i++ {
		if !isDigit(folded[i]) {
			return "", 0, false
		}
		n = n*10 + int(folded[i]-'0')
	}
	return folded[:at], n, true
}

// undouble drops letters held down too long: "tiềnnn", "alooo".
func undouble(text string) string {
	var b strings.Builder
	var last rune
	for _, r := range text {
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// split parts words written together ("phucap", "doistk") into as few known
// words as possible; nil if that cannot be done.
func (m *Model) split(folded string) []string {
	const most = 40
	if len(folded) < 5 || len(folded) > most {
		return nil
	}
	var cost [most + 1]int
	var from [most + 1]int
	for end := 1; end <= len(folded); end++ {
		cost[end] = 1 << 20
		for start := max(0, end-7); start < end; start++ {
			if cost[start] >= 1<<20 {
				continue
			}
			piece := folded[start:end]
			if len(piece) < 2 || !m.lexicon.knows(piece) {
				continue
			}
			price := 14 - min(5, bits.Len(uint(m.lexicon.uses[piece])))
			if len(piece) == 2 {
				price++
			}
			if start > 0 {
				for _, follower := range m.lexicon.followers[folded[from[start]:start]] {
					if follower == piece {
						price -= 4
						break
					}
				}
			}
			if c := cost[start] + price; c < cost[end] {
				cost[end], from[end] = c, start
			}
		}
	}
	if cost[len(folded)] >= 1<<20 || cost[len(folded)] > 12*(1+len(folded)/3) {
		return nil
	}
	var parts []string
	for end := len(folded); end > 0; end = from[end] {
		parts = append([]string{folded[from[end]:end]}, parts...)
	}
	return parts
}
