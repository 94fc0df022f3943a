package anchor

import (
	"encoding/base32"
	"strings"
)

// codeLetters is how much of an entry's hash people keep: sixty bits, which nobody
// finds a second entry for.
const codeLetters = 12

// alphabet has no letter that is taken for another.
var alphabet = base32.NewEncoding("23456789ABCDEFGHJKLMNPQRSTUVWXYZ").WithPadding(base32.NoPadding)

// Code is an entry's hash as people read it: "4F7K-29QD-8XMA". A hash that is too
// short has none.
func Code(hash []byte) string {
	code := string(letters(hash))
	if code == "" {
		return ""
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:]
}

func letters(hash []byte) []byte {
	if len(hash) < 8 {
		return nil
	}
	return []byte(alphabet.EncodeToString(hash[:8])[:codeLetters])
}

// folded is a code as it was typed, in the letters that codes are of.
func folded(typed string) []byte {
	return []byte(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '.' {
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(typed))))
}
