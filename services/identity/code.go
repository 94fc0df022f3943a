package identity

import (
	"crypto/rand"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// alphabet is what codes are written with. It has no two signs that look
// alike, and none that a Vietnamese keyboard composes into something else
// while a code is typed: no vowel to carry a tone or a hat, no D, no W.
// Ten signs of twenty-one are 43 random bits.
const (
	alphabet   = "23456789CFHJKMNPQRTVX"
	codeLength = 10
)

// lookalikes reads what people write for a sign that codes do not have.
var lookalikes = strings.NewReplacer("0", "Q", "O", "Q", "1", "7", "I", "7", "L", "7", "S", "5", "B", "8", "Z", "2",
	"G", "6", "U", "V")

// newCode draws a code.
func newCode() string {
	const fair = 256 / len(alphabet) * len(alphabet) // beyond it some signs would come oftener
	var code strings.Builder
	random := make([]byte, 1)
	for code.Len() < codeLength {
		rand.Read(random) // never fails
		if int(random[0]) < fair {
			code.WriteByte(alphabet[int(random[0])%len(alphabet)])
		}
	}
	return code.String()
}

// showCode writes a code as it is handed out: XXXXX-XXXXX. It is also the
// payload of a deep link and of a QR code.
func showCode(code string) string { return code[:codeLength/2] + "-" + code[codeLength/2:] }

// readCode takes a code as somebody typed it. Not ok when it cannot be one.
func readCode(text string) (code string, ok bool) {
	if len(text) > 4*codeLength {
		return "", false
	}
	var b strings.Builder
	for _, r := range strings.ToUpper(norm.NFKC.String(text)) {
		if !strings.ContainsRune(" \t\r\n.,-_\u2010\u2011\u2012\u2013\u2014\u2212", r) {
			b.WriteRune(r)
		}
	}
	code = lookalikes.Replace(b.String())
	if len(code) != codeLength || strings.Trim(code, alphabet) != "" {
		return "", false
	}
	return code, true
}
