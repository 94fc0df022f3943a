package models

import (
	"database/sql/driver"
	"fmt"
)

// Hash is a keyed hash by which a value is found. No hash is stored as NULL: the
// SQLite driver would store an empty one, which the unique indexes count.
type Hash []byte

func (h Hash) Value() (driver.Value, error) {
	if len(h) == 0 {
		return nil, nil
	}
	return []byte(h), nil
}

func (h *Hash) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*h = nil
	case []byte:
		*h = append(Hash(nil), v...)
	default:
		return fmt.Errorf("hash: cannot read %T", src)
	}
	return nil
}

// Sealed is a value encrypted at rest: key id, nonce and ciphertext in one
// printable string. services/vault opens it.
type Sealed string
