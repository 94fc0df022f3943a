package bot

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold is a text as two people type it alike: no case, no accents, single
// spaces, no signs at its ends, "ko" for "không".
func Fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(text)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'đ':
			b.WriteByte('d')
		default:
			b.WriteRune(r)
		}
	}
	words := strings.Fields(b.String())
	for i, word := range words {
		if word == "ko" || word == "k" || word == "hok" {
			words[i] = "khong"
		}
	}
	return strings.TrimFunc(strings.Join(words, " "), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}
