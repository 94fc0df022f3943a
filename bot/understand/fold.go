package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Tones of Vietnamese, in the order of the VNI digits.
const (
	level = iota
	acute
	grave
	hook
	tilde
	dot
)

// letter is what one rune amounts to: its bare Latin letter, the same letter
// with its vowel quality kept (â, ê, ô, ă, ơ, ư, đ), and the tone it carries.
type letter struct {
	base  byte
	shape rune
	tone  uint8
}

// letters holds every precomposed Latin letter a Vietnamese keyboard, or a
// pasted text, can bring.
var letters = buildLetters()

func buildLetters() map[rune]letter {
	table := make(map[rune]letter, 512)
	for _, span := range [][2]rune{{'A', 'Z'}, {'a', 'z'}, {0xC0, 0x24F}, {0x1E00, 0x1EFF}, {0xFF21, 0xFF3A},
		{0xFF41, 0xFF5A}} {
		for r := span[0]; r <= span[1]; r++ {
			lower := unicode.ToLower(r)
			if lower == 'đ' {
				table[r] = letter{base: 'd', shape: 'đ'}
				continue
			}
			parts := []rune(norm.NFKD.String(string(lower)))
			if parts[0] < 'a' || parts[0] > 'z' {
				continue
			}
			l := letter{base: byte(parts[0]), shape: parts[0]}
			for _, mark := range parts[1:] {
				l.add(mark)
			}
			table[r] = l
		}
	}
	return table
}

// add lets a combining mark act on the letter; marks that Vietnamese does not
// use are dropped.
func (l *letter) add(mark rune) {
	switch mark {
	case 0x301, 0x341:
		l.tone = acute
	case 0x300, 0x340:
		l.tone = grave
	case 0x309:
		l.tone = hook
	case 0x303:
		l.tone = tilde
	case 0x323:
		l.tone = dot
	case 0x302:
		l.shape = pick(l.base, l.shape, 'a', 'â', 'e', 'ê', 'o', 'ô')
	case 0x306:
		l.shape = pick(l.base, l.shape, 'a', 'ă')
	case 0x31B:
		l.shape = pick(l.base, l.shape, 'o', 'ơ', 'u', 'ư')
	}
}

func pick(base byte, otherwise rune, pairs ...rune) rune {
	for i := 0; i < len(pairs); i += 2 {
		if rune(base) == pairs[i] {
			return pairs[i+1]
		}
	}
	return otherwise
}

// lookup finds a rune's letter, ASCII first: it is most of what people type.
func lookup(r rune) (letter, bool) {
	switch {
	case r >= 'a' && r <= 'z':
		return letter{base: byte(r), shape: r}, true
	case r >= 'A' && r <= 'Z':
		return letter{base: byte(r) + 'a' - 'A', shape: r + 'a' - 'A'}, true
	case r < 0xC0:
		return letter{}, false
	}
	l, ok := letters[r]
	return l, ok
}

func isMark(r rune) bool { return r >= 0x300 && r <= 0x36F }

// invisible runes stand inside copied words without being seen.
func invisible(r rune) bool {
	return r >= 0x200B && r <= 0x200F || r == 0xFEFF || r == 0xAD || r == 0x2060
}

// Fold is the key under which a text is compared: lower case, no accents,
// đ = d, tone marks alike wherever they stand, one space between words. It
// takes composed and decomposed text alike; what is not a Latin letter stays.
func Fold(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	space := false
	for _, r := range text {
		switch {
		case isMark(r) || invisible(r):
			continue
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		lower := unicode.ToLower(r) // of signs too: Å, K
		if l, ok := lookup(lower); ok {
			b.WriteByte(l.base)
			continue
		}
		b.WriteRune(lower)
	}
	return b.String()
}

// spelling is one word as it sounds: folded without accents, shape with the
// vowel quality, and the tone apart, so that where the tone mark was put
// (hòa, hoà) and how it was typed (hoaf, hoa2) make no difference.
type spelling struct {
	folded string
	shape  string
	tone   uint8
}

func (s spelling) marked() bool { return s.tone != level || s.shape != s.folded }

// spell reads one word of the lexicon.
func spell(word string) spelling {
	var s spelling
	folded, shape := make([]byte, 0, len(word)), make([]byte, 0, len(word))
	for _, r := range norm.NFC.String(word) {
		l, ok := lookup(r)
		if !ok {
			l = letter{shape: r}
			folded = utf8.AppendRune(folded, r)
		} else {
			folded = append(folded, l.base)
		}
		shape = utf8.AppendRune(shape, l.shape)
		if l.tone != level {
			s.tone = l.tone
		}
	}
	s.folded, s.shape = string(folded), string(shape)
	return s
}

// How well a typed word fits a word of the lexicon with the same folded form.
const (
	fitExact = 3  // letter by letter
	fitBare  = 2  // typed without accents
	fitNear  = 1  // hỏi, ngã and nặng interchanged, or accents left out
	fitTone  = 0  // another tone
	fitOther = -4 // another tone, and it is written
	fitShape = -5 // another vowel: most likely another word
)

// fit compares a typed word with a lexicon word of the same folded form. In a
// text that carries accents a bare word means itself: "thay" is not "thấy".
func fit(typed, known spelling, accented bool) int {
	if typed.shape == known.shape && typed.tone == known.tone {
		if !accented && !typed.marked() {
			return fitBare // it may as well be a word with its accents left out
		}
		return fitExact
	}
	if !typed.marked() {
		if accented {
			return fitTone
		}
		return fitBare
	}
	if typed.shape != known.shape {
		if !leaves(typed.shape, known.shape) {
			return fitShape
		}
		if typed.tone == known.tone || typed.tone == level {
			return fitNear
		}
		return fitShape
	}
	if typed.tone == level && !accented || falling(typed.tone) && falling(known.tone) {
		return fitNear
	}
	if typed.tone != level {
		return fitOther
	}
	return fitTone
}

// falling tones are confused in the speech, and so in the writing, of Nghệ-Tĩnh.
func falling(tone uint8) bool { return tone == hook || tone == tilde || tone == dot }

// leaves reports whether typed is known with some accents left out.
func leaves(typed, known string) bool {
	for len(typed) > 0 && len(known) > 0 {
		a, n := utf8.DecodeRuneInString(typed)
		b, m := utf8.DecodeRuneInString(known)
		typed, known = typed[n:], known[m:]
		if a == b {
			continue
		}
		if l, _ := lookup(b); rune(l.base) != a {
			return false
		}
	}
	return len(typed) == 0 && len(known) == 0
}
