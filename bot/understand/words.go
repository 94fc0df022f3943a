package understand

import (
	"unicode"
	"unicode/utf8"
)

// What is read of one message. An intent stands in its first sentences; the
// bounds keep the cost of any text alike.
const (
	maxRunes = 800
	maxWords = 120
)

// kind tells words from figures.
type kind uint8

const (
	plainWord kind = iota
	figure
	telephone
)

// word is one word or figure of a text.
type word struct {
	spelling
	id         int32 // in the lexicon, 0 if it is not there
	kind       kind
	start, end int  // bytes in the text; what an abbreviation stands for shares them
	capital    bool // begins with a capital letter
	shout      bool // all of it in capitals
	breaks     bool // a clause ends before it
	joined     bool // only "/", "-" or "." stands between it and the word before
	supplied   bool // its accents are the lexicon's, not the writer's
	name       bool // part of a person's name
	value      int  // of a figure
	digits     int
}

// scan cuts a text into words and figures.
func (s *scratch) scan(text string) {
	s.text = text
	s.words = s.words[:0]
	s.asks = false
	runes, breaks := 0, false
	for i := 0; i < len(text) && len(s.words) < maxWords; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if runes++; runes > maxRunes {
			return
		}
		switch {
		case isLetter(r):
			end := s.scanWord(text, i)
			s.words[len(s.words)-1].breaks = breaks
			runes += end - i
			i, breaks = end, false
			continue
		case r >= '0' && r <= '9' || r == '+' && i+1 < len(text) && isDigit(text[i+1]):
			end := s.scanFigure(text, i)
			s.words[len(s.words)-1].breaks = breaks
			runes += end - i
			i, breaks = end, false
			continue
		case r == '?':
			s.asks, breaks = true, true
		case r == ',' || r == '.' || r == ';' || r == '!' || r == ':' || r == '\n' || r == '(' || r == ')':
			breaks = true
		}
		i += size
	}
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isLetter(r rune) bool {
	if _, ok := lookup(r); ok {
		return true
	}
	return r > 0x24F && unicode.IsLetter(r)
}

// scanWord reads a word beginning at i: letters, and the digits of VNI or of
// "t3" among them.
func (s *scratch) scanWord(text string, i int) int {
	w := word{start: i}
	folded, shape := len(s.folded), len(s.shape)
	upper, count := 0, 0
	end := i
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		l, ok := lookup(r)
		switch {
		case ok:
			if l.tone != level {
				w.tone = l.tone
			}
			s.folded = append(s.folded, l.base)
			s.shape = utf8.AppendRune(s.shape, l.shape)
			if unicode.IsUpper(r) {
				upper++
			}
			count++
		case isMark(r):
			s.combine(r, &w, shape)
		case r >= '0' && r <= '9':
			s.folded = append(s.folded, byte(r))
			s.shape = append(s.shape, byte(r))
			count++
		case invisible(r):
		case r > 0x24F && unicode.IsLetter(r):
			s.folded = utf8.AppendRune(s.folded, r)
			s.shape = utf8.AppendRune(s.shape, r)
			count++
		default:
			size = 0
		}
		if size == 0 {
			break
		}
		end += size
		w.capital = w.capital || count == 1 && upper == 1
	}
	w.end = end
	w.shout = upper == count && count > 1
	w.joined = i > 0 && (text[i-1] == '/' || text[i-1] == '-')
	s.spans = append(s.spans, [4]int{folded, len(s.folded), shape, len(s.shape)})
	s.words = append(s.words, w)
	return end
}

// combine applies a combining mark to the letter just read.
func (s *scratch) combine(mark rune, w *word, from int) {
	if len(s.shape) == from || len(s.folded) == 0 {
		return
	}
	last, size := utf8.DecodeLastRune(s.shape)
	l := letter{base: s.folded[len(s.folded)-1], shape: last}
	l.add(mark)
	s.shape = utf8.AppendRune(s.shape[:len(s.shape)-size], l.shape)
	if l.tone != level {
		w.tone = l.tone
	}
}

// scanFigure reads digits at i; a telephone number is taken whole, with the
// spaces, dots and dashes people put in it.
func (s *scratch) scanFigure(text string, i int) int {
	w := word{start: i, kind: figure, joined: i > 0 && (text[i-1] == '/' || text[i-1] == '-' || text[i-1] == '.')}
	folded, shape := len(s.folded), len(s.shape)
	defer func() {
		s.spans = append(s.spans, [4]int{folded, len(s.folded), shape, len(s.shape)})
		s.words = append(s.words, w)
	}()
	if end := phoneAt(text, i); end > 0 {
		w.kind, w.end = telephone, end
		return end
	}
	if text[i] == '+' {
		i++
	}
	end := i
	for end < len(text) && isDigit(text[end]) {
		if w.digits < 9 {
			w.value = w.value*10 + int(text[end]-'0')
		}
		w.digits++
		end++
	}
	w.end = end
	return end
}

// phoneAt returns where a telephone number beginning at i ends, 0 if none does:
// 0, 84 or +84 and nine digits (ten for numbers from before 2018), or nine
// digits whose leading zero was lost.
func phoneAt(text string, i int) int {
	digits, end, plus := 0, 0, text[i] == '+'
	if plus {
		i++
	}
	var first [2]byte
	for j := i; j < len(text) && digits <= 12; j++ {
		c := text[j]
		if isDigit(c) {
			if digits < 2 {
				first[digits] = c
			}
			digits++
			end = j + 1
			continue
		}
		if (c == ' ' || c == '.' || c == '-') && j+1 < len(text) && isDigit(text[j+1]) {
			continue
		}
		break
	}
	switch {
	case first[0] == '0' && (digits == 10 || digits == 11) && !plus,
		first == [2]byte{'8', '4'} && (digits == 11 || digits == 12),
		digits == 9 && first[0] >= '3' && first[0] != '4' && first[0] != '6' && end == i+9:
		return end
	}
	return 0
}

// settle turns the folded bytes of all words into strings at once.
func (s *scratch) settle() {
	folded, shape := string(s.folded), ""
	if len(s.folded) == len(s.shape) && string(s.shape) == folded {
		shape = folded
	} else {
		shape = string(s.shape)
	}
	s.vni = false
	for i := range s.words {
		w := &s.words[i]
		span := s.spans[i]
		w.folded, w.shape = folded[span[0]:span[1]], shape[span[2]:span[3]]
		for k := 1; k+1 < len(w.folded) && w.kind == plainWord; k++ {
			if isDigit(w.folded[k]) && !isDigit(w.folded[k+1]) {
				s.vni = true
			}
		}
	}
}

// weighAccents tells a text written with accents from one written without.
func (s *scratch) weighAccents() {
	marked, wide := 0, 0
	for i := range s.words {
		if w := &s.words[i]; w.kind == plainWord && len(w.folded) > 1 && !w.supplied {
			wide++
			if w.marked() {
				marked++
			}
		}
	}
	s.accented = marked*10 >= wide*4 && marked > 0
}
