package signed

import (
	"bytes"
	"errors"
	"testing"

	"canbobot/services/vault"
)

func aVault(t *testing.T, secrets ...byte) *vault.Vault {
	t.Helper()
	var keys [][]byte
	for _, one := range secrets {
		keys = append(keys, bytes.Repeat([]byte{one}, vault.KeySize))
	}
	v, err := vault.New(keys[0], keys[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What was signed before a key was taken away is signed after it, and no byte of it
// may be another.
func TestADetachedSignatureOutlivesItsKey(t *testing.T) {
	file := []byte("STT;HO TEN;SO TIEN\n1;NGUYEN VAN A;200000\n")
	detached := (&Service{vault: aVault(t, 1)}).Detach(file)
	for name, known := range map[string]*vault.Vault{"same": aVault(t, 1), "rotated": aVault(t, 2, 1)} {
		if by, err := CheckDetached(file, detached, known.FileKeys()); err != nil || by == "" {
			t.Errorf("%s: %q, %v", name, by, err)
		}
	}
	if _, err := CheckDetached(file, detached, aVault(t, 2).FileKeys()); !errors.Is(err, ErrDetached) {
		t.Errorf("a key that is not known: %v", err)
	}
	for at := range file {
		changed := bytes.Clone(file)
		changed[at] ^= 1
		if _, err := CheckDetached(changed, detached, aVault(t, 1).FileKeys()); !errors.Is(err, ErrDetached) {
			t.Fatalf("byte %d may be changed: %v", at, err)
		}
	}
	for at := range detached[:len(detached)-1] {
		changed := bytes.Clone(detached)
		changed[at] ^= 1
		if _, err := CheckDetached(file, changed, aVault(t, 1).FileKeys()); err != nil && !errors.Is(err, ErrDetached) {
			t.Errorf("byte %d: %v", at, err)
		}
	}
}
