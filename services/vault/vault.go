// Package vault encrypts what must not be readable in the database and hashes
// what must be found without being readable.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"canbobot/models"
)

// KeySize is the length of SECRET_KEY in bytes.
const KeySize = 32

// Vault seals with one key and opens with any of those it was given, so that a
// key can be replaced without losing what an older one sealed.
type Vault struct {
	id      string // of the sealing key
	ciphers map[string]cipher.AEAD
	hash    []byte
}

// New derives the keys of encryption and of hashing from the secret; older
// secrets only open. Hashes come from the last of older, or from secret when
// there is none, so that look-ups survive a rotation.
func New(secret []byte, older ...[]byte) (*Vault, error) {
	v := &Vault{ciphers: map[string]cipher.AEAD{}}
	for i, key := range append([][]byte{secret}, older...) {
		if len(key) != KeySize {
			return nil, fmt.Errorf("secret key: want %d bytes, have %d", KeySize, len(key))
		}
		derived, err := hkdf.Key(sha256.New, key, nil, "canbobot encryption", 32)
		if err != nil {
			return nil, err
		}
		block, err := aes.NewCipher(derived)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		fingerprint := sha256.Sum256(append([]byte("canbobot key id"), derived...))
		id := hex.EncodeToString(fingerprint[:4])
		v.ciphers[id] = aead
		if i == 0 {
			v.id = id
		}
		if v.hash, err = hkdf.Key(sha256.New, key, nil, "canbobot look-up", 32); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// Seal encrypts plain for one place in the database, such as
// "people.bank_account": it opens nowhere else. Nothing seals to nothing.
func (v *Vault) Seal(place, plain string) (models.Sealed, error) {
	if plain == "" {
		return "", nil
	}
	aead := v.ciphers[v.id]
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	sealed := aead.Seal(nonce, nonce, []byte(plain), []byte(place))
	return models.Sealed(v.id + ":" + base64.RawStdEncoding.EncodeToString(sealed)), nil
}

// Open reverses Seal. An unknown key, a changed byte or another place is an error.
func (v *Vault) Open(place string, sealed models.Sealed) (string, error) {
	if sealed == "" {
		return "", nil
	}
	id, text, _ := strings.Cut(string(sealed), ":")
	aead := v.ciphers[id]
	if aead == nil {
		return "", fmt.Errorf("sealed with key %s, which is not configured", id)
	}
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(raw) < aead.NonceSize() {
		return "", errors.New("sealed value is damaged")
	}
	plain, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], []byte(place))
	if err != nil {
		return "", errors.New("sealed value is damaged or belongs elsewhere")
	}
	return string(plain), nil
}

// Hash is the keyed hash by which an equal value is found. Kinds keep a phone
// number's hash apart from that of an account number with the same digits.
func (v *Vault) Hash(kind, value string) []byte {
	if value == "" {
		return nil
	}
	mac := hmac.New(sha256.New, v.hash)
	mac.Write([]byte(kind))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	return mac.Sum(nil)
}
