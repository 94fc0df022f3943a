package roster

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"canbobot/services"
)

const (
	minName = 2
	maxName = 80 // runes
)

// CleanName reads a person's name as it is kept: NFC, single spaces, otherwise
// as typed. A name is 2 to 80 runes of Latin letters with spaces, apostrophes,
// dots and hyphens between; anything else is invalid/name, invalid/name_short
// or invalid/name_long.
func CleanName(text string) (string, error) {
	if !utf8.ValidString(text) {
		return "", services.Invalid("name")
	}
	if len(text) > 8*maxName { // a decomposed letter takes up to seven bytes
		return "", services.Invalid("name_long").With("max", maxName)
	}
	name := strings.Join(strings.Fields(norm.NFC.String(text)), " ")
	name = strings.ReplaceAll(name, "\u2019", "'")
	letters := 0
	for i, r := range name {
		switch {
		case unicode.Is(unicode.Latin, r):
			letters++
		case i > 0 && strings.ContainsRune(" '.-", r):
		default:
			return "", services.Invalid("name")
		}
	}
	switch {
	case letters < minName:
		return "", services.Invalid("name_short").With("min", minName)
	case utf8.RuneCountInString(name) > maxName:
		return "", services.Invalid("name_long").With("max", maxName)
	}
	return name, nil
}
