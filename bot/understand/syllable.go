package understand

import (
	"strings"
	"unicode/utf8"
)

// onsets and rimes are what a Vietnamese syllable is made of, without accents.
var onsets = setOf(" b c ch d g gh gi h k kh l m n ng ngh nh p ph q qu r s t th tr v x")

var rimes = setOf(wordsOf("rimes"))

// syllable reports whether a folded word could be Vietnamese. What could be is
// not a slip of something else, at least not to be told from the word alone.
func syllable(folded string) bool {
	for n := 0; n <= 3 && n < len(folded); n++ {
		if (n == 0 || onsets[folded[:n]]) && rimes[folded[n:]] {
			return true
		}
	}
	return false
}

// Keys of Telex and VNI that stand for tones and vowel marks.
const telexTones = "\x00sfrxj"

// decode reads what a Telex or VNI keyboard would have made of a word typed
// with it switched off: "tieenf", "tie6n2", "chuwa", "ddoir", "d9o6i3". False
// when nothing in the word is such debris.
func decode(folded string) (spelling, bool) {
	var shape [24]rune
	n, tone, changed := 0, uint8(level), false
	if len(folded) > len(shape) {
		return spelling{}, false
	}
	mark := func(from, to rune) bool { // the last such letter takes the mark
		for i := n - 1; i >= 0; i-- {
			if shape[i] == from {
				shape[i], changed = to, true
				return true
			}
		}
		return false
	}
	vowel := false
	for i := 0; i < len(folded); i++ {
		c := rune(folded[i])
		if at := strings.IndexByte(telexTones, folded[i]); at > 0 && vowel && i > 0 {
			if !(c == 'r' && n > 0 && shape[n-1] == 't') {
				tone, changed = uint8(at), true
				continue
			}
		}
		switch {
		case c == 'z' && vowel:
			tone, changed = level, true
			continue
		case c >= '1' && c <= '5' && vowel:
			tone, changed = uint8(c-'0'), true
			continue
		case c == '6' && (mark('a', 'â') || mark('e', 'ê') || mark('o', 'ô')),
			c == '8' && mark('a', 'ă'), c == '9' && mark('d', 'đ'):
			continue
		case c == '7' || c == 'w':
			o := mark('o', 'ơ')
			u := mark('u', 'ư')
			if o || u || c == 'w' && mark('a', 'ă') {
				continue
			}
			c, changed, vowel = 'ư', true, true
		case c == 'd' && n > 0 && mark('d', 'đ'),
			c == 'a' && vowel && mark('a', 'â'), c == 'e' && vowel && mark('e', 'ê'), c == 'o' && vowel && mark('o', 'ô'):
			continue
		case strings.ContainsRune("aeiouy", c):
			vowel = true
		}
		shape[n] = c
		n++
	}
	if !changed || !vowel {
		return spelling{}, false
	}
	s := spelling{tone: tone, shape: string(shape[:n])}
	s.folded = bare(s.shape)
	return s, true
}

// bare drops the marks of a shape.
func bare(shape string) string {
	out := make([]byte, 0, len(shape))
	for _, r := range shape {
		if l, ok := lookup(r); ok {
			out = append(out, l.base)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return string(out)
}
