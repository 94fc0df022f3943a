package config

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// Secret is a setting that shows itself to nobody who prints, logs or encodes
// it; Reveal is the one way to its value. All the methods are needed: slog asks
// LogValue of an attribute itself, but prints or encodes what lies inside one.
type Secret string

const hidden = "(hidden)"

// Reveal is the value.
func (s Secret) Reveal() string { return string(s) }

// String shows only whether there is a value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format hides the value from every verb of fmt, %x and %#v included.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// LogValue hides the value from log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the value from encoders, JSON among them.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// keySize is the length of a secret key in bytes.
const keySize = 32

// NewSecret makes a value for SECRET_KEY.
func NewSecret() string {
	key := make([]byte, keySize)
	rand.Read(key) // never fails
	return base64.StdEncoding.EncodeToString(key)
}

// Keys are SECRET_KEY, first, and SECRET_KEYS_OLD, each 32 bytes. Nil without a
// SECRET_KEY.
func (c Config) Keys() [][]byte {
	key, ok := decodeKey(c.SecretKey.Reveal())
	if !ok {
		return nil
	}
	keys := [][]byte{key}
	for _, text := range oldKeys(c.SecretKeysOld) {
		if key, ok := decodeKey(text); ok {
			keys = append(keys, key)
		}
	}
	return keys
}

func oldKeys(s Secret) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s.Reveal(), ",")
}

// decodeKey accepts base64 of either alphabet, padded or not.
func decodeKey(text string) ([]byte, bool) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	text = strings.NewReplacer("-", "+", "_", "/").Replace(text)
	key, err := base64.RawStdEncoding.DecodeString(text)
	return key, err == nil && len(key) == keySize
}

// readKey takes SECRET_KEY from SECRET_KEY_FILE, where that is named.
func (c *Config) readKey(problems *Problems) {
	if c.SecretKeyFile == "" {
		return
	}
	if c.SecretKey != "" {
		problems.add("SECRET_KEY_FILE", "set, and so is SECRET_KEY")
		return
	}
	text, err := os.ReadFile(c.SecretKeyFile)
	if err != nil {
		problems.add("SECRET_KEY_FILE", "not to be read")
		return
	}
	c.SecretKey = Secret(strings.TrimSpace(string(text)))
	if _, ok := decodeKey(c.SecretKey.Reveal()); !ok {
		problems.add("SECRET_KEY_FILE", "a file without a right key")
		c.SecretKey = ""
	}
}
