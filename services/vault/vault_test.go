package vault_test

import (
	"bytes"
	"testing"

	"canbobot/models"
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
	mine := vault.In(models.BankAccount, int64(1), int64(7))
	sealed, err := v.Seal(mine, "0123456789")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open(mine, sealed); err != nil || got != "0123456789" {
		t.Fatalf("got %q, %v", got, err)
	}
	for name, place := range map[string]vault.Place{
		"another column": vault.In(models.CitizenID, int64(1), int64(7)),
		"another row":    vault.In(models.BankAccount, int64(1), int64(8)),
		"another ward":   vault.In(models.BankAccount, int64(2), int64(7)),
		"shifted":        vault.In(models.BankAccount, "1\x007", ""),
		"no row":         vault.Outside("people.bank_account"),
	} {
		if _, err := v.Open(place, sealed); err == nil {
			t.Errorf("opened in %s", name)
		}
	}
	if _, err := v.Open(mine, "x"+sealed); err == nil {
		t.Error("opened with another key id")
	}
	again, _ := v.Seal(mine, "0123456789")
	if again == sealed {
		t.Error("equal values seal alike: the table would tell who shares an account")
	}
}

// What no row binds, as everything was sealed once, opens at no row.
func TestWhatNoRowBindsOpensAtNone(t *testing.T) {
	v := open(t, key(1))
	sealed, err := v.Seal(vault.Outside("people.bank_account"), "0123456789")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Open(vault.In(models.BankAccount, int64(1), int64(7)), sealed); err == nil {
		t.Error("opened")
	}
}

func TestAnotherKeyKeepsOldValuesAndLookUps(t *testing.T) {
	before, place := open(t, key(1)), vault.Outside("p")
	sealed, err := before.Seal(place, "secret")
	if err != nil {
		t.Fatal(err)
	}
	after := open(t, key(2), key(1))
	if got, err := after.Open(place, sealed); err != nil || got != "secret" {
		t.Fatalf("got %q, %v", got, err)
	}
	old := before.Hash("phone", "+84912345678")
	if !after.Matches("phone", "+84912345678", old) || after.Matches("phone", "+84912345679", old) {
		t.Error("an old hash is not known again")
	}
	if bytes.Equal(old, after.Hash("phone", "+84912345678")) {
		t.Error("the old key goes on hashing")
	}
	if _, err := open(t, key(2)).Open(place, sealed); err == nil {
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

// A human is one also while two rows are hashed with two keys.
func TestNumbersShowOneHumanUnderTwoKeys(t *testing.T) {
	old, fresh := open(t, key(1)), open(t, key(2), key(1))
	person := models.Person{Phone: "+84912345678", CitizenHash: old.Hash("citizen", "042171000123")}
	for _, one := range []struct {
		staff  models.Staff
		shared bool
		want   bool
	}{
		{staff: models.Staff{CitizenID: "042171000123", CitizenHash: fresh.Hash("citizen", "042171000123")}, want: true},
		{staff: models.Staff{CitizenID: "042171000124"}},
		{staff: models.Staff{Phone: "+84912345678"}, want: true},
		{staff: models.Staff{Phone: "+84912345678"}, shared: true},
		{},
	} {
		person.PhoneShared = one.shared
		if got := fresh.Shows(one.staff, person); got != one.want {
			t.Errorf("%+v: %v", one.staff, got)
		}
	}
}
