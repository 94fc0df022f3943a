package storetest

import (
	"fmt"
	"strings"

	"canbobot/models"
)

// Seals is a Sealer of no secrecy, for tests of what knows of none: what it seals
// opens in its row only.
type Seals struct{}

func (Seals) mark(secret *models.Secret, key []any) string {
	return fmt.Sprint("sealed ", secret.Name(), key, ": ")
}

func (s Seals) SealRow(secret *models.Secret, key []any, plain string) (models.Sealed, error) {
	return models.Sealed(s.mark(secret, key) + plain), nil
}

func (s Seals) OpenRow(secret *models.Secret, key []any, sealed string) (string, error) {
	plain, is := strings.CutPrefix(sealed, s.mark(secret, key))
	if !is {
		return "", fmt.Errorf("%q is not sealed for %v", sealed, key)
	}
	return plain, nil
}

func (Seals) Hash(kind, value string) []byte { return []byte(kind + " " + value) }
