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

// Vault seals with one key and opens with any of those it knows, so that a key
// can be replaced without losing what an older one sealed.
type Vault struct {
	keys []key // the sealing one first
}

// key is what is derived from one secret.
type key struct {
	id      string
	secret  []byte
	aead    cipher.AEAD
	hash    []byte
	journal []byte
}

// New derives the keys from the secret; older secrets only open and find.
func New(secret []byte, older ...[]byte) (*Vault, error) {
	v := &Vault{}
	for _, one := range append([][]byte{secret}, older...) {
		if err := v.Know(one); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// Know adds a secret of earlier, which opens and finds. It is called before the
// vault is used.
func (v *Vault) Know(secret []byte) error {
	if len(secret) != KeySize {
		return fmt.Errorf("secret key: want %d bytes, have %d", KeySize, len(secret))
	}
	derived, err := hkdf.Key(sha256.New, secret, nil, "canbobot encryption", 32)
	if err != nil {
		return err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return err
	}
	k := key{id: keyID(derived), secret: secret}
	if k.aead, err = cipher.NewGCM(block); err != nil {
		return err
	}
	if k.hash, err = hkdf.Key(sha256.New, secret, nil, "canbobot look-up", 32); err != nil {
		return err
	}
	if k.journal, err = hkdf.Key(sha256.New, secret, nil, "canbobot journal", 32); err != nil {
		return err
	}
	if v.find(k.id) == nil {
		v.keys = append(v.keys, k)
	}
	return nil
}

func keyID(derived []byte) string {
	fingerprint := sha256.Sum256(append([]byte("canbobot key id"), derived...))
	return hex.EncodeToString(fingerprint[:4])
}

func (v *Vault) find(id string) *key {
	for i := range v.keys {
		if v.keys[i].id == id {
			return &v.keys[i]
		}
	}
	return nil
}

// ID names the key that seals, and tells nothing of it.
func (v *Vault) ID() string { return v.keys[0].id }

// Knows reports whether a key is among those that open.
func (v *Vault) Knows(id string) bool { return v.find(id) != nil }

// Older are the secrets that only open, in base64, by the ids of their keys.
func (v *Vault) Older() map[string]string {
	older := map[string]string{}
	for _, k := range v.keys[1:] {
		older[k.id] = base64.StdEncoding.EncodeToString(k.secret)
	}
	return older
}

// Place is where a sealed value lives; it opens nowhere else.
type Place struct {
	name  string
	bound bool // to a row
}

// In is the place of a column in the row that its key names, value by value.
func In(secret *models.Secret, row ...any) Place {
	if len(row) != len(secret.Key) {
		panic(fmt.Sprintf("vault: %s is named by %v, not by %d values", secret.Name(), secret.Key, len(row)))
	}
	name := secret.Name()
	for _, value := range row {
		name += fmt.Sprintf("\x00%v", value)
	}
	return Place{name: name, bound: true}
}

// Outside is a place that is no row: a file, or a value on its way within one
// that is sealed itself.
func Outside(name string) Place { return Place{name: name} }

// Between the key's id and the rest: whoever reads a value sees whether it is
// bound to its row.
const (
	loose = ":"
	bound = "~"
)

func (p Place) mark() string {
	if p.bound {
		return bound
	}
	return loose
}

// Bound names the key that sealed a value for a row; "" for what is not such.
func Bound(sealed string) string {
	if id, _, is := strings.Cut(sealed, bound); is && len(id) == 8 {
		if _, err := hex.DecodeString(id); err == nil {
			return id
		}
	}
	return ""
}

// Loose names the key that sealed a value for no row, as all were sealed once.
func Loose(sealed string) string {
	if id, rest, is := strings.Cut(sealed, loose); is && len(id) == 8 && len(rest) > 0 {
		if _, err := hex.DecodeString(id); err == nil {
			return id
		}
	}
	return ""
}

// Seal encrypts plain for one place: it opens nowhere else. Nothing seals to
// nothing.
func (v *Vault) Seal(at Place, plain string) (models.Sealed, error) {
	if plain == "" {
		return "", nil
	}
	aead := v.keys[0].aead
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	sealed := aead.Seal(nonce, nonce, []byte(plain), []byte(at.name))
	return models.Sealed(v.ID() + at.mark() + base64.RawStdEncoding.EncodeToString(sealed)), nil
}

// Open reverses Seal. An unknown key, a changed byte or another place is an error.
func (v *Vault) Open(at Place, sealed models.Sealed) (string, error) {
	if sealed == "" {
		return "", nil
	}
	id, text, is := strings.Cut(string(sealed), at.mark())
	if !is {
		return "", errors.New("sealed value belongs elsewhere")
	}
	key := v.find(id)
	if key == nil {
		return "", fmt.Errorf("sealed with key %s, which is not configured", id)
	}
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(raw) < key.aead.NonceSize() {
		return "", errors.New("sealed value is damaged")
	}
	size := key.aead.NonceSize()
	plain, err := key.aead.Open(nil, raw[:size], raw[size:], []byte(at.name))
	if err != nil {
		return "", errors.New("sealed value is damaged or belongs elsewhere")
	}
	return string(plain), nil
}

// SealRow and OpenRow are Seal and Open in a row, as rows are written and read.
func (v *Vault) SealRow(secret *models.Secret, key []any, plain string) (models.Sealed, error) {
	return v.Seal(In(secret, key...), plain)
}

func (v *Vault) OpenRow(secret *models.Secret, key []any, sealed string) (string, error) {
	return v.Open(In(secret, key...), models.Sealed(sealed))
}

// Sign chains what the journal holds by the present key, and names it.
func (v *Vault) Sign(content []byte) (id string, mac []byte) {
	return v.ID(), sum(v.keys[0].journal, "", string(content))
}

// Signed reports whether a key, present or former, signed it so.
func (v *Vault) Signed(id string, content, mac []byte) bool {
	key := v.find(id)
	return key != nil && hmac.Equal(mac, sum(key.journal, "", string(content)))
}

// Hash is the keyed hash by which an equal value is found. Kinds keep a phone
// number's hash apart from that of an account number with the same digits.
func (v *Vault) Hash(kind, value string) []byte { return v.keys[0].digest(kind, value) }

// Hashes are the hashes of a value under every known key, the present one's
// first: while values are hashed anew, a row has one or the other.
func (v *Vault) Hashes(kind, value string) [][]byte {
	if value == "" {
		return nil
	}
	all := make([][]byte, 0, len(v.keys))
	for i := range v.keys {
		all = append(all, v.keys[i].digest(kind, value))
	}
	return all
}

// Matches reports whether a hash is the value's, under whichever known key.
func (v *Vault) Matches(kind, value string, hash []byte) bool {
	for _, one := range v.Hashes(kind, value) {
		if hmac.Equal(one, hash) {
			return true
		}
	}
	return false
}

// Shows reports whether a ward user's own numbers are a person's: a telephone that
// nobody shares, or the citizen's number, hashed with whichever known key.
func (v *Vault) Shows(staff models.Staff, person models.Person) bool {
	return staff.Phone != "" && staff.Phone == person.Phone && !person.PhoneShared ||
		v.Matches(models.CitizenID.Kind, staff.CitizenID, person.CitizenHash)
}

func (k *key) digest(kind, value string) []byte {
	if value == "" {
		return nil
	}
	return sum(k.hash, kind, value)
}

func sum(key []byte, kind, value string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(kind))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	return mac.Sum(nil)
}
