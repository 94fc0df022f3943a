package vault_test

import (
	"bytes"
	"testing"

	"canbobot/services/vault"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, vault.KeySize) }

func open(t *testing.T, secret []byte, older ...[]byte) *vault.Vault {
	t.Helper()
	v, err := vault.New(secret, older...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSealedValueOpensOnlyInItsPlace(t *testing.T) {
	v := open(t, key(1))
	sealed, err := v.Seal("people.bank_account", "0123456789")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open("people.bank_account", sealed); err != nil || got != "0123456789" {
		t.Fatalf("got %q, %v", got, err)
	}
	if _, err := v.Open("people.citizen_id", sealed); err == nil {
		t.Error("opened in another place")
	}
	if _, err := v.Open("people.bank_account", "x"+sealed); err == nil {
		t.Error("opened with another key id")
	}
	again, _ := v.Seal("people.bank_account", "0123456789")
	if again == sealed {
		t.Error("equal values seal alike: the table would tell who shares an account")
	}
}

func TestKeyRotationKeepsOldValuesAndLookUps(t *testing.T) {
	before := open(t, key(1))
	sealed, err := before.Seal("p", "secret")
	if err != nil {
		t.Fatal(err)
	}
	after := open(t, key(2), key(1))
	if got, err := after.Open("p", sealed); err != nil || got != "secret" {
		t.Fatalf("got %q, %v", got, err)
	}
	if !bytes.Equal(before.Hash("phone", "+84912345678"), after.Hash("phone", "+84912345678")) {
		t.Error("hashes changed with the key: nobody would be found")
	}
	if _, err := open(t, key(2)).Open("p", sealed); err == nil {
		t.Error("opened without the old key")
	}
}

func TestHashKeepsKindsApart(t *testing.T) {
	v := open(t, key(1))
	if bytes.Equal(v.Hash("phone", "1"), v.Hash("bank", "1")) {
		t.Error("kinds collide")
	}
	if v.Hash("phone", "") != nil {
		t.Error("nothing has a hash")
	}
}

func TestShortKeyIsRefused(t *testing.T) {
	if _, err := vault.New([]byte("short")); err == nil {
		t.Error("accepted")
	}
}
