package understand

// units are what a village may be called.
var units = setOf("to tdp thon xom khoi lang doi khu ap")

// notVillages are words after "tổ" or "thôn" that make another thing of it.
var notVillages = setOf(wordsOf("no villages"))

// village finds "tổ 5", "tdp 3", "thôn Đông", as typed.
func (m *Model) village(s *scratch) string {
	for i := range s.words {
		w := &s.words[i]
		if w.kind != plainWord || w.name || !units[w.folded] {
			continue
		}
		if w.marked() && w.folded == "doi" && w.shape != "đôi" || w.folded == "to" && w.marked() && w.shape != "tô" {
			continue
		}
		from, at := i, i+1
		if w.folded == "to" && at+1 < len(s.words) && s.words[at].folded == "dan" && s.words[at+1].folded == "pho" {
			at += 2
		} else if w.folded == "khoi" && at < len(s.words) && s.words[at].folded == "pho" {
			at++
		}
		if at < len(s.words) && s.words[at].folded == "so" && !s.words[at].breaks {
			at++
		}
		if at >= len(s.words) || s.words[at].breaks {
			continue
		}
		end := at
		if v := &s.words[at]; v.kind == figure && v.digits <= 2 {
			end = at + 1
		} else if w.folded != "doi" && w.folded != "khu" {
			end = m.villageName(s, at)
		}
		if end > at {
			start := s.words[from].start
			if stop := s.words[end-1].end; stop > start && stop <= len(s.text) {
				return s.text[start:stop]
			}
		}
	}
	return ""
}

// villageName returns where the name of a village that begins at i ends: words
// with capitals, or else one or two that mean nothing here.
func (m *Model) villageName(s *scratch, i int) int {
	end := i
	for end < len(s.words) && end < i+3 {
		w := &s.words[end]
		if w.kind != plainWord || w.breaks && end > i {
			break
		}
		capital := w.capital && !w.shout
		if end > i && s.words[i].capital && !capital {
			break
		}
		if !capital && (notVillages[w.folded] || end-i >= 2 || !m.isGiven(s, w) && w.id != 0) {
			break
		}
		if !capital && end > i && m.phraseFrom(s, end) {
			break
		}
		end++
	}
	return end
}
