package vault

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
)

const tokenSize = 20 // bytes: 160 bits

// tokens are lower-case base32: a chat app takes all of it as part of a link,
// which it would not always do with a "-" or "_" at the end.
var tokens = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Token makes the end of a link that cannot be guessed; what is kept of it is its
// hash.
func Token() string {
	random := make([]byte, tokenSize)
	rand.Read(random)
	return tokens.EncodeToString(random)
}

// IsToken reports whether a text could be one: what cannot is refused before the
// database is asked.
func IsToken(text string) bool {
	if len(text) != tokens.EncodedLen(tokenSize) || strings.ContainsAny(text, "\r\n") { // which the decoder passes over
		return false
	}
	_, err := tokens.DecodeString(text)
	return err == nil
}
